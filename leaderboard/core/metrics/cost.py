"""Money for one functional unit, in USD at a dated price.

A stated cost wins. Otherwise it is device time times the on-demand price of a device hour, or for
a training run its accelerator hours, or the time that its compute takes on A100s at MFU 0.35 (0.20
to 0.60). Cloud prices spread by a factor of four between providers; the hardware's page dates
them.

A service's requests cost their tokens at list prices, between those of its sellers.

The unified cost of an agent adds what its tokens and its tool calls cost at their prices.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import NAME, NUMBER, TABLE, Detailed, Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "cost",
    "Cost",
    "USD",
    LOWER,
    family="cost",
    symbol="C",
    sources=(papers.COST_OF_PASS,),
    edges=("Prices of different dates are never mixed: an entry's page dates them.",),
)


@METRIC.derived(
    "cost.from_device_time/1",
    written="device_time * device_price",
    examples=[Example({"device_time": 1800, "device_price": 2 / 3600}, 1)],
)
def from_device_time(device_time, device_price):
    return device_time * device_price


@METRIC.derived(
    "cost.from_hours/1",
    written="accelerator_time * device_price",
    examples=[Example({"accelerator_time": 36_000, "device_price": 3 / 3600}, 30)],
)
def from_hours(accelerator_time, device_price):
    return accelerator_time * device_price


@METRIC.derived(
    "cost.from_compute/1",
    written='training_compute / ("A100 peak" * MFU) * a100_price',
    badge="reconstructed",
    examples=[
        Example(
            {"training_compute": 3.12e17, "a100_price": 0.35},
            1000,
            "1,000 s of an A100 at its peak, 2,857 s at MFU 0.35",
        ),
    ],
)
def from_compute(training_compute, a100_price):
    return footprint.busy_seconds(training_compute, mfu=footprint.MFU) * a100_price


@METRIC.derived(
    "cost.from_tokens/1",
    written="tokens_in * input_token_price + tokens_out * output_token_price",
    examples=[
        Example(
            {
                "tokens_in": 84.31,
                "input_token_price": 5e-6,
                "tokens_out": 1,
                "output_token_price": 1.5e-5,
            },
            0.00043655,
            "gpt-4o-2024-05-13 on BBQ",
        )
    ],
    edges=("Only of a service: tokens of a model on devices of one's own have no price.",),
)
def from_tokens(tokens_in, input_token_price, tokens_out, output_token_price):
    return tokens_in * input_token_price + tokens_out * output_token_price


def priced(noun: str) -> tuple[Input, ...]:
    return (
        Input("kind", f"which {noun}", shape=NAME),
        Input("count", "how many per question", "count", NUMBER, at_least=0),
        Input("price", "price of one", "USD/count", NUMBER, at_least=0),
    )


@METRIC.computed(
    "cost.of_tokens_and_tools/1",
    [
        Input(
            "tokens",
            "tokens by kind: input, cached input, output with reasoning",
            shape=TABLE,
            columns=priced("kind of token"),
            symbol="K",
        ),
        Input(
            "tools", "calls by tool", shape=TABLE, columns=priced("tool"), default=(), symbol="S"
        ),
    ],
    written="sum(count[k] * price[k] for k in tokens) + sum(calls[t] * price[t] for t in tools)",
    badge="verified in text",
    sources=[papers.BATS],
    examples=[
        Example(
            {
                "tokens": [
                    {"kind": "input", "count": 20_000, "price": 2e-6},
                    {"kind": "output", "count": 3_000, "price": 8e-6},
                ],
                "tools": [
                    {"kind": "search", "count": 6, "price": 0.005},
                    {"kind": "page read", "count": 2, "price": 0.001},
                ],
            },
            0.096,
            "T19b",
        ),
    ],
    edges=["A tool without a known price makes the cost missing, not cheaper."],
)
def of_tokens_and_tools(tokens, tools):
    parts = {
        name: sum(row["count"] * row["price"] for row in rows)
        for name, rows in (("tokens", tokens), ("tools", tools))
    }
    return Detailed(sum(parts.values()), parts)
