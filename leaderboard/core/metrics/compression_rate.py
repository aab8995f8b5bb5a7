"""How many times smaller, times the share of performance that is kept (MCR of EfficientLLM)."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "compression_rate",
    "Compression rate",
    "1",
    HIGHER,
    symbol="MCR",
    sources=(papers.EFFICIENTLLM,),
    edges=("A compressed size or an original performance of zero: missing.",),
)


@METRIC.computed(
    "compression_rate.of_counts/1",
    [
        Input("original_size", "size of the original", "byte", above=0, symbol="S_orig"),
        Input("compressed_size", "size after compression", "byte", at_least=0, symbol="S_comp"),
        Input("original_performance", "score of the original", "1", at_least=0, symbol="A_orig"),
        Input(
            "compressed_performance", "score after compression", "1", at_least=0, symbol="A_comp"
        ),
    ],
    written="(original_size / compressed_size) * (compressed_performance / original_performance)",
    badge="verified in text",
    examples=[
        Example(
            {
                "original_size": 4,
                "compressed_size": 1,
                "original_performance": 0.4719,
                "compressed_performance": 0.4361,
            },
            3.69655,
            "T11a: bf16 to int4",
            5e-6,
        )
    ],
)
def of_counts(original_size, compressed_size, original_performance, compressed_performance):
    return (original_size / compressed_size) * (compressed_performance / original_performance)
