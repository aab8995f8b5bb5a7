"""Many runs of one entry, one estimate. The set-based twin is in `leaderboard/estimates.py`."""

from collections.abc import Sequence
from statistics import median

from leaderboard.core.interval import Interval


def pooled(runs: Sequence[Interval]) -> Interval:
    """The median of the runs' values, between the lowest low and the highest high."""
    return Interval(
        median(run.value for run in runs),
        min(run.low for run in runs),
        max(run.high for run in runs),
    )
