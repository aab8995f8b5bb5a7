"""Deadlocks of two uploads that want each other's new entries, and how one lets the other go on."""

import re
import time
from collections.abc import Sequence

from django.db import OperationalError, connection

AGAIN_S = 0.2
RUNNING = """
    SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND granted
                   AND pid <> pg_backend_pid() AND transactionid::text = ANY(%s))
"""


def transactions_of(error: OperationalError) -> list[str]:
    """The numbers that the server tells of a deadlock; its transactions are among them."""
    detail: str = getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or ""
    return re.findall(r"\d+", detail)


def wait_for(transactions: Sequence[str]) -> None:
    """Wait until none of these transactions goes on.

    Tried again at once, work would meet the other's as before, and break it off in turn.
    """
    with connection.cursor() as cursor:
        while transactions:
            cursor.execute(RUNNING, [list(transactions)])
            if not cursor.fetchone()[0]:
                return
            time.sleep(AGAIN_S)
