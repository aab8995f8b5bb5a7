"""What a board says of real files, held against definitions, scipy and moocore.

The files go the whole way: read, resolved, published, ranked, drawn. What the site then says is
compared with a few slow lines over the estimates, which know nothing of how it was worked out.
"""

import re
from itertools import combinations, pairwise, product

import moocore
import numpy as np
import pytest
from django.db import transaction
from django.http import QueryDict
from scipy.stats import rankdata

from leaderboard import chances, frontiers, reference
from leaderboard.core import chance, metrics
from leaderboard.models import Board, Chance, Entry, Run, Submission
from leaderboard.views.board_page import BoardPage
from tests.builders import NOW, make_board
from tests.ingest.real_boards import SENDINGS, Truth, costs, dominated_by, peeled, publish

pytestmark = pytest.mark.django_db

# More boards of the same tasks: other objectives, ties, and gaps that the usual ones don't have.
MORE = {
    "mlperf-bert": ("quality", "sample_throughput", "cost"),
    "mlperf-resnet": ("quality", "node_energy", "latency"),
    "lm-arena-chat": ("arena_rating",),
    "mmlu": ("quality", "node_energy", "latency", "gpu_lives"),
    "text-to-image": ("device_energy", "latency", "abiotic_depletion"),
}
DRAWS, SEED = 2_000, 7


@pytest.fixture(scope="module")
def truths(real_data, django_db_setup, django_db_blocker):
    """Every board with what its estimates are; published once, as nothing here changes it."""
    with django_db_blocker.unblock(), transaction.atomic():
        reference.load()
        states = {one.format: publish(one, real_data).state for one in SENDINGS}
        assert states == dict.fromkeys(states, Submission.State.PUBLISHED)
        more = [make_board(*wanted, task=task_of(slug)) for slug, wanted in MORE.items()]
        for board in more:
            frontiers.refresh(board.pk, at=NOW, rebuild=True)
            chances.work_out(board.pk, at=NOW)
        yield [Truth.about(board) for board in Board.objects.order_by("pk")]
        transaction.set_rollback(True)


def task_of(slug: str):
    return Board.objects.get(slug=slug).task


def asked(truth: Truth, query: str = "") -> BoardPage:
    return BoardPage(Board.objects.get(pk=truth.board.pk), QueryDict(query))


def shares(better: np.ndarray, ends: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    worst, best = ends
    span = np.where(best > worst, best - worst, 1)
    return np.where(best > worst, (better - worst) / span, 1.0)


def turned(points: np.ndarray, objectives, among: np.ndarray) -> np.ndarray:
    """More is better; amounts that span a factor of five among these are in log."""
    found = points.copy()
    for column, metric in enumerate(objectives):
        all_of = among[:, column]
        if metric != "quality" and all_of.min() > 0 and all_of.max() / all_of.min() >= 5:
            found[:, column] = np.log(points[:, column])
    return -costs(found, objectives)


def test_the_boards_are_worth_the_name(truths):
    sizes = [len(truth.complete(truth.objectives)) for truth in truths]
    gaps = [len(truth.of) - size for truth, size in zip(truths, sizes, strict=True)]
    tied = [
        truth
        for truth in truths
        for values in [truth.numbers(truth.complete(truth.objectives), truth.objectives)]
        if len(np.unique(values[:, 0])) < len(values)
    ]

    assert len(truths) >= 28
    assert sum(sizes) > 1500
    assert sum(gap > 0 for gap in gaps) >= 10
    assert len(tied) >= 10


def test_the_stored_frontier_and_layers_are_the_definitions(truths):
    for truth in truths:
        board, objectives = Board.objects.get(pk=truth.board.pk), truth.objectives
        entries = truth.complete(objectives)
        values = truth.numbers(entries, objectives)
        layer = peeled(costs(values, objectives))
        placed = {
            entry: (int(number), point)
            for entry, number, point in zip(entries, layer, values.tolist(), strict=True)
            if number <= board.depth
        }
        live = board.placements.live().values_list("entry", "layer", "point")

        assert {entry: (number, point) for entry, number, point in live} == placed, board
        frontier = board.frontiers.get(number=board.latest)
        assert tuple(frontier.objectives) == objectives
        assert frontier.entries == int((layer == 1).sum())


def test_the_layers_of_the_page_are_the_definitions_and_moocores(truths):
    for truth in truths:
        for objectives in {truth.objectives, truth.objectives[:2], truth.objectives[-2:]}:
            standings = asked(truth, f"objectives={','.join(objectives)}").standings
            entries = truth.complete(objectives)
            cost = np.ascontiguousarray(costs(truth.numbers(entries, objectives), objectives))

            assert standings.points.entries.tolist() == entries
            assert standings.layer.tolist() == peeled(cost).tolist(), (truth.board, objectives)
            assert standings.total == len(truth.of)
            if len(objectives) > 1:
                first = moocore.is_nondominated(cost, keep_weakly=True)
                assert standings.on_frontier.tolist() == first.tolist()
                assert (standings.layer - 1).tolist() == moocore.pareto_rank(cost).tolist()


def test_who_lacks_what_is_what_the_estimates_say(truths):
    for truth in truths:
        standings = asked(truth).standings
        ranked = set(truth.complete(truth.objectives))
        lacking = {
            metric: [entry for entry in sorted(truth.of) if metric not in truth.of[entry]]
            for metric in truth.objectives
        }

        found = {metric: entries.tolist() for metric, entries in standings.lacking.items()}
        assert found == {metric: entries for metric, entries in lacking.items() if entries}
        assert len(standings.unranked) == len(truth.of) - len(ranked)


def test_rank_ranges_count_who_is_certainly_ahead_and_single_ranks_are_scipys(truths):
    for truth in truths:
        ranges, single = asked(truth).standings, asked(truth, "ranks=points").standings
        entries = truth.complete(truth.objectives)
        for metric in truth.objectives:
            value, low, high = (
                truth.numbers(entries, [metric], part)[:, 0] for part in ("value", "low", "high")
            )
            if metrics.get(metric).better > 0:
                value, low, high = -value, -high, -low
            expected = [
                [1 + int((high < one).sum()), len(low) - int((low > other).sum())]
                for one, other in zip(low, high, strict=True)
            ]
            both = [rankdata(value, method) for method in ("min", "max")]

            assert ranges.ranks(metric).tolist() == expected, (truth.board, metric)
            assert single.ranks(metric).tolist() == np.column_stack(both).astype(int).tolist()


def facets_of(entry: Entry, run: Run) -> dict[str, str]:
    """What an entry is by its own rows of the database."""
    sent = run.submission
    return {
        "model": entry.model.name,
        "developer": entry.model.developer or "not stated",
        "family": entry.model.family or "not stated",
        "hardware": entry.hardware.name,
        "vendor": entry.hardware.vendor or "not stated",
        "method": entry.method.name,
        "technique": entry.method.get_kind_display(),
        "precision": str(entry.settings.get("precision") or "not stated"),
        "engine": str(entry.settings.get("engine") or "not stated"),
        "submitter": sent.submitted_by.username,
        "level": "evidence attached",
        "year": run.measured_on[:4] or "not stated",
    }


def test_facet_counts_are_those_of_the_rows(truths):
    for truth in truths:
        stated = {}
        runs = Run.objects.filter(entry__task=truth.board.task, replaced_by=None).order_by("pk")
        for run in runs.select_related(
            "entry__model", "entry__method", "entry__hardware", "submission__submitted_by"
        ):
            stated[run.entry_id] = facets_of(run.entry, run)
        ranked = [stated[entry] for entry in truth.complete(truth.objectives)]
        slug, name = Entry.objects.filter(pk=next(iter(truth.of))).values_list(
            "hardware__slug", "hardware__name"
        )[0]
        inside = [one for one in ranked if one["hardware"] == name]
        page, filtered = asked(truth), asked(truth, f"hardware={slug}")

        for facet in ranked[0] if ranked else ():
            assert counted(page, facet) == tally(ranked, facet), (truth.board, facet)
            # A facet's own choice is set aside where its values are counted.
            others = ranked if facet == "hardware" else inside
            assert counted(filtered, facet) == tally(others, facet), (truth.board, facet)


def counted(page: BoardPage, facet: str) -> dict[str, int]:
    return {name: count for (_, name), count in page.standings.counts(facet).items()}


def tally(stated: list[dict[str, str]], facet: str) -> dict[str, int]:
    values = [one[facet] for one in stated]
    return {value: values.count(value) for value in values}


def test_the_line_of_a_chart_and_a_sample_of_it_hold_the_frontier_of_the_two(truths):
    for truth in truths:
        if len(truth.objectives) < 2:
            continue
        page, entries = asked(truth), truth.complete(truth.objectives)
        two = [page.filters.x, page.filters.y]
        cost = costs(truth.numbers(entries, two), two)
        first = {entries[place] for place in np.flatnonzero(~dominated_by(cost).any(axis=0))}
        deep = np.array(entries)[
            peeled(costs(truth.numbers(entries, truth.objectives), truth.objectives)) == 1
        ]

        chart = page.chart
        assert chart.points.entries.tolist() == entries
        assert set(chart.points.entries[chart.steps].tolist()) == first, truth.board
        across = chart.points.value[chart.steps, 0]
        assert all(one <= other for one, other in pairwise(across.tolist()))
        sample = page.standings.drawn(page.filters.x, page.filters.y, 5)
        drawn = set(page.standings.points.entries[sample].tolist())
        assert first | set(deep.tolist()) <= drawn
        assert len(drawn) <= 5 + len(first | set(deep.tolist()))


def test_the_knee_is_farthest_beyond_the_line_between_the_ends(truths):
    found = 0
    pairs = [(truth, two) for truth in truths for two in combinations(truth.objectives, 2)]
    for truth, two in pairs:
        page = asked(truth, f"x={two[0]}&y={two[1]}")
        entries = truth.complete(truth.objectives)
        values = truth.numbers(entries, two)
        first = ~dominated_by(costs(values, two)).any(axis=0)
        front = turned(values[first], two, values)
        ends = front.min(axis=0), front.max(axis=0)
        knee = page.chart.bend
        if len(np.unique(front, axis=0)) < 3:
            assert knee is None
            continue
        # From (0, 1) to (1, 0): the distance of a point by the cross product with the line.
        one = shares(front, ends) - [0.0, 1.0]
        beyond = (one[:, 0] + one[:, 1]) / np.hypot(1, 1)
        if beyond.max() <= 1e-12:
            assert knee is None
            continue
        places = np.flatnonzero(first)
        assert knee is not None, truth.board
        own = beyond[np.flatnonzero(places == knee)]
        assert own == pytest.approx(beyond.max(), abs=1e-9), truth.board
        found += 1
    assert found >= 10


def test_the_share_that_a_frontier_covers_is_counted_in_cells(truths):
    found = 0
    for truth in truths:
        objectives = truth.objectives
        values = truth.numbers(truth.complete(objectives), objectives)
        has_extent = np.ptp(values, axis=0) > 0 if len(values) else np.zeros(0, bool)
        if not has_extent.any():
            assert asked(truth).covered == ""
            continue
        # Whether an axis is in log is decided over everybody that has the metric.
        among = [truth.numbers(truth.complete([one]), [one])[:, 0] for one in objectives]
        better = np.column_stack(
            [
                turned(values[:, [k]], [one], among[k][:, None])[:, 0]
                for k, one in enumerate(objectives)
            ]
        )[:, has_extent]
        reached = shares(better, (better.min(axis=0), better.max(axis=0)))
        told = asked(truth).covered

        number = float(re.sub(r"[^\d.]", "", told)) / 100
        assert number == pytest.approx(in_cells(reached), rel=0.006, abs=6e-4), truth.board
        found += 1
    assert found >= 15


def in_cells(reached: np.ndarray) -> float:
    """The volume of [0, 1]^m below some point: the sum of the cells between all coordinates."""
    front = reached[~dominated_by(-reached).any(axis=0)]
    edges = [np.unique(np.r_[0.0, front[:, column], 1.0]) for column in range(front.shape[1])]
    volume = 0.0
    for corner in product(*(range(len(one) - 1) for one in edges)):
        top = [one[place + 1] for one, place in zip(edges, corner, strict=True)]
        if (front >= top).all(axis=1).any():
            sides = [one[place + 1] - one[place] for one, place in zip(edges, corner, strict=True)]
            volume += float(np.prod(sides))
    return volume


def test_weights_put_entries_in_the_order_of_their_scores(truths):
    for truth in truths:
        weights = {metric: place + 1.0 for place, metric in enumerate(truth.objectives)}
        query = "&".join(f"w_{metric}={weight}" for metric, weight in weights.items())
        standings = asked(truth, f"sort=score&{query}").standings
        entries = truth.complete(truth.objectives)
        if not entries:
            continue
        values = truth.numbers(entries, truth.objectives)
        better = turned(values, truth.objectives, values)
        front = better[~dominated_by(costs(values, truth.objectives)).any(axis=0)]
        is_flat = np.ptp(front, axis=0) == 0
        worst = np.where(is_flat, better.min(axis=0), front.min(axis=0))
        parts = shares(better, (worst, front.max(axis=0)))
        score = parts @ np.array(list(weights.values())) / sum(weights.values())

        assert standings.weighed is not None
        assert standings.weighed.score == pytest.approx(score, abs=1e-9), truth.board
        in_order = score[standings.order.all]
        assert (in_order[:-1] >= in_order[1:] - 1e-9).all()
        assert sorted(standings.order.all.tolist()) == list(range(len(entries)))


def test_the_chance_of_being_on_the_frontier_is_what_other_draws_say(truths):
    open_ones = 0
    for truth in truths:
        entries, objectives = truth.complete(truth.objectives), truth.objectives
        found = Chance.objects.of(Board.objects.get(pk=truth.board.pk))
        assert (found.reason, found.draws) == ("", chance.DRAWS)
        probability, error_of = found.at(np.array(entries, np.int64))

        other = simulated(
            [truth.numbers(entries, objectives, part) for part in ("value", "low", "high")],
            objectives,
        )

        fair = (other * DRAWS + 1) / (DRAWS + 2)
        error = np.sqrt(fair * (1 - fair) * (1 / DRAWS + 1 / chance.DRAWS))
        assert (np.abs(probability - other) <= 4 * error).all(), truth.board
        # What the bounds decide is so in every draw.
        is_certain = error_of == 0
        assert other[is_certain].tolist() == probability[is_certain].tolist()
        open_ones += int(((probability > 0) & (probability < 1)).sum())
    assert open_ones >= 100


def simulated(parts: list[np.ndarray], objectives) -> np.ndarray:
    """How often each row is on the frontier when every number is drawn between its bounds.

    Half of the draws fall on each side of the value, thinning out to nothing at the bound.
    """
    value, low, high = parts
    random, hits = np.random.default_rng(SEED), np.zeros(len(value))
    for _ in range(DRAWS):
        end = np.where(random.random(value.shape) < 0.5, low, high)
        # The nearer of two even draws falls off in a line.
        way = random.random((2, *value.shape)).min(axis=0)
        cost = np.ascontiguousarray(costs(value + way * (end - value), objectives))
        if cost.shape[1] == 1:
            hits += cost[:, 0] == cost[:, 0].min()
        else:
            hits += moocore.is_nondominated(cost, keep_weakly=True)
    return hits / DRAWS
