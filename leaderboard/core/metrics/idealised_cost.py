"""The idealised runtime times its devices and what a device second costs."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.idealised import DAVINCI_ON_8, ON_DEVICES, device_seconds
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
        *ON_DEVICES,
        Input("device_price", "price of a device per second", "USD/s", at_least=0, symbol="p_dev"),
    ],
    written="T * devices * device_price",
    badge="reconstructed",
    examples=[
        Example(DAVINCI_ON_8 | {"device_price": 0.001}, 0.065576, "8.197 s, as T08a, on 8 devices")
    ],
)
def of_model(model, prompt_tokens, output_tokens, devices, device_price):
    return device_seconds(model, prompt_tokens, output_tokens, devices) * device_price
