"""Cost per success, of one method or of several on several problems (metrics-spec, section 4)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.core.contract import NAME, TABLE, Detailed, Infinite, Input, Missing
from leaderboard.core.interval import Interval

# What an expert asks for one problem, USD.
HUMAN_BASELINES = {
    "two-digit addition": 0.02,
    "BBQ": 0.10,
    "GSM8K": 3.50,
    "MATH-500": 12.0,
    "AIME 2024": 20.0,
    "GPQA Diamond": 58.0,
}

COST = Input("cost", "what it cost; empty where unknown", "USD", default=None, at_least=0)
SUCCESS = Input("success", "1 solved, 0 not, or a share", at_least=0, at_most=1)
OF_ONE = Input("attempts", "attempts at one task", shape=TABLE, columns=(COST, SUCCESS), symbol="n")
OF_SEVERAL = Input(
    "attempts",
    "attempts of several models at several problems; rows of one model and problem are averaged",
    shape=TABLE,
    columns=(
        Input("model", "who tried", shape=NAME),
        Input("problem", "at what", shape=NAME),
        COST,
        SUCCESS,
    ),
    symbol="M",
)
HUMAN_COST = Input(
    "human_cost", "what an expert asks per problem", "USD", default=None, at_least=0, symbol="h"
)
HUMAN_TASK = Input(
    "human_task",
    "the task whose published expert cost stands in",
    shape=NAME,
    default=None,
    choices=tuple(HUMAN_BASELINES),
)


def per_success(cost: Interval, rate: Interval) -> Interval:
    """Cost over the rate of success. Raises Infinite when nothing ever succeeds."""
    if rate.high == 0:
        raise Infinite("no correct answer")
    if rate.low == 0:
        raise Missing("the success rate may be zero, so there is no upper bound", field="quality")
    return cost / rate


def averaged(intervals: Sequence[Interval]) -> Interval:
    """The mean, bound by bound."""
    return Interval(
        math.fsum(each.value for each in intervals) / len(intervals),
        math.fsum(each.low for each in intervals) / len(intervals),
        math.fsum(each.high for each in intervals) / len(intervals),
    )


def of_one(rows: Sequence[Mapping[str, Any]]) -> Detailed:
    """Cost per success over attempts at one task, and how many had no known cost."""
    priced = [row for row in rows if row["cost"] is not None]
    if not priced:
        raise Missing("no attempt has a known cost", field="attempts")
    cost = averaged([row["cost"] for row in priced])
    rate = averaged([row["success"] for row in priced])
    return Detailed(per_success(cost, rate), {"left_out": len(rows) - len(priced)})


@dataclass(frozen=True)
class Standing:
    """Cost per success by problem and model (None: infinite), and what was left out."""

    by_problem: dict[str, dict[str, Interval | None]]
    left_out: int

    @property
    def models(self) -> list[str]:
        return sorted({model for costs in self.by_problem.values() for model in costs})

    def frontier(self, models: Iterable[str], human: Interval | None) -> dict[str, Interval | None]:
        """Problem → the least that a success costs, the expert's fee included."""
        allowed = set(models)
        found: dict[str, Interval | None] = {}
        for problem, costs in self.by_problem.items():
            finite = [cost for model, cost in costs.items() if cost and model in allowed]
            finite += [human] if human else []
            found[problem] = least(finite) if finite else None
        return found

    def total(self, models: Iterable[str], human: Interval | None) -> Interval:
        """The mean of the frontier. Raises Infinite when some problem has none."""
        frontier = self.frontier(models, human)
        finite = [cost for cost in frontier.values() if cost is not None]
        if unsolved := len(frontier) - len(finite):
            raise Infinite(f"infinite on {unsolved} of {len(frontier)} problems")
        return averaged(finite)


def least(costs: Sequence[Interval]) -> Interval:
    return Interval(
        min(cost.value for cost in costs),
        min(cost.low for cost in costs),
        min(cost.high for cost in costs),
    )


def standing(rows: Sequence[Mapping[str, Any]]) -> Standing:
    """Attempts by problem and model. Raises Missing when nothing is left."""
    grouped: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    priced = [row for row in rows if row["cost"] is not None]
    if not priced:
        raise Missing("no attempt has a known cost", field="attempts")
    for row in priced:
        grouped[row["problem"]][row["model"]].append(row)
    by_problem = {
        problem: {model: _per_success(tried) for model, tried in by_model.items()}
        for problem, by_model in grouped.items()
    }
    return Standing(by_problem, len(rows) - len(priced))


def _per_success(tried: Sequence[Mapping[str, Any]]) -> Interval | None:
    try:
        return per_success(
            averaged([row["cost"] for row in tried]), averaged([row["success"] for row in tried])
        )
    except Infinite:
        return None


def human(cost: Interval | None, task: str | None) -> Interval | None:
    """The expert's fee: as given, or as published for the task."""
    if cost is not None or task is None:
        return cost
    return Interval.exact(HUMAN_BASELINES[task])


def essential(table: Standing, model: str, fee: Interval | None) -> Interval:
    """The share of the total that the model saves. Its absence can be infinitely worse."""
    if model not in table.models:
        raise Missing(f"{model} made no attempt", field="model", is_data_error=True)
    others = [name for name in table.models if name != model]
    without = table.total(others, fee)
    with_it = table.total(table.models, fee)
    return (without - with_it) / without
