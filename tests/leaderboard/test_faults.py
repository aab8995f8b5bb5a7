"""Faults happen only where they are asked for, on a site that allows them."""

import signal
import subprocess
import sys
import time

import pytest

from leaderboard.faults import Injected, fault, is_protected
from tests.conftest import ROOT


@pytest.fixture
def allowed(settings) -> None:
    settings.ENABLE_FAULTS = True


def test_a_site_that_does_not_allow_faults_is_never_hurt(settings, monkeypatch):
    settings.ENABLE_FAULTS = False
    monkeypatch.setenv("FAULT_POINT", "mid_copy:kill")
    monkeypatch.setenv("FAULT_OFF", "lease")

    fault("mid_copy")

    assert is_protected("lease")


def test_a_point_raises_when_asked_and_the_others_do_not(allowed, monkeypatch):
    monkeypatch.setenv("FAULT_POINT", "mid_copy:raise")

    fault("in_parse")
    with pytest.raises(Injected, match="mid_copy"):
        fault("mid_copy")


def test_a_fault_may_be_of_one_file_alone(allowed, monkeypatch):
    monkeypatch.setenv("FAULT_POINT", "in_parse:raise")
    monkeypatch.setenv("FAULT_FILE", "poison.csv")

    fault("in_parse", "good.csv")
    fault("in_parse")
    with pytest.raises(Injected):
        fault("in_parse", "poison.csv")


def test_a_point_sleeps_when_asked(allowed, monkeypatch):
    monkeypatch.setenv("FAULT_POINT", "mid_copy:sleep:0.2")
    started = time.monotonic()

    fault("mid_copy")

    assert time.monotonic() - started >= 0.2


def test_a_point_kills_its_process_when_asked(monkeypatch):
    monkeypatch.setenv("ENABLE_FAULTS", "1")
    monkeypatch.setenv("FAULT_POINT", "mid_copy:kill")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
    script = "from leaderboard.faults import fault; fault('mid_copy'); print('alive')"

    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, b"")


def test_single_protections_are_switched_off(allowed, monkeypatch):
    monkeypatch.setenv("FAULT_OFF", "lease,sweep")

    found = {name: is_protected(name) for name in ("lease", "sweep", "fence")}

    assert found == {"lease": False, "sweep": False, "fence": True}
