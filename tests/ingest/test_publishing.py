"""What becomes of numbers beside those that were published before, and who decides about it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ingest import pipeline, quota
from leaderboard import frontiers
from leaderboard.models import AIModel, Board, Entry, Estimate, Run, Submission
from tests.builders import make_board, make_task, make_user
from tests.ingest.files import HEADER, csv, make_catalogue, received, row, sent

pytestmark = pytest.mark.django_db
NAMED = f"{HEADER},external_id"


@pytest.fixture
def sender():
    make_catalogue()
    return make_user()


def named(number=1, name="run-1", **cells):
    return f"{row(number, **cells)},{name}"


def codes(submission):
    return [issue["code"] for issue in submission.issues]


def energy() -> float:
    """The one entry's node energy, in J per item."""
    return Estimate.objects.get(metric="node_energy").value


def work(submission, at=None):
    for board in pipeline.ingest(submission.pk, at=at or timezone.now()):
        frontiers.refresh(board, at=timezone.now())
    submission.refresh_from_db()


# Beside what was published before


def test_the_same_numbers_again_change_nothing(sender):
    sent(csv(row(1), row(2)), by=sender)

    again = sent(csv(row(2), row(1)), by=sender)

    assert (again.state, again.summary["fates"]) == ("PUBLISHED", {"unchanged": 2})
    assert codes(again) == ["run.unchanged"]
    assert Run.objects.count() == 2
    assert set(Estimate.objects.values_list("runs", flat=True)) == {1}


def test_other_numbers_of_the_same_are_asked_about(sender):
    sent(csv(row(energy=100)), by=sender)

    other = sent(csv(row(energy=120)), by=sender)

    assert (other.state, codes(other)) == ("REJECTED", ["run.conflict"])
    assert "node energy 100 J, now 120 J" in other.issues[0]["message"]
    assert energy() == 100


@pytest.mark.parametrize(
    ("choice", "expected", "runs"), [("SKIP", 100, 1), ("REPLICATE", 110, 2), ("SUPERSEDE", 120, 1)]
)
def test_a_choice_answers_the_question(sender, choice, expected, runs):
    sent(csv(row(energy=100)), by=sender)
    reason = "re-measured" if choice == "SUPERSEDE" else ""

    other = sent(csv(row(energy=120)), by=sender, on_conflict=choice, reason=reason)

    assert other.state == "PUBLISHED"
    # The median of both where both count.
    assert energy() == expected
    assert Estimate.objects.get(metric="node_energy").runs == runs


def test_a_new_version_under_the_same_name_replaces_the_old_and_both_stay(sender):
    first = sent(csv(named(energy=100), header=NAMED), by=sender)
    board = Board.objects.get()
    before = board.latest

    second = sent(
        csv(named(energy=90), header=NAMED),
        by=sender,
        on_conflict="SUPERSEDE",
        reason="correction",
    )

    first.refresh_from_db()
    board.refresh_from_db()
    assert (first.state, second.state) == ("SUPERSEDED", "PUBLISHED")
    old, new = Run.objects.order_by("pk")
    assert old.replaced_by == new
    assert (energy(), board.latest) == (90, before + 1)


def test_a_name_follows_its_run_to_another_entry(sender):
    sent(csv(named(1, energy=100), header=NAMED), by=sender)

    sent(csv(named(2), header=NAMED), by=sender, on_conflict="SUPERSEDE", reason="correction")

    old, new = Entry.objects.order_by("pk")
    assert not old.estimates.exists()
    assert new.estimates.exists()


def test_two_names_are_two_runs_of_one_entry(sender):
    sent(csv(named(name="a", energy=100), header=NAMED), by=sender)

    second = sent(csv(named(name="b", energy=120), header=NAMED), by=sender)

    assert (second.state, energy()) == ("PUBLISHED", 110)


def test_the_numbers_of_others_count_beside_ours(sender):
    sent(csv(row(energy=100)), by=sender)

    other = sent(csv(row(energy=120)), by=make_user())
    same = sent(csv(row(energy=100)), by=make_user())

    assert (other.state, same.state) == ("PUBLISHED", "PUBLISHED")
    assert (codes(other), codes(same)) == ([], ["run.reproduced"])
    assert energy() == 100  # of 100, 100 and 120


def test_the_page_asks_what_becomes_of_earlier_numbers_and_keeps_the_choice(sender, client):
    sent(csv(row(energy=100)), by=sender)
    submission = sent(csv(row(energy=120)), by=sender, publish="NO")
    client.force_login(sender)
    address = submission.get_absolute_url()

    page = client.get(address).content.decode()
    assert "differs from what you published" in page
    assert "0 runs" not in page
    assert '<option value="error"' not in page

    refused = client.post(f"{address}publish/", {"on_conflict": "supersede"})
    assert refused.status_code == 400
    assert "Say why the earlier numbers are replaced." in refused.content.decode()
    assert '<option value="supersede" selected>' in refused.content.decode()

    client.post(f"{address}publish/", {"on_conflict": "supersede", "reason": "correction"})
    work(submission)
    assert (submission.state, energy()) == ("PUBLISHED", 120)


def test_the_page_of_a_file_says_how_many_of_its_runs_were_replaced(sender, client):
    first = sent(csv(row(1), row(2)), by=sender)
    sent(csv(row(1, energy=7)), by=sender, on_conflict="SUPERSEDE", reason="correction")

    page = client.get(first.get_absolute_url()).content.decode()

    assert "Of its runs, 1 gave way to later numbers." in page


def test_replacing_needs_a_reason(sender):
    submission = sent(csv(row()), by=sender, publish="NO")

    with pytest.raises(pipeline.NotAllowed):
        pipeline.publish(submission.pk, by=sender, on_conflict="SUPERSEDE")


# Part of a file


def test_the_rows_without_errors_can_be_published_alone(sender):
    content = csv(row(1), row(2, quality="?"), row(3))
    submission = sent(content, by=sender)
    assert (submission.state, Run.objects.count()) == ("REJECTED", 0)

    pipeline.publish(submission.pk, by=sender, take="VALID")
    work(submission)

    assert submission.state == "PUBLISHED"
    assert sorted(Run.objects.values_list("row", flat=True)) == [1, 3]
    assert (submission.summary["runs"], submission.summary["errors"]) == (2, 1)


def test_a_file_that_breaks_off_is_not_published_in_part(sender):
    broken = csv(row(1)) + b'\n"tiny,riddles' + b"x" * 10

    submission = sent(broken, by=sender, take="VALID")

    assert (submission.state, Run.objects.count()) == ("REJECTED", 0)


def test_a_file_of_errors_has_nothing_to_publish(sender):
    assert sent(csv(row(quality="?")), by=sender, take="VALID").state == "REJECTED"


# Embargo


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2099-12-31", datetime(2099, 12, 31, tzinfo=UTC)),
        ("2099-12-31T09:00:00+02:00", datetime(2099, 12, 31, 7, tzinfo=UTC)),
    ],
)
def test_an_embargo_is_said_on_the_page_as_a_day_or_as_a_time(sender, client, said, expected):
    submission = sent(csv(row()), by=sender, publish="NO")
    client.force_login(sender)

    client.post(f"{submission.get_absolute_url()}publish/", {"embargo_until": said})
    work(submission)

    assert (submission.state, submission.embargo_until) == ("EMBARGOED", expected)


# In UTC they are of no year.
EDGES = ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"]


@pytest.mark.parametrize("said", ["2099-02-30", "2099-12-31T09:00:00", "soon", *EDGES])
def test_an_embargo_that_is_no_time_is_refused(sender, client, said):
    submission = sent(csv(row()), by=sender, publish="NO")
    client.force_login(sender)

    answer = client.post(f"{submission.get_absolute_url()}publish/", {"embargo_until": said})

    assert answer.status_code == 400
    assert "expected a date" in answer.content.decode()
    submission.refresh_from_db()
    assert submission.state == "CHECKED"


def test_under_embargo_nothing_counts_until_the_day(sender, client):
    day = timezone.now() + timedelta(days=2)
    submission = sent(csv(row()), by=sender, embargo_until=day)
    entry = Entry.objects.get()
    assert (submission.state, Estimate.objects.count()) == ("EMBARGOED", 0)
    assert client.get(entry.get_absolute_url()).status_code == 404
    assert client.get(submission.get_absolute_url()).status_code == 404
    assert client.get("/api/v1/entries/").json()["results"] == []

    pipeline.release(at=day - timedelta(seconds=1))
    submission.refresh_from_db()
    assert submission.state == "EMBARGOED"

    later = day + timedelta(seconds=1)
    pipeline.release(at=later)
    work(submission, at=later)

    assert (submission.state, Run.objects.count()) == ("PUBLISHED", 1)
    assert client.get(entry.get_absolute_url()).status_code == 200


# Review


@pytest.fixture
def held(settings, sender):
    settings.REVIEW = "all"
    return sent(csv(row()), by=sender)


def test_an_editor_approves(held, client):
    client.force_login(make_user(is_staff=True))
    assert held.filename in client.get(reverse("review")).content.decode()

    client.post(reverse("decide", args=[held.public_id]), {"verdict": "APPROVED"})
    work(held)

    assert (held.state, energy()) == ("PUBLISHED", 101)
    assert held.decisions.get().verdict == "APPROVED"


@pytest.mark.parametrize(("verdict", "state"), [("RETURNED", "CHECKED"), ("REJECTED", "REJECTED")])
def test_an_editor_says_no_with_a_reason_that_everybody_involved_reads(
    held, client, verdict, state
):
    editor = make_user(is_staff=True)
    client.force_login(editor)
    address = reverse("decide", args=[held.public_id])
    client.post(address, {"verdict": verdict})
    held.refresh_from_db()
    assert held.state == "HELD"  # no reason, no decision

    client.post(address, {"verdict": verdict, "reason": "The power cap is missing."})

    held.refresh_from_db()
    assert (held.state, Run.objects.count()) == (state, 0)
    client.force_login(held.submitted_by)
    assert "The power cap is missing." in client.get(held.get_absolute_url()).content.decode()


def test_nobody_decides_about_their_own_and_no_stranger_does(held, client):
    held.submitted_by.is_staff = True
    held.submitted_by.save()
    for user in (held.submitted_by, make_user()):
        with pytest.raises(pipeline.NotAllowed):
            pipeline.decide(held.pk, "APPROVED", by=user, at=timezone.now())
    client.force_login(make_user())
    assert client.get(reverse("review")).status_code == 302


def test_a_held_file_that_is_withdrawn_stays_hidden(held, client):
    pipeline.withdraw(held.pk, at=timezone.now())

    assert client.get(held.get_absolute_url()).status_code == 404


# Quota


def test_a_day_has_so_many_files_and_failures_of_ours_do_not_count(sender, settings):
    settings.LIMITS = settings.LIMITS | {"uploads_per_day": 2}
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    received(csv(row(1)), by=sender, at=at)
    failed = received(csv(row(2)), by=sender, at=at)

    assert quota.of(sender, at=at).left == 0
    Submission.objects.filter(pk=failed.pk).update(state="QUARANTINED")
    assert quota.of(sender, at=at).left == 1
    assert quota.of(sender, at=at + timedelta(hours=12)).left == 2


# Why an entry is on a board, or is not


def visibility(client, entry, query=""):
    return client.get(f"/api/v1/entries/{entry.pk}/visibility/{query}").json()["boards"]


def test_a_sentence_says_why_an_entry_is_on_a_board(sender, client):
    sent(csv(row()), by=sender)

    (found,) = visibility(client, Entry.objects.get())

    assert (found["board"], found["is_shown"], found["code"]) == ("riddles", True, "shown")
    assert "frontier" in found["sentence"]


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("?model=other", "filtered", "model=other"),
        ("?quality_min=0.9", "filtered", "below the bound"),
        ("?node_energy_max=1", "filtered", "above the bound"),
        ("?q=elephant", "filtered", "elephant"),
        ("?objectives=quality,water", "metric.missing", "Water"),
    ],
)
def test_a_sentence_says_which_filter_leaves_an_entry_out(sender, client, query, code, words):
    sent(csv(row()), by=sender)

    (found,) = visibility(client, Entry.objects.get(), query)

    assert (found["is_shown"], found["code"]) == (False, code)
    assert words in found["sentence"]


def test_a_missing_metric_another_task_and_withdrawal_have_their_sentences(sender, client):
    submission = sent(csv(row(energy="")), by=sender)
    entry = Entry.objects.get()
    (found,) = visibility(client, entry, "?objectives=quality,node_energy")
    assert found["code"] == "metric.missing"

    pipeline.withdraw(submission.pk, at=timezone.now(), reason="wrong device")
    (found,) = visibility(client, entry)
    assert (found["code"], "wrong device" in found["sentence"]) == ("withdrawn", True)


def test_what_is_not_public_answers_to_its_sender_alone(sender, client, settings):
    day = timezone.now() + timedelta(days=2)
    sent(csv(row(1)), by=sender, embargo_until=day)
    settings.REVIEW = "all"
    sent(csv(row(2)), by=sender)
    embargoed, pending = Entry.objects.order_by("pk")
    for entry in (embargoed, pending):
        assert client.get(f"/api/v1/entries/{entry.pk}/visibility/").status_code == 404

    client.force_login(sender)

    assert visibility(client, embargoed)[0]["code"] == "embargoed"
    assert f"{day:%Y-%m-%d}" in visibility(client, embargoed)[0]["sentence"]
    assert visibility(client, pending)[0]["code"] == "pending"


def test_a_replaced_entry_says_so(sender, client):
    sent(csv(named(1), header=NAMED), by=sender)
    sent(csv(named(2), header=NAMED), by=sender, on_conflict="SUPERSEDE", reason="correction")

    (found,) = visibility(client, Entry.objects.order_by("pk").first())

    assert found["code"] == "superseded"
    assert "wrong" in found["sentence"]


# Names that the catalogue does not have


def test_a_new_model_and_method_come_with_the_file(sender):
    header = f"{HEADER},method"
    content = csv(f"{row(1, model='Brand New 7B')},quick trick", header=header)
    context = {"model": {"Brand New 7B": "+"}, "method": {"quick trick": "+Quick trick"}}
    checked = sent(content, by=sender, context=context, publish="NO")
    assert (checked.state, checked.summary["errors"]) == ("CHECKED", 0)
    assert not AIModel.objects.filter(is_proposed=True).exists()

    pipeline.publish(checked.pk, by=sender)
    work(checked)

    entry = Entry.objects.get()
    assert (entry.model.slug, entry.model.name) == ("brand-new-7b", "Brand New 7B")
    assert (entry.method.name, entry.method.aliases) == ("Quick trick", ["quick trick"])
    assert entry.model.is_proposed
    assert entry.method.is_proposed


def test_a_proposed_name_that_is_known_is_the_known_one(sender):
    submission = sent(csv(row(model="Brand New")), by=sender, context={"model": "+Tiny"})

    assert submission.state == "PUBLISHED"
    assert AIModel.objects.count() == 1


@pytest.mark.parametrize("kind", ["hardware", "task"])
def test_devices_and_tasks_need_an_editor(sender, kind):
    submission = sent(csv(row(1, **{kind: "Brand New"})), by=sender, context={kind: "+"})

    assert codes(submission) == [f"{kind}.unknown"]
    assert "editor" in submission.issues[0]["message"]


def test_a_replacement_is_told_field_by_field_on_both_pages(sender, client):
    sent(csv(named(1, energy=100), header=NAMED), by=sender)
    sent(
        csv(named(1, energy=90), header=NAMED),
        by=sender,
        on_conflict="SUPERSEDE",
        reason="correction",
    )

    page = client.get(Entry.objects.get().get_absolute_url()).content.decode()

    assert "the earlier numbers were wrong" in page
    assert "<del>100 J</del>" in page.replace("\u00a0", " ")
    assert "<td>90.0 J</td>" in page.replace("\u00a0", " ")
    assert "<del>0.5" not in page  # the latency is the same


def test_an_entry_under_embargo_tells_its_sender_why_it_is_hidden(sender, client):
    day = timezone.now() + timedelta(days=2)
    sent(csv(row(1)), by=sender, embargo_until=day)
    client.force_login(sender)

    page = client.get(Entry.objects.get().get_absolute_url()).content.decode()

    assert "under embargo until" in page


def test_all_names_that_are_left_empty_come_as_new_ones_with_one_tick(sender, client):
    content = csv(row(1, model="New A"), row(2, model="New B"), row(3, model="Tinny"))
    submission = sent(content, by=sender, publish="NO")
    client.force_login(sender)
    assert 'name="new:model"' in client.get(submission.get_absolute_url()).content.decode()

    client.post(
        f"{submission.get_absolute_url()}recheck/",
        {
            "asked:model:New A": "",
            "asked:model:New B": " ",
            "asked:model:Tinny": "tiny",
            "new:model": "1",
        },
    )
    work(submission)

    assert submission.context["model"] == {"New A": "+", "New B": "+", "Tinny": "tiny"}
    assert (submission.state, submission.summary["errors"]) == ("CHECKED", 0)


def test_a_board_of_another_task_says_so(sender, client):
    sent(csv(row()), by=sender)
    other = make_board(task=make_task("Trivia", slug="trivia"))

    (found,) = visibility(client, Entry.objects.get(), f"?board={other.slug}")

    assert (found["is_shown"], found["code"]) == (False, "board.other_task")
    assert "Trivia" in found["sentence"]
