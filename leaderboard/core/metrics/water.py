"""Water drawn on site, as the file states it."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("water", "Water", "L", LOWER)
