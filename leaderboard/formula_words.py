"""Formulas in the words of pages: the names of their inputs, as a reader would say them."""

import re

from leaderboard.core import metrics

FACT_WORDS = {
    "device_count": "devices",
    "device_life": "life of a device",
    "device_mass": "mass of a device",
    "device_analysed_mass": "analysed mass of a device",
    "device_toxic_mass": "mass of toxic elements in a device",
    "device_embodied_carbon": "embodied carbon of a device",
    "device_abiotic_depletion": "abiotic depletion of a device",
    "device_rated_power": "rated power of a device",
    "device_peak_flops": "peak rate of a device",
    "model_active_parameters": "active parameters",
    "device_price": "price of a device hour",
    "grid_intensity": "carbon intensity of the grid",
    "pue": "PUE",
    "a100_price": "price of an A100 hour",
    "input_token_price": "list price of an input token",
    "output_token_price": "list price of an output token",
}


def word(name: str) -> str:
    """What a page calls an input: a metric by its label, a fact by its words."""
    if name in metrics.ALL:
        return metrics.get(name).label.lower()
    return FACT_WORDS.get(name, name.replace("_", " "))


def in_words(recipe: metrics.Recipe) -> str:
    """“accelerator time × rated power of a device × PUE”."""
    names = re.compile(rf"\b({'|'.join(map(re.escape, recipe.inputs))})\b")
    return names.sub(lambda found: word(found[0]), recipe.written)
