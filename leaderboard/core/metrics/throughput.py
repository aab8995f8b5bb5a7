"""Output tokens per second of the whole configuration."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "throughput",
    "Output throughput",
    "token/s",
    HIGHER,
    family="latency",
    symbol="v_out",
    sources=(papers.ML_ENERGY, papers.EFFICIENTLLM),
    examples=(
        Example(
            {"throughput": {"value": 3117.4, "unit": "token/s"}}, 3117.4, "Qwen3-8B on an H100"
        ),
    ),
)


@METRIC.computed(
    "throughput.of_window/1",
    [
        Input("tokens", "output tokens of the window", "count", at_least=0, symbol="n"),
        Input("window_time", "length of the window", "s", above=0, symbol="t_ss"),
    ],
    written="tokens / window_time",
    badge="verified in text",
    examples=[Example({"tokens": 584_013, "window_time": 97.6}, 5983.74, "T02a", 0.005)],
)
def of_window(tokens, window_time):
    return tokens / window_time
