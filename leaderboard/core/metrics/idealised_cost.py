"""The idealised runtime times its devices and what a device second costs."""

from leaderboard.core import idealised, papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.idealised import MODEL, OUTPUT, PROMPT
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "idealised_cost",
    "Idealised cost",
    "USD",
    LOWER,
    family="cost",
    symbol="C_ideal",
    sources=(papers.IDEALIZED,),
    edges=("A model without a table: missing.",),
)


@METRIC.computed(
    "idealised_cost.of_model/1",
    [
        MODEL,
        PROMPT,
        OUTPUT,
        Input("devices", "devices that the model runs on", "count", above=0, symbol="n_dev"),
        Input("device_price", "price of a device per second", "USD/s", at_least=0, symbol="p_dev"),
    ],
    written="T * devices * device_price",
    badge="reconstructed",
    examples=[
        Example(
            {
                "model": "davinci",
                "prompt_tokens": 512,
                "output_tokens": 100,
                "devices": 8,
                "device_price": 0.001,
            },
            0.065576,
        )
    ],
)
def of_model(model, prompt_tokens, output_tokens, devices, device_price):
    runtime = idealised.speed_of(model).runtime_s(prompt_tokens, output_tokens)
    return runtime * devices * device_price
