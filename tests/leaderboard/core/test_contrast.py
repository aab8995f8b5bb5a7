"""What intervals allow to say, against every pair by itself."""

import random
from itertools import combinations
from typing import Any

import pytest

from leaderboard.core.contrast import HIGHER, LOWER, NEITHER, contrast, ratio


def apart(one, other) -> bool:
    return one[2] < other[0] or other[2] < one[0]


def components(values) -> set[frozenset[str]]:
    """Letters that overlaps lead to, from each letter on."""
    found = set()
    for letter in values:
        reached, left = {letter}, [letter]
        while left:
            here = left.pop()
            for other in values:
                if other not in reached and not apart(values[here], values[other]):
                    reached.add(other)
                    left.append(other)
        found.add(frozenset(reached))
    return found


@pytest.mark.parametrize("better", [HIGHER, LOWER, NEITHER])
def test_groups_and_clear_pairs_are_those_of_all_pairs(better):
    rng = random.Random(better)
    for _ in range(300):
        values: dict[str, Any] = {
            letter: tuple(sorted(rng.randint(0, 12) for _ in range(3)))
            for letter in "ABCDEF"[: rng.randint(2, 6)]
        }
        found = contrast(values, better)

        assert {frozenset(group) for group in found.groups} == components(values)
        told = {frozenset(pair) for pair in found.clear}
        inside = [pair for group in found.groups for pair in combinations(sorted(group), 2)]
        assert told == {frozenset((a, b)) for a, b in inside if apart(values[a], values[b])}
        sign = -1 if better == HIGHER else 1
        for ahead, behind in found.clear:
            assert sign * values[ahead][1] < sign * values[behind][1]
        for before, after in zip(found.groups, found.groups[1:], strict=False):
            for a in before:
                assert all(sign * values[a][1] < sign * values[b][1] for b in after)
                assert all(apart(values[a], values[b]) for b in after)


@pytest.mark.parametrize("better", [HIGHER, LOWER])
def test_between_kinds_nothing_is_clear(better):
    rng = random.Random(better)
    for _ in range(200):
        letters = "ABCDEF"[: rng.randint(2, 6)]
        values: dict[str, Any] = {
            letter: tuple(sorted(rng.randint(0, 12) for _ in range(3))) for letter in letters
        }
        kinds = dict(zip(letters, [0, 1, *(rng.randint(0, 2) for _ in letters)], strict=False))

        found = contrast(values, better, kinds)

        assert found.groups == (tuple(letters),)
        assert found.best == ""
        assert "too close" not in found.words
        assert {frozenset(pair) for pair in found.clear} == {
            frozenset((a, b))
            for a, b in combinations(letters, 2)
            if kinds[a] == kinds[b] and apart(values[a], values[b])
        }
        for ahead, behind in found.clear:
            assert better * values[ahead][1] > better * values[behind][1]


def test_one_kind_is_told_as_without_kinds():
    values = {"A": (1.0, 2.0, 3.0), "B": (4.0, 5.0, 6.0)}
    assert contrast(values, LOWER, {"A": 1, "B": 1}) == contrast(values, LOWER)


@pytest.mark.parametrize(
    ("values", "better", "kind", "words"),
    [
        (
            {"A": (19.1, 19.7, 20.4), "B": (191, 198, 205), "C": (1021, 1059, 1096)},
            LOWER,
            "clear",
            "A clearly lowest, then B, then C",
        ),
        (
            {"A": (71.3, 73.1, 74.9), "B": (71.6, 73.4, 75.2), "C": (79, 80.6, 82.2)},
            HIGHER,
            "partly",
            "C clearly highest; A and B too close to call",
        ),
        (
            {"A": (168, 175, 184), "B": (83, 87, 91), "C": (79, 82, 86)},
            LOWER,
            "partly",
            "B and C too close to call; A clearly highest",
        ),
        ({"A": (1, 2, 3), "B": (3, 4, 5)}, LOWER, "too_close", "Too close to call"),
        (
            {"A": (1, 2, 3), "B": (3, 4, 5), "C": (5, 6, 7)},
            LOWER,
            "partly",
            "A clearly below C; otherwise A, B and C too close to call",
        ),
        ({"A": (2, 2, 2), "B": (2, 2, 2)}, HIGHER, "same", "The same"),
        ({"A": (1, 2, 3)}, HIGHER, "alone", "Nothing to compare with"),
    ],
)
def test_the_words_claim_no_order_between_overlapping_intervals(values, better, kind, words):
    found = contrast(values, better)

    assert (found.kind, found.words) == (kind, words)


def test_a_ratio_holds_every_ratio_of_the_intervals():
    value, base = (20.0, 30.0, 45.0), (8.0, 10.0, 12.0)

    found = ratio(value, base)

    corners = [a / b for a in value for b in base]
    assert found == (min(corners), 3, max(corners))
    assert ratio(value, (0, 1, 2)) is None
