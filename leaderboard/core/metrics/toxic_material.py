"""Toxic elements in the hardware used up, by mass.

Where the elements of a device are known, those that any of our lists calls toxic are added up.
For a training run of which only the compute is known it is at most 0.7955 kg per A100 life: the
paper's "up to 7 t" over 8,800 GPUs, an upper bound, so the range reaches down to zero.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import Detailed, Example
from leaderboard.core.elements import toxic
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.metrics.material import ELEMENTS, LIVES

METRIC = Metric(
    "toxic_material",
    "Toxic material",
    "kg",
    LOWER,
    family="material",
    symbol="M_tox",
    sources=(papers.FOOTPRINTS,),
    edges=("Which elements the paper counts as toxic is not known; ours are listed with sources.",),
)


@METRIC.derived(
    "toxic_material.from_device_time/1",
    written="device_time / device_life * device_toxic_mass",
    examples=[
        Example(
            {
                "device_time": 3600,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_toxic_mass": 0.1752,
            },
            1e-5,
        ),
    ],
)
def from_device_time(device_time, device_life, device_toxic_mass):
    return device_time / device_life * device_toxic_mass


@METRIC.derived(
    "toxic_material.from_hours/1",
    written="accelerator_time / device_life * device_toxic_mass",
    examples=[
        Example(
            {
                "accelerator_time": footprint.YEAR_S,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_toxic_mass": 0.5,
            },
            0.25,
        ),
    ],
)
def from_hours(accelerator_time, device_life, device_toxic_mass):
    return accelerator_time / device_life * device_toxic_mass


@METRIC.derived(
    "toxic_material.from_compute/1",
    written='training_compute / ("A100 peak" * MFU * "life") * 0.7955',
    badge="from abstract",
    examples=[Example({"training_compute": 6 * 222e9 * 13e12}, 2514.13 * 0.7955, "GPT-4", 0.005)],
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_TOXIC_KG


@METRIC.computed(
    "toxic_material.of_elements/1",
    [LIVES, ELEMENTS],
    written='sum(gpu_lives * m[e] for e in "toxic elements")',
    badge="reconstructed",
    examples=[
        Example(
            {
                "gpu_lives": 2,
                "elements": [{"element": "Si", "mass": 0.5}, {"element": "Pb", "mass": 0.01}],
            },
            0.02,
        ),
    ],
)
def of_elements(gpu_lives, elements):
    per_device = footprint.by_element((row["element"], row["mass"]) for row in elements)
    found = {symbol: mass for symbol, mass in per_device.items() if symbol in toxic()}
    total = footprint.material(gpu_lives, sum(found.values()))
    return Detailed(total, footprint.material_by_element(gpu_lives.value, found))
