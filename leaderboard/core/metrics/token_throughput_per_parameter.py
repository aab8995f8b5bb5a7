"""Tokens per second and parameter: TT of EfficientLLM, for pretraining."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "token_throughput_per_parameter",
    "Token throughput per parameter",
    "1/s",
    HIGHER,
    symbol="TT",
    sources=(papers.EFFICIENTLLM,),
)


@METRIC.computed(
    "token_throughput_per_parameter.of_counts/1",
    [
        Input("tokens", "tokens that were processed", "count", at_least=0, symbol="n"),
        Input("parameters", "parameters of the model", "count", above=0, symbol="P"),
        Input("time", "time that it took", "s", above=0, symbol="t"),
    ],
    written="tokens / (parameters * time)",
    badge="verified in text",
    examples=[Example({"tokens": 3e6, "parameters": 1.5e9, "time": 10}, 2e-4)],
)
def of_counts(tokens, parameters, time):
    return tokens / (parameters * time)
