"""How a comparison is shown: one table of numbers, one of settings, one of sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Q
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import naming, quantities, strips
from leaderboard.axes import Axis
from leaderboard.comparison import (
    FEWEST,
    LETTERS,
    MOST,
    Compared,
    Comparison,
    Fact,
    Row,
    bounds,
    origin_of,
)
from leaderboard.core import contrast, metrics
from leaderboard.findings import READ_OFF
from leaderboard.literature import words_of
from leaderboard.models import Board, Entry, Submission
from leaderboard.quantities import NBSP, Scale
from leaderboard.versions import first_layer
from leaderboard.views.compare_board import BoardPicture

FOUND, SUGGESTED = 12, 6
APART = "apart"
# Kinds of contrast in the order of the page, with their headings.
KINDS = (
    (contrast.CLEAR, "Clear differences between all"),
    (contrast.PARTLY, "Some stand out, others are too close to call"),
    (contrast.TOO_CLOSE, "Too close to call"),
    (contrast.ALONE, "Known of one only"),
    (APART, "Of different tasks, so not comparable"),
    (contrast.SAME, "The same for all"),
)
# What quality is weighed against in the sentence on top: the first of these that is known.
PRICES = (*metrics.ENERGIES, "cost", "carbon", "material", "latency")
NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}


@dataclass(frozen=True)
class Cell:
    """A value with its bounds and how it stands to that of A, as texts; empty where missing."""

    number: str = ""
    pad: str = ""
    range: str = ""
    against: str = ""
    is_tied: bool = False
    is_best: bool = False
    is_estimated: bool = False
    is_apart: bool = False
    origin: str = ""

    def padded(self, decimals: int) -> "Cell":
        """With the digits that line it up with the others of its row."""
        return self if self.is_apart else replace(self, pad=quantities.pad(self.number, decimals))


@dataclass(frozen=True)
class Line:
    """One metric of the table."""

    metric: metrics.Metric
    unit: str
    cells: list[Cell]
    strip: SafeString
    words: str


@dataclass(frozen=True)
class Column:
    """One entry at the head of the table, with the addresses that change the comparison."""

    compared: Compared
    remove: str
    lead: str

    @property
    def detail(self) -> str:
        return self.compared.entry.detail


class ComparePage:
    """A comparison under a reader's question."""

    def __init__(self, query: QueryDict):
        self.query = query
        self.comparison = Comparison.read(query)
        self.words = words_of(query.get("q", ""))

    # Addresses

    def address(self, ids: list[int], name: str = "/compare/") -> str:
        return f"{name}?{'&'.join(f'entry={number}' for number in ids)}" if ids else name

    @property
    def here(self) -> str:
        return self.address(self.comparison.ids)

    @property
    def json_link(self) -> str:
        return self.address(self.comparison.ids, "/compare/data.json")

    @property
    def api_link(self) -> str:
        return self.address(self.comparison.ids, "/api/v1/compare/")

    @property
    def columns(self) -> list[Column]:
        ids = self.comparison.ids
        return [
            Column(
                one,
                self.address([other for other in ids if other != one.entry.pk]),
                self.address([one.entry.pk, *(o for o in ids if o != one.entry.pk)]),
            )
            for one in self.comparison.compared
        ]

    # Words

    @property
    def heading(self) -> str:
        count = len(self.comparison)
        if not self.comparison.is_enough:
            return "Compare entries"
        if not self.comparison.is_one_task:
            return f"{NUMBERS[count]} entries of different tasks"
        task = self.comparison.compared[0].entry.task
        return f"{task.name}: {NUMBERS[count].lower()} entries side by side"

    @property
    def finding(self) -> str:
        """“B has 7.5 points more quality than A, for 54 times the energy.” for each letter."""
        rows = {row.metric.slug: row for row in self.comparison.rows}
        price = next((rows[slug] for slug in PRICES if slug in rows and rows[slug].ratios), None)
        told = [sentence(letter, rows.get("quality"), price) for letter in self.comparison.letters]
        return " ".join(filter(None, told))

    # The table

    @cached_property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """Heading and lines of each kind of contrast that occurs; what is the same comes apart."""
        by_kind: dict[str, list[Line]] = {}
        for row in self.comparison.rows:
            is_apart = row.contrast.kind == contrast.ALONE and len(row.estimates) > 1
            kind = APART if is_apart else row.contrast.kind
            by_kind.setdefault(kind, []).append(self.line(row))
        return [(words, by_kind[kind]) for kind, words in KINDS if kind in by_kind]

    @property
    def width(self) -> int:
        """Columns of the table."""
        return 2 * len(self.comparison) + 3

    def line(self, row: Row) -> Line:
        drawn = row.comparable or row.estimates
        values = {letter: bounds(one) for letter, one in drawn.items()}
        ends = np.array([end for bounds in values.values() for end in bounds])
        scale = quantities.scale(row.metric.slug, [one.value for one in drawn.values()])
        axis = Axis.over(row.metric.slug, scale, ends)
        # What stands apart is another amount: it has a unit of its own.
        scales = dict.fromkeys(drawn, scale)
        cells = [self.cell(row, letter, scales.get(letter)) for letter in self.comparison.letters]
        most = max(len(cell.number.partition(".")[2]) for cell in cells if not cell.is_apart)
        cells = [one.padded(most) for one in cells]
        return Line(row.metric, scale.unit, cells, strips.lettered(axis, values), self.said(row))

    def said(self, row: Row) -> str:
        missing = [letter for letter in self.comparison.letters if letter not in row.estimates]
        apart = [letter for letter in row.estimates if letter not in row.comparable]
        said = ["" if row.contrast.kind == contrast.ALONE else row.contrast.words]
        said += [f"{contrast.joined(apart)} not compared" if apart else ""]
        said += [f"{contrast.joined(missing)} not known" if missing else ""]
        return "; ".join(filter(None, said))

    def cell(self, row: Row, letter: str, scale: Scale | None) -> Cell:
        """A value in the row's unit, or with its own where there is no `scale`."""
        estimate = row.estimates.get(letter)
        if estimate is None:
            return Cell()
        low, high = estimate.low, estimate.high
        own = scale or quantities.scale(row.metric.slug, [estimate.value])
        written = own.number if scale else own.quantity
        is_base = (
            letter == LETTERS[0] or letter not in row.ratios or LETTERS[0] not in row.estimates
        )
        is_tied = not is_base and row.is_tied(letter, LETTERS[0])
        return Cell(
            number=written(estimate.value, low=low, high=high),
            range=own.range(low, high) if low < high else "",
            against="" if is_base or is_tied else against(row, letter),
            is_tied=is_tied,
            is_best=row.contrast.best == letter,
            is_estimated=estimate.origin not in READ_OFF,
            is_apart=scale is None,
            origin=origin_of(estimate),
        )

    # Facts

    @property
    def differing(self) -> list[Fact]:
        return [fact for fact in self.comparison.settings if fact.differs]

    @property
    def shared(self) -> list[Fact]:
        return [
            fact
            for fact in self.comparison.settings
            if not fact.differs and any(fact.texts.values())
        ]

    @cached_property
    def provenance(self) -> list[tuple[str, list[Any]]]:
        """Lines of the table of sources; a cell is a text or a list of texts with addresses."""
        comparison = self.comparison
        stays = [comparison.stays[number] for number in comparison.ids]
        every = list(zip(comparison.ids, stays, strict=True))
        return [
            ("Verified", [verified(comparison.levels.get(n), stay) for n, stay in every]),
            ("How obtained", [self.origins(one) for one in comparison.compared]),
            ("Instrument", [self.instruments(one) for one in comparison.compared]),
            ("Runs", [f"{sum(row['runs'] for row in stay):,}" for stay in stays]),
            ("Measured on", [days(stay) for stay in stays]),
            ("Region", [regions(stay) for stay in stays]),
            ("Submission", [submissions(stay) for stay in stays]),
            ("Source", [sources(stay) for stay in stays]),
        ]

    def origins(self, one: Compared) -> str:
        """“energy sensed, cost derived”: the origins by the metrics that have them."""
        found: dict[str, list[str]] = {}
        for slug, estimate in one.estimates.items():
            found.setdefault(origin_of(estimate), []).append(metrics.get(slug).label.lower())
        return "; ".join(
            f"{origin}: {', '.join(labels[:4])}{more(labels, 4)}"
            for origin, labels in found.items()
        )

    def instruments(self, one: Compared) -> str:
        ways = [
            way
            for (entry, _), ways in self.comparison.ways.items()
            for way in ways
            if entry == one.entry.pk
        ]
        names = dict.fromkeys(way["instrument"] for way in ways if way["instrument"])
        return "; ".join(list(names)[:3]) + more(list(names), 3)

    # More entries

    @property
    def has_room(self) -> bool:
        return len(self.comparison) < MOST

    @cached_property
    def candidates(self) -> list[tuple[Entry, str]]:
        """Entries that hold the words, of the first one's task, and the address with each."""
        if not self.words or not self.has_room:
            return []
        chosen = self.comparison.compared
        of_task = Q(task=chosen[0].entry.task_id) if chosen else Q()
        asked = named_by_number(self.words) or naming.holding(self.words)
        found = Entry.objects.named().published().filter(of_task, asked)
        found = found.exclude(pk__in=self.comparison.ids).order_by("pk")[:FOUND]
        return [(entry, self.address([*self.comparison.ids, entry.pk])) for entry in found]

    @property
    def suggestions(self) -> list[tuple[Board, str]]:
        """For a reader who begins: boards, and the ends and the middle of their frontiers."""
        found = []
        for board in Board.objects.filter(latest__gt=0).order_by("position", "title")[:SUGGESTED]:
            frontier = board.frontiers.filter(number=board.latest).first()
            layer = first_layer(frontier) if frontier else None
            if layer is not None and len(layer) >= FEWEST:
                order = layer.first[layer.value[:, 0].argsort(kind="stable")].tolist()
                chosen = dict.fromkeys([order[0], order[len(order) // 2], order[-1]])
                found.append((board, self.address(list(chosen))))
        return found

    @cached_property
    def board(self) -> BoardPicture | None:
        """The first board that all of them could be on, with the frontier as published."""
        if not self.comparison.is_enough or not self.comparison.is_one_task:
            return None
        task = self.comparison.compared[0].entry.task
        board = Board.objects.filter(task=task, latest__gt=0).order_by("position", "pk").first()
        picture = BoardPicture(board, self.comparison) if board else None
        return picture if picture and picture.chart else None


def named_by_number(words: Sequence[str]) -> Q | None:
    """The entry whose number or address was given instead of words of its name."""
    number = words[0].strip("/").rpartition("/")[2] if len(words) == 1 else ""
    is_known = number.isascii() and number.isdigit() and len(number) < 19
    is_alone = number == words[0] or "/entries/" in words[0]
    return Q(pk=int(number)) if is_known and is_alone else None


def against(row: Row, letter: str) -> str:
    """“× 10.0”, or “+7.5 points” for a share."""
    if row.metric.slug == "quality":
        change = row.estimates[letter].value - row.estimates[LETTERS[0]].value
        return f"{quantities.signed(100 * change, 1)} points"
    found = row.ratios[letter]
    return f"×{NBSP}{quantities.plain(found[1])}" if found else ""


def sentence(letter: str, quality: Row | None, price: Row | None) -> str:
    """How one letter stands to A in quality and in what it takes, as far as both are known."""
    gain = gained(letter, quality) if quality and letter in quality.ratios else ""
    cost = taken(letter, price) if price and letter in price.ratios else ""
    if not gain or not cost:
        return f"{letter} {gain or cost}." if gain or cost else ""
    return f"{letter} {gain}, {cost}."


def gained(letter: str, quality: Row) -> str:
    if LETTERS[0] not in quality.estimates:
        return ""
    if quality.is_tied(letter, LETTERS[0]):
        return "cannot be told apart from A in quality"
    change = quality.estimates[letter].value - quality.estimates[LETTERS[0]].value
    points = quantities.number(abs(100 * change), 1)
    return f"has {points} points {'more' if change > 0 else 'less'} quality than A"


def taken(letter: str, price: Row) -> str:
    """“for 54 times its energy”; of a smaller amount the share."""
    found, label = price.ratios[letter], price.metric.label.lower()
    if found is None:
        return ""
    if price.is_tied(letter, LETTERS[0]):
        return f"{label} too close to call"
    if found[1] > 1:
        return f"for {quantities.plain(found[1])} times its {label}"
    return f"for {quantities.plain(100 * found[1])}{NBSP}% of its {label}"


def verified(level: Submission.Level | None, stay: list[dict[str, Any]]) -> str:
    """“1, evidence attached; sent by 2 people”."""
    if level is None:
        return ""
    senders = {row["submission__submitted_by"] for row in stay}
    others = f"; sent by {len(senders)} people" if len(senders) > 1 else ""
    return f"{level.value}, {level.label}{others}"


def days(stay: list[dict[str, Any]]) -> str:
    found = sorted({day for row in stay for day in (row["first"], row["last"]) if day})
    return " to ".join(dict.fromkeys([found[0], found[-1]])) if found else ""


def regions(stay: list[dict[str, Any]]) -> str:
    found = {place for row in stay for place in (row["a_region"], row["other_region"]) if place}
    return ", ".join(sorted(found))


def submissions(stay: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (row["submission__filename"], f"/submissions/{row['submission__public_id']}/")
        for row in stay[:3]
    ]


def sources(stay: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = {
        row["submission__source__slug"]: row["submission__source__title"]
        for row in stay
        if row["submission__source__slug"]
    }
    return [(title, f"/sources/{slug}/") for slug, title in list(found.items())[:3]]


def more(names: list[str], shown: int) -> str:
    return f" and {len(names) - shown} more" if len(names) > shown else ""
