"""Greenhouse gases as the file states them, with whatever factor its tool used. Compare `carbon` instead."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("carbon_reported", "Carbon as reported", "kg", LOWER, family="carbon")
