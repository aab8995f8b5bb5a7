"""Prompt tokens per functional unit."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("tokens_in", "Prompt tokens", "count", LOWER)
