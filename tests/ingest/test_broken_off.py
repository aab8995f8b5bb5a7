"""Senders who leave in the middle: nothing of what they sent is kept."""

import io
from typing import Any

import pytest

from efficiency_site.wsgi import Entire, application
from ingest import tasks
from leaderboard.models import ApiToken, Submission, SubmissionChunk
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, row

# A request closes its connection, and with it the transaction of a plain test.
pytestmark = pytest.mark.django_db(transaction=True)
FILE = csv(*(row(number) for number in range(1, 50)))
FORM = (
    b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\n" + FILE + b"\r\n--cut--\r\n"
)
FORM_TYPE = "multipart/form-data; boundary=cut"
BODIES = [pytest.param(FILE, "text/csv", id="body"), pytest.param(FORM, FORM_TYPE, id="form")]


@pytest.fixture(autouse=True)
def nobody_at_work(monkeypatch):
    """No worker takes up what is sent while the database is emptied."""
    monkeypatch.setattr(tasks.ingest, "delay", lambda *_: None)


def posted(body: bytes, kind: str, *, announced: int) -> int:
    """The status that a server like ours gets for a body of which this much came."""
    make_catalogue()
    _, token = ApiToken.objects.issue(make_user(), name="script")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/submissions/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(announced),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
    }
    started: list[str] = []
    list(application(environ, lambda status, headers, *_: started.append(status)))
    return int(started[0].split()[0])


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_an_entire_file_is_kept(body, kind):
    assert posted(body, kind, announced=len(body)) == 202
    assert bytes(SubmissionChunk.objects.get().bytes) == FILE


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_a_file_that_broke_off_is_not(body, kind, share):
    status = posted(body[: int(share * len(body))], kind, announced=len(body))

    assert status == 400
    assert not Submission.objects.exists()
    assert not SubmissionChunk.objects.exists()


def test_a_body_is_read_to_its_length_and_no_further():
    stream = Entire(io.BytesIO(b"one\ntwo\nthree"), 8)

    assert (stream.readline(), stream.read(), stream.read(), stream.readline()) == (
        *(b"one\n", b"two\n"),
        *(b"", b""),
    )
