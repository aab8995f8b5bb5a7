"""Energy of the accelerators per generated token.

At steady state it is the energy of the window over the tokens of the window, or what is the same,
mean power over throughput. What the whole machine draws is another metric.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input, Missing
from leaderboard.core.interval import spread
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "energy_per_token",
    "Accelerator energy per output token",
    "J/token",
    LOWER,
    family="energy",
    boundary="accelerators",
    symbol="E_token",
    sources=(papers.ML_ENERGY,),
    edges=("No output tokens: an error in the data.",),
)


@METRIC.derived(
    "energy_per_token.from_device/1",
    written="device_energy / tokens_out",
    badge="verified in text",
    examples=[
        Example({"device_energy": 54_631.48, "tokens_out": 584_013}, 0.093545, "T02a", 5e-7),
    ],
)
def from_device(device_energy, tokens_out):
    return device_energy / tokens_out


@METRIC.derived(
    "energy_per_token.from_power/1",
    written="power / throughput",
    badge="verified in text",
    examples=[
        Example({"power": 689.1, "throughput": 3117.4}, 0.2211, "T02c: Qwen3-8B, H100", 1e-4),
    ],
)
def from_power(power, throughput):
    return power / throughput


@METRIC.computed(
    "energy_per_token.of_steady_state/1",
    [
        Input("window_energy", "energy of the window", "J", above=0, symbol="E_ss"),
        Input("tokens_begin", "tokens generated when it starts", "count", at_least=0),
        Input("tokens_end", "tokens generated when it ends", "count", at_least=0),
        Input("requests", "requests of the run", "count", at_least=0, symbol="N"),
        Input("batch_limit", "most requests at one time", "count", above=0, symbol="B"),
    ],
    written="window_energy / max(tokens_end - tokens_begin, 1)",
    badge="verified in text",
    examples=[
        Example(
            {
                "window_energy": 54_631.48,
                "tokens_begin": 0,
                "tokens_end": 584_013,
                "requests": 1024,
                "batch_limit": 128,
            },
            0.093545,
            "T02a",
            5e-7,
        ),
        Example(
            {
                "window_energy": 1,
                "tokens_begin": 0,
                "tokens_end": 1,
                "requests": 257,
                "batch_limit": 128,
            },
            None,
            "not more than 2 B + 1 requests: no steady window",
        ),
    ],
    edges=["Not more than twice the batch limit plus one requests: no steady window, missing."],
)
def of_steady_state(window_energy, tokens_begin, tokens_end, requests, batch_limit):
    if requests.value <= 2 * batch_limit.value + 1:
        raise Missing("there is no steady state with so few requests", field="requests")
    return spread(
        lambda energy, begin, end: energy / max(end - begin, 1),
        window_energy,
        tokens_begin,
        tokens_end,
    )
