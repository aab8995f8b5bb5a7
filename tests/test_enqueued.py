"""What is queued is there when a worker looks for it, and nothing is queued of what is not."""

import random
import threading
from queue import Queue

import pytest
from celery import shared_task
from django.db import connection, transaction

from leaderboard.models import Method
from leaderboard.tasks import later
from tests.builders import baseline

pytestmark = pytest.mark.django_db(transaction=True)

TRIALS = 500


class Broken(Exception):
    pass


@shared_task
def look_for(trial: int) -> None:
    """Never run; the test stands in for the broker."""


@pytest.fixture
def looker(monkeypatch):
    """A worker with a connection of its own, and what it found of each trial it was told of."""
    told: Queue[int | None] = Queue()
    found: dict[int, bool] = {}
    answered = threading.Event()

    def work():
        while (trial := told.get()) is not None:
            found[trial] = Method.objects.filter(slug=f"trial-{trial}").exists()
            answered.set()
        connection.close()

    def delay(trial):
        answered.clear()
        told.put(trial)
        # A worker may be faster than whoever queued.
        assert answered.wait(10)

    monkeypatch.setattr(look_for, "delay", delay)
    worker = threading.Thread(target=work)
    worker.start()
    yield found
    told.put(None)
    worker.join()


def test_a_message_comes_after_what_it_is_of_and_none_of_what_was_rolled_back(looker):
    baseline()
    rng = random.Random(23)
    kept = set()
    for trial in range(TRIALS):
        fate = rng.choice(["kept", "broken", "broken inside", "queued first"])
        try:
            with transaction.atomic():
                if fate == "queued first":
                    later(look_for, trial)
                try:
                    with transaction.atomic():
                        Method.objects.create(slug=f"trial-{trial}", name="x", kind=Method.OTHER)
                        if fate != "queued first":
                            later(look_for, trial)
                        if fate == "broken inside":
                            raise Broken
                except Broken:
                    pass
                if fate == "broken":
                    raise Broken
            kept |= {trial} if fate in ("kept", "queued first") else set()
        except Broken:
            pass

    assert set(looker) == kept
    assert all(looker.values())
    assert Method.objects.filter(slug__startswith="trial-").count() == len(kept)
