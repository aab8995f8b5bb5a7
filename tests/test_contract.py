"""The three commands that tests from outside begin with."""

import json
import os
import random
import re
import shlex
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from ingest import integrity, pipeline
from ingest.board_integrity import peeled
from ingest.integrity import Digest
from ingest.management.commands import seed_demo
from leaderboard import chances, estimates, frontiers
from leaderboard.core import metrics
from leaderboard.models import (
    Board,
    Chance,
    Entry,
    Estimate,
    Measurement,
    Placement,
    Run,
    Submission,
    SubmissionChunk,
)
from tests import oracles
from tests.builders import make_entry, make_submission, make_task, make_user, refresh
from tests.ingest.files import csv, make_catalogue, row, sent
from tests.ingest.test_archives import zipped

pytestmark = pytest.mark.django_db

LIMITS = {
    "max_upload_bytes",
    "max_decoded_bytes",
    "max_rows",
    "max_columns",
    "max_cell_chars",
    "max_members",
    "max_ratio",
    "max_json_depth",
    "parse_seconds",
    "lease_seconds",
    "sweep_seconds",
    "max_attempts",
    "uploads_per_day",
    "page_size_max",
    "login_failures",
    "statement_timeout_ms",
}


def printed(command: str, *arguments: str) -> dict:
    """What a command prints, as JSON."""
    out = StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def verified() -> dict:
    return printed("verify_integrity")


def breaches() -> list[str]:
    """What the verification complains of; its exit code must say so too."""
    out = StringIO()
    try:
        call_command("verify_integrity", "--json", stdout=out)
    except CommandError:
        found = json.loads(out.getvalue())["breaches"]
        assert found
        return found
    assert json.loads(out.getvalue())["breaches"] == []
    return []


# acceptance_info


def test_every_address_leads_somewhere():
    found = printed("acceptance_info")["urls"]

    given = {name: path for name, path in found.items() if path}
    assert set(found) - set(given) == {"metrics"}
    for name, path in given.items():
        kind = "00000000-0000-0000-0000-000000000000" if "submissions" in path else "demo"
        assert resolve(path.replace("{id}", kind)).view_name, name
    assert [name for name, path in given.items() if "{id}" in path] == [
        "submission",
        "rows",
        "board",
        "frontier",
        "export",
        "raw",
    ]


def test_all_limits_are_named_and_none_is_made_up(settings):
    limits = printed("acceptance_info")["limits"]

    assert set(limits) == LIMITS
    assert limits["max_attempts"] == settings.MAX_ATTEMPTS
    assert limits["uploads_per_day"] == 500
    assert limits["login_failures"] is None
    # The supervisor gives it to the web server.
    supervisor = (settings.BASE_DIR / "deploy" / "supervisord.conf").read_text()
    assert f'STATEMENT_TIMEOUT_MS="{limits["statement_timeout_ms"]}"' in supervisor


def test_each_role_has_a_command_for_a_shell():
    procs = printed("acceptance_info")["procs"]

    assert set(procs) == {"web", "worker", "beat"}
    for command in procs.values():
        assert "%(" not in command
        assert "python" in shlex.split(command)[0]
    assert "$PORT" in procs["web"]


# seed_demo


def test_a_demo_is_a_board_with_rows_and_accounts_that_work():
    made = printed("seed_demo", "--seed", "3", "--rows", "40")

    assert (made["status"], made["boards"], made["rows"]) == ("published", ["demo"], 40)
    assert Run.objects.count() == 40
    assert Board.objects.get(slug="demo").placements.live().exists()
    for account in made["users"]:
        client = Client()
        assert client.login(username=account["username"], password=account["password"])
        headers = {"Authorization": f"Bearer {account['token']}"}
        me = Client().get("/api/v1/me/", headers=headers).json()
        assert (me["username"], me["is_editor"]) == (account["username"], account["is_staff"])
        assert made["tokens"][account["username"]] == account["token"]


def test_the_same_seed_adds_nothing_and_ends_the_old_tokens():
    first = printed("seed_demo", "--rows", "5")
    again = printed("seed_demo", "--rows", "5")
    other = printed("seed_demo", "--rows", "5", "--seed", "2")

    assert first["submission"] == again["submission"] != other["submission"]
    assert Run.objects.count() == 10
    headers = {"Authorization": f"Bearer {first['tokens']['demo-sender']}"}
    assert Client().get("/api/v1/me/", headers=headers).status_code == 401


def test_without_rows_only_accounts_and_board_are_made():
    made = printed("seed_demo", "--rows", "0")

    assert (made["submission"], Run.objects.count()) == (None, 0)


def test_rows_of_the_template_are_valid_and_each_another_entry():
    printed("seed_demo", "--rows", "0")
    template = printed("seed_demo", "--template")
    rng = random.Random(1)
    lines = [template["row"].format(i=i, r=rng.choice([rng.random(), i + 1])) for i in range(120)]

    submission = sent("\n".join([template["header"], *lines]).encode())

    assert (submission.state, submission.issues) == ("PUBLISHED", [])
    assert Entry.objects.count() == 120
    assert set(re.findall(r"{(\w)}", seed_demo.PATTERN)) == {"i", "r"}


# verify_integrity


@pytest.fixture
def published() -> Submission:
    make_catalogue()
    return sent(csv(*(row(n) for n in range(1, 12))))


def test_a_site_that_is_whole_has_no_breaches(published):
    withdrawn = sent(csv(row(50)))
    for board in pipeline.withdraw(withdrawn.pk, at=timezone.now()):
        frontiers.refresh(board, at=timezone.now())
    rejected = sent(csv(row(1, model="tinny")))

    found = verified()

    assert found["breaches"] == []
    assert [(one["status"], one["rows"]) for one in found["submissions"]] == [
        ("published", 11),
        ("withdrawn", 1),
        ("rejected", 0),
    ]
    assert [one["raw_sha256"] for one in found["submissions"]] == [
        published.sha256,
        withdrawn.sha256,
        rejected.sha256,
    ]
    assert found["frontiers"][0]["version"] == Board.objects.get().latest
    assert found["orphans"] | {"temp": 0} == {"files": 0, "rows": 0, "temp": 0}
    assert found["audit"] is None


def test_digests_depend_on_the_rows_alone(published):
    before = verified()
    content = csv(*(row(n) for n in range(1, 12)))
    entries = [
        {
            "model": "acme/tiny",
            "task": "riddles",
            "hardware": "ACME Card 9",
            "settings": {"batch": n},
            "values": {
                "quality": {"value": 50 + n, "unit": "%"},
                "node_energy": {"value": f"{100 + n}.0", "unit": "J"},
                "latency": {"value": 0.5, "unit": "s"},
            },
        }
        for n in range(1, 12)
    ]
    document = {"format": "efficiency-frontier", "version": 1, "entries": entries}
    sent(content + b"\n")
    sent(json.dumps(document).encode())

    after = verified()

    assert len({one["rows_digest"] for one in after["submissions"]}) == 1
    assert after["frontiers"][0]["digest"] == before["frontiers"][0]["digest"]


def test_a_site_that_is_looked_at_in_small_parts_is_the_same(published, monkeypatch):
    other = make_user()
    content = csv(*(row(n, energy=101 + n) for n in range(20, 3, -1)))
    for sent_again in (content, content + b"\n"):
        sent(sent_again, by=other)
    whole = verified()
    monkeypatch.setattr(integrity, "BATCH", 3)

    assert verified() == whole
    assert (whole["breaches"], [one["rows"] for one in whole["submissions"]]) == ([], [11, 17, 0])
    Estimate.objects.filter(metric="latency").update(value=0.6, high=0.6)
    assert any("20 estimates are not those of the runs" in breach for breach in breaches())


def test_files_of_several_formats_sent_as_one_have_no_breaches(published):
    entry = {
        "model": "acme/tiny",
        "task": "riddles",
        "hardware": "ACME Card 9",
        "settings": {"batch": 77},
        "values": {"quality": {"value": 50, "unit": "%"}},
    }
    document = {"format": "efficiency-frontier", "version": 1, "entries": [entry]}
    parts = [("a.csv", csv(row(50), row(51))), ("b.json", json.dumps(document).encode())]
    submission = sent(zipped(parts), filename="x.zip")

    assert (submission.state, submission.runs.count()) == ("PUBLISHED", 3)
    assert breaches() == []


def test_the_work_grows_with_the_rows_and_no_faster(monkeypatch):
    """Twice the batches ask twice the questions, and none of them about more rows."""
    monkeypatch.setattr(integrity, "BATCH", 10)
    make_catalogue()
    counts = []
    for start in (0, 100):
        sent(csv(*(row(n) for n in range(start + 1, start + 101))))
        with CaptureQueriesContext(connection) as asked:
            assert breaches() == []
        counts.append(len(asked))

    assert counts[1] - counts[0] <= counts[0]


def test_changed_bytes_are_found(published):
    chunk = SubmissionChunk.objects.get()
    SubmissionChunk.objects.update(bytes=bytes(chunk.bytes).replace(b"101", b"102"))

    found = breaches()

    assert any("bytes are not those" in breach for breach in found)
    assert any("numbers are not those of its file" in breach for breach in found)


def test_lost_bytes_are_found(published):
    SubmissionChunk.objects.all().delete()

    assert any("lost their bytes" in breach for breach in breaches())


def test_a_changed_number_is_found(published):
    one = Measurement.objects.filter(metric="node_energy")[0]
    Measurement.objects.filter(run=one.run, metric="node_energy").update(value=1, low=1, high=1)

    found = breaches()

    assert any("numbers are not those of its file" in breach for breach in found)
    assert any("estimates are not those of the runs" in breach for breach in found)


@pytest.mark.parametrize("number", [1, 5])
def test_a_lost_or_doubled_run_is_found(published, number):
    run = Run.objects.get(row=number)
    if number == 1:
        run.delete()
    else:
        Run.objects.create(submission=published, entry=run.entry, row=99)

    assert any("runs, its file 11" in breach for breach in breaches())


def test_a_run_of_a_file_that_was_never_published_is_found(published):
    make_entry(make_task(), submission=make_submission(state="REJECTED", size=0), quality=0.5)

    found = breaches()

    assert any("is rejected and has 1 runs" in breach for breach in found)


@pytest.mark.parametrize("state", ["HELD", "EMBARGOED"])
def test_a_file_that_waits_to_be_public_may_have_runs(published, state):
    hidden = make_submission(state=state, size=0, submitted_by=make_user())
    Run.objects.create(submission=hidden, entry=Entry.objects.all()[0], row=1).measurements.create(
        metric="latency", origin="REPORTED", value=1, low=1, high=1, raw_value="1", raw_unit="s"
    )

    assert not [breach for breach in breaches() if "never published" in breach]


def test_a_changed_estimate_is_found(published):
    Estimate.objects.filter(metric="latency").update(value=0.6, high=0.6)

    assert any("11 estimates are not those of the runs" in breach for breach in breaches())


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("leaderboard_method", "11 entries without what they name"),
        ("leaderboard_entry", "11 runs without their entry"),
        ("leaderboard_submission", "11 runs without their submission"),
        ("leaderboard_run", "33 measurements without their run"),
    ],
)
def test_rows_that_belong_to_nothing_are_found(published, table, found):
    """No site does this; whoever works on the database by hand may."""
    with connection.cursor() as cursor:
        for holding_on in ("leaderboard_submissionchunk", "leaderboard_placement"):
            cursor.execute(f"DELETE FROM {holding_on}")
        cursor.execute(f"DELETE FROM {table}")

    assert found in breaches()


def test_an_estimate_of_nothing_is_found(published):
    entry = Entry.objects.all()[0]
    Estimate.objects.create(
        entry=entry, task=entry.task, metric="memory", origin=0, value=1, low=1, high=1, runs=1
    )

    assert any("estimates are not those of the runs" in breach for breach in breaches())


def test_a_placement_that_is_wrong_missing_or_too_many_is_found(published):
    placement = Placement.objects.filter(layer=1)[0]

    Placement.objects.filter(pk=placement.pk).update(layer=2)
    assert any("placements are not those" in breach for breach in breaches())
    Placement.objects.filter(pk=placement.pk).update(layer=1, point=[0.5, 1.0])
    assert any("placements are not those" in breach for breach in breaches())
    placement.delete()
    assert any("placements are not those" in breach for breach in breaches())


def test_a_lost_version_is_found(published):
    Board.objects.get().frontiers.all().delete()

    assert any("versions are not 1 to 1" in breach for breach in breaches())


def test_a_chance_that_is_missing_is_found(published):
    board = Board.objects.get()
    chances.work_out(board.pk, at=timezone.now())
    assert breaches() == []

    Chance.objects.filter(entry=Placement.objects.filter(layer=1)[0].entry).delete()

    assert any("no chance to be on it" in breach for breach in breaches())


def test_a_board_with_work_waiting_is_not_blamed(published):
    entry = Entry.objects.all()[0]
    Submission.objects.update(state="WITHDRAWN")
    estimates.refresh(Entry.objects.values_list("pk", flat=True))

    found = verified()

    assert found["frontiers"][0]["waiting"] >= 1
    refresh(Board.objects.get())
    assert verified()["frontiers"][0]["waiting"] == 0
    assert not entry.estimates.exists()


def test_verifying_changes_nothing(published):
    before = list(Submission.objects.values()), list(Placement.objects.values())

    verified()

    assert (list(Submission.objects.values()), list(Placement.objects.values())) == before


@pytest.mark.parametrize("seed", range(20))
def test_the_verifications_own_layers_are_the_definitions(seed):
    rng = random.Random(seed)
    objectives = rng.sample(["quality", "node_energy", "latency", "throughput"], rng.randint(1, 4))
    points = [
        tuple(rng.choice([0.1, 0.2, 0.3, rng.random()]) for _ in objectives)
        for _ in range(rng.randint(0, 40))
    ]
    directions = [metrics.get(metric).better for metric in objectives]

    shaped = np.array(points).reshape(len(points), len(objectives))
    found = peeled(np.arange(100, 100 + len(points)), shaped, objectives, 3)

    layers = oracles.peeled(points, directions)
    assert found == {
        100 + place: (layer, point)
        for place, (point, layer) in enumerate(zip(points, layers, strict=True))
        if layer <= 3
    }


def test_a_digest_is_of_a_multiset():
    one, two = ("a", 1, 0.5), ("b", 2, 0.25)

    assert str(Digest([one, two])) == str(Digest([two, one]))
    assert str(Digest([one])) != str(Digest([one, one]))
    assert str(Digest([one])) != str(Digest([("a", 1, 0.5000000000000001)]))
    assert len(str(Digest())) == 64


def test_uploads_that_were_cut_off_are_counted(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    (tmp_path / "tmpabc.upload.csv").touch()
    assert integrity.cut_off() == []

    os.utime(tmp_path / "tmpabc.upload.csv", (0, 0))
    assert len(integrity.cut_off()) == 1


def test_a_user_without_submissions_is_no_breach():
    make_user()

    assert breaches() == []
