"""Configurations of a service: latency against energy per token (metrics-spec, 2 and 23)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leaderboard.core import pareto
from leaderboard.core.contract import NAME, NUMBER, TABLE, Input, Missing

CONFIGURATIONS = Input(
    "configurations",
    "measured configurations",
    shape=TABLE,
    columns=(
        Input("name", "the configuration", shape=NAME),
        Input("energy", "energy per token", "J", NUMBER, above=0),
        Input("latency", "time between tokens", "s", NUMBER, at_least=0),
        Input("ttft", "time to first token; may be empty", "s", NUMBER, default=None, at_least=0),
    ),
    symbol="S",
)
TARGET = Input("target", "highest time between tokens", "s", NUMBER, at_least=0, symbol="t_max")
FIRST_TARGET = Input(
    "ttft_target",
    "highest time to first token; any unless said otherwise",
    "s",
    NUMBER,
    default=None,
    at_least=0,
)
Row = Mapping[str, Any]
# Qwen3-8B on GPQA: device, batch limit, median time between tokens in ms, J per token.
QWEN3_8B = (
    ("H100 B 8", 9.70, 0.603563),
    ("H100 B 16", 11.91, 0.402736),
    ("H100 B 32", 16.87, 0.317296),
    ("H100 B 64", 26.64, 0.266808),
    ("H100 B 96", 27.88, 0.221064),
    ("B200 B 8", 32.50, 1.170901),
    ("B200 B 16", 37.67, 0.713839),
    ("B200 B 32", 38.16, 0.394667),
    ("B200 B 64", 41.42, 0.262194),
    ("B200 B 128", 47.58, 0.173170),
)
EXAMPLE = [{"name": name, "latency": ms / 1000, "energy": joule} for name, ms, joule in QWEN3_8B]


def frontier(rows: Sequence[Row]) -> list[Row]:
    """Those that no other beats on both, the fastest first."""
    points = np.array([(row["latency"], row["energy"]) for row in rows], dtype=float)
    if not len(points):
        raise Missing("there are no configurations", field="configurations")
    mask = pareto.frontier(points, (pareto.LOWER, pareto.LOWER))
    kept = [row for row, is_kept in zip(rows, mask, strict=True) if is_kept]
    return sorted(kept, key=by_latency)


def by_latency(row: Row) -> tuple[float, float]:
    return row["latency"], row["energy"]


def feasible(rows: Sequence[Row], target: float, ttft_target: float | None) -> list[Row]:
    """Those within both limits. Where a limit is set, a latency that is not known is not within."""
    return [
        row
        for row in rows
        if row["latency"] <= target
        and (ttft_target is None or (row["ttft"] is not None and row["ttft"] <= ttft_target))
    ]


def thriftiest(rows: Sequence[Row]) -> Row | None:
    """The least energy; of equals the fastest."""
    return min(rows, key=lambda row: (row["energy"], row["latency"]), default=None)
