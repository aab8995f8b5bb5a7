"""Everything an entry's page shows: its numbers, where each comes from, and who beats it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import charts, drawings, quantities, visibility
from leaderboard.core import metrics
from leaderboard.findings import READ_OFF
from leaderboard.models import Board, Entry, Estimate, Measurement, Run, Submission
from leaderboard.models.evidence import NOT_STATED, Origin
from leaderboard.on_board import Passage, Standing, passages, rank, stored_layers
from leaderboard.quantities import Scale
from leaderboard.short_names import short_names
from leaderboard.standings import Standings, Who
from leaderboard.views.board_page import BoardPage
from leaderboard.views.history import Replacement, replacements
from leaderboard.views.life_share import BEGINNINGS, LifeShare
from leaderboard.views.provenance import Chain

NAMED = ("task", "model", "method", "hardware")
RUNS = 200
# So many points show where an entry stands; the board itself draws more.
DRAWN_UP_TO = 2_000
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
    def place(self) -> int | None:
        """Where the entry stands among the ranked ones."""
        return self.on_board.place if self.on_board else None

    @property
    def layer(self) -> int | None:
        return self.on_board.layer if self.on_board else None

    @cached_property
    def chart(self) -> charts.Scatter | None:
        """The board's frontier, this entry, and of very many others a sample."""
        if self.place is None or self.page is None:
            return None
        standings, x, y = self.page.standings, self.page.filters.x, self.page.filters.y
        places = np.union1d(self.drawn, self.place)
        has_both = standings.count_with([x, y])
        drawn = standings.at(places)
        chart = charts.Scatter.of(
            drawn.of([x, y]),
            standings.layer[places],
            [self.page.scale(metric) for metric in (x, y)],
            names=lambda entry: str(self.named[entry]),
            short_names=lambda entries: short_names([self.named[entry] for entry in entries]),
            left_out=len(standings) - has_both,
            thinned_out=has_both - len(places),
        )
        found = np.flatnonzero(chart.points.entries == self.entry.pk)
        if not len(found):
            return None
        chart.highlight = int(found[0])
        return chart

    @cached_property
    def drawn(self) -> np.ndarray:
        """Places of the ranked entries that are drawn around this one."""
        assert self.page is not None
        standings = self.page.standings
        if self.page.board.latest:
            # Stored layers: working them out for a million entries is not this page's affair.
            standings.layer = stored_layers(self.page.board, standings.points.entries)
        return standings.drawn(self.page.filters.x, self.page.filters.y, DRAWN_UP_TO)

    @cached_property
    def named(self) -> dict[int, Who]:
        """Names of what the chart names, in one query."""
        assert self.page is not None
        assert self.chart is not None
        entries = self.chart.points.entries[self.chart.named]
        return self.page.standings.who(np.union1d(entries, self.entry.pk))

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
    def on_board(self) -> Standing | None:
        """Its layer, ranks and neighbours on the board that the page compares on."""
        return next((one for one in self.on_boards if one.board == self.board), None)

    @cached_property
    def on_boards(self) -> list[Standing]:
        """The same on every board of its task. They share the task's columns."""
        if self.page is None or not self.is_published:
            return []
        live = self.entry.placements.live().filter(board__in=self.boards)
        stored = dict(live.values_list("board", "layer"))
        snapshot, found = self.page.standings.snapshot, []
        for board in self.boards:
            is_now = board == self.board
            standings = self.page.standings if is_now else Standings.usual(board, snapshot)
            standing = Standing(self.entry, board, standings)
            standing.stored = stored.get(board.pk)
            found.append(standing)
        return found

    @cached_property
    def passages(self) -> tuple[list[Passage], int]:
        """When it entered and left layers of boards and why, and how many older times there are."""
        return passages(self.entry)

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
        everybody = page.standings.everything
        here = int(np.searchsorted(everybody.entries, self.entry.pk))
        # A large board may not know of it yet.
        is_known = here < len(everybody) and everybody.entries[here] == self.entry.pk
        if not is_known or not page.standings.snapshot.has(slug)[here]:
            return "", ""
        picture = drawings.among(
            page.axis(slug),
            page.values(slug),
            estimate.value,
            estimate.low,
            estimate.high,
            metrics.get(slug).family,
        )
        return picture, quantities.ranks(*rank(everybody, slug, here))

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

    @cached_property
    def level(self) -> Submission.Level | None:
        """How far the newest run that counts was verified."""
        return Run.objects.levels([self.entry.pk]).get(self.entry.pk)

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
            # In a sentence each number has the unit that fits it, not that of its column.
            amount = quantities.alone(slug, estimate.value)
            parts.append(f"{metrics.get(slug).label.lower()} {about}{amount}")
        return ", ".join(parts)

    @property
    def verdict(self) -> str:
        """Who beats it, in a sentence."""
        if self.place is None:
            return ""
        if self.layer == 1:
            return "No entry of the board beats it on all objectives at once."
        beaten_by = self.on_board.beaten_by if self.on_board else 0
        beaten = quantities.count(beaten_by, "entry", "entries")
        verb = "is" if beaten_by == 1 else "are"
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
