"""Runtime on common hardware without contention: reading the prompt, then each further token.

Idealised with a published table of A100s; denoised with a provider's own measured table. A prompt
between two keys scales down from the next one, which is a quirk of the published code: 100 tokens
can take less than the table says for one.
"""

from leaderboard.core import idealised, papers
from leaderboard.core.contract import Example
from leaderboard.core.idealised import MODEL, OUTPUT, OVERHEAD, PER_TOKEN, PROMPT, TABLE_OF
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "idealised_runtime",
    "Idealised runtime",
    "s",
    LOWER,
    family="latency",
    symbol="T",
    sources=(papers.IDEALIZED,),
    edges=("A model without a table: missing.", "No output tokens: only reading the prompt."),
)


@METRIC.computed(
    "idealised_runtime.of_model/1",
    [MODEL, PROMPT, OUTPUT],
    written=idealised.RUNTIME,
    badge="verified in text",
    examples=[
        Example({"model": "davinci", "prompt_tokens": 512, "output_tokens": 100}, 8.197, "T08a"),
        Example(
            {"model": "ada", "prompt_tokens": 2048, "output_tokens": 20}, 0.404733, "T08h", 5e-7
        ),
        Example({"model": "unheard-of", "prompt_tokens": 1, "output_tokens": 1}, None),
    ],
)
def of_model(model, prompt_tokens, output_tokens):
    return idealised.speed_of(model).runtime_s(prompt_tokens, output_tokens)


@METRIC.computed(
    "idealised_runtime.denoised/1",
    [TABLE_OF, PER_TOKEN, OVERHEAD, PROMPT, OUTPUT],
    written=idealised.RUNTIME,
    badge="verified in text",
    examples=[
        Example(
            {
                "table": [{"tokens": 100, "seconds": 0.2}],
                "per_token": 0.01,
                "overhead": 0.05,
                "prompt_tokens": 50,
                "output_tokens": 11,
            },
            0.25,
        ),
    ],
)
def denoised(table, per_token, overhead, prompt_tokens, output_tokens):
    return idealised.speed(table, per_token, overhead).runtime_s(prompt_tokens, output_tokens)
