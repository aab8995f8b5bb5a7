"""Energy of the accelerators per image or video: of a batch over its size, or power over rate.

What the whole machine draws for a task whose unit is an image is its node energy.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "energy_per_image",
    "Accelerator energy per image",
    "J/image",
    LOWER,
    family="energy",
    boundary="accelerators",
    symbol="E_image",
    sources=(papers.ML_ENERGY,),
)


@METRIC.derived(
    "energy_per_image.from_power/1",
    written="power / image_throughput",
    badge="verified in text",
    examples=[Example({"power": 700, "image_throughput": 2}, 350)],
)
def from_power(power, image_throughput):
    return power / image_throughput


@METRIC.computed(
    "energy_per_image.of_batch/1",
    [
        Input("batch_energy", "energy of the batch", "J", above=0, symbol="E_batch"),
        Input("batch_size", "images of the batch", "count", above=0, symbol="B"),
    ],
    written="batch_energy / batch_size",
    badge="verified in text",
    examples=[Example({"batch_energy": 1200, "batch_size": 8}, 150)],
)
def of_batch(batch_energy, batch_size):
    return batch_energy / batch_size
