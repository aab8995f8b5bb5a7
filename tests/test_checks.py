"""`manage.py check` refuses settings under which the site would lie, hang or be hurt."""

from types import ModuleType

import pytest
from django.core.checks import run_checks

from ingest.checks import format_faults
from leaderboard.checks import metric_faults
from leaderboard.core.metrics import LOWER, Metric


def refused(*, deploy: bool = False) -> set[str | None]:
    """The ids of our own errors."""
    found = run_checks(include_deployment_checks=deploy)
    return {message.id for message in found if str(message.id).startswith("frontier.")}


@pytest.fixture
def deployed(settings) -> None:
    settings.DEBUG = False
    settings.SECRET_KEY = "k9" * 30


def test_our_own_settings_pass(deployed):
    assert refused() == set()
    assert refused(deploy=True) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [("TIME_ZONE", "Europe/Berlin"), ("USE_TZ", False), ("CELERY_TIMEZONE", "Europe/Berlin")],
)
def test_other_times_than_utc_are_refused(settings, name, value):
    setattr(settings, name, value)

    assert refused() == {"frontier.E001"}


@pytest.mark.parametrize(("soft", "hard", "patience"), [(9, 10, 10), (9, 10, 5), (10, 10, 20)])
def test_a_task_that_outlives_the_brokers_patience_is_refused(settings, soft, hard, patience):
    settings.CELERY_TASK_SOFT_TIME_LIMIT = soft
    settings.CELERY_TASK_TIME_LIMIT = hard
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": patience}

    assert refused() == {"frontier.E002"}


@pytest.mark.parametrize("key", ["short", "unsafe-key-for-commands-that-serve-nobody" * 2])
def test_a_key_that_can_be_guessed_is_refused_where_people_are_served(deployed, settings, key):
    settings.SECRET_KEY = key

    assert refused() == set()
    assert refused(deploy=True) == {"frontier.E007"}


def test_faults_are_refused_where_people_are_served(deployed, settings):
    settings.ENABLE_FAULTS = True

    assert refused() == set()
    assert refused(deploy=True) == {"frontier.E006"}


@pytest.mark.parametrize("name", ["FAULT_POINT", "FAULT_OFF"])
def test_a_misspelt_fault_is_refused(settings, monkeypatch, name):
    settings.ENABLE_FAULTS = True
    monkeypatch.setenv("FAULT_POINT", "mid_copy:kill")
    monkeypatch.setenv("FAULT_OFF", "lease,sweep")
    assert refused() == set()

    monkeypatch.setenv(name, "mid_copi")
    assert refused() == {"frontier.E005"}


def test_a_metric_that_nobody_could_use_is_refused():
    unlabelled = Metric("quality", "", "1", LOWER)
    without_unit = Metric("quality", "Quality", "qualitons", LOWER)

    found = list(metric_faults([unlabelled, without_unit]))

    assert [error.id for error in found] == ["frontier.E003", "frontier.E004"]


def test_a_format_that_nobody_can_read_about_is_refused():
    mute = ModuleType("mute")
    mute.__dict__.update(SLUG="mute", LABEL="")

    assert [error.id for error in format_faults([mute])] == ["frontier.E010"]
