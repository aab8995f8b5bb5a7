"""Greenhouse gases of making the devices: the share of their life times their embodied carbon.

Published figures for one device differ by a factor of 2.5 to 5, which the bounds carry.
"""

from leaderboard.core import footprint
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "embodied_carbon",
    "Embodied carbon",
    "kg",
    LOWER,
    family="carbon",
    source="arXiv 2509.00093; section 1.4 of the metric specification",
)


@METRIC.derived(
    "embodied_carbon.from_device_time/1",
    written="device_time / device_life x device_embodied_carbon",
)
def from_device_time(device_time, device_life, device_embodied_carbon):
    return device_time / device_life * device_embodied_carbon


@METRIC.derived(
    "embodied_carbon.from_hours/1",
    written="accelerator_time / device_life x device_embodied_carbon",
)
def from_hours(accelerator_time, device_life, device_embodied_carbon):
    return accelerator_time / device_life * device_embodied_carbon


@METRIC.derived(
    "embodied_carbon.from_compute/1",
    written="training_compute / (A100 peak x MFU x life) x 126.775 kg (111 to 319 kg)",
    badge="verified in data",
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_EMBODIED_CARBON_KG
