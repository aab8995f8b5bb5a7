"""Hardware used up, by mass: the share of the device's life times its analysed mass.

For most runs it is device time / device life x device mass, where the mass is the analysed one if
it is published and the module's otherwise. A training run uses its published hours where the
device's analysed mass is known, and otherwise the A100 lives that its compute takes (see device
lives) times the 1.491 kg that were analysed per A100 SXM 40 GB. Life is 2 years, 1 to 5 in the
bounds.
"""

from leaderboard.core import footprint
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "material",
    "Material",
    "kg",
    LOWER,
    family="material",
    source="arXiv 2512.04142; section 1.3 of the metric specification",
)


@METRIC.derived("material.from_device_time/1", written="device_time / device_life x device_mass")
def from_device_time(device_time, device_life, device_mass):
    return device_time / device_life * device_mass


@METRIC.derived(
    "material.from_hours/1",
    written="accelerator_time / device_life x device_analysed_mass",
)
def from_hours(accelerator_time, device_life, device_analysed_mass):
    return accelerator_time / device_life * device_analysed_mass


@METRIC.derived(
    "material.from_compute/1",
    written="training_compute / (A100 peak x MFU x life) x 1.491 kg",
    badge="reconstructed",
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_ANALYSED_KG
