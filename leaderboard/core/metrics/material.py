"""Hardware used up, by mass: the share of the device's life times its analysed mass.

For most runs it is device time / device life x device mass, where the mass is the analysed one if
it is published and the module's otherwise. A training run uses its published hours where the
device's analysed mass is known, and otherwise the A100 lives that its compute takes (see device
lives) times the 1.491 kg that were analysed per A100 SXM 40 GB. Life is 2 years, 1 to 5 in the
bounds.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import NAME, NUMBER, TABLE, Detailed, Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "material",
    "Material",
    "kg",
    LOWER,
    family="material",
    symbol="M",
    sources=(papers.FOOTPRINTS,),
    edges=("The 1.491 kg per A100 come from published totals: about 3,750 kg for 2,515 GPUs.",),
)
ELEMENTS = Input(
    "elements",
    "what one device holds of each element",
    "kg",
    TABLE,
    columns=(
        Input("element", "symbol of the element", shape=NAME),
        Input("mass", "mass in one device", "kg", NUMBER, at_least=0),
    ),
    symbol="m",
)
LIVES = Input("gpu_lives", "device lives used up", at_least=0, symbol="N_gpu")


@METRIC.derived(
    "material.from_device_time/1",
    written="device_time / device_life * device_mass",
    examples=[
        Example(
            {"device_time": 3600, "device_life": footprint.LIFE_IN_YEARS, "device_mass": 1.752},
            1e-4,
        ),
    ],
)
def from_device_time(device_time, device_life, device_mass):
    return device_time / device_life * device_mass


@METRIC.derived(
    "material.from_hours/1",
    written="accelerator_time / device_life * device_analysed_mass",
    examples=[
        Example(
            {
                "accelerator_time": footprint.YEAR_S,
                "device_life": footprint.LIFE_IN_YEARS,
                "device_analysed_mass": 1.491,
            },
            0.7455,
        ),
    ],
)
def from_hours(accelerator_time, device_life, device_analysed_mass):
    return accelerator_time / device_life * device_analysed_mass


@METRIC.derived(
    "material.from_compute/1",
    written='training_compute / ("A100 peak" * MFU * "life") * 1.491',
    badge="reconstructed",
    examples=[
        Example(
            {"training_compute": 6 * 222e9 * 13e12},
            3748.6,
            "GPT-4; with the lives rounded up it is 3,750 kg",
            0.05,
        ),
    ],
)
def from_compute(training_compute):
    lives = footprint.lives(training_compute, mfu=footprint.MFU, life=footprint.LIFE)
    return lives * footprint.A100_ANALYSED_KG


@METRIC.computed(
    "material.of_lives/1",
    [LIVES, Input("mass", "analysed mass of one device", "kg", at_least=0, symbol="m_dev")],
    written="gpu_lives * mass",
    badge="reconstructed",
    examples=[Example({"gpu_lives": 2515, "mass": 1.491}, 3749.9, "T01k", 0.05)],
)
def of_lives(gpu_lives, mass):
    return footprint.material(gpu_lives, mass)


@METRIC.computed(
    "material.of_elements/1",
    [LIVES, ELEMENTS],
    written="sum(gpu_lives * m[e] for e in elements)",
    badge="reconstructed",
    examples=[
        Example(
            {
                "gpu_lives": 2,
                "elements": [{"element": "Cu", "mass": 0.5}, {"element": "Pb", "mass": 0.01}],
            },
            1.02,
        ),
    ],
    edges=["An element that stands twice, for two parts, is added up."],
)
def of_elements(gpu_lives, elements):
    per_device = footprint.by_element((row["element"], row["mass"]) for row in elements)
    total = footprint.material(gpu_lives, sum(per_device.values()))
    return Detailed(total, footprint.material_by_element(gpu_lives.value, per_device))
