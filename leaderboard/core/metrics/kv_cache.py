"""Size of the keys and values that a model keeps for a context."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.kinetics import SHAPE_INPUTS
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "kv_cache",
    "Size of the KV cache",
    "byte",
    LOWER,
    symbol="S_kv",
    sources=(papers.KINETICS,),
)


@METRIC.computed(
    "kv_cache.of_shape/1",
    [
        *SHAPE_INPUTS[1:2],
        *SHAPE_INPUTS[3:],
        Input("tokens", "tokens of the context", "count", at_least=0, symbol="L"),
        Input("entry_size", "size of an entry", "byte", default=2, above=0, symbol="b"),
    ],
    written="2 * kv_heads * head_dim * layers * tokens * entry_size",
    badge="verified in text",
    examples=[
        Example(
            {"layers": 28, "kv_heads": 8, "head_dim": 128, "tokens": 32768}, 3_758_096_384, "T09d"
        )
    ],
)
def of_shape(layers, kv_heads, head_dim, tokens, entry_size):
    return 2 * kv_heads * head_dim * layers * tokens * entry_size
