"""What intervals allow to say about a few values: who is clearly ahead, who can't be told apart.

Values are given as low, value and high in one unit. One is clearly below another where its high is
below the other's low; intervals that touch overlap. (metrics-spec, section 0.4: no order between
overlapping intervals.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

HIGHER, LOWER, NEITHER = 1, -1, 0
Bounds = tuple[float, float, float]

CLEAR, PARTLY, TOO_CLOSE, SAME, ALONE = "clear", "partly", "too_close", "same", "alone"


def overlap(one: Bounds, other: Bounds) -> bool:
    """Whether two intervals share a point."""
    return one[0] <= other[2] and other[0] <= one[2]


@dataclass(frozen=True)
class Contrast:
    """Up to 26 values by letter, and the order between them that their intervals allow.

    `groups` are the letters, best first (lowest first where neither direction is better), in runs
    that no clear gap divides; `equal` says of each run whether all its values are one exact number;
    `clear` are the pairs inside a run that are told apart all the same, the better one first.
    """

    better: int
    groups: tuple[tuple[str, ...], ...]
    equal: tuple[bool, ...]
    clear: tuple[tuple[str, str], ...]
    # Whether numbers of different kinds are among them, between which no order is certain.
    is_mixed: bool = False

    @property
    def kind(self) -> str:
        """“clear” between all, “partly”, “too_close” between all, “same”, or “alone”."""
        count = sum(map(len, self.groups))
        if count < 2:
            return ALONE
        if len(self.groups) == 1 and self.equal[0]:
            return SAME
        if len(self.groups) == count:
            return CLEAR
        return PARTLY if len(self.groups) > 1 or self.clear else TOO_CLOSE

    @property
    def best(self) -> str:
        """The letter that is clearly ahead of all others, if one is."""
        first = self.groups[0] if self.groups else ()
        return first[0] if self.better and len(self.groups) > 1 and len(first) == 1 else ""

    @property
    def words(self) -> str:
        """“C clearly highest; A and B too close to call.”"""
        match self.kind:
            case "alone":
                return "Nothing to compare with"
            case "same":
                return "The same"
            case "clear":
                first, *rest = (group[0] for group in self.groups)
                return ", then ".join([f"{first} clearly {self.superlative}", *rest])
        told = [self.told(index) for index in range(len(self.groups))]
        return "; ".join(filter(None, told))

    @property
    def superlative(self) -> str:
        return "highest" if self.better == HIGHER else "lowest"

    def told(self, index: int) -> str:
        """What is to say of one run of letters beside those before it."""
        group = self.groups[index]
        if len(group) == 1:
            return f"{group[0]} clearly {self.place(index)}"
        if self.equal[index]:
            return f"{joined(group)} the same"
        inside = [(one, other) for one, other in self.clear if one in group]
        if inside:
            pairs = joined([f"{one} {self.ahead} {other}" for one, other in inside])
            return f"{pairs}; otherwise {joined(group)} {self.undecided}"
        if len(self.groups) == 1:
            return f"{self.undecided[:1].upper()}{self.undecided[1:]}"
        return f"{joined(group)} {self.undecided}"

    @property
    def undecided(self) -> str:
        return "not certain between kinds of numbers" if self.is_mixed else "too close to call"

    def place(self, index: int) -> str:
        """The words for a letter that stands alone at this place of the order."""
        if index == 0:
            return self.superlative
        if index == len(self.groups) - 1:
            return "lowest" if self.better == HIGHER else "highest"
        return "between"

    @property
    def ahead(self) -> str:
        return "clearly above" if self.better == HIGHER else "clearly below"


def contrast(
    values: dict[str, Bounds], better: int, kinds: Mapping[str, int] | None = None
) -> Contrast:
    """What the intervals of these letters allow to say; with `kinds` only within each kind."""
    if kinds and len(set(kinds.values())) > 1:
        return within_kinds(values, better, kinds)
    sign = -1 if better == HIGHER else 1

    def turned(letter: str) -> Bounds:
        low, value, high = (sign * end for end in values[letter])
        return (min(low, high), value, max(low, high))

    order = sorted(values, key=lambda letter: (turned(letter)[0], turned(letter)[1], letter))
    groups: list[list[str]] = []
    reach = float("-inf")
    for letter in order:
        low, _, high = turned(letter)
        if groups and low <= reach:
            groups[-1].append(letter)
        else:
            groups.append([letter])
        reach = max(reach, high)
    clear = [
        (one, other)
        for group in groups
        for one, other in combinations(group, 2)
        if not overlap(values[one], values[other])
    ]
    equal = [len({end for letter in group for end in values[letter]}) == 1 for group in groups]
    # Inside a run there is no order, so its letters stand as in the alphabet.
    runs = tuple(tuple(sorted(group)) for group in groups)
    return Contrast(better, runs, tuple(equal), tuple(clear))


def within_kinds(values: dict[str, Bounds], better: int, kinds: Mapping[str, int]) -> Contrast:
    """One run of all letters, for each may change places with any of another kind."""
    sign = -1 if better == HIGHER else 1
    best_first = sorted(values, key=lambda letter: sign * values[letter][1])
    clear = [
        (one, other)
        for one, other in combinations(best_first, 2)
        if kinds[one] == kinds[other] and not overlap(values[one], values[other])
    ]
    return Contrast(better, (tuple(sorted(values)),), (False,), tuple(clear), is_mixed=True)


def ratio(value: Bounds, base: Bounds) -> Bounds | None:
    """The value over the base with the least and greatest that their intervals allow.

    None where the base may be zero or either is below zero.
    """
    if base[0] <= 0 or value[0] < 0:
        return None
    return (value[0] / base[2], value[1] / base[1], value[2] / base[0])


def joined(words: Sequence[str]) -> str:
    """“A, B and C”."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
