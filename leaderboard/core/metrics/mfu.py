"""Model FLOPs utilisation: the operations that the model needs, over the devices' peak.

A forward pass takes two operations per active parameter and token; a training run's compute is
stated or six per parameter and token. Recomputed activations don't count. The peak is the dense
16-bit rate, so a run in a narrower format can show more than it uses.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "mfu",
    "Model FLOPs utilisation",
    "1",
    HIGHER,
    symbol="MFU",
    at_most=1.0,
    sources=(papers.PALM, papers.APEX),
    edges=("Above 1: the result stands, but the peak can't be the one that was in use.",),
)


@METRIC.derived(
    "mfu.from_training/1",
    written="training_compute / (accelerator_time * device_peak_flops)",
    badge="verified in text",
    examples=[
        Example(
            {"training_compute": 3.12e17, "accelerator_time": 2000, "device_peak_flops": 312e12},
            0.5,
        ),
    ],
)
def from_training(training_compute, accelerator_time, device_peak_flops):
    return training_compute / (accelerator_time * device_peak_flops)


@METRIC.derived(
    "mfu.from_total_throughput/1",
    written="2 * model_active_parameters * total_throughput / (device_count * device_peak_flops)",
    badge="verified in text",
    examples=[
        Example(
            {
                "model_active_parameters": 8e9,
                "total_throughput": 9750,
                "device_count": 1,
                "device_peak_flops": 312e12,
            },
            0.5,
        ),
    ],
)
def from_total_throughput(
    model_active_parameters, total_throughput, device_count, device_peak_flops
):
    return 2 * model_active_parameters * total_throughput / (device_count * device_peak_flops)


@METRIC.computed(
    "mfu.of_rate/1",
    [
        Input("achieved_flops", "operations per second that were of use", "FLOP/s", at_least=0),
        Input("devices", "devices in use", "count", default=1, above=0, symbol="n_dev"),
        Input("peak_flops", "peak rate of one device", "FLOP/s", above=0, symbol="F_peak"),
    ],
    written="achieved_flops / (devices * peak_flops)",
    badge="verified in text",
    examples=[
        Example({"achieved_flops": 312e12, "devices": 2, "peak_flops": 312e12}, 0.5),
        Example({"achieved_flops": 312e12, "peak_flops": 0}, None),
    ],
)
def of_rate(achieved_flops, devices, peak_flops):
    return achieved_flops / (devices * peak_flops)
