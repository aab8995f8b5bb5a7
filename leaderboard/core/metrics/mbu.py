"""Model bandwidth utilisation: the bytes that generating takes, over the devices' peak bandwidth.

Each output token reads the weights and the cache once, so at batch size one it is their size over
the time per output token.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "mbu",
    "Model bandwidth utilisation",
    "1",
    HIGHER,
    symbol="MBU",
    at_most=1.0,
    sources=(papers.APEX,),
)


@METRIC.computed(
    "mbu.of_rate/1",
    [
        Input("achieved_bandwidth", "bytes per second that were of use", "byte/s", at_least=0),
        Input("devices", "devices in use", "count", default=1, above=0, symbol="n_dev"),
        Input("peak_bandwidth", "peak bandwidth of one device", "byte/s", above=0, symbol="B_peak"),
    ],
    written="achieved_bandwidth / (devices * peak_bandwidth)",
    badge="verified in text",
    examples=[
        Example({"achieved_bandwidth": 1e12, "peak_bandwidth": 2e12}, 0.5),
        Example({"achieved_bandwidth": 1e12, "peak_bandwidth": 0}, None),
    ],
)
def of_rate(achieved_bandwidth, devices, peak_bandwidth):
    return achieved_bandwidth / (devices * peak_bandwidth)


@METRIC.computed(
    "mbu.of_decoding/1",
    [
        Input("weights", "size of the weights that work on a token", "byte", above=0, symbol="S_w"),
        Input(
            "cache", "size of the cache that is read", "byte", default=0, at_least=0, symbol="S_kv"
        ),
        Input("tpot", "time per output token", "s", above=0, symbol="t_TPOT"),
        Input("devices", "devices in use", "count", default=1, above=0, symbol="n_dev"),
        Input("peak_bandwidth", "peak bandwidth of one device", "byte/s", above=0, symbol="B_peak"),
    ],
    written="(weights + cache) / (tpot * devices * peak_bandwidth)",
    badge="reconstructed",
    examples=[
        Example({"weights": 15e9, "cache": 1e9, "tpot": 0.016, "peak_bandwidth": 2e12}, 0.5),
    ],
)
def of_decoding(weights, cache, tpot, devices, peak_bandwidth):
    return (weights + cache) / (tpot * devices * peak_bandwidth)
