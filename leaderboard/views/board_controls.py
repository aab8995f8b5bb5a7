"""By what a board's page ranks and draws, and the forms with which a reader changes it."""

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from leaderboard.core import metrics
from leaderboard.core.own import WISHES
from leaderboard.filters import MOST_LAYERS, STATED
from leaderboard.views.board_choices import Choice, Option

SHAPES = {
    "quality": "●",
    "energy": "◆",
    "material": "⬢",
    "cost": "■",
    "carbon": "▲",
    "latency": "⧗",
    "other": "·",
}


@dataclass(frozen=True)
class Weight:
    """How much a metric counts inside a layer."""

    metric: metrics.Metric
    name: str
    value: str


@dataclass(frozen=True)
class WishField:
    """A part of the reader's own scenario, as written by them."""

    name: str
    label: str
    value: str
    unit: str


class Controls:
    """Axes, objectives, weights, the own scenario and columns, each as its form shows it."""

    def __init__(self, page):
        self.page = page

    @property
    def axes(self) -> list[Choice]:
        return [
            Choice(name, label, self.metric_options(now, self.page.available), usual)
            for name, label, now, usual in (
                ("y", "Up", self.page.filters.y, self.page.usual.y),
                ("x", "Across", self.page.filters.x, self.usual_x),
            )
        ]

    @property
    def drawn(self) -> list[Choice]:
        """What else of the chart can be chosen from a list."""
        return [self.size, self.layers]

    @property
    def size(self) -> Choice:
        """What the size of a point may tell."""
        now = self.page.filters.size
        options = [Option("", "all alike", not now)]
        return Choice(
            "size", "Size", options + self.metric_options(now, self.page.standings.snapshot.metrics)
        )

    @staticmethod
    def metric_options(now: str, slugs) -> list[Option]:
        return [
            Option(slug, f"{shape_of(slug)} {metrics.get(slug).label}", slug == now)
            for slug in slugs
        ]

    @property
    def layers(self) -> Choice:
        now = self.page.filters.layers
        options = [
            Option(
                str(number), "the frontier" if number == 1 else f"{number} layers", number == now
            )
            for number in range(1, MOST_LAYERS + 1)
        ]
        return Choice("layers", "Lines", options, usual="1")

    @property
    def usual_x(self) -> str:
        """What stands across when the reader says only what stands up."""
        return self.page.read(QueryDict(f"y={self.page.filters.y}")).x

    @property
    def scales(self) -> list[Option]:
        words = (("", "as fits"), ("log", "log"), ("linear", "linear"))
        return [Option(value, text, value == self.page.filters.scale) for value, text in words]

    @property
    def usual_objectives(self) -> str:
        return ",".join(self.page.usual.objectives)

    @property
    def objectives(self) -> list[tuple[metrics.Metric, bool]]:
        """The metrics that rank here, and those that do usually."""
        chosen = self.page.filters.objectives
        return [(metrics.get(slug), slug in chosen) for slug in self.first_objectives]

    @property
    def other_objectives(self) -> list[metrics.Metric]:
        """The other metrics that could."""
        others = [
            metrics.get(slug) for slug in self.page.available if slug not in self.first_objectives
        ]
        return sorted(others, key=lambda metric: metric.label)

    @property
    def first_objectives(self) -> list[str]:
        return list(dict.fromkeys([*self.page.usual.objectives, *self.page.filters.objectives]))

    @cached_property
    def weights(self) -> list[Weight]:
        """One per objective, and those that are set."""
        weights = self.page.filters.weights
        slugs = dict.fromkeys([*self.page.filters.objectives, *weights])
        return [
            Weight(metrics.get(slug), f"w_{slug}", f"{weights.get(slug, 0):g}") for slug in slugs
        ]

    @property
    def wishes(self) -> list[WishField]:
        query = self.page.query
        return [
            WishField(name, wish.label, query.get(name, "")[:40], wish.unit_words)
            for name, wish in WISHES.items()
        ]

    @property
    def columns(self) -> list[Option]:
        """The columns that the table can have."""
        shown = self.page.table.names
        found = [
            Option(slug, metrics.get(slug).label, slug in shown)
            for slug in self.page.standings.snapshot.metrics
        ]
        # Those that are shown stay in their order when one more is ticked.
        order = {name: place for place, name in enumerate(shown)}
        found.sort(key=lambda one: (order.get(one.value, len(order)), one.text.casefold()))
        return found + [Option(name, label, name in shown) for name, label in STATED.items()]

    @property
    def usual_columns(self) -> str:
        return ",".join(self.page.table.usual_names)


def shape_of(slug: str) -> str:
    """The sign of a metric's family, for lists that can't hold a drawing."""
    return SHAPES[metrics.get(slug).family]
