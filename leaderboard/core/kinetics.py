"""Cost of test-time scaling in eFLOPs (metrics-spec, section 9)."""

import math
from dataclasses import dataclass

from leaderboard.core.contract import NUMBER, Detailed, Input, Missing

# Operations that a byte of traffic is worth: the authors' constant for a B200, 4.5e15 FLOP/s over
# 8e12 byte/s.
INTENSITY = 562.5

SHAPE_INPUTS = (
    Input("parameters", "parameters of the model", "count", NUMBER, above=0, symbol="P"),
    Input("layers", "its layers", "count", NUMBER, above=0, symbol="n_layer"),
    Input("heads", "attention heads", "count", NUMBER, above=0, symbol="n_head"),
    Input("kv_heads", "key-value heads", "count", NUMBER, above=0, symbol="n_kv"),
    Input("head_dim", "size of a head", "count", NUMBER, above=0, symbol="d_head"),
)
PROMPT = Input("prompt_tokens", "tokens of the prompt", "count", NUMBER, at_least=0, symbol="L_in")
OUTPUT = Input("output_tokens", "tokens per trial", "count", NUMBER, at_least=0, symbol="L")
TRIALS = Input("trials", "trials", "count", NUMBER, default=1.0, at_least=0, symbol="N")
PER_BYTE = Input(
    "intensity",
    "operations that a byte of traffic is worth; a B200's unless said otherwise",
    "FLOP/byte",
    NUMBER,
    default=INTENSITY,
    at_least=0,
    symbol="I",
)
QWEN3_8B = {"parameters": 8.19e9, "layers": 36, "heads": 32, "kv_heads": 8, "head_dim": 128}
QWEN3_0_6B = {"parameters": 0.752e9, "layers": 28, "heads": 16, "kv_heads": 8, "head_dim": 128}


@dataclass(frozen=True)
class Shape:
    parameters: float
    layers: float
    heads: float
    kv_heads: float
    head_dim: float

    @property
    def cache_per_token(self) -> float:
        """Keys and values of one token in all layers, in entries."""
        return 2 * self.kv_heads * self.head_dim * self.layers


@dataclass(frozen=True)
class Cost:
    """Operations, and the bytes of traffic."""

    compute: float
    traffic: float

    def total(self, intensity: float) -> Detailed:
        parts = {"compute": self.compute, "memory": intensity * self.traffic}
        return Detailed(self.compute + intensity * self.traffic, parts)


def dense(shape: Shape, prompt: float, output: float, trials: float) -> Cost:
    """The cache of the prompt is shared by the trials; traffic of the weights is left out."""
    width, ratio = shape.cache_per_token, shape.heads / shape.kv_heads
    compute = (
        2 * trials * shape.parameters * output
        + 2 * ratio * trials * prompt * width * output
        + ratio * trials * width * output**2
    )
    return Cost(compute, 2 * prompt * width * output + trials * width * output**2)


def sparse(
    shape: Shape, prompt: float, output: float, trials: float, budget: float, blocks: bool
) -> Cost:
    """Each step attends to `budget` entries of the cache; prefixes are not shared."""
    rest = 0.5 * max(0.0, budget - prompt) ** 2
    attended = budget * output + (-rest if blocks else rest)
    if attended < 0:
        raise Missing("the budget is larger than what is generated", field="budget")
    width = shape.head_dim * shape.layers
    compute = trials * (2 * shape.parameters * output + 4 * attended * shape.heads * width)
    return Cost(compute, trials * 4 * attended * shape.kv_heads * width)


def coverage(samples: int, correct: int, drawn: int) -> float:
    """The chance that at least one of `drawn` of the samples is correct."""
    if correct > samples:
        raise Missing("more are correct than there are", field="correct", is_data_error=True)
    if drawn > samples:
        raise Missing("more are drawn than there are", field="drawn", is_data_error=True)
    return 1 - math.comb(samples - correct, drawn) / math.comb(samples, drawn)
