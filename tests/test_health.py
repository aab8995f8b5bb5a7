"""What /healthz says when all is well, and when a server or the worker is gone."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from leaderboard import health
from leaderboard.tasks import HEARTBEAT, heard
from tests.builders import make_submission

NOBODY = "127.0.0.1", 1


@pytest.fixture
def well(transactional_db) -> None:
    """A worker was heard of just now."""
    heard()


@pytest.fixture
def silent_server() -> Iterator[tuple[str, int]]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


def asked(client, path: str = "/healthz"):
    """The answer, and how long it took."""
    started = time.monotonic()
    response = client.get(path)
    return response, time.monotonic() - started


def move_database(monkeypatch, host: str, port: int) -> None:
    parameters = health.database_parameters() | {"host": host, "port": port}
    monkeypatch.setattr(health, "database_parameters", lambda: parameters)


def test_all_is_well(client, well):
    response, _ = asked(client)

    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["failing"]) == ("ok", [])
    assert body["worker"]["heard_s_ago"] < 5
    assert body["waiting"] == {"oldest_s": None, "stuck": False}
    assert "no-store" in response["Cache-Control"]


def test_work_that_waits_too_long_is_told(client, well):
    make_submission(state="RECEIVED", received_at=timezone.now() - timedelta(seconds=200))

    response, _ = asked(client)

    assert response.status_code == 200
    assert response.json()["waiting"] == {"oldest_s": pytest.approx(200, abs=5), "stuck": True}


@pytest.mark.parametrize("last_heard_s_ago", [None, 61])
def test_without_a_worker_the_site_is_not_healthy_but_ready(client, well, last_heard_s_ago):
    cache.delete(HEARTBEAT)
    if last_heard_s_ago:
        cache.set(HEARTBEAT, time.time() - last_heard_s_ago)

    response, _ = asked(client)

    assert response.status_code == 503
    assert response.json()["failing"] == ["worker"]
    assert asked(client, "/healthz/ready")[0].status_code == 200


def test_without_a_database_nothing_is_ready(client, well, monkeypatch):
    move_database(monkeypatch, *NOBODY)

    response, seconds = asked(client)

    assert (response.status_code, response.json()["failing"]) == (503, ["database"])
    assert seconds < 3
    assert asked(client, "/healthz/ready")[0].status_code == 503
    assert asked(client, "/healthz/live")[0].status_code == 200


def test_a_database_that_hangs_is_given_up_in_time(client, well, monkeypatch, silent_server):
    move_database(monkeypatch, *silent_server)

    response, seconds = asked(client)

    assert (response.status_code, response.json()["failing"]) == (503, ["database"])
    assert seconds < 3


def test_without_a_broker_pages_are_served_all_the_same(client, well, settings):
    settings.REDIS_URL = "redis://{}:{}/0".format(*NOBODY)

    response, seconds = asked(client)

    assert (response.status_code, response.json()["failing"]) == (503, ["broker", "worker"])
    assert seconds < 3
    assert asked(client, "/healthz/ready")[0].status_code == 200


def test_a_broker_that_hangs_is_given_up_in_time(client, well, settings, silent_server):
    settings.REDIS_URL = "redis://{}:{}/0".format(*silent_server)

    response, seconds = asked(client)

    assert (response.status_code, response.json()["failing"]) == (503, ["broker", "worker"])
    assert seconds < 3


def test_the_reason_tells_strangers_nothing_of_our_addresses(client, well, monkeypatch):
    move_database(monkeypatch, *NOBODY)

    body = asked(client)[0].content.decode()

    assert "127.0.0.1" not in body
    assert connection.settings_dict["NAME"] not in body


def test_health_can_only_be_read(client, well):
    assert client.post("/healthz").status_code == 405


def test_a_worker_is_heard_of_without_doing_anything(client, transactional_db, start_worker):
    cache.delete(HEARTBEAT)
    start_worker()

    deadline = time.monotonic() + 15
    while asked(client)[0].status_code != 200:
        assert time.monotonic() < deadline, asked(client)[0].content
        time.sleep(0.2)
