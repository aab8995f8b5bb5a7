"""Money for one functional unit, in USD at a dated price.

A stated cost wins. Otherwise it is device time times the on-demand price of a device hour, or for a
training run its accelerator hours, or the time that its compute takes on A100s at MFU 0.35 (0.20 to
0.60). Cloud prices spread by a factor of four between providers; the hardware's page dates them.
"""

from leaderboard.core import footprint
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("cost", "Cost", "USD", LOWER, family="cost")


@METRIC.derived("cost.from_device_time/1", written="device_time x device_price")
def from_device_time(device_time, device_price):
    return device_time * device_price


@METRIC.derived("cost.from_hours/1", written="accelerator_time x device_price")
def from_hours(accelerator_time, device_price):
    return accelerator_time * device_price


@METRIC.derived(
    "cost.from_compute/1",
    written="training_compute / (A100 peak x MFU) x price of an A100 hour",
    badge="reconstructed",
)
def from_compute(training_compute, a100_price):
    return footprint.busy_seconds(training_compute, mfu=footprint.MFU) * a100_price
