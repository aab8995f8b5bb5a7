"""What anybody who can write to the broker could put there: nothing of it runs."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from efficiency_site.celery import app
from ingest import tasks
from leaderboard.models import Submission
from tests.ingest.files import csv, make_catalogue, received, row
from tests.waiting import within

pytestmark = pytest.mark.django_db(transaction=True)


class Touching:
    """What touches a file as soon as somebody unpickles it."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def put(body: Any, *, task: str = "ingest.tasks.ingest", kind: str, encoding: str) -> None:
    """A message on the queue of uploads, as a stranger would write it."""
    with app.connection_for_write() as broker:
        broker.Producer().publish(
            body,
            routing_key="ingest",
            content_type=kind,
            content_encoding=encoding,
            headers={"task": task, "id": "stranger", "lang": "py", "argsrepr": "", "retries": 0},
        )


def put_raw(text: bytes) -> None:
    """Bytes on the queue that are no message at all."""
    with app.connection_for_write() as broker:
        broker.default_channel.client.lpush("ingest", text)


def call(*args: Any) -> str:
    return json.dumps([args, {}, {}])


def test_nothing_that_a_stranger_queues_runs_and_the_worker_goes_on(worker, tmp_path):
    make_catalogue()
    touched = tmp_path / "touched"
    pickled = pickle.dumps(([Touching(touched)], {}, {}))

    put(pickled, kind="application/x-python-serialize", encoding="binary")
    put(pickled, kind="application/json", encoding="binary")
    put(call(str(touched)), task="os.system", kind="application/json", encoding="utf-8")
    put(call(str(touched)), task="pathlib.Path.touch", kind="application/json", encoding="utf-8")
    put("no JSON", kind="application/json", encoding="utf-8")
    put(call("1; DROP TABLE"), kind="application/json", encoding="utf-8")
    put(call(2**70), kind="application/json", encoding="utf-8")
    put(call(), kind="application/json", encoding="utf-8")
    put("!!python/object/apply:os.getcwd []", kind="application/x-yaml", encoding="utf-8")
    submission = received(csv(row(1), row(2)))
    tasks.ingest.delay(submission.pk)

    assert within(30, lambda: Submission.objects.get().state == "PUBLISHED")
    assert worker.lives()
    assert not touched.exists()


@pytest.mark.parametrize("place", ["half a message", "a pickle"])
def test_bytes_that_are_no_message_cost_at_most_one_restart(worker, tmp_path, place):
    """Celery's reader gives up over them; then the supervisor starts the worker again."""
    make_catalogue()
    touched = tmp_path / "touched"
    put_raw({"half a message": b"{", "a pickle": pickle.dumps(Touching(touched))}[place])
    within(15, lambda: not worker.lives())
    worker.start()
    submission = received(csv(row(1), row(2)))
    tasks.ingest.delay(submission.pk)

    assert within(30, lambda: Submission.objects.get().state == "PUBLISHED")
    assert not touched.exists()


def test_the_canary_is_touched_by_whoever_unpickles_it(tmp_path):
    pickle.loads(pickle.dumps(Touching(tmp_path / "touched")))

    assert (tmp_path / "touched").exists()
