"""What a reader asked a board for: each parameter, what it selects, and what was ignored.

The address holds the whole state of a page, and the API takes the same parameters:

    objectives=quality,node_energy   metrics to rank by (also repeated); default the board's
    x=…&y=…                          the chart's axes
    scale=log|linear                 how they are drawn; by default as the numbers suggest
    model= method= hardware= vendor= slugs, comma-separated or repeated
    technique=…                      kinds of methods, likewise
    origin=measured                  only entries whose ranked values were measured or reported
    <metric>_min=… <metric>_max=…    bounds, in the metric's canonical unit or with one (“70 %”,
                                     “100 kWh”); `any` lifts a default of the board
    q=…                              words that the entry's names must hold
    sort=layer | <metric> | -<metric>
"""

import math
from dataclasses import dataclass, field

from django.http import QueryDict

from leaderboard.core import metrics, units
from leaderboard.facets import FACETS
from leaderboard.models import Board

ENERGY = "energy"
SCALES = ("log", "linear")


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
    measured_only: bool = False
    words: tuple[str, ...] = ()
    scale: str = ""
    sort: str = "layer"
    ignored: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: QueryDict, board: Board, ranked_by: tuple[str, ...]) -> "Filters":
        """The question in `query`. `ranked_by` are the board's objectives that any entry has."""
        ignored: list[str] = []
        energy = next((slug for slug in board.metrics if slug in metrics.ENERGIES), "node_energy")

        def metric(slug: str, parameter: str) -> str | None:
            if not slug:
                return None
            slug = energy if slug == ENERGY else slug
            if slug in metrics.ALL and metrics.ALL[slug].better != metrics.NEITHER:
                return slug
            ignored.append(f"{parameter}={slug}: no such metric")
            return None

        asked = [metric(slug, "objectives") for slug in listed(query, "objectives")]
        objectives = tuple(dict.fromkeys(filter(None, asked)))[:6] or ranked_by or board.metrics
        y = metric(query.get("y", ""), "y") or objectives[0]
        # Across stands the second objective, also when the reader puts a third one up.
        order = (*objectives[1:2], *objectives, *ranked_by, *board.metrics)
        others = [slug for slug in order if slug != y] or [y]
        x = metric(query.get("x", ""), "x") or others[0]
        x = others[0] if x == y else x
        sort = query.get("sort", "layer")
        if sort != "layer":
            slug = metric(sort.removeprefix("-"), "sort")
            sort = f"{'-' * sort.startswith('-')}{slug}" if slug else "layer"
        return cls(
            objectives=objectives,
            x=x,
            y=y,
            energy=energy,
            facets={name: tuple(listed(query, name)) for name in FACETS if listed(query, name)},
            bounds=bounds(query, board, metric, ignored),
            measured_only=query.get("origin") == "measured",
            words=tuple(query.get("q", "").casefold().split()[:8]),
            scale=query.get("scale", "") if query.get("scale") in SCALES else "",
            sort=sort,
            ignored=tuple(ignored),
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics that the question touches."""
        sort = () if self.sort == "layer" else (self.sort.removeprefix("-"),)
        return tuple(dict.fromkeys([*self.objectives, self.x, self.y, *self.bounds, *sort]))

    @property
    def directions(self) -> list[int]:
        return [metrics.get(metric).better for metric in self.objectives]


def listed(query: QueryDict, name: str) -> list[str]:
    """The values of a parameter that may be repeated or comma-separated."""
    return [part for value in query.getlist(name) for part in value.split(",") if part]


def bounds(query, board, metric, ignored) -> dict[str, tuple[float, float]]:
    """Metric → lowest and highest value, the board's own unless the reader says otherwise."""
    found = dict(board.bounds)
    for parameter, text in query.items():
        name, _, side = parameter.rpartition("_")
        if side not in ("min", "max") or not name or not text:
            continue
        if (slug := metric(name, parameter)) is None:
            continue
        try:
            limit = (
                {"min": -math.inf, "max": math.inf}[side] if text == "any" else amount(text, slug)
            )
        except ValueError as error:
            ignored.append(f"{parameter}={text[:40]}: {error}")
            continue
        low, high = found.get(slug, (-math.inf, math.inf))
        found[slug] = (limit, high) if side == "min" else (low, limit)
    for slug, (low, high) in list(found.items()):
        if low > high:
            ignored.append(f"{slug}: the lowest value asked for is above the highest")
            del found[slug]
        elif (low, high) == (-math.inf, math.inf):
            del found[slug]
    return found


def amount(text: str, slug: str) -> float:
    """The number in the metric's canonical unit. Raises ValueError with the reason."""
    value = units.amount(text, metrics.get(slug).unit)
    if slug == "quality" and value > 1:
        raise ValueError("quality runs from 0 to 1; write 0.7 or 70 %")
    return value
