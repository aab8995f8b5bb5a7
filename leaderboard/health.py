"""Is the site well? For people, `make run`, load balancers and alarms.

`/healthz` asks database, broker and worker; `/healthz/ready` leaves the worker out, because pages
do without one; `/healthz/live` only says that the process answers.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leaderboard.tasks import HEARTBEAT

DATABASE_PATIENCE_S, BROKER_PATIENCE_S, PATIENCE_S = 2, 1, 2.5
WORKER_SILENT_AFTER_S = 60
STUCK_AFTER_S = 180

WAITING_SQL = """
    SELECT extract(epoch FROM now() - min(coalesce(decided_at, received_at)))
    FROM leaderboard_submission
    WHERE state = 'RECEIVED'
"""
# Rederivations under way: metric (empty for all), batches done and in all.
REDERIVING_SQL = """
    SELECT r.metric, count(b.done_at), count(b.id) FROM leaderboard_rederivation r
    LEFT JOIN leaderboard_rederivationbatch b ON b.rederivation_id = r.id
    WHERE r.finished_at IS NULL GROUP BY r.id ORDER BY r.id
"""

Finding = dict[str, Any]
# A few threads for the whole process: a probe that hangs must not hold up the next answer.
probes = ThreadPoolExecutor(4, thread_name_prefix="health")


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 when database and broker answer and a worker was heard of within a minute."""
    return answer(asked(database, broker), ("database", "broker", "worker"))


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served."""
    return answer(asked(database), ("database",))


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


def answer(found: Finding, needed: tuple[str, ...]) -> JsonResponse:
    failing = [name for name in needed if not found.get(name, {}).get("ok")]
    status = {"status": "failing" if failing else "ok", "failing": failing}
    return JsonResponse(status | found, status=503 if failing else 200)


def asked(*questions: Callable[[], Finding]) -> Finding:
    """What all of them found, at the same time and within the same few seconds."""
    deadline = time.monotonic() + PATIENCE_S
    asking = {question.__name__: probes.submit(question) for question in questions}
    found: Finding = {}
    for name, future in asking.items():
        found |= outcome(name, future, deadline - time.monotonic())
    return found


def outcome(name: str, future: Future[Finding], patience_s: float) -> Finding:
    """What a probe found, or that it failed. The reason in words stays in our logs."""
    try:
        return future.result(max(patience_s, 0))
    except TooLate:
        future.cancel()
        return {name: {"ok": False, "error": "no answer"}}
    except Exception as error:  # whatever a driver raises, the answer is “no”
        return {name: {"ok": False, "error": type(error).__name__}}


def database() -> Finding:
    """Ask over a connection of its own: one that hangs can't be asked how it is."""
    with psycopg.connect(**database_parameters(), autocommit=True) as own:
        found = own.execute(WAITING_SQL).fetchone()
        rederiving = own.execute(REDERIVING_SQL).fetchall()
    seconds = round(float(found[0]), 1) if found and found[0] is not None else None
    return {
        "database": {"ok": True},
        "waiting": {"oldest_s": seconds, "stuck": seconds is not None and seconds > STUCK_AFTER_S},
        "rederiving": [
            {"metric": metric or "all", "done": done, "batches": batches}
            for metric, done, batches in rederiving
        ],
    }


def database_parameters() -> dict[str, Any]:
    """Where the site's database is, and how long to wait for it."""
    return connection.get_connection_params() | {
        "connect_timeout": DATABASE_PATIENCE_S,
        "options": f"-c statement_timeout={DATABASE_PATIENCE_S}s",
    }


def broker() -> Finding:
    """Ask the broker, and in it for the last sign of a worker."""
    patience = {"socket_timeout": BROKER_PATIENCE_S, "socket_connect_timeout": BROKER_PATIENCE_S}
    with redis.Redis.from_url(settings.REDIS_URL, **patience) as own:
        own.ping()
    return {"broker": {"ok": True}, "worker": worker()}


def worker() -> Finding:
    heard_at = cache.get(HEARTBEAT)
    if heard_at is None:
        return {"ok": False, "heard_s_ago": None}
    age = round(max(time.time() - heard_at, 0), 1)
    return {"ok": age < WORKER_SILENT_AFTER_S, "heard_s_ago": age}
