"""API tokens and saved answers. People are Django's own users."""

import hashlib
import hmac
import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def issue(
        self, user, *, name: str, expires_at: datetime | None = None
    ) -> tuple["ApiToken", str]:
        """A new token and its text, which is shown once and kept nowhere."""
        text = f"eff_{secrets.token_urlsafe(32)}"
        token = self.create(
            user=user, name=name, prefix=text[:12], digest=digest(text), expires_at=expires_at
        )
        return token, text

    def of(self, text: str, *, at: datetime) -> "ApiToken | None":
        """The live token with that text."""
        alive = Q(expires_at=None) | Q(expires_at__gt=at)
        return (
            self.filter(alive, digest=digest(text), user__is_active=True)
            .select_related("user")
            .first()
        )


def digest(text: str) -> str:
    """Keyed hash of a token's text: a copy of the table is of no use without the site's key."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


class ApiToken(models.Model):
    """Lets a script act for its user. Only a keyed hash of the text is stored."""

    user = models.ForeignKey("auth.User", models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="api_token_named_once_per_user")
        ]

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"


class Mapping(models.Model):
    """Answers to what files do not say, kept under a name for the next file of the kind."""

    owner = models.ForeignKey("auth.User", models.CASCADE, related_name="mappings")
    name = models.CharField(max_length=60)
    # As a submission's context: {"hardware": {"CITIC": "nvidia-…"}, "samples": 198}.
    context = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="mapping_named_once_per_owner")
        ]

    def __str__(self):
        return self.name
