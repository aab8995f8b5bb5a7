"""What `manage.py check` refuses: settings under which we would lie, hang or be hurt."""

import os
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from leaderboard import faults
from leaderboard.core import metrics, units

LONG_ENOUGH = 50


@register()
def times_are_utc(**_: Any) -> list[CheckMessage]:
    """Times are UTC everywhere."""
    if settings.USE_TZ and settings.TIME_ZONE == "UTC" and settings.CELERY_TIMEZONE == "UTC":
        return []
    return [Error("TIME_ZONE and CELERY_TIMEZONE must be UTC, with USE_TZ on.", id="frontier.E001")]


@register()
def tasks_end_before_they_come_again(**_: Any) -> list[CheckMessage]:
    """A task that outlives the broker's patience would be delivered a second time."""
    patience = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    limits = (settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.CELERY_TASK_TIME_LIMIT, patience)
    if list(limits) == sorted(set(limits)):
        return []
    return [
        Error(
            "A task's soft limit, its hard limit and the broker's visibility timeout must grow in "
            f"this order; they are {', '.join(map(str, limits))} seconds.",
            id="frontier.E002",
        )
    ]


@register()
def metrics_can_be_used(**_: Any) -> list[CheckMessage]:
    """Every metric has a page, and a unit that results can be converted to."""
    return list(metric_faults(metrics.ALL.values()))


def metric_faults(found: Iterable[metrics.Metric]) -> Iterable[Error]:
    for metric in found:
        if not metric.label or not metric.doc:
            yield Error(
                f"The metric {metric.slug} has no label or no docstring.", id="frontier.E003"
            )
        try:
            units.factor(metric.unit, metric.unit)
        except units.UnitError as error:
            yield Error(f"The unit of the metric {metric.slug}: {error}", id="frontier.E004")


@register()
def faults_are_known(**_: Any) -> list[CheckMessage]:
    """A test that misspells a fault would prove nothing."""
    if not settings.ENABLE_FAULTS:
        return []
    point = os.environ.get("FAULT_POINT", "").partition(":")[0]
    off = filter(None, os.environ.get("FAULT_OFF", "").split(","))
    unknown = [name for name in off if name not in faults.PROTECTIONS]
    if point and point not in faults.POINTS:
        unknown.append(point)
    return [Error(f"There is no fault called {name}.", id="frontier.E005") for name in unknown]


@register(Tags.security, deploy=True)
def faults_are_off(**_: Any) -> list[CheckMessage]:
    """A site that serves people must not be hurt on purpose."""
    if not settings.ENABLE_FAULTS:
        return []
    return [Error("ENABLE_FAULTS must be off on a site that serves people.", id="frontier.E006")]


@register(Tags.security, deploy=True)
def the_key_is_secret(**_: Any) -> list[CheckMessage]:
    """Sessions and tokens rest on a key that nobody can guess."""
    key = settings.SECRET_KEY
    if settings.DEBUG or (len(key) >= LONG_ENOUGH and not key.startswith("unsafe-")):
        return []
    return [
        Error(
            f"SECRET_KEY is missing or shorter than {LONG_ENOUGH} characters.", id="frontier.E007"
        )
    ]
