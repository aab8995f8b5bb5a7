"""What a reader may ask a board in an address, as on its page, and what of it can't be used."""

import re
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from leaderboard import frontiers, yours
from leaderboard.api.asking import Parameter, one_of, whole
from leaderboard.api.problems import complaint, refused
from leaderboard.core import metrics
from leaderboard.core.own import WISHES
from leaderboard.core.presets import PRESETS
from leaderboard.filters import ENERGY, FACETS, LAYER, SCORE, Filters, listed
from leaderboard.models import Board, Chance, Objective
from leaderboard.models.chances import Chances
from leaderboard.standings import Standings, Who
from leaderboard.views.board_advice import ADVISED_UP_TO, Advice

MOST_OBJECTIVES = 6
SIDES = ("min", "max")
OTHER_QUESTION = "Chances are worked out for the board's own question."
OBJECTIVES = Parameter(
    "objectives",
    f"Metrics to rank by, 1 to {MOST_OBJECTIVES}, comma-separated; `energy` is the board's.",
    may_repeat=True,
)
FILTERS = (
    *(Parameter(f, f"Slugs of the {f}, comma-separated.", may_repeat=True) for f in FACETS),
    Parameter("origin", "`measured`: only what was measured or reported.", one_of("measured")),
    Parameter("kinds", "`together`: says that kinds of energy numbers meet.", one_of("together")),
    Parameter("q", "Words that the entry's names must hold."),
    Parameter(
        "sort",
        "`layer`, `score` (by weights), a metric (best first) or `-` and a metric (worst first).",
        default=LAYER,
    ),
    *(
        Parameter(f"{ENERGY}_{side}", f"{word} value, likewise for each metric: `70 %`, `100 kWh`.")
        for side, word in zip(SIDES, ("Lowest", "Highest"), strict=True)
    ),
)
# What decides how the rows are ranked and told, beside which rows there are.
WISHED = (
    Parameter(f"w_{ENERGY}", "Weight from 0 to 100, likewise for each metric, up to six."),
    Parameter("ranks", "`points`: single ranks by values alone, whatever their bounds."),
    Parameter("pick", f"A ready-made question to be answered: {', '.join(PRESETS)}."),
    *(
        Parameter(name, f"Own scenario: {wish.label}, in {wish.unit_words or 'a bare number'}.")
        for name, wish in WISHES.items()
    ),
)
QUESTION = (OBJECTIVES, *FILTERS, *WISHED)
ENTRY = Parameter(
    "entry", "Id of an entry that the view ranks.", whole(1, 2**63 - 1), OpenApiTypes.INT
)


def is_bound(name: str) -> bool:
    """Whether a parameter is a metric's lowest or highest value."""
    metric, _, side = name.rpartition("_")
    return side in SIDES and (metric == ENERGY or metric in metrics.ALL)


def is_asked(name: str) -> bool:
    """Whether a parameter is a metric's bound or weight."""
    return is_bound(name) or (name.startswith("w_") and name.removeprefix("w_") in metrics.ALL)


def whole_boards() -> QuerySet:
    objectives = Prefetch("objectives", Objective.objects.order_by("position"))
    return Board.objects.select_related("task").dated().prefetch_related(objectives)


def question(request: Request, board: Board) -> Filters:
    """What the reader asks the board. Raises a Problem where a part can't be used."""
    asked = listed(request.query_params, "objectives")
    if len(set(asked)) > MOST_OBJECTIVES:
        message = f"At most {MOST_OBJECTIVES} objectives can be ranked by."
        raise refused([complaint("objectives.excess", message, "objectives")])
    filters = Filters.read(request.query_params, board, frontiers.ranked_by(board))
    if filters.ignored:
        raise refused(
            [
                complaint("parameter.invalid", f"{said}.", re.split("[=:]", said)[0])
                for said in filters.ignored
            ]
        )
    return filters


class View:
    """A board under a reader's question, as its page shows it. Raises a Problem where it can't."""

    def __init__(self, request: Request, board: Board):
        self.board, self.filters = board, question(request, board)
        self.standings = Standings(board, self.filters)
        if self.filters.own and not self.standings.is_own:
            message = f"Own scenarios are worked out for boards of up to {yours.UP_TO:,} entries."
            raise refused([complaint("parameter.invalid", message, "own")])

    def __len__(self):
        return len(self.standings)

    # What ranks

    @property
    def is_by_score(self) -> bool:
        return self.filters.sort == SCORE and self.standings.weighed is not None

    @property
    def ranked_on(self) -> str:
        """The metric that ranks are about: the one sorted by, or the first objective."""
        if self.filters.sort in (LAYER, SCORE):
            return self.filters.objectives[0]
        return self.filters.sort.removeprefix("-")

    def ranks(self, places: np.ndarray) -> list[list[int]]:
        if self.is_by_score:
            assert self.standings.weighed is not None
            return self.standings.weighed.ranks[places].tolist()
        return self.standings.ranks(self.ranked_on, places).tolist()

    @property
    def shown(self) -> tuple[str, ...]:
        """The metrics of the question: ranked by, sorted by, bounded or weighed."""
        asked = self.filters
        return tuple(
            dict.fromkeys([*asked.objectives, self.ranked_on, *asked.bounds, *asked.weights])
        )

    def scores(self, places: np.ndarray) -> list[dict[str, float] | None]:
        """The score of each by the reader's weights with what bounds allow, from 0 to 1."""
        if self.standings.weighed is None:
            return [None] * len(places)
        weighed = self.standings.weighed
        rows = {place: row for row, place in enumerate(weighed.places.tolist())}
        parts = [
            part.tolist()
            for part in (weighed.scored.score, weighed.scored.low, weighed.scored.high)
        ]
        return [
            dict(zip(("value", "low", "high"), (part[rows[place]] for part in parts), strict=True))
            if place in rows
            else None
            for place in places.tolist()
        ]

    def are_own(self, places: np.ndarray) -> list[bool]:
        """Whether a number of the row that is shown follows from the reader's scenario."""
        snapshot, found = self.standings.snapshot, np.zeros(len(places), bool)
        for metric in self.shown:
            if (own := snapshot.parts.get(f"own-{metric}")) is not None:
                found |= own[self.standings.points.places[places]]
        return found.tolist()

    @cached_property
    def chances(self) -> Chances:
        """How likely entries are to be on the frontier, under the board's own question."""
        usual = Standings.usual(self.board, self.standings.snapshot).filters
        if self.standings.is_own or not self.filters.ranks_like(usual):
            return Chances.missing(OTHER_QUESTION)
        return Chance.objects.of(self.board)

    # The card

    @cached_property
    def advice(self) -> Advice:
        return Advice(self)

    @cached_property
    def who(self) -> dict[int, Who]:
        return self.standings.who(self.standings.points.entries[self.advice.named_places])

    @property
    def recommendation(self) -> dict[str, Any] | None:
        """The answer to `pick`; None where nothing is picked."""
        if not self.filters.pick:
            return None
        if len(self) > ADVISED_UP_TO:
            message = f"It is answered for up to {ADVISED_UP_TO:,} entries; choose fewer."
            raise refused([complaint("parameter.invalid", message, "pick")])
        if PRESETS[self.filters.pick] not in self.advice.questions:
            message = "No entry has the numbers that this takes, or no limit is given."
            raise refused([complaint("parameter.invalid", message, "pick")])
        chosen = self.advice.chosen
        return {
            "pick": self.filters.pick,
            "entry": None if chosen is None else chosen.entry,
            "sentence": self.advice.sentence,
        }
