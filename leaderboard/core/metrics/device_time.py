"""Time for which one functional unit keeps devices busy: devices times seconds.

It follows from the run's wall-clock time, from tokens and throughput, or from images per second.
A throughput of output tokens alone counts the whole time only where its tool measures it so.
"""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("device_time", "Device time", "s", LOWER, family="latency")


@METRIC.derived("device_time.from_run_time/1", written="device_count x run_time")
def from_run_time(device_count, run_time):
    return device_count * run_time


@METRIC.derived(
    "device_time.from_total_throughput/1",
    written="device_count x (tokens_in + tokens_out) / total_throughput",
)
def from_total_throughput(device_count, tokens_in, tokens_out, total_throughput):
    return device_count * (tokens_in + tokens_out) / total_throughput


@METRIC.derived("device_time.from_throughput/1", written="device_count x tokens_out / throughput")
def from_throughput(device_count, tokens_out, throughput):
    return device_count * tokens_out / throughput


@METRIC.derived("device_time.from_images/1", written="device_count / image_throughput")
def from_images(device_count, image_throughput):
    return device_count / image_throughput
