"""Device lives that a training run uses up ("equivalent hardware lifetimes consumed").

Published hours beat the estimate: hours / life. Otherwise the run's compute is turned into lives
of an A100: FLOP / (312e12 FLOP/s x MFU x life), MFU 0.35 (0.20 to 0.60), life 2 years (1 to 5).
It is not the number of devices that ran at one time.
"""

from leaderboard.core import footprint
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "gpu_lives",
    "Device lives",
    "1",
    LOWER,
    family="material",
    source="arXiv 2512.04142; section 1.1 of the metric specification",
)


@METRIC.derived("gpu_lives.from_hours/1", written="accelerator_time / device_life")
def from_hours(accelerator_time, device_life):
    return accelerator_time / device_life


@METRIC.derived(
    "gpu_lives.from_compute/1",
    written="training_compute / (A100 peak x MFU x life)",
    badge="reconstructed",
)
def from_compute(training_compute):
    return footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
