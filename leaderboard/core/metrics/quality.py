"""How well the task is done, by the task's own measure, as a fraction from 0 to 1."""

from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric("quality", "Quality", "1", HIGHER, family="quality")
