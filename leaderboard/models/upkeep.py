"""Work on all entries that outlives a worker: what has to be done, and what is."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class RederivationQuerySet(models.QuerySet):
    def of_new_recipes(self, metric: str) -> list[Any]:
        """The finished ones in which a metric came by another recipe, the newest first."""
        found: Any = self.exclude(finished_at=None).filter(moved__has_key=metric)
        return [made for made in found.order_by("-finished_at") if made.moved[metric]["recipes"]]


class Rederivation(models.Model):
    """One metric, or all where `metric` is empty, worked out anew for every entry."""

    metric = models.CharField(max_length=60, blank=True)
    # The formulas by which it is worked out, so that an order for older ones is not taken up.
    recipes = models.JSONField(default=list)
    ordered_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    entries = models.PositiveIntegerField()
    # Batches that failed as often as is tried.
    given_up = models.PositiveIntegerField(default=0)
    # Metric → how many entries moved and by how much, and which recipe gave way to which.
    moved = models.JSONField(default=dict, blank=True)

    objects = RederivationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric"], condition=Q(finished_at=None), name="rederivation_open_once"
            )
        ]

    def __str__(self):
        return f"{self.metric or 'all metrics'} since {self.ordered_at:%Y-%m-%d %H:%M}"


class BatchQuerySet(models.QuerySet):
    def left(self):
        """Neither done nor given up."""
        may_be_tried = Q(attempts__lt=settings.MAX_ATTEMPTS)
        return self.filter(may_be_tried | Q(lease_until__gt=Now()), done_at=None)

    def waiting(self, *, at: datetime, since: datetime):
        """Nobody is at work on it: ordered a while ago, or its lease has run out."""
        return self.filter(
            Q(lease_until=None, rederivation__ordered_at__lt=since) | Q(lease_until__lt=at),
            done_at=None,
            attempts__lt=settings.MAX_ATTEMPTS,
        )


class RederivationBatch(models.Model):
    """Some entries of a rederivation: one message, one transaction."""

    rederivation = models.ForeignKey(Rederivation, models.CASCADE, related_name="batches")
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=dict, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_entry__gte=F("first_entry")), name="batch_holds_an_entry"
            )
        ]

    def __str__(self):
        return f"entries {self.first_entry} to {self.last_entry}"
