"""Floating-point operations of one training run."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("training_compute", "Training compute", "FLOP", LOWER)
