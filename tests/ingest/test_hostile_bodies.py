"""Bodies that no client of ours sends, at each door of the API that takes JSON."""

import pytest

from leaderboard.models import ApiToken
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db
BODIES = {
    "deep lists": b"[" * 50_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a long number": b'{"samples": ' + b"9" * 5_000 + b"}",
    "a word for infinity": b'{"samples": Infinity}',
    "half a pair": b'{"\\ud800": "\\udc00"}',
    "a zero character": b'{"\\u0000": "\\u0000"}',
    "no UTF-8": b'{"a": "\xff"}',
    "no object": b"[1]",
}
SUBMISSION = ["PATCH rows/1/", "POST fixes/", "POST context/", "POST check/", "POST publish/"]
OTHERS = ["POST tokens/", "POST views/", "PUT mappings/x/", "POST metrics/node_energy/compute/"]


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_a_problem_of_the_sender(client, name):
    make_catalogue()
    sender = make_user()
    _, token = ApiToken.objects.issue(sender, name="script")
    submission = sent(csv(row(1), row(2, latency="?")), by=sender)
    client.raise_request_exception = False
    doors = [
        *(door.replace(" ", f" submissions/{submission.public_id}/") for door in SUBMISSION),
        *OTHERS,
    ]

    failed = {}
    for door in doors:
        method, address = door.split()
        answer = client.generic(
            method,
            f"/api/v1/{address}",
            BODIES[name],
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        # 404 would be a door that there is not.
        if (
            answer.status_code in (404, 405)
            or answer.status_code >= 500
            or "code" not in answer.json()
        ):
            failed[door] = answer.status_code

    assert failed == {}
