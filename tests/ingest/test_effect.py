"""The preview of what publishing would do, held against what publishing then does."""

import pytest
from django.utils import timezone

from ingest import pipeline
from leaderboard import frontiers
from leaderboard.models import Board, Entry, Estimate, Factor, Run, Task
from tests.builders import make_board, make_user
from tests.ingest.files import HEADER, csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender():
    make_catalogue()
    return make_user()


def publish(submission):
    pipeline.publish(submission.pk, by=submission.submitted_by)
    for board in pipeline.ingest(submission.pk, at=timezone.now()):
        frontiers.refresh(board, at=timezone.now())
    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"


def on_frontier(board) -> set[int]:
    return set(board.placements.live().filter(layer=1).values_list("entry", flat=True))


def standings(submission):
    (found,) = submission.effect["boards"]
    return {one["row"]: one for one in found["standings"]}, found


def test_the_preview_says_what_publishing_then_does(sender):
    """Ten entries are there, ten more come: layers, entrants and leavers as the board has them."""
    sent(csv(*(row(n, quality=50 + n, energy=100 + 3 * n) for n in range(1, 11))), by=sender)
    board = Board.objects.get()
    before = on_frontier(board)

    submission = sent(
        csv(*(row(20 + n, quality=48 + n * 2, energy=90 + n * n) for n in range(1, 11))),
        by=sender,
        publish="NO",
    )

    rows, found = standings(submission)
    assert Run.objects.count() == 10  # nothing was written
    publish(submission)
    ours = Run.objects.filter(submission=submission).values_list("row", "entry")
    for number, entry in ours:
        live = board.placements.live().filter(entry=entry).first()
        assert rows[number]["layer"] == (live.layer if live else 0)
    after = on_frontier(board)
    assert found["enter"] == len(after - before) > 0
    assert len(found["leave"]) == min(len(before - after), 5) > 0


def test_ranks_count_who_is_certainly_ahead(sender):
    sent(csv(row(1, quality=90), row(2, quality=70), row(3, quality=50)), by=sender)

    submission = sent(csv(row(4, quality=80)), by=sender, publish="NO")

    rows, _ = standings(submission)
    assert rows[1]["values"]["quality"][3:] == [2, 2]


def test_who_would_be_dominated_is_named(sender):
    sent(csv(row(1, quality=60, energy=100), row(2, quality=99, energy=10)), by=sender)

    submission = sent(csv(row(3, quality=70, energy=90)), by=sender, publish="NO")

    rows, _ = standings(submission)
    assert (rows[1]["dominates"], rows[1]["dominated_by"]) == (1, 1)
    assert len(rows[1]["beaten"]) == len(rows[1]["beating"]) == 1


def test_a_metric_that_the_file_is_the_first_to_bring_ranks_in_its_preview(sender):
    """Nobody has an energy yet; once one is there, the board ranks by it."""
    first = HEADER.replace(",node_energy [J],latency [s]", "")
    sent(csv("tiny,riddles,card-9,1,50", "tiny,riddles,card-9,2,60", header=first), by=sender)
    board = Board.objects.get()
    assert frontiers.ranked_by(board) == ("quality",)

    submission = sent(csv(row(3, quality=40, energy=100)), by=sender, publish="NO")

    rows, found = standings(submission)
    assert found["objectives"] == ["quality", "node_energy"]
    publish(submission)
    assert frontiers.ranked_by(board) == tuple(found["objectives"])
    assert rows[1]["layer"] == 1
    assert len(on_frontier(board)) == found["enter"] == 1


def test_a_repeat_is_ranked_with_its_pooled_value(sender):
    sent(csv(row(1, energy=100)), by=sender)

    submission = sent(csv(row(1, energy=140)), by=make_user(), publish="NO")

    rows, _ = standings(submission)
    assert rows[1]["values"]["node_energy"][:3] == [120, 100, 140]
    assert rows[1]["fate"] == "repeat"
    publish(submission)
    estimate = Estimate.objects.get(metric="node_energy")
    assert (estimate.value, estimate.low, estimate.high) == (120, 100, 140)
    assert Entry.objects.count() == 1


def test_a_conversion_is_spelled_out(sender):
    header = HEADER.replace("node_energy [J]", "node_energy per run [Wh]") + ",samples"
    submission = sent(csv(f"{row(energy=12.4)},1000", header=header), by=sender, publish="NO")

    numbers = {one["metric"]: one for one in submission.effect["lines"][0]["numbers"]}

    # 12.4 Wh are 44,640 J, over a thousand items 44.64 J each.
    assert "12.4 Wh / 1,000 " in numbers["node_energy"]["says"]
    assert numbers["node_energy"]["says"].endswith("→ 44.64 J")


def test_an_entry_without_an_objective_is_not_ranked(sender):
    sent(csv(row(1)), by=sender)

    submission = sent(csv(row(2, energy="")), by=sender, publish="NO")

    _, found = standings(submission)
    assert (found["entries"], found["ranked"], found["unranked"]) == (1, 0, 1)


def test_the_api_gives_the_preview_to_its_sender_alone(sender, client):
    submission = sent(csv(row()), by=sender, publish="NO")
    address = f"/api/v1/submissions/{submission.public_id}/preview/"
    assert client.get(address).status_code == 404

    client.force_login(sender)

    answer = client.get(address).json()
    assert answer["runs"] == 1
    assert answer["lines"][0]["numbers"]


def grid(region: str, kg_per_j: float) -> None:
    Factor.objects.create(
        kind=Factor.Kind.GRID_INTENSITY,
        region=region,
        region_name=region,
        value=kg_per_j,
        low=kg_per_j / 2,
        high=kg_per_j * 2,
        valid_from="2026-01-01",
        citation="A grid operator",
    )


def test_what_follows_is_previewed_as_it_is_then_published(sender):
    """Carbon of repeats at one place, at two places, and at a place of which nothing is known."""
    grid("Sweden", 1e-8)
    grid("Texas", 1e-7)
    board = make_board("quality", "carbon", task=Task.objects.get())
    header = f"{HEADER},region"
    first = [f"{row(n, energy=100)},Sweden" for n in range(1, 5)]
    sent(csv(*first, header=header), by=sender)
    second = [
        f"{row(1, energy=140)},Sweden",
        f"{row(2, energy=140)},Texas",
        f"{row(3, energy=140)},Atlantis",
        f"{row(9, energy=140)},Texas",
    ]

    submission = sent(csv(*second, header=header), by=make_user(), publish="NO")

    rows, found = standings(submission)
    assert rows[1]["values"]["carbon"][:3] == pytest.approx([120e-8, 50e-8, 280e-8])
    assert rows[4]["values"]["carbon"][0] == pytest.approx(140e-7)
    assert (rows.keys(), found["unranked"]) == ({1, 4}, 2)
    publish(submission)
    for number, one in rows.items():
        entry = Run.objects.get(submission=submission, row=number).entry
        stored = Estimate.objects.get(entry=entry, metric="carbon")
        assert one["values"]["carbon"][:3] == [stored.value, stored.low, stored.high]
        live = board.placements.live().filter(entry=entry).first()
        assert one["layer"] == (live.layer if live else 0)
    # The other two entries have no one grid any more.
    assert Estimate.objects.filter(metric="carbon").count() == 3
