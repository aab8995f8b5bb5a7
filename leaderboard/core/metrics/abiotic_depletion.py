"""Depletion of elements by making the devices, in kg of antimony equivalent.

The share of the device's life times what making it depletes, a range where sources disagree.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "abiotic_depletion",
    "Abiotic depletion",
    "kgSbeq",
    LOWER,
    family="material",
    symbol="ADP_e",
    sources=(papers.MORE_THAN_CARBON,),
    edges=("It covers making the device, not using it.",),
)


@METRIC.derived(
    "abiotic_depletion.from_device_time/1",
    written="device_time / device_life * device_abiotic_depletion",
    examples=[
        Example(
            {
                "device_time": 3600,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_abiotic_depletion": 0.01752,
            },
            1e-06,
        ),
    ],
)
def from_device_time(device_time, device_life, device_abiotic_depletion):
    return device_time / device_life * device_abiotic_depletion


@METRIC.derived(
    "abiotic_depletion.from_hours/1",
    written="accelerator_time / device_life * device_abiotic_depletion",
    examples=[
        Example(
            {
                "accelerator_time": footprint.YEAR_S,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_abiotic_depletion": 0.0063421,
            },
            0.00317105,
        ),
    ],
)
def from_hours(accelerator_time, device_life, device_abiotic_depletion):
    return accelerator_time / device_life * device_abiotic_depletion


@METRIC.derived(
    "abiotic_depletion.from_compute/1",
    written='training_compute / ("A100 peak" * MFU * "life") * 0.0063421',
    badge="verified in data",
    examples=[
        Example({"training_compute": 6 * 70e9 * 2e12}, 121.960738 * 0.0063421, "LLaMA-2 70B", 0.01),
    ],
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_ABIOTIC_DEPLETION_KG
