"""The log of the site: events in order, filters, pages, and feeds that readers accept."""

import re
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard.changes import Question, latest
from leaderboard.models import Submission
from tests.builders import NOW, make_board, make_entry, make_submission, refresh
from tests.leaderboard.test_pages import CANARY, text_of
from tests.leaderboard.test_transitions import Site

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def site():
    """A board that opened, was overtaken, lost the best to a withdrawal, and had a correction."""
    made = Site(slug="trivia", title="Trivia")
    old = made.entry(model="Old", quality=0.5, energy=10)
    made.publish()
    better = made.entry(model="Better", quality=0.6, energy=5)
    made.publish()
    made.withdraw(better)
    made.publish()
    made.replace(old, quality=0.55, node_energy=9)
    made.publish()
    return made


def told(events) -> list[tuple[str, int | str]]:
    return [
        (event.kind, event.frontier.number if event.frontier else event.submission.filename)
        for event in events
    ]


def test_the_log_tells_everything_that_happened_the_newest_first(site):
    files = {
        run.pk: run.submission.filename
        for run in site.board.task.entries.model.objects.get(model__name="Old").runs.all()
    }
    first, corrected = (files[key] for key in sorted(files))
    gone = Submission.objects.get(state=Submission.State.WITHDRAWN).filename

    assert told(Question().page(20)) == [
        ("frontier", 4),
        ("superseded", corrected),
        ("frontier", 3),
        ("withdrawn", gone),
        ("frontier", 2),
        ("board", 1),
        ("published", first),
    ]


def test_the_page_names_who_entered_and_left(client, site):
    page = re.sub("<[^>]+>", "", text_of(client.get("/changes/")))

    assert "Trivia, version 2: Better entered the frontier; Old left it." in page
    assert "Trivia, version 3: Old entered the frontier; Better left it." in page
    assert "Trivia opened with 1 entry on the frontier." in page
    assert "was withdrawn: A slip." in page
    assert "replaced earlier numbers: the earlier numbers were wrong." in page


def test_filters_leave_what_they_say(client, site):
    other = make_board(title="Other")
    make_entry(other, model="Elsewhere", quality=0.5, energy=1)
    refresh(other, at=NOW)

    assert {event.frontier.board for event in Question(other).page(20) if event.frontier} == {other}
    assert [kind for kind, _ in told(Question(kind="withdrawn").page(20))] == ["withdrawn"]
    assert [kind for kind, _ in told(Question(kind="board").page(20))] == ["board", "board"]
    about = told(Question(words=("better",)).page(20))
    assert [one for one in about if one[0] == "frontier"] == [("frontier", 3), ("frontier", 2)]
    assert "withdrawn" in dict(about)
    assert Question(words=("better", "old")).page(20) == []
    page = text_of(client.get("/changes/", {"board": "trivia", "kind": "nonsense", "q": "better"}))
    assert "kind=nonsense: no such kind" in page
    assert "Elsewhere" not in page


def test_pages_hold_every_event_once_also_at_one_moment(client, monkeypatch):
    monkeypatch.setattr("leaderboard.views.changes.PAGE", 3)
    board = make_board()
    for number in range(6):
        made = make_submission(decided_at=NOW, filename=f"file-{number}.csv")
        make_entry(board, submission=made, quality=0.1 * number, energy=1 + number)
        refresh(board, at=NOW)

    seen, address = [], "/changes/"
    for _ in range(10):
        page = text_of(client.get(address))
        seen += re.findall(r"file-\d|version \d+|opened", page.partition('aria-label="Log"')[2])
        found = re.search(r'href="(/changes/\?[^"]*before=[^"]*)"', page)
        if not found:
            break
        address = found[1].replace("&amp;", "&")

    assert sorted(seen) == sorted(
        ["opened", *(f"version {n}" for n in range(2, 7)), *(f"file-{n}" for n in range(6))]
    )


@pytest.mark.parametrize(
    "query",
    [
        "before=x",
        "before=2026-99-99T00:00:00Z~f~1",
        "before=2026-01-01~f~1",
        "before=2026-01-01T00:00:00Z~f~99999999999999999999",
        "board=none",
        "q=%00",
        "board=%00",
        "q=" + "a+" * 300,
    ],
)
def test_odd_questions_are_answered(client, site, query):
    assert client.get(f"/changes/?{query}").status_code == 200
    assert client.get(f"/changes/feed.atom?{query}").status_code == 200


def test_unpublished_files_are_no_news(client):
    board = make_board()
    for state in Submission.State:
        make_submission(state=state, filename=f"{state}.csv", decided_at=NOW)
    make_entry(
        board,
        submission=make_submission(state="HELD", decided_at=NOW, filename="held.csv"),
        quality=0.5,
        energy=1,
    )

    assert Question().page(20) == []


FEEDS = ("/changes/feed.atom", "/boards/trivia/feed.atom", "/changes/feed.atom?q=better")


@pytest.mark.parametrize("address", FEEDS)
def test_feeds_keep_the_rules_of_atom(client, site, address):
    response = client.get(address)
    feed = ElementTree.fromstring(response.content)

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert feed.tag == f"{ATOM}feed"
    hold_to_rfc_4287(feed)
    entries = feed.findall(f"{ATOM}entry")
    # Of “Better”: it came, its file was withdrawn, it went.
    assert len(entries) == (3 if "q=" in address else 7)
    assert len({text_at(one, "id") for one in entries}) == len(entries)
    assert text_at(feed, "updated") == max(text_at(one, "updated") for one in entries)
    own = [one.get("href") for one in feed.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert own == [f"http://testserver{address}"]


def text_at(part: ElementTree.Element, *names: str) -> str:
    found = part.findtext("/".join(f"{ATOM}{name}" for name in names))
    assert found is not None
    return found


def hold_to_rfc_4287(feed: ElementTree.Element) -> None:
    """Sections 4.1.1 and 4.1.2: what a feed and an entry must have once, and how dates look."""
    has_author = bool(feed.findall(f"{ATOM}author/{ATOM}name"))
    for part in [feed, *feed.findall(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):
            (found,) = part.findall(f"{ATOM}{name}")
            assert (found.text or "").strip()
        date = text_at(part, "updated")
        assert datetime.fromisoformat(date).tzinfo is not None
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", date)
        name = text_at(part, "id")
        assert re.fullmatch(r"tag:[\w.-]+,\d{4}-\d\d-\d\d:[\w/.?=&%+-]+", name), name
        links = part.findall(f"{ATOM}link")
        alternate = [one for one in links if one.get("rel", "alternate") == "alternate"]
        assert len(alternate) == 1
        assert all(urlsplit(one.get("href", "")).scheme == "http" for one in links)
        assert has_author or part.findall(f"{ATOM}author/{ATOM}name")
    for one in feed.findall(f"{ATOM}entry"):
        assert len(one.findall(f"{ATOM}summary")) <= 1


def test_a_feed_that_has_not_changed_is_not_sent_again(client, site):
    tag = client.get("/changes/feed.atom")["ETag"]

    again = client.get("/changes/feed.atom", headers={"if-none-match": tag})
    site.entry(quality=0.9, energy=1)
    site.publish()
    later = client.get("/changes/feed.atom", headers={"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert later.status_code == 200


def test_an_empty_feed_is_valid_and_steady(client):
    first = client.get("/changes/feed.atom")

    hold_to_rfc_4287(ElementTree.fromstring(first.content))
    assert client.get(
        "/changes/feed.atom", headers={"if-none-match": first["ETag"]}
    ).status_code == (304)


def test_pages_lead_to_their_feeds(client, site):
    link = 'rel="alternate" type="application/atom+xml"'

    assert f'{link} title="All changes" href="/changes/feed.atom"' in text_of(client.get("/"))
    assert 'href="/boards/trivia/feed.atom"' in text_of(client.get("/boards/trivia/history/"))
    board = text_of(client.get("/boards/trivia/"))
    assert f'{link} title="Changes of Trivia" href="/boards/trivia/feed.atom"' in board
    assert '<a href="/boards/trivia/feed.atom">' in board
    assert 'href="/changes/feed.atom?q=better"' in text_of(client.get("/changes/?q=better"))


def test_the_newest_moves_are_there_for_the_home_page(site):
    assert told(latest(3)) == [("frontier", 4), ("frontier", 3), ("frontier", 2)]
    assert [str(entry) for entry in latest(3)[1].entered] == ["Old"]


def test_the_log_takes_as_many_queries_for_many_events(client):
    counts = []
    for events in (2, 12):
        for number in range(events):
            site = Site()
            site.at += timedelta(days=number)
            site.entry(quality=0.5, energy=5)
            site.publish()
            site.entry(quality=0.6, energy=5)
            site.publish()
        with CaptureQueriesContext(connection) as queries:
            client.get("/changes/")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


def test_hostile_names_are_text_in_page_and_feed(client):
    site = Site(title=CANARY)
    site.entry(model=CANARY, quality=0.5, energy=5)
    site.publish()
    site.entry(model=CANARY, quality=0.6, energy=5)
    site.publish()

    assert CANARY not in text_of(client.get("/changes/"))
    feed = client.get("/changes/feed.atom").content
    assert CANARY not in feed.decode()
    parsed = ElementTree.fromstring(feed)
    assert CANARY in text_at(parsed, "entry", "title")
    # Summaries are HTML inside the XML.
    assert CANARY not in text_at(parsed, "entry", "summary")
    assert CANARY in unescape(text_at(parsed, "entry", "summary"))
