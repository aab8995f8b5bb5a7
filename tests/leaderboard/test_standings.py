"""The read model against brute force: layers, order, rank ranges, filters, in a few queries."""

import random
from typing import Any

import numpy as np
import pytest
from django.http import QueryDict

from leaderboard import frontiers, ordering, standings
from leaderboard.core import metrics, pareto
from leaderboard.core.ranks import rank_ranges
from leaderboard.filters import Filters
from leaderboard.models import Board, Estimate
from leaderboard.on_board import rank
from leaderboard.standings import Standings
from tests.builders import (
    NOW,
    make_board,
    make_entry,
    make_hardware,
    make_method,
    make_model,
    make_run,
    make_source,
    make_submission,
    make_user,
)
from tests.oracles import peeled

pytestmark = pytest.mark.django_db


def standing(board: Board, query: str = "") -> Standings:
    """The board as a reader with this address gets it."""
    filters = Filters.read(QueryDict(query), board, frontiers.ranked_by(board))
    return Standings(board, filters)


def ordered(found: Standings) -> list[int]:
    """The ranked entries in their order."""
    return found.points.entries[found.order.all].tolist()


def layers(found: Standings) -> dict[int, int]:
    return dict(zip(found.points.entries.tolist(), found.layer.tolist(), strict=True))


def some_interval(rng: random.Random) -> tuple[float, float, float]:
    low, value, high = sorted(rng.randint(1, 12) / 10 for _ in range(3))
    return low, value, high


def random_board(seed: int, *objectives: str) -> Board:
    rng = random.Random(seed)
    board = make_board(*objectives)
    for _ in range(30):
        values: dict[str, Any] = {m: some_interval(rng) for m in objectives if rng.random() > 0.1}
        make_entry(board, **values)
    return board


def values_of(metric: str) -> dict[int, Estimate]:
    return {estimate.entry_id: estimate for estimate in Estimate.objects.filter(metric=metric)}


@pytest.mark.parametrize("seed", range(4))
def test_all_layers_of_a_board_are_the_definitions(seed):
    objectives = ("quality", "node_energy", "latency", "cost")[: 2 + seed % 3]
    board = random_board(seed, *objectives)
    columns = [values_of(metric) for metric in objectives]
    ranked = sorted(set.intersection(*(set(column) for column in columns)))
    points = [tuple(column[entry].value for column in columns) for entry in ranked]
    directions = [metrics.get(metric).better for metric in objectives]

    expected = dict(zip(ranked, peeled(points, directions), strict=True))

    assert layers(standing(board)) == expected


@pytest.mark.parametrize(("metric", "better"), [("quality", 1), ("node_energy", -1)])
def test_a_rank_range_counts_those_certainly_ahead_and_those_possibly_ahead(metric, better):
    board = random_board(11, "quality", "node_energy")
    found = standing(board)
    estimates = values_of(metric)
    shown = [estimates[entry] for entry in found.points.entries.tolist()]

    def ahead(a, b) -> bool:
        return a.low > b.high if better == 1 else a.high < b.low

    expected = [
        [
            1 + sum(ahead(other, one) for other in shown),
            len(shown) - sum(ahead(one, other) for other in shown),
        ]
        for one in shown
    ]
    assert found.ranks(metric).tolist() == expected


@pytest.mark.parametrize("seed", range(3))
def test_a_rank_by_energy_tells_only_numbers_of_one_kind_apart(seed):
    rng = random.Random(seed)
    board, kind_of = make_board("quality", "node_energy"), {}
    for _ in range(25):
        origin = rng.choice(["METERED", "SENSED", "ESTIMATED", "RATED"])
        values: dict[str, Any] = {m: some_interval(rng) for m in ("quality", "node_energy")}
        entry = make_entry(board, **values, origins={"node_energy": origin})
        kind_of[entry.pk] = origin in ("METERED", "SENSED")
    found, estimates = standing(board), values_of("node_energy")
    shown = found.points.entries.tolist()

    def ahead(a: int, b: int) -> bool:
        return kind_of[a] == kind_of[b] and estimates[a].high < estimates[b].low

    expected = [
        [1 + sum(ahead(b, a) for b in shown), len(shown) - sum(ahead(a, b) for b in shown)]
        for a in shown
    ]
    some = np.array([7, 3, 20])
    assert found.ranks("node_energy").tolist() == expected
    assert found.ranks("node_energy", some).tolist() == [expected[place] for place in some]
    places = range(len(shown))
    assert [list(rank(found.points, "node_energy", place)) for place in places] == expected
    # Single ranks are by the values alone, whatever their kind.
    single = standing(board, "ranks=points").ranks("node_energy")
    assert single[np.argmin([estimates[a].value for a in shown])][0] == 1


def test_rows_come_by_layer_and_then_by_the_first_objective():
    board = make_board("quality", "node_energy")
    behind = make_entry(board, quality=0.8, energy=9)
    good = make_entry(board, quality=0.7, energy=2)
    best = make_entry(board, quality=0.9, energy=5)

    assert ordered(standing(board)) == [best.pk, good.pk, behind.pk]


@pytest.mark.parametrize(
    ("sort", "expected"), [("node_energy", [0, 1, 2]), ("-node_energy", [2, 1, 0])]
)
def test_rows_come_by_any_metric_best_or_worst_first(sort, expected):
    board = make_board("quality", "latency")
    entries = [make_entry(board, quality=0.5, latency=1, energy=energy) for energy in (1, 2, 3)]

    found = ordered(standing(board, f"sort={sort}"))

    assert found == [entries[place].pk for place in expected]


@pytest.mark.parametrize("sort", ["cost", "-cost"])
def test_rows_without_the_sorted_metric_are_kept_and_come_last(sort):
    board = make_board("quality", "node_energy")
    without = make_entry(board, quality=0.9, energy=1)
    with_cost = make_entry(board, quality=0.5, energy=5, cost=1)

    found = ordered(standing(board, f"sort={sort}"))

    assert found == [with_cost.pk, without.pk]


@pytest.mark.parametrize("few", [1, 10_000], ids=["sorted alone", "picked from the order of all"])
@pytest.mark.parametrize("query", ["", "method=b", "node_energy_max=0.9", "x=cost&y=latency"])
def test_a_stretch_of_the_order_is_that_of_all_rows(query, few, monkeypatch):
    monkeypatch.setattr(ordering, "AT_FIRST", 2)
    monkeypatch.setattr(ordering, "FEW", few)
    # Else all layers are told apart, and nothing is left to be picked.
    monkeypatch.setattr(standings, "ALL_LAYERS_UP_TO", 0)
    board = many_ties()
    for sort in ("layer", "quality", "-quality", "cost", "-cost"):
        found = standing(board, f"{query}&sort={sort}")
        expected = one_by_one(found, board.depth)
        assert len(expected) > 15
        assert ordered(found) == expected
        for start in (0, 3, len(expected) - 4, len(expected)):
            places = standing(board, f"{query}&sort={sort}").order.stretch(start, 5)
            assert found.points.entries[places].tolist() == expected[start : start + 5]
        again = standing(board, f"{query}&sort={sort}")
        assert [again.place_in_order(entry) for entry in expected] == list(range(len(expected)))


def many_ties() -> Board:
    """Sixty entries with few different numbers, a third without cost."""
    rng, methods = random.Random(3), [make_method(slug="a"), make_method(slug="b")]
    board = make_board("quality", "node_energy")
    for place in range(60):
        values: dict[str, Any] = {
            m: some_interval(rng) for m in ("quality", "node_energy", "latency", "cost")
        }
        if place % 3 == 0:
            del values["cost"]
        make_entry(board, method=methods[place % 5 > 0], **values)
    return board


def one_by_one(found: Standings, depth: int) -> list[int]:
    """Ids in the order asked for, by the definition."""
    filters = found.filters
    by = filters.y if filters.sort == "layer" else filters.sort.removeprefix("-")
    sign = metrics.get(by).better * (-1 if filters.sort.startswith("-") else 1)
    known = {entry: one.value for entry, one in values_of(by).items()}
    columns = [values_of(metric) for metric in filters.objectives]
    entries = found.points.entries.tolist()
    points = [tuple(column[entry].value for column in columns) for entry in entries]
    directions = [metrics.get(metric).better for metric in filters.objectives]
    layer = dict(zip(entries, peeled(points, directions), strict=True))

    def key(entry: int) -> tuple:
        is_deep = filters.sort == "layer" and layer[entry] > depth
        first = (is_deep, layer[entry] if not is_deep else 0) if filters.sort == "layer" else ()
        return (*first, entry not in known, -sign * known.get(entry, 0), entry)

    return sorted(entries, key=key)


def test_an_entry_without_an_objective_is_not_ranked_but_counted():
    board = make_board("quality", "node_energy", "cost")
    whole = make_entry(board, quality=0.5, energy=1, cost=1)
    no_cost = make_entry(board, quality=0.9, energy=0.1)
    nearly_nothing = make_entry(board, latency=1, cost=3)

    found = standing(board)

    assert found.points.entries.tolist() == [whole.pk]
    assert {metric: ids.tolist() for metric, ids in found.lacking.items()} == {
        "quality": [nearly_nothing.pk],
        "node_energy": [nearly_nothing.pk],
        "cost": [no_cost.pk],
    }


def test_other_objectives_rank_by_other_things():
    board = make_board("quality", "node_energy")
    a = make_entry(board, quality=0.9, energy=9, latency=1)
    b = make_entry(board, quality=0.8, energy=1, latency=2)

    assert layers(standing(board)) == {a.pk: 1, b.pk: 1}
    assert layers(standing(board, "objectives=quality,latency")) == {a.pk: 1, b.pk: 2}
    assert layers(standing(board, "objectives=energy")) == {a.pk: 2, b.pk: 1}


def test_filters_leave_what_they_say():
    board = make_board("quality", "node_energy")
    qwen = make_model("Qwen3-8B", slug="qwen3-8b", developer="Alibaba")
    llama = make_model("Llama-3", slug="llama-3", developer="Meta")
    h100 = make_hardware("NVIDIA H100", slug="nvidia-h100", vendor="NVIDIA")
    tpu = make_hardware("TPU v5", slug="tpu-v5", vendor="Google Cloud")
    awq = make_method("AWQ", slug="awq")
    numbers: dict[str, Any] = {"quality": 0.5, "energy": 5}
    one = make_entry(board, model=qwen, hardware=h100, **numbers)
    two = make_entry(board, model=qwen, hardware=tpu, **numbers)
    three = make_entry(board, model=llama, hardware=h100, method=awq, **numbers)

    def shown(query: str) -> set[int]:
        return set(ordered(standing(board, query)))

    everyone = {one.pk, two.pk, three.pk}
    assert shown("") == everyone
    assert shown("model=qwen3-8b") == {one.pk, two.pk}
    assert shown("model=qwen3-8b,llama-3") == shown("model=qwen3-8b&model=llama-3") == everyone
    assert shown("model=qwen3-8b&hardware=nvidia-h100") == {one.pk}
    assert shown("vendor=google-cloud") == {two.pk}
    assert shown("method=awq") == {three.pk}
    assert shown("model=no-such-model") == set()
    assert shown("q=meta") == {three.pk}
    assert shown("q=QWEN+h100") == {one.pk}
    assert shown("q=qwen+awq") == set()


def test_bounds_leave_what_lies_inside_them():
    board = make_board("quality", "node_energy", filters={"quality_min": 0.4})
    low, middle, high = (make_entry(board, quality=q, energy=q) for q in (0.3, 0.5, 0.7))

    assert set(ordered(standing(board))) == {middle.pk, high.pk}
    assert standing(board).outside == 1
    assert set(ordered(standing(board, "quality_min=any"))) == {low.pk, middle.pk, high.pk}
    assert ordered(standing(board, "energy_max=0.5")) == [middle.pk]
    assert ordered(standing(board, "quality_min=0.7&quality_max=0.7")) == [high.pk]


def test_only_what_was_measured_or_reported_when_asked():
    board = make_board("quality", "node_energy")
    measured = make_entry(board, quality=0.5, energy=5, origin="METERED")
    guessed = make_entry(board, quality=0.5, energy=5, origins={"node_energy": "ESTIMATED"})

    assert set(ordered(standing(board))) == {measured.pk, guessed.pk}
    assert ordered(standing(board, "origin=measured")) == [measured.pk]


def test_deep_layers_of_a_large_board_are_not_told_apart(monkeypatch):
    board = make_board("node_energy", depth=2)
    entries = [make_entry(board, energy=energy) for energy in (1, 2, 3, 4)]
    monkeypatch.setattr(standings, "ALL_LAYERS_UP_TO", 3)

    found = standing(board)

    assert found.layer.tolist() == [1, 2, 0, 0]
    assert ordered(found) == [entry.pk for entry in entries]


def test_a_board_without_entries_can_be_read():
    found = standing(make_board())

    assert (len(found), found.total, ordered(found), found.lacking) == (0, 0, [], {})
    assert found.ranks("quality").shape == (0, 2)


def test_ranks_are_those_of_the_rows_that_are_shown():
    low, high = np.array([1.0, 1.5, 3.0, np.nan]), np.array([2.0, 2.5, 4.0, np.nan])

    assert rank_ranges(low, high, metrics.LOWER).tolist() == [
        [1, 2],
        [1, 2],
        [3, 3],
        [4, 4],
    ]
    assert rank_ranges(low, high, metrics.HIGHER).tolist() == [
        [2, 3],
        [2, 3],
        [1, 1],
        [4, 4],
    ]


def test_the_number_of_queries_does_not_grow_with_the_board(django_assert_num_queries):
    board = make_board("quality", "node_energy")
    for size in (2, 25):
        for _ in range(size):
            make_run(make_entry(board, quality=0.5, energy=5), latency=1)
        filters = Filters.read(QueryDict("sort=latency"), board, ("quality", "node_energy"))
        with django_assert_num_queries(4):
            found = Standings(board, filters)
            found.layer, found.order, found.lacking, found.ranks("quality")
            found.named(found.order.stretch(0, 50))


# Facets


def test_facets_count_what_each_value_would_leave():
    board = make_board("quality", "node_energy")
    models = [
        make_model(f"M{n}", developer=f"D{n % 2}", parameters_total=n * 3e9) for n in range(4)
    ]
    devices = [make_hardware(f"H{n}", vendor=f"V{n % 2}") for n in range(3)]
    rng = random.Random(4)
    for _ in range(40):
        make_entry(
            board,
            model=rng.choice(models),
            hardware=rng.choice(devices),
            settings={"precision": rng.choice(["int4", "bf16", ""]), "n": rng.random()},
            quality=rng.random() if rng.random() > 0.1 else None,
            energy=rng.random(),
        )
    chosen = "vendor=v0&precision=int4,bf16&quality_min=0.2"
    for facet in ("model", "developer", "vendor", "precision", "model_size", "boundary"):
        for (slug, _), count in standing(board, chosen).counts(facet).items():
            others = "&".join(one for one in chosen.split("&") if not one.startswith(f"{facet}="))
            assert len(standing(board, f"{others}&{facet}={slug}")) == count, (facet, slug)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("developer=alibaba", {0}),
        ("family=qwen3", {0}),
        ("model_size=4b-10b", {0}),
        ("weights=open", {0}),
        ("weights=not-stated", {1}),
        ("released=2025", {0}),
        ("device=gpu", {0}),
        ("precision=int4", {0}),
        ("engine=vllm", {1}),
        ("obtained=external-meter", {0}),
        ("obtained=estimated-by-a-model", {1}),
        ("boundary=not-stated", {1}),
        ("level=0", {0}),
        ("level=1", {1}),
        ("source=paper-x", {1}),
        ("submitter=ada", {0}),
        ("year=2026", {0}),
        ("year=not-stated", {1}),
        ("precision=int4,bf16", {0}),
    ],
)
def test_every_facet_filters(query, expected):
    board = make_board("quality", "node_energy")
    qwen = make_model(
        "Qwen3-8B",
        developer="Alibaba",
        family="Qwen3",
        parameters_total=8.2e9,
        has_open_weights=True,
        released="2025-04",
    )
    ada, source = make_user(username="ada"), make_source(slug="paper-x")
    entries = [
        make_entry(
            board,
            model=qwen,
            hardware=make_hardware("H100", kind="GPU"),
            settings={"precision": "int4"},
            submission=make_submission(submitted_by=ada),
            measured_on="2026-03-01",
            origin="METERED",
            quality=0.5,
            energy=1,
        ),
        make_entry(
            board,
            settings={"engine": "vLLM"},
            submission=make_submission(source=source, format="vllm-bench-json"),
            origin="ESTIMATED",
            quality=0.5,
            energy=1,
        ),
    ]
    assert set(ordered(standing(board, query))) == {entries[place].pk for place in expected}


# Large boards


@pytest.mark.parametrize("seed", range(5))
def test_what_a_thinned_chart_draws_has_the_whole_frontier(seed):
    board = make_board("quality", "node_energy", "cost")
    rng = random.Random(seed)
    for _ in range(60):
        quality, energy = rng.randint(1, 9) / 10, rng.randint(1, 9)
        make_entry(board, quality=quality, energy=energy, cost=rng.choice([1, 2, None]))
    found = standing(board, "quality_min=0.3" if seed % 2 else "")
    points = found.points.of(["node_energy", "quality"]).value
    frontier = set(np.flatnonzero(pareto.frontier(points, [-1, 1])).tolist())

    drawn = found.drawn("node_energy", "quality", most=5)

    assert frontier | set(np.flatnonzero(found.layer == 1).tolist()) <= set(drawn.tolist())
    assert len(drawn) == len(set(drawn.tolist())) < len(found)
    assert drawn.tolist() == found.drawn("node_energy", "quality", most=5).tolist()
    assert found.drawn("node_energy", "quality", most=100).tolist() == list(range(len(found)))


def test_layers_of_a_very_large_board_are_the_published_ones(monkeypatch):
    board = make_board("quality", "node_energy", depth=2)
    entries = [make_entry(board, quality=0.9 - step / 10, energy=1 + step) for step in range(4)]
    frontiers.refresh(board.pk, at=NOW)
    monkeypatch.setattr(standings, "LAYERS_UP_TO", 2)

    found = standing(board)

    assert found.is_published_layer
    assert found.layer.tolist() == [1, 2, 0, 0]
    assert ordered(found) == [entry.pk for entry in entries]


@pytest.mark.parametrize("better", [metrics.HIGHER, metrics.LOWER])
def test_ranks_of_some_rows_are_those_among_all(better):
    rng = np.random.default_rng(2)
    low = rng.integers(0, 20, 200).astype(float)
    high = low + rng.integers(0, 5, 200)
    low[::17] = high[::17] = np.nan
    some = rng.permutation(200)[:30]
    expected = rank_ranges(low, high, better)[some]
    assert rank_ranges(low, high, better, some).tolist() == expected.tolist()


def test_single_ranks_go_by_the_value_alone():
    board = make_board("quality", "node_energy")
    for low, value, high in ((0.1, 0.5, 0.9), (0.3, 0.4, 0.9), (0.2, 0.4, 0.5)):
        make_entry(board, quality=(low, value, high), energy=1)
    assert standing(board).ranks("quality").tolist() == [[1, 3]] * 3
    assert standing(board, "ranks=points").ranks("quality").tolist() == [[1, 1], [2, 3], [2, 3]]


def test_a_changed_catalogue_is_followed_though_no_number_has_changed():
    """What is kept of a question must not outlive the names that the question is about."""
    board = make_board("quality", "node_energy")
    moved = make_hardware("H100", vendor="Nvidia")
    make_entry(board, hardware=moved, quality=0.7, energy=3)
    stays = make_entry(
        board, hardware=make_hardware("H200", vendor="Nvidia"), quality=0.6, energy=2
    )
    snapshot = standing(board).snapshot

    def of_nvidia() -> Standings:
        filters = Filters.read(QueryDict("vendor=nvidia"), board, ("quality", "node_energy"))
        return Standings(board, filters, snapshot)

    before = of_nvidia()
    assert (len(before), len(before.layer), before.outside) == (2, 2, 0)
    moved.vendor = "Somebody else"
    moved.save()

    after = of_nvidia()
    assert after.points.entries.tolist() == [stays.pk]
    assert after.layer.tolist() == [1]
    assert after.counts("vendor") == {
        ("nvidia", "Nvidia"): 1,
        ("somebody-else", "Somebody else"): 1,
    }
