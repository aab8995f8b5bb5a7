"""Greenhouse gases of making the devices: the share of their life times their embodied carbon.

Published figures for one device differ by a factor of 2.5 to 5, which the bounds carry.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "embodied_carbon",
    "Embodied carbon",
    "kgCO2e",
    LOWER,
    family="carbon",
    symbol="C_emb",
    sources=(papers.MORE_THAN_CARBON,),
    edges=("It covers making the device, not using it.",),
)


@METRIC.derived(
    "embodied_carbon.from_device_time/1",
    written="device_time / device_life * device_embodied_carbon",
    examples=[
        Example(
            {
                "device_time": 3600,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_embodied_carbon": 175.2,
            },
            0.01,
        ),
    ],
)
def from_device_time(device_time, device_life, device_embodied_carbon):
    return device_time / device_life * device_embodied_carbon


@METRIC.derived(
    "embodied_carbon.from_hours/1",
    written="accelerator_time / device_life * device_embodied_carbon",
    examples=[
        Example(
            {
                "accelerator_time": footprint.YEAR_S,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_embodied_carbon": 126.775,
            },
            63.3875,
        ),
    ],
)
def from_hours(accelerator_time, device_life, device_embodied_carbon):
    return accelerator_time / device_life * device_embodied_carbon


@METRIC.derived(
    "embodied_carbon.from_compute/1",
    written='training_compute / ("A100 peak" * MFU * "life") * 126.775',
    badge="verified in data",
    examples=[
        Example({"training_compute": 6 * 70e9 * 2e12}, 121.960738 * 126.775, "LLaMA-2 70B", 0.01),
    ],
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_EMBODIED_CARBON_KG
