"""How many files somebody may still send today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from leaderboard.models import Submission

# Our own failures never use up anybody's allowance.
FREE = (Submission.State.QUARANTINED,)


@dataclass(frozen=True)
class Quota:
    """Files per UTC day: how many there are, how many are left, and when the day ends."""

    per_day: int
    left: int
    until: datetime


def of(user: Any, *, at: datetime) -> Quota:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    sent = Submission.objects.filter(submitted_by=user, received_at__gte=midnight)
    per_day = settings.LIMITS["uploads_per_day"]
    left = max(0, per_day - sent.exclude(state__in=FREE).count())
    return Quota(per_day, left, midnight + timedelta(days=1))
