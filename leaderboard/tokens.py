"""`Authorization: Bearer …` for scripts."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from leaderboard.models import ApiToken


class TokenAuthentication(BaseAuthentication):
    """The user of a live API token. A wrong token is refused, not taken for a visitor."""

    def authenticate(self, request):
        words = get_authorization_header(request).split()
        if not words or words[0].lower() not in (b"bearer", b"token"):
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Write “Authorization: Bearer <token>”.")
        token = ApiToken.objects.of(words[1].decode("latin-1"), at=timezone.now())
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return token.user, token

    def authenticate_header(self, request):
        return "Bearer"
