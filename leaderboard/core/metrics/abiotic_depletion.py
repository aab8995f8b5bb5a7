"""Depletion of elements by making the devices, in kg of antimony equivalent.

The share of the device's life times what making it depletes, a range where sources disagree.
"""

from leaderboard.core import footprint
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "abiotic_depletion",
    "Abiotic depletion",
    "kg",
    LOWER,
    family="material",
    source="arXiv 2509.00093; section 1.4 of the metric specification",
)


@METRIC.derived(
    "abiotic_depletion.from_device_time/1",
    written="device_time / device_life x device_abiotic_depletion",
)
def from_device_time(device_time, device_life, device_abiotic_depletion):
    return device_time / device_life * device_abiotic_depletion


@METRIC.derived(
    "abiotic_depletion.from_hours/1",
    written="accelerator_time / device_life x device_abiotic_depletion",
)
def from_hours(accelerator_time, device_life, device_abiotic_depletion):
    return accelerator_time / device_life * device_abiotic_depletion


@METRIC.derived(
    "abiotic_depletion.from_compute/1",
    written="training_compute / (A100 peak x MFU x life) x 0.0063421 kg Sb eq",
    badge="verified in data",
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_ABIOTIC_DEPLETION_KG
