"""Time for which one functional unit keeps devices busy: devices times seconds.

It follows from the run's wall-clock time, from tokens and throughput, or from images per second.
A throughput of output tokens alone counts the whole time only where its tool measures it so.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "device_time",
    "Device time",
    "s",
    LOWER,
    family="latency",
    symbol="t_dev",
    sources=(papers.ML_ENERGY,),
)


@METRIC.derived(
    "device_time.from_run_time/1",
    written="device_count * run_time",
    examples=[Example({"device_count": 4, "run_time": 2.5}, 10)],
)
def from_run_time(device_count, run_time):
    return device_count * run_time


@METRIC.derived(
    "device_time.from_total_throughput/1",
    written="device_count * (tokens_in + tokens_out) / total_throughput",
    examples=[
        Example(
            {
                "device_count": 1,
                "tokens_in": 51_675 / 164,
                "tokens_out": 10_549 / 164,
                "total_throughput": 136.26671982439217,
            },
            2.784353,
            "a study's own 164 problems, whose time per problem it prints",
            5e-7,
        ),
    ],
)
def from_total_throughput(device_count, tokens_in, tokens_out, total_throughput):
    return device_count * (tokens_in + tokens_out) / total_throughput


@METRIC.derived(
    "device_time.from_throughput/1",
    written="device_count * tokens_out / throughput",
    examples=[
        Example(
            {"device_count": 1, "tokens_out": 8052.39, "throughput": 3117.4},
            2.58305,
            "T02c: Qwen3-8B on one H100",
            5e-6,
        ),
    ],
)
def from_throughput(device_count, tokens_out, throughput):
    return device_count * tokens_out / throughput


@METRIC.derived(
    "device_time.from_images/1",
    written="device_count / image_throughput",
    examples=[Example({"device_count": 2, "image_throughput": 8}, 0.25)],
)
def from_images(device_count, image_throughput):
    return device_count / image_throughput


@METRIC.derived(
    "device_time.from_samples/1",
    written="device_count / sample_throughput",
    examples=[Example({"device_count": 4, "sample_throughput": 16}, 0.25)],
)
def from_samples(device_count, sample_throughput):
    return device_count / sample_throughput
