"""The idealised runtime times its devices and the power of a device."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.idealised import DAVINCI_ON_8, ON_DEVICES, device_seconds
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "idealised_energy",
    "Idealised energy",
    "J",
    LOWER,
    family="energy",
    symbol="E_ideal",
    sources=(papers.IDEALIZED,),
    edges=("A model without a table: missing.",),
)


@METRIC.computed(
    "idealised_energy.of_model/1",
    [
        *ON_DEVICES,
        Input("device_power", "power of one device", "W", above=0, symbol="P_dev"),
    ],
    written="T * devices * device_power",
    badge="reconstructed",
    examples=[
        Example(DAVINCI_ON_8 | {"device_power": 400}, 26_230.4, "8.197 s, as T08a, on 8 devices")
    ],
)
def of_model(model, prompt_tokens, output_tokens, devices, device_power):
    return device_seconds(model, prompt_tokens, output_tokens, devices) * device_power
