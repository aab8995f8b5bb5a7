"""The way of a file: received, checked, published, ranked. No broker, no worker."""

import gc
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone

from ingest import files, pipeline
from ingest.resolve import ContextError
from leaderboard import frontiers
from leaderboard.filters import Filters
from leaderboard.models import (
    Board,
    Entry,
    Estimate,
    Measurement,
    Run,
    Submission,
    SubmissionChunk,
    SubmissionRow,
)
from leaderboard.standings import Standings
from tests.builders import make_user
from tests.ingest.files import HEADER, csv, make_catalogue, received, row, sent

pytestmark = pytest.mark.django_db


def facts() -> tuple[int, ...]:
    models = (Entry, Run, Measurement, Estimate)
    return tuple(model.objects.count() for model in models)


def codes(submission: Submission) -> list[str]:
    return [issue["code"] for issue in submission.issues]


def test_a_clean_file_is_published_with_its_estimates_and_a_board():
    make_catalogue()

    submission = sent(csv(row(1), row(2), row(3)))

    assert submission.state == "PUBLISHED"
    assert submission.summary["entries"] == 3
    board = Board.objects.get(task__slug="riddles")
    assert board.metrics == ("quality", "node_energy", "material", "cost")
    # Nobody has a mass or a price: those two objectives are set aside. Each row trades quality
    # against energy, so all three are on the frontier.
    assert board.frontiers.get().objectives == ["quality", "node_energy"]
    assert board.placements.live().filter(layer=1).count() == 3


def test_a_written_number_keeps_what_was_written_and_how_it_was_converted():
    make_catalogue()
    header = "model,task,hardware,samples,quality [%],node_energy per run [kWh]"

    sent(csv("tiny,riddles,card-9,500,61.5,0.25", header=header))

    energy = Measurement.objects.get(metric="node_energy")
    assert (energy.raw_value, energy.raw_unit, energy.divisor) == ("0.25", "kWh", 500)
    assert energy.value == pytest.approx(0.25 * 3.6e6 / 500)
    quality = Measurement.objects.get(metric="quality")
    assert quality.value == pytest.approx(0.615)


def test_the_same_file_twice_is_the_same_submission():
    make_catalogue()
    sender = make_user()

    first = sent(csv(), by=sender)
    before = facts()
    second = sent(csv(), by=sender)

    assert second.pk == first.pk
    assert facts() == before
    assert SubmissionChunk.objects.count() == 1


def test_checking_a_published_submission_again_changes_nothing():
    make_catalogue()
    submission = sent(csv(row(1), row(2)))
    before = facts()

    assert pipeline.ingest(submission.pk, at=timezone.now()) == set()

    assert facts() == before


def test_one_bad_row_keeps_the_file_off_the_board_and_every_problem_is_told():
    make_catalogue()
    bad = [
        row(1),
        row(2, energy=""),
        row(3, quality="nan?"),
        row(4, hardware="Card 8"),
        row(5, model="Tinny"),
        row(6, energy="inf"),
        row(7, quality=140),
        row(8, energy=-1),
        row(9, energy=0),
        row(10, task=""),
    ]

    submission = sent(csv(*bad))

    assert submission.state == "REJECTED"
    assert facts() == (0, 0, 0, 0)
    found = {
        (number, issue["code"])
        for issue in submission.issues
        for number in [issue["row"], *issue["also_rows"]]
    }
    assert found == {
        (3, "number.invalid"),
        (4, "hardware.unknown"),
        (5, "model.unknown"),
        (6, "number.invalid"),
        (7, "quality.range"),
        (8, "value.negative"),
        (9, "value.zero"),
        (10, "task.missing"),
    }
    assert SubmissionRow.objects.filter(submission=submission).count() == 10
    kept = SubmissionRow.objects.get(submission=submission, row=4)
    assert kept.sent["hardware"] == "Card 8"
    assert [issue["code"] for issue in kept.issues] == ["hardware.unknown"]


def test_a_missing_value_is_missing_and_never_zero():
    make_catalogue()

    sent(csv(row(1), row(2, energy="")))

    board = Board.objects.get()
    standings = Standings(board, Filters.read(QueryDict(), board, ("quality", "node_energy")))
    assert len(standings) == 1
    assert {metric: len(ids) for metric, ids in standings.lacking.items()} == {"node_energy": 1}
    assert Estimate.objects.filter(metric="node_energy").count() == 1


def test_unknown_names_come_with_near_ones():
    make_catalogue()

    submission = sent(csv(row(hardware="ACME Card 8", model="acme/tinny")))

    expected = {issue["code"]: issue["expected"] for issue in submission.issues}
    assert expected == {"hardware.unknown": ["card-9"], "model.unknown": ["tiny"]}


def test_what_the_file_calls_otherwise_is_mapped_by_its_sender():
    make_catalogue()
    sender = make_user()
    content = csv(row(1, hardware="lab-1"), row(2, hardware="lab-1"))

    refused = sent(content, by=sender)
    assert refused.state == "REJECTED"
    assert refused.summary["asked"] == {"hardware": {"lab-1": 2}}

    pipeline.recheck(refused.pk, at=timezone.now(), context={"hardware": {"lab-1": "Card 9"}})
    pipeline.ingest(refused.pk, at=timezone.now())

    refused.refresh_from_db()
    assert refused.state == "PUBLISHED"
    assert Entry.objects.filter(hardware__slug="card-9").count() == 2


def test_a_word_for_the_whole_file_does_not_overrule_a_known_name():
    make_catalogue()

    submission = sent(csv(row(1), row(2, hardware="")), context={"hardware": "Card 9"})

    assert submission.state == "PUBLISHED"
    assert set(Entry.objects.values_list("hardware__slug", flat=True)) == {"card-9"}


@pytest.mark.parametrize(
    "context",
    [["A100"], {"gpu": "A100"}, {"samples": "many"}, {"samples": 0}, {"hardware": {"x": [1]}}],
)
def test_a_context_that_can_not_be_used_is_refused_before_anything_is_kept(context):
    with pytest.raises(ContextError):
        received(csv(), context=context)

    assert Submission.objects.count() == 0


def test_totals_without_a_number_of_samples_are_asked_about():
    make_catalogue()
    header = "model,task,hardware,quality [%],node_energy per run [J]"
    content = csv("tiny,riddles,card-9,61.5,1000", header=header)

    assert codes(sent(content)) == ["samples.missing"]

    submission = sent(content, context={"samples": 50})
    assert submission.state == "PUBLISHED"
    assert Measurement.objects.get(metric="node_energy").value == 20


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "format.unknown"),
        (b"\x00\x01\x02\xff" * 400, "format.unknown"),
        (b"a,b,c\n1,2,3\n", "format.unknown"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "file.pointer"),
        (b"\n<!DOCTYPE html>\n<html><body>runs.csv</body></html>", "file.page"),
        (HEADER.encode(), "rows.missing"),
        (csv(row(1)) + b"\n\xff\xfe", "file.encoding"),
        (csv(row(1)).replace(b" [J]", b""), "unit.missing"),
        (csv(row(1)).replace(b"[J]", b"[m]"), "unit.unknown"),
        (csv(row(1)).replace(b"node_energy", b"note_energy"), "metric.unknown"),
    ],
)
def test_what_can_not_be_read_is_told_with_a_code_and_nothing_is_published(content, code):
    make_catalogue()

    submission = sent(content)

    assert submission.state == "REJECTED"
    assert code in codes(submission)
    assert facts() == (0, 0, 0, 0)
    assert b"".join(files.whole(submission)) == content


def test_a_file_too_large_is_refused_while_it_comes_in(settings):
    settings.LIMITS = settings.LIMITS | {"max_upload_bytes": 100}

    with pytest.raises(files.TooLarge):
        received(csv(*(row(number) for number in range(1, 50))))

    assert (Submission.objects.count(), SubmissionChunk.objects.count()) == (0, 0)


def test_the_web_way_stops_at_the_check_and_publishes_when_asked():
    make_catalogue()
    sender = make_user()
    submission = sent(csv(row(1), row(2)), by=sender, publish="NO")
    assert (submission.state, facts()) == ("CHECKED", (0, 0, 0, 0))

    pipeline.publish(submission.pk, by=sender)
    boards = pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"
    assert boards == set(Board.objects.values_list("pk", flat=True))
    assert Run.objects.count() == 2


def test_a_checked_file_with_errors_can_not_be_published():
    make_catalogue()
    sender = make_user()
    submission = sent(csv(row(quality="?")), by=sender, publish="NO")

    with pytest.raises(pipeline.NotAllowed):
        pipeline.publish(submission.pk, by=sender)


def test_with_review_of_everything_a_clean_file_waits_for_an_editor(settings):
    settings.REVIEW = "all"
    make_catalogue()
    submission = sent(csv())
    # Written, so that its sender can look at it, but nothing of it counts.
    assert (submission.state, facts()) == ("HELD", (1, 1, 3, 0))

    with pytest.raises(pipeline.NotAllowed):
        pipeline.publish(submission.pk, by=submission.submitted_by)
    pipeline.publish(submission.pk, by=make_user(is_staff=True))
    pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"


def test_withdrawing_the_best_reopens_the_frontier():
    make_catalogue()
    best = sent(csv(row(1, quality=90, energy=1)))
    sent(csv(row(2, quality=50, energy=5)))
    board = Board.objects.get()
    assert board.placements.live().get(layer=1).point == [0.9, 1.0]

    for pk in pipeline.withdraw(best.pk, at=timezone.now(), reason="wrong meter"):
        frontiers.refresh(pk, at=timezone.now())

    assert board.placements.live().get().point == [0.5, 5.0]
    assert Run.objects.count() == 2  # the evidence stays
    best.refresh_from_db()
    assert (best.state, best.summary["reason"]) == ("WITHDRAWN", "wrong meter")


def test_runs_of_one_entry_are_pooled():
    make_catalogue()

    sent(csv(row(1, energy=100)))
    sent(csv(row(1, energy=130)), filename="again.csv")
    sent(csv(row(1, energy=110)), filename="once more.csv")

    energy = Estimate.objects.get(metric="node_energy")
    assert (energy.value, energy.low, energy.high, energy.runs) == (110, 100, 130, 3)


def test_a_lease_keeps_a_second_worker_away_until_it_runs_out():
    make_catalogue()
    now = timezone.now()
    submission = received(csv())
    assert pipeline.claim(submission.pk, at=now)

    assert pipeline.claim(submission.pk, at=now + timedelta(seconds=59)) is None
    assert pipeline.claim(submission.pk, at=now + timedelta(seconds=61))
    submission.refresh_from_db()
    assert submission.attempts == 2


def test_a_worker_that_was_given_up_writes_nothing():
    make_catalogue()
    now = timezone.now()
    submission = received(csv())
    slow = pipeline.claim(submission.pk, at=now)
    assert slow
    pipeline.claim(submission.pk, at=now + timedelta(seconds=61))

    assert pipeline.worked(slow, at=now) == set()

    assert facts() == (0, 0, 0, 0)


def test_a_file_that_ends_its_workers_is_set_aside_after_three_attempts():
    make_catalogue()
    now = timezone.now()
    submission = received(csv())
    for minute in range(3):
        assert pipeline.claim(submission.pk, at=now + timedelta(minutes=2 * minute))

    assert pipeline.claim(submission.pk, at=now + timedelta(minutes=6)) is None

    submission.refresh_from_db()
    assert (submission.state, codes(submission)) == ("QUARANTINED", ["file.harmful"])


def test_the_sweep_finds_what_nobody_is_at_work_on():
    now = timezone.now()
    fresh = received(csv(row(1)), at=now)
    forgotten = received(csv(row(2)), at=now - timedelta(seconds=30))
    worked_on = received(csv(row(3)), at=now - timedelta(seconds=30))
    pipeline.claim(worked_on.pk, at=now)

    assert pipeline.waiting(at=now) == [forgotten.pk]
    assert set(pipeline.waiting(at=now + timedelta(seconds=61))) == {
        fresh.pk,
        forgotten.pk,
        worked_on.pk,
    }


def test_a_dry_run_says_the_same_as_a_real_check_and_keeps_nothing():
    make_catalogue()
    content = csv(row(1), row(2, quality="?"), row(3, hardware="nobody's"))

    report = pipeline.check([("results.csv", io.BytesIO(content))], by=AnonymousUser(), context={})
    assert Submission.objects.count() == 0

    submission = sent(content)
    assert submission.issues == report.issues
    assert submission.summary == report.summary


def test_an_entry_keeps_its_place_in_history():
    make_catalogue()
    sent(csv(row(1, quality=50, energy=5)))
    sent(csv(row(2, quality=60, energy=4)))
    board = Board.objects.get()

    assert board.placements.at(1).get(layer=1).point == [0.5, 5.0]
    assert board.placements.at(2).get(layer=1).point == [0.6, 4.0]
    assert board.placements.at(2).get(layer=2).point == [0.5, 5.0]


@pytest.mark.parametrize("content", [csv(), csv(row(energy="much")), b"no table"])
def test_python_searches_for_cycles_again_after_a_file(content):
    make_catalogue()
    assert gc.isenabled()

    sent(content)

    assert gc.isenabled()
