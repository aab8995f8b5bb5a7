"""Everything an entry's page shows: its numbers, where each comes from, and who beats it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import charts, drawings, quantities, visibility
from leaderboard.core import metrics, pareto
from leaderboard.findings import READ_OFF
from leaderboard.models import Board, Entry, Estimate, Measurement, Run, Submission
from leaderboard.models.evidence import NOT_STATED, Origin
from leaderboard.quantities import Scale
from leaderboard.standings import Standings, Who, rank_ranges
from leaderboard.views.board_page import BoardPage
from leaderboard.views.history import Replacement, replacements
from leaderboard.views.life_share import BEGINNINGS, LifeShare
from leaderboard.views.provenance import Chain

NEIGHBOURS = 6
NAMED = ("task", "model", "method", "hardware")
RUNS = 200
EMPTY = QueryDict()
# The order in which a page lists families of metrics.
FAMILIES = ("quality", "energy", "material", "cost", "carbon", "latency", "other")


@dataclass(frozen=True)
class MetricRow:
    """One estimate as the table of all metrics shows it."""

    estimate: Estimate
    metric: metrics.Metric
    number: str
    pad: str
    range: str
    unit: str
    among: SafeString | str
    rank: str
    is_estimated: bool
    how: str
    link: str


@dataclass(frozen=True)
class Neighbour:
    """Another entry beside this one, with the difference on each objective."""

    who: Who
    differences: list[str]
    layer: int


class EntryPage:
    """An entry under one reader's eyes: `submissions` are those that the reader may see."""

    def __init__(self, entry: Entry, submissions, query: QueryDict):
        self.entry, self.query = entry, query
        self.runs = list(
            Run.objects.filter(entry=entry, submission__in=submissions)
            .select_related(
                "submission__source",
                "replaced_by__submission",
                *(f"{run}entry__{part}" for run in ("", "replaced_by__") for part in NAMED),
            )
            .prefetch_related("measurements", "replaced_by__measurements")
            .order_by("-measured_on", "-pk")[:RUNS]
        )
        self.estimates = sorted(entry.estimates.all(), key=lambda one: order_of(one.metric))
        self.boards = list(
            entry.task.boards.prefetch_related("objectives").order_by("position", "pk")
        )

    # On the board

    @cached_property
    def board(self) -> Board | None:
        """The board that the page compares on: the one asked for, or the first."""
        asked = self.query.get("board")
        return next(
            (one for one in self.boards if one.slug == asked),
            self.boards[0] if self.boards else None,
        )

    @cached_property
    def page(self) -> BoardPage | None:
        if self.board is None:
            return None
        self.board.task = self.entry.task
        return BoardPage(self.board, EMPTY)

    @property
    def ranked(self) -> BoardPage:
        """The page of the board, where it is known that there is one."""
        assert self.page is not None
        return self.page

    @property
    def standings(self) -> Standings:
        return self.ranked.standings

    @cached_property
    def place(self) -> int | None:
        """Where the entry stands among the ranked ones."""
        if self.page is None:
            return None
        found = np.flatnonzero(self.standings.points.entries == self.entry.pk)
        return int(found[0]) if len(found) else None

    @property
    def layer(self) -> int:
        return 0 if self.place is None else int(self.standings.layer[self.place])

    @cached_property
    def chart(self) -> charts.Scatter | None:
        if self.place is None:
            return None
        chart = self.ranked.chart
        found = np.flatnonzero(chart.points.entries == self.entry.pk)
        if not len(found):
            return None
        chart.highlight = int(found[0])
        return chart

    @property
    def wide(self) -> SafeString | str:
        if self.chart is None:
            return ""
        return drawings.scatter(self.chart, 600, 420, "wide", "only-wide", most=4)

    @property
    def narrow(self) -> SafeString | str:
        if self.chart is None:
            return ""
        return drawings.scatter(self.chart, 358, 320, "narrow", "only-narrow", most=3)

    @cached_property
    def dominance(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the entries that dominate this one, and of those that it dominates."""
        if self.place is None:
            return np.zeros(0, int), np.zeros(0, int)
        standings = self.standings
        values = standings.points.of(standings.filters.objectives).value
        own = values[self.place]
        above, below = pareto.dominance(values, own, standings.filters.directions)
        return pareto.nearest(values, own, above), pareto.nearest(values, own, below)

    @property
    def beaten_by(self) -> int:
        return len(self.dominance[0])

    @property
    def beats(self) -> int:
        return len(self.dominance[1])

    @property
    def more_beating(self) -> int:
        return max(self.beaten_by - NEIGHBOURS, 0)

    @property
    def more_beaten(self) -> int:
        return max(self.beats - NEIGHBOURS, 0)

    @cached_property
    def dominating(self) -> list[Neighbour]:
        return self.neighbours(self.dominance[0][:NEIGHBOURS])

    @cached_property
    def dominated(self) -> list[Neighbour]:
        return self.neighbours(self.dominance[1][:NEIGHBOURS])

    def neighbours(self, places: np.ndarray) -> list[Neighbour]:
        standings = self.standings
        entries = standings.points.entries[places].tolist()
        return [
            Neighbour(
                self.named[entry],
                [self.difference(place, slug) for slug in standings.filters.objectives],
                int(standings.layer[place]),
            )
            for place, entry in zip(places.tolist(), entries, strict=True)
        ]

    @cached_property
    def named(self) -> dict[int, Who]:
        standings = self.standings
        places = np.concatenate([part[:NEIGHBOURS] for part in self.dominance]).astype(int)
        return standings.who(standings.points.entries[places])

    def difference(self, place: int, slug: str) -> str:
        """“tie” where bounds overlap, points for a share, a ratio for an amount."""
        points = self.standings.points.of([slug])
        value, low, high = points.value[:, 0], points.low[:, 0], points.high[:, 0]
        here = self.place
        if low[place] <= high[here] and low[here] <= high[place]:
            return "tie"
        if slug == "quality":
            return quantities.signed(100 * (value[place] - value[here]), 1)
        return quantities.ratio(value[place], value[here])

    @property
    def objectives(self) -> list[metrics.Metric]:
        return self.page.objective_labels if self.page is not None else []

    @property
    def places_on_boards(self) -> list[tuple[Board, bool]]:
        return [(board, board == self.board) for board in self.boards]

    # Metrics

    @cached_property
    def rows(self) -> list[MetricRow]:
        rows = [self.row(estimate) for estimate in self.estimates]
        most = max((len(row.number.partition(".")[2]) for row in rows), default=0)
        return [MetricRow(**{**vars(row), "pad": quantities.pad(row.number, most)}) for row in rows]

    @property
    def among(self) -> int:
        return len(self.page) if self.page is not None else 0

    def row(self, estimate: Estimate) -> MetricRow:
        metric, scale = metrics.get(estimate.metric), self.scale(estimate)
        picture, rank = self.standing(estimate)
        return MetricRow(
            estimate,
            metric,
            scale.number(estimate.value, low=estimate.low, high=estimate.high),
            "",
            scale.range(estimate.low, estimate.high) if estimate.low < estimate.high else "",
            scale.unit,
            picture,
            rank,
            estimate.origin not in READ_OFF,
            self.how(estimate.metric),
            f"?metric={estimate.metric}#provenance",
        )

    def standing(self, estimate: Estimate) -> tuple[SafeString | str, str]:
        """The metric's strip with all entries of the board, and the rank range among them."""
        page, slug = self.page, estimate.metric
        if page is None or slug not in page.metrics:
            return "", ""
        points = page.standings.everything.of([slug])
        has_it = np.isfinite(points.value[:, 0])
        here = np.flatnonzero(points.entries[has_it] == self.entry.pk)
        if not len(here):
            return "", ""
        metric = metrics.get(slug)
        picture = drawings.among(
            page.axis(slug),
            points.value[has_it, 0],
            estimate.value,
            estimate.low,
            estimate.high,
            metric.family,
        )
        ranks = rank_ranges(points.low[has_it, 0], points.high[has_it, 0], metric.better)
        return picture, quantities.ranks(*ranks[here[0]].tolist())

    def scale(self, estimate: Estimate) -> Scale:
        """As on the board where it is there, so that both pages show the same number."""
        if self.page is not None and estimate.metric in self.page.metrics:
            return self.page.scale(estimate.metric)
        return quantities.scale(estimate.metric, [estimate.value])

    def how(self, slug: str) -> str:
        """In a few words: the formula, or the column and the tool."""
        chain = self.chain_of(slug)
        return chain.in_short if chain else ""

    # Provenance

    def counting(self, slug: str) -> list[tuple[Run, Measurement]]:
        """The published runs that state a metric."""
        return [
            (run, measurement)
            for run in self.runs
            if run.counts
            for measurement in run.measurements.all()
            if measurement.metric == slug
        ]

    def chain_of(self, slug: str) -> Chain | None:
        by_metric = {one.metric: one for one in self.estimates}
        estimate, pairs = by_metric.get(slug), self.counting(slug)
        if estimate is None or not (pairs or estimate.recipe):
            return None
        return Chain(self.entry, estimate, pairs, self.scale(estimate), by_metric)

    @cached_property
    def chain(self) -> Chain | None:
        """The one that the reader asked for, or of the first energy, or of the first metric."""
        slugs = [estimate.metric for estimate in self.estimates]
        asked = self.query.get("metric")
        energy = [slug for slug in slugs if metrics.get(slug).family == "energy"]
        for slug in [asked, *energy, *slugs]:
            if slug in slugs and (chain := self.chain_of(slug)):
                return chain
        return None

    @property
    def chain_choices(self) -> list[tuple[metrics.Metric, bool]]:
        chosen = self.chain.metric.slug if self.chain else ""
        return [(metrics.get(one.metric), one.metric == chosen) for one in self.estimates]

    @cached_property
    def life_share(self) -> LifeShare | None:
        """How the entry's share of device lives leads to material and embodied impact."""
        chain = self.chain_of("gpu_lives")
        if chain is None or chain.recipe is None:
            return None
        by_metric = {one.metric: one for one in self.estimates}
        how = self.how(BEGINNINGS[chain.recipe.name])
        return LifeShare(self.entry, by_metric, chain.recipe, how)

    # Runs

    @property
    def run_metrics(self) -> list[tuple[metrics.Metric, Scale]]:
        """The columns of the table of runs: objectives, then others, six at most.

        What only follows from the numbers of runs is the entry's, not a run's.
        """
        stated = [one for one in self.estimates if not one.recipe]
        first = [metric.slug for metric in self.objectives]
        slugs = dict.fromkeys([*first, *(one.metric for one in stated)])
        scales = {one.metric: self.scale(one) for one in stated}
        return [(metrics.get(slug), scales[slug]) for slug in slugs if slug in scales][:6]

    @cached_property
    def run_rows(self) -> list[tuple[Run, list[str], bool]]:
        """Each run with its numbers as text, and whether it counts."""
        rows = []
        for run in self.runs:
            by_metric = {one.metric: one for one in run.measurements.all()}
            numbers = [
                scale.number(by_metric[metric.slug].value) if metric.slug in by_metric else ""
                for metric, scale in self.run_metrics
            ]
            rows.append((run, numbers, run.counts))
        return rows

    @property
    def counted_runs(self) -> int:
        return sum(counts for _, _, counts in self.run_rows)

    @property
    def other_runs(self) -> int:
        return len(self.run_rows) - self.counted_runs

    @cached_property
    def replacements(self) -> list[Replacement]:
        """Runs that later ones took the place of, with what differs."""
        return replacements(self.runs)

    @property
    def joined(self) -> list[str]:
        """What follows only from numbers of different runs together."""
        return [metrics.get(one.metric).label.lower() for one in self.estimates if not one.runs]

    # Words

    @property
    def hidden(self) -> str:
        """Why nothing of the entry counts yet, for those who may see it all the same."""
        if self.is_published or not self.runs:
            return ""
        return visibility.uncounted(self.runs).sentence

    @property
    def count(self) -> int | None:
        """How many devices, where somebody said it."""
        is_stated = self.entry.settings.get("devices") != NOT_STATED
        return self.entry.device_count if is_stated else None

    @property
    def is_published(self) -> bool:
        return bool(self.estimates)

    @property
    def withdrawn(self) -> Submission | None:
        """The file that was withdrawn, where nothing else stands behind the entry."""
        if self.is_published:
            return None
        states = [run.submission for run in self.runs]
        return next((one for one in states if one.state == Submission.State.WITHDRAWN), None)

    @property
    def summary(self) -> str:
        """“It answers … with 62.0 % quality for 494 Wh.”"""
        by_metric = {estimate.metric: estimate for estimate in self.estimates}
        shown = [metric.slug for metric in self.objectives if metric.slug in by_metric]
        shown = shown or [estimate.metric for estimate in self.estimates[:3]]
        parts = []
        for slug in shown[:4]:
            estimate = by_metric[slug]
            about = "" if estimate.origin in READ_OFF else "about "
            amount = self.scale(estimate).quantity(estimate.value)
            parts.append(f"{metrics.get(slug).label.lower()} {about}{amount}")
        return ", ".join(parts)

    @property
    def verdict(self) -> str:
        """Who beats it, in a sentence."""
        if self.place is None:
            return ""
        if self.layer == 1:
            return "No entry of the board beats it on all objectives at once."
        beaten = quantities.count(self.beaten_by, "entry", "entries")
        verb = "is" if self.beaten_by == 1 else "are"
        return (
            f"{beaten} of the board {verb} at least as good on every objective and better on one."
        )

    @property
    def lacks(self) -> list[metrics.Metric]:
        """The objectives without a value, which keep it from being ranked."""
        have = {estimate.metric for estimate in self.estimates}
        return [metric for metric in self.objectives if metric.slug not in have]

    @property
    def settings(self) -> Sequence[tuple[str, str]]:
        settings = sorted(self.entry.settings.items())
        return [(key.replace("_", " "), str(value)) for key, value in settings if value != ""]


def order_of(slug: str) -> tuple[int, int, str]:
    metric = metrics.get(slug)
    widest = metrics.ENERGIES.index(slug) if slug in metrics.ENERGIES else 9
    return (FAMILIES.index(metric.family), widest, metric.label)


def origin_of(estimate: Estimate) -> str:
    return Origin(Origin.values[estimate.origin]).label
