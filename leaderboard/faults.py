"""Where a test may hurt us on purpose, and which protections it may take away.

    FAULT_POINT=mid_copy:kill          also name:sleep:5 and name:raise
    FAULT_FILE=poison.csv              at in_parse, only while this file is read
    FAULT_OFF=one_transaction,sweep    single protections, so that a test can show it would notice

All are read only where ENABLE_FAULTS is set, which `manage.py check --deploy` refuses.
"""

import os
import signal
import time

from django.conf import settings

POINTS = (
    "in_parse",
    "after_claim",
    "mid_copy",
    "before_commit",
    "after_commit",
    "before_frontier",
    "mid_rederivation",
)
# Name → what holds while it is on.
PROTECTIONS = {
    "one_transaction": "a submission's runs are written in one transaction",
    "lease": "only one worker is at work on a submission",
    "row_lock": "a submission is held while it is worked on, however long that takes",
    "fence": "a worker that was given up can't write any more",
    "order": "entries are made in the order of their keys, so that two files can't deadlock",
    "retry": "work that another transaction broke off is done again at once",
    "attempts": "a file that kills its workers is put into quarantine",
    "reserve": "the site writes nothing while less than a reserve is free on its disk",
    "forgiving": "an attempt that fails for want of room does not count",
    "sweep": "waiting work is found without the broker",
    "board_lock": "only one worker is at work on a board",
}


class Injected(Exception):
    """Raised at a fault point that was asked to raise."""


def fault(point: str, file: str = "") -> None:
    """Do here what FAULT_POINT asks for; nothing in a site that does not enable faults."""
    if not settings.ENABLE_FAULTS or os.environ.get("FAULT_FILE", file) != file:
        return
    name, _, action = os.environ.get("FAULT_POINT", "").partition(":")
    if name != point:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "raise":
        raise Injected(point)
    if action.startswith("sleep:"):
        time.sleep(float(action.removeprefix("sleep:")))


def is_protected(name: str) -> bool:
    """Whether a protection is on; always in a site that does not enable faults."""
    return not settings.ENABLE_FAULTS or name not in os.environ.get("FAULT_OFF", "").split(",")
