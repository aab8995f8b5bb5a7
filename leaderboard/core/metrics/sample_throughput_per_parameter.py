"""Samples per second and parameter: ST of EfficientLLM, for fine-tuning."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "sample_throughput_per_parameter",
    "Sample throughput per parameter",
    "1/s",
    HIGHER,
    symbol="ST",
    sources=(papers.EFFICIENTLLM,),
)


@METRIC.computed(
    "sample_throughput_per_parameter.of_counts/1",
    [
        Input("samples", "samples that were processed", "count", at_least=0, symbol="n"),
        Input("parameters", "parameters of the model", "count", above=0, symbol="P"),
        Input("time", "time that it took", "s", above=0, symbol="t"),
    ],
    written="samples / (parameters * time)",
    badge="verified in text",
    examples=[Example({"samples": 3e6, "parameters": 1.5e9, "time": 10}, 2e-4)],
)
def of_counts(samples, parameters, time):
    return samples / (parameters * time)
