"""Effective operations of test-time scaling: compute, plus memory traffic at what it is worth.

The prompt's cache is shared by the trials, and the traffic of the weights is left out, as in a
large batch. A byte is worth 562.5 operations on a B200 with 16-bit caches; set it to your
hardware's. For several lengths take the mean of the costs, not the cost of the mean length.
"""

from leaderboard.core import kinetics, papers
from leaderboard.core.contract import FLAG, NUMBER, NUMBERS, Example, Input
from leaderboard.core.kinetics import OUTPUT, PER_BYTE, PROMPT, SHAPE_INPUTS, TRIALS, Shape
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.samples import average

METRIC = Metric(
    "eflops",
    "Kinetics eFLOPs",
    "FLOP",
    LOWER,
    symbol="C_eff",
    sources=(papers.KINETICS,),
    edges=("A shape with a part of zero: an error in the data.",),
)
DENSE = """
    C_eff = C_comp + intensity * C_mem
    C_comp = 2 * trials * parameters * output_tokens + 2 * r * trials * prompt_tokens * D * output_tokens + r * trials * D * output_tokens**2
    C_mem = 2 * prompt_tokens * D * output_tokens + trials * D * output_tokens**2
    D = 2 * kv_heads * head_dim * layers
    r = heads / kv_heads
"""  # noqa: E501


@METRIC.computed(
    "eflops.dense/1",
    [*SHAPE_INPUTS, PROMPT, OUTPUT, TRIALS, PER_BYTE],
    written=DENSE,
    badge="verified in text",
    examples=[
        Example(
            kinetics.QWEN3_8B | {"prompt_tokens": 1024, "output_tokens": 8192},
            3.637847e15,
            "T09a: Qwen3-8B",
            5e8,
        ),
        Example(
            kinetics.QWEN3_0_6B | {"prompt_tokens": 1024, "output_tokens": 32768},
            3.697940e16,
            "T09b: Qwen3-0.6B",
            5e10,
        ),
    ],
)
def dense(
    parameters, layers, heads, kv_heads, head_dim, prompt_tokens, output_tokens, trials, intensity
):
    shape = Shape(parameters, layers, heads, kv_heads, head_dim)
    return kinetics.dense(shape, prompt_tokens, output_tokens, trials).total(intensity)


@METRIC.computed(
    "eflops.of_lengths/1",
    [
        *SHAPE_INPUTS,
        PROMPT,
        Input("lengths", "tokens that were generated, per problem", "count", NUMBERS, at_least=0),
        TRIALS,
        PER_BYTE,
    ],
    written="mean(C_eff(L) for L in lengths)",
    badge="verified in text",
    examples=[
        Example(
            kinetics.QWEN3_8B | {"prompt_tokens": 1024, "lengths": [8192, 8192]},
            3.637847e15,
            "",
            5e8,
        ),
    ],
)
def of_lengths(
    parameters, layers, heads, kv_heads, head_dim, prompt_tokens, lengths, trials, intensity
):
    shape = Shape(parameters, layers, heads, kv_heads, head_dim)
    costs = [kinetics.dense(shape, prompt_tokens, each, trials) for each in lengths]
    return average([each.compute + intensity * each.traffic for each in costs], "lengths")


@METRIC.computed(
    "eflops.sparse/1",
    [
        *SHAPE_INPUTS,
        PROMPT,
        OUTPUT,
        TRIALS,
        PER_BYTE,
        Input("budget", "entries of the cache per step", "count", NUMBER, above=0, symbol="B"),
        Input("blocks", "whether attention is sparse by blocks", shape=FLAG, default=False),
    ],
    written="""
    C_eff = C_comp + intensity * C_mem
    C_comp = trials * (2 * parameters * output_tokens + 4 * kv * heads * h)
    C_mem = 4 * trials * kv * kv_heads * h
    kv = budget * output_tokens + 0.5 * max(0, budget - prompt_tokens)**2
    h = head_dim * layers
    """,
    badge="verified in text",
    examples=[
        Example(
            kinetics.QWEN3_8B | {"prompt_tokens": 1024, "output_tokens": 32768, "budget": 1024},
            3.339670e15,
            "T09c",
            5e8,
        ),
    ],
    edges=["Sparse by blocks: the square is taken off, not added."],
)
def sparse(
    parameters,
    layers,
    heads,
    kv_heads,
    head_dim,
    prompt_tokens,
    output_tokens,
    trials,
    intensity,
    budget,
    blocks,
):
    shape = Shape(parameters, layers, heads, kv_heads, head_dim)
    cost = kinetics.sparse(shape, prompt_tokens, output_tokens, trials, budget, blocks)
    return cost.total(intensity)
