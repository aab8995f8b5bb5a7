"""Greenhouse gases as the file states them, with whatever factor its tool used.

To compare entries take `carbon`, which is worked out alike for all.
"""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("carbon_reported", "Carbon as reported", "kg", LOWER, family="carbon")
