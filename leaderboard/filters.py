"""What a reader asked a board for: each parameter, what it selects, and what was ignored.

The address holds the whole state of a page, and the API takes the same parameters:

    objectives=quality,node_energy   metrics to rank by (also repeated); default the board's
    x=…&y=…&size=…                   the chart's axes, and what the size of a point tells
    scale=log|linear                 how they are drawn; by default as the numbers suggest
    layers=3                         how many layers the chart draws as lines
    model= hardware= vendor= …       slugs, comma-separated or repeated; all facets in `facets.py`
    kinds=together                   kinds of energy numbers meet because the reader wants it so
    origin=measured                  only entries whose ranked values were measured or reported
    <metric>_min=… <metric>_max=…    bounds, in the metric's canonical unit or with one (“70 %”,
                                     “100 kWh”); `any` lifts a default of the board
    w_<metric>=…                     weights from 0 to 100 of a ranking inside the layers
    q=…                              words that the entry's names must hold
    sort=layer | score | <metric> | -<metric>
    own_electricity=… own_pue=…      the reader's own scenario, `core/own.py` has all of it
    pick=…                           the ready-made question that the card answers
    ranks=points                     single ranks by the values alone, whatever their bounds
    columns=…                        the table's columns: metrics and `STATED` ones
    density=roomy                    taller rows
    after=<entry> | start=<row>      where the table's page begins
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from leaderboard.core import metrics, own, units
from leaderboard.core.own import OwnScenario
from leaderboard.core.presets import PRESETS
from leaderboard.facets import FACETS
from leaderboard.models import Board

ENERGY = "energy"
SCALES = ("log", "linear")
MOST_OBJECTIVES = 6
MOST_LAYERS = 5
MOST_VALUES = 200
MOST_WEIGHT = 100.0
LAYER, SCORE = "layer", "score"
# Columns of the table that are no metrics, and their heads.
STATED = {
    "developer": "Developer",
    "model_size": "Size",
    "released": "Released",
    "precision": "Precision",
    "engine": "Engine",
    "obtained": "Energy by",
    "level": "Verified",
    "source": "Source",
}
# Names that an address may hold beside those of metrics and facets.
NAMES = {
    *("objectives", "x", "y", "size", "scale", "layers", "origin", "kinds", "q", "sort", "ranks"),
    *(
        "entry",
        "pick",
        "columns",
        "density",
        "after",
        "start",
        "at",
        "theme",
        "cursor",
        "limit",
        "version",
    ),
}

# What a question may ask without changing which entries are ranked, or by what.
UNASKED: dict[str, Any] = {
    **{"x": "", "y": "", "scale": "", "size": "", "layers": 1, "sort": "", "columns": ()},
    **{"after": 0, "start": 0, "ignored": (), "weights": {}, "pick": ""},
    **{"is_roomy": False, "has_single_ranks": False, "is_together": False},
}


@dataclass(frozen=True)
class Filters:
    """A board's question, read from an address. Never raises: what it can't use it lists."""

    objectives: tuple[str, ...]
    x: str
    y: str
    # The boundary of energy that the board counts.
    energy: str = "node_energy"
    facets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    measured_only: bool = False
    # Whether the reader said that kinds of energy numbers are to meet.
    is_together: bool = False
    words: tuple[str, ...] = ()
    scale: str = ""
    size: str = ""
    layers: int = 1
    sort: str = LAYER
    has_single_ranks: bool = False
    columns: tuple[str, ...] = ()
    is_roomy: bool = False
    after: int = 0
    start: int = 0
    # The reader's prices, grid and devices, and the ready-made question of the card.
    own: OwnScenario = field(default_factory=OwnScenario)
    pick: str = ""
    ignored: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict, board: Board, ranked_by: tuple[str, ...]) -> "Filters":
        """The question in `query`. `ranked_by` are the board's objectives that any entry has."""
        return Reading(query, board, ranked_by).filters()

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that the question touches."""
        sort = () if self.sort in (LAYER, SCORE) else (self.sort.removeprefix("-"),)
        size = (self.size,) if self.size else ()
        return tuple(
            dict.fromkeys(
                [*self.objectives, self.x, self.y, *size, *self.bounds, *self.weights, *sort]
            )
        )

    def ranks_like(self, other: "Filters") -> bool:
        """Whether both rank the same entries by the same metrics, however they show them."""
        return replace(self, **UNASKED) == replace(other, **UNASKED)

    @property
    def directions(self) -> list[int]:
        return [metrics.get(metric).better for metric in self.objectives]


class Reading:
    """One address, read parameter by parameter."""

    def __init__(self, query: QueryDict, board: Board, ranked_by: tuple[str, ...]):
        self.query, self.board, self.ranked_by = query, board, ranked_by
        self.ignored: list[str] = []
        ranked = (slug for slug in board.metrics if slug in metrics.ENERGIES)
        self.energy = next(ranked, "node_energy")

    def filters(self) -> Filters:
        objectives = self.objectives()
        x, y = self.axes(objectives)
        # Bounds before weights, and what is left over last, so that the notes follow the address.
        found: dict[str, Any] = {
            "facets": self.facets(),
            "bounds": self.bounds(),
            "weights": self.weights(objectives),
            "size": self.metric(self.query.get("size", ""), "size", any_direction=True) or "",
            "layers": self.whole("layers", 1, 1, MOST_LAYERS),
            "columns": self.columns(),
            "after": self.whole("after", 0, 1, 2**62),
            "start": self.whole("start", 0, 1, 2**31),
            "scale": self.choice("scale", SCALES),
            "measured_only": bool(self.choice("origin", ("measured",))),
            "is_together": bool(self.choice("kinds", ("together",))),
            "has_single_ranks": bool(self.choice("ranks", ("points",))),
            "pick": self.choice("pick", PRESETS),
            "is_roomy": bool(self.choice("density", ("roomy",))),
        }
        found["sort"] = self.sort(bool(found["weights"]))
        yours = own.read(self.query)
        self.ignored += yours.ignored
        self.unknown()
        return Filters(
            objectives=objectives,
            x=x,
            y=y,
            energy=self.energy,
            words=tuple(self.query.get("q", "").replace("\0", "").casefold().split()[:8]),
            own=yours.scenario,
            ignored=tuple(self.ignored),
            **found,
        )

    def ignore(self, name: str, value: str, reason: str) -> None:
        self.ignored.append(f"{name}={value[:40]}: {reason}")

    def metric(self, slug: str, parameter: str, *, any_direction: bool = False) -> str | None:
        """The metric of this slug, if it can be used there; `energy` is the board's."""
        if not slug:
            return None
        known = self.energy if slug == ENERGY else slug
        if known in metrics.ALL and (any_direction or metrics.ALL[known].better != metrics.NEITHER):
            return known
        self.ignore(parameter, slug, "no such metric")
        return None

    def objectives(self) -> tuple[str, ...]:
        asked = [self.metric(one, "objectives") for one in listed(self.query, "objectives")]
        found = tuple(dict.fromkeys(filter(None, asked)))
        for slug in found[MOST_OBJECTIVES:]:
            self.ignore("objectives", slug, f"at most {MOST_OBJECTIVES} rank at once")
        return found[:MOST_OBJECTIVES] or self.ranked_by or self.board.metrics

    def axes(self, objectives: tuple[str, ...]) -> tuple[str, str]:
        y = self.metric(self.query.get("y", ""), "y") or objectives[0]
        # Across stands the second objective, also when the reader puts a third one up.
        order = (*objectives[1:2], *objectives, *self.ranked_by, *self.board.metrics)
        others = [slug for slug in order if slug != y] or [y]
        x = self.metric(self.query.get("x", ""), "x") or others[0]
        return (others[0] if x == y else x), y

    def sort(self, has_weights: bool) -> str:
        sort = self.query.get("sort", LAYER)
        if sort == SCORE and not has_weights:
            self.ignore("sort", SCORE, "there are no weights to score by")
            return LAYER
        if sort in (LAYER, SCORE):
            return sort
        slug = self.metric(sort.removeprefix("-"), "sort", any_direction=True)
        return f"{'-' * sort.startswith('-')}{slug}" if slug else LAYER

    def facets(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for name in FACETS:
            if values := listed(self.query, name):
                found[name] = tuple(dict.fromkeys(values))[:MOST_VALUES]
        return found

    def bounds(self) -> dict[str, tuple[float, float]]:
        """Metric → lowest and highest value, the board's own unless the reader says otherwise."""
        found = dict(self.board.bounds)
        for parameter, text in texts(self.query):
            name, _, side = parameter.rpartition("_")
            if side not in ("min", "max") or not name or not text:
                continue
            if (slug := self.metric(name, parameter)) is None:
                continue
            try:
                limit = NO_LIMIT[side] if text == "any" else amount(text, slug)
            except ValueError as error:
                self.ignore(parameter, text, str(error))
                continue
            low, high = found.get(slug, (-math.inf, math.inf))
            found[slug] = (limit, high) if side == "min" else (low, limit)
        for slug, (low, high) in list(found.items()):
            if low > high:
                self.ignored.append(f"{slug}: the lowest value asked for is above the highest")
            if low > high or (low, high) == (-math.inf, math.inf):
                del found[slug]
        return found

    def weights(self, objectives: Sequence[str]) -> dict[str, float]:
        found = {}
        for parameter, text in texts(self.query):
            if not parameter.startswith("w_") or not text:
                continue
            if (slug := self.metric(parameter.removeprefix("w_"), parameter)) is None:
                continue
            try:
                weight = float(text.rstrip("% "))
            except ValueError:
                self.ignore(parameter, text, "no number")
                continue
            if not 0 <= weight <= MOST_WEIGHT:
                self.ignore(parameter, text, "a weight is from 0 to 100")
            elif weight:
                found[slug] = weight
        for slug in list(found)[MOST_OBJECTIVES:]:
            self.ignore(f"w_{slug}", str(found.pop(slug)), f"at most {MOST_OBJECTIVES} weights")
        # In the objectives' order, so that the same weights say the same whichever stood first.
        order = dict.fromkeys([*objectives, *metrics.ALL])
        return {slug: found[slug] for slug in order if slug in found}

    def columns(self) -> tuple[str, ...]:
        found = []
        for name in listed(self.query, "columns"):
            is_stated = name in STATED
            if is_stated or self.metric(name, "columns", any_direction=True):
                found.append(self.energy if name == ENERGY else name)
        return tuple(dict.fromkeys(found))

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        text = self.query.get(name, "")
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high:
            return int(text)
        self.ignore(name, text, f"a whole number from {low:,} to {high:,} is expected")
        return default

    def choice(self, name: str, choices: Iterable[str]) -> str:
        text = self.query.get(name, "")
        if not text or text in choices:
            return text
        self.ignore(name, text, f"it can be {' or '.join(choices)}")
        return ""

    def unknown(self) -> None:
        """Parameters that mean nothing here."""
        for name in self.query:
            is_bound = name.rpartition("_")[2] in NO_LIMIT
            if not (
                name in NAMES or name in FACETS or is_bound or name.startswith(("w_", own.PREFIX))
            ):
                self.ignore(name, self.query.get(name, ""), "no such parameter")


NO_LIMIT = {"min": -math.inf, "max": math.inf}


def texts(query: QueryDict) -> Iterator[tuple[str, str]]:
    """Each parameter with the last of its values."""
    for name in query:
        yield name, query.get(name, "")


def listed(query: QueryDict, name: str) -> list[str]:
    """The values of a parameter that may be repeated or comma-separated."""
    return [part for value in query.getlist(name) for part in value.split(",") if part]


def amount(text: str, slug: str) -> float:
    """The number in the metric's canonical unit. Raises ValueError with the reason."""
    value = units.amount(text, metrics.get(slug).unit)
    if slug == "quality" and value > 1:
        raise ValueError("quality runs from 0 to 1; write 0.7 or 70 %")
    return value
