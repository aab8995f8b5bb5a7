"""Idealised runtime of an autoregressive model (metrics-spec, section 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.core.contract import NAME, NUMBER, TABLE, Input, Missing
from leaderboard.core.interval import Interval

_KEYS: tuple[int, ...] = (1, 16, 32, 64, 128, 192, 256, 320, 384, 428, 472, 512, 576)
_KEYS += (640, 704, 768, 832, 896, 960, 1024, 1152, 1280, 1408, 1536, 1664, 1792, 1920)
# Milliseconds for a prompt of so many tokens, on A100s with Megatron.
_DAVINCI: tuple[int, ...] = (84, 87, 89, 91, 94, 103, 109, 134, 142, 176, 175, 178, 217)
_DAVINCI += (226, 249, 254, 288, 294, 316, 323, 364, 403, 442, 476, 523, 559, 597)
_ADA: tuple[int, ...] = (21, 22, 21, 21, 21, 22, 22, 23, 24, 25, 25, 25, 25)
_ADA += (26, 27, 27, 28, 28, 29, 30, 31, 32, 33, 34, 36, 39, 41)
_CURIE: tuple[int, ...] = (27, 27, 27, 27, 27, 28, 29, 34, 36, 46, 46, 47, 52)
_CURIE += (55, 65, 67, 77, 79, 86, 89, 100, 107, 120, 133, 139, 159, 167)


@dataclass(frozen=True)
class Speed:
    """Prompt tokens → seconds to read them, the seconds per output token, and what comes on top."""

    table: Mapping[float, float]
    per_token_s: float
    overhead_s: float = 0.0

    def read_s(self, prompt: float) -> float:
        """Scales down linearly from the next key, so 100 tokens can take less than 1 token."""
        key = min((key for key in self.table if key >= prompt), default=max(self.table))
        return self.table[key] * prompt / key

    def runtime_s(self, prompt: float, output: float) -> float:
        generate = self.per_token_s * (output - 1) if output > 0 else 0.0
        return self.read_s(prompt) + generate + self.overhead_s


def _speed(milliseconds: Sequence[int], per_token_s: float) -> Speed:
    table = {float(k): ms / 1000 for k, ms in zip(_KEYS, milliseconds, strict=True)}
    return Speed(table, per_token_s)


SPEEDS = {
    "davinci": _speed(_DAVINCI, 0.081),
    "opt-175b": _speed(_DAVINCI, 0.081),
    "ada": _speed(_ADA, 0.019),
    "curie": _speed(_CURIE, 0.024),
}
MODEL = Input("model", f"one of {', '.join(SPEEDS)}, measured on A100s", shape=NAME)
PROMPT = Input("prompt_tokens", "tokens of the prompt", "count", NUMBER, at_least=0, symbol="p")
OUTPUT = Input(
    "output_tokens", "tokens that are generated", "count", NUMBER, at_least=0, symbol="o"
)
ON_DEVICES = (
    MODEL,
    PROMPT,
    OUTPUT,
    Input("devices", "devices that the model runs on", "count", above=0, symbol="n_dev"),
)
DAVINCI_ON_8 = {"model": "davinci", "prompt_tokens": 512, "output_tokens": 100, "devices": 8}
TABLE_OF = Input(
    "table",
    "measured seconds by tokens of the prompt",
    shape=TABLE,
    columns=(
        Input("tokens", "tokens of the prompt", "count", NUMBER, above=0),
        Input("seconds", "time to read them", "s", NUMBER, at_least=0),
    ),
    symbol="F",
)
PER_TOKEN = Input("per_token", "time per output token", "s", NUMBER, at_least=0, symbol="g")
OVERHEAD = Input("overhead", "fixed time on top", "s", NUMBER, default=0.0, at_least=0, symbol="c")
RUNTIME = """
    T = F(prompt_tokens) + g * (output_tokens - 1) if output_tokens > 0 else F(prompt_tokens)
    F(p) = table[k] * p / k
    k = min("keys from p on")
"""


def speed_of(model: str) -> Speed:
    """Raises Missing for a model that has no table."""
    if model not in SPEEDS:
        raise Missing(f"there is no table for {model}", field="model")
    return SPEEDS[model]


def device_seconds(model: str, prompt: float, output: float, devices: Interval) -> Interval:
    """The runtime times its devices. Raises Missing for a model that has no table."""
    return devices * speed_of(model).runtime_s(prompt, output)


def speed(table: Sequence[Mapping[str, Any]], per_token: float, overhead: float) -> Speed:
    """From somebody's own table. Raises Missing when it is empty."""
    if not table:
        raise Missing("the table is empty", field="table")
    return Speed({row["tokens"]: row["seconds"] for row in table}, per_token, overhead)
