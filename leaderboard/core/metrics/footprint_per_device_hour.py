"""What one busy hour of a device uses up of an impact or a mass: its share of the device's life.

It turns measured device hours of inference into embodied figures. The impact can be kg of CO2
equivalent, of antimony equivalent, or of hardware.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.metrics.gpu_lives import LIFE, UTILISATION

METRIC = Metric(
    "footprint_per_device_hour",
    "Embodied footprint per device hour",
    "kg/h",
    LOWER,
    family="material",
    symbol="f_hour",
    sources=(papers.MORE_THAN_CARBON,),
    edges=("Life or utilisation of zero or less, or above 1: an error in the data.",),
)


@METRIC.computed(
    "footprint_per_device_hour.of_life/1",
    [
        Input("impact", "impact or mass of one device", "kg", at_least=0, symbol="i_dev"),
        LIFE,
        UTILISATION,
    ],
    written="impact / (8760 * lifespan_years * utilisation)",
    badge="project extension",
    examples=[
        Example({"impact": 126.775, "lifespan_years": 3}, 4.824e-3, "T01o: carbon", 5e-7),
        Example({"impact": 1.491, "lifespan_years": 3}, 5.674e-5, "T01o: mass", 5e-9),
    ],
)
def of_life(impact, lifespan_years, utilisation):
    return impact * footprint.HOUR_S / (lifespan_years * footprint.YEAR_S * utilisation)
