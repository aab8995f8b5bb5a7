"""The idealised runtime times its devices and the power of a device."""

from leaderboard.core import idealised, papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.idealised import MODEL, OUTPUT, PROMPT
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
        MODEL,
        PROMPT,
        OUTPUT,
        Input("devices", "devices that the model runs on", "count", above=0, symbol="n_dev"),
        Input("device_power", "power of one device", "W", above=0, symbol="P_dev"),
    ],
    written="T * devices * device_power",
    badge="reconstructed",
    examples=[
        Example(
            {
                "model": "davinci",
                "prompt_tokens": 512,
                "output_tokens": 100,
                "devices": 8,
                "device_power": 400,
            },
            26230.399999999998,
        )
    ],
)
def of_model(model, prompt_tokens, output_tokens, devices, device_power):
    runtime = idealised.speed_of(model).runtime_s(prompt_tokens, output_tokens)
    return runtime * devices * device_power
