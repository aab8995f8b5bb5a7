"""Token elasticity of performance: relative gain in accuracy per relative growth in tokens.

The cheapest pipeline is the base, so that more tokens are spent; then higher is better. When fewer
are spent the sign means the opposite, so the result says in words which of four cases it is.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Detailed, Example, Input, Missing
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "token_elasticity",
    "Token elasticity of performance",
    "1",
    HIGHER,
    symbol="TEP",
    at_least=float("-inf"),
    sources=(papers.ELLIESQL,),
    edges=(
        "Accuracy or tokens of the base zero, or equal tokens: undefined, missing.",
        "Fewer tokens than the base: not to be ranked; read the words.",
    ),
)


@METRIC.computed(
    "token_elasticity.of_pipelines/1",
    [
        Input("accuracy", "execution accuracy", at_least=0, symbol="EX"),
        Input("base_accuracy", "that of the base, on the same scale", at_least=0, symbol="EX_base"),
        Input("tokens", "mean tokens per query, input and output", "count", at_least=0, symbol="T"),
        Input("base_tokens", "those of the base", "count", at_least=0, symbol="T_base"),
    ],
    written="((accuracy - base_accuracy) / base_accuracy) / ((tokens - base_tokens) / base_tokens)",
    badge="reconstructed",
    examples=[
        Example(
            {"accuracy": 0.68, "base_accuracy": 0.60, "tokens": 2600, "base_tokens": 2000},
            0.44444,
            "T06a",
            5e-6,
        ),
        Example(
            {"accuracy": 0.68, "base_accuracy": 0.60, "tokens": 1400, "base_tokens": 2000},
            -0.44444,
            "T06b",
            5e-6,
        ),
        Example(
            {"accuracy": 0.68, "base_accuracy": 0.60, "tokens": 2000, "base_tokens": 2000}, None
        ),
    ],
)
def of_pipelines(accuracy, base_accuracy, tokens, base_tokens):
    for name, base in (("base_accuracy", base_accuracy), ("base_tokens", base_tokens)):
        if base.low <= 0:
            raise Missing(f"undefined when {name} is zero", field=name)
    if tokens.low <= base_tokens.high and base_tokens.low <= tokens.high:
        raise Missing("undefined when both spend as many tokens", field="tokens")
    spent = "more tokens" if tokens.low > base_tokens.high else "fewer tokens"
    gained = accuracy.value - base_accuracy.value
    result = "better result" if gained > 0 else "worse result" if gained < 0 else "equal result"
    elasticity = (accuracy / base_accuracy - 1) / (tokens / base_tokens - 1)
    return Detailed(elasticity, {"in_words": f"{spent}, {result}"})
