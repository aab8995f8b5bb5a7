"""What readers get while a server is away."""

import pytest
from django.db import connection
from django.test import Client

PAGES = ["/", "/boards/", "/submit/", "/accounts/login/", "/api/v1/boards/"]


@pytest.fixture
def no_cache(settings, db):
    location = {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": settings.CACHES["default"] | location}


@pytest.fixture
def no_database(transactional_db):
    connection.close()
    with pytest.MonkeyPatch.context() as patching:
        patching.setitem(connection.settings_dict, "HOST", "/nowhere")
        yield
        connection.close()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_does_without_the_cache(client, no_cache, page):
    assert client.get(page).status_code == 200


def test_without_the_database_a_page_says_so_and_that_it_will_be_back(no_database):
    answer = Client(raise_request_exception=False).get("/boards/")

    assert answer.status_code == 503
    assert "can’t answer just now" in answer.content.decode()


def test_a_fault_of_ours_is_still_one(no_cache, monkeypatch):
    monkeypatch.setattr("leaderboard.views.home.site_facts", lambda: 1 / 0)

    answer = Client(raise_request_exception=False).get("/")

    assert answer.status_code == 500
    assert "a fault of ours" in answer.content.decode()
