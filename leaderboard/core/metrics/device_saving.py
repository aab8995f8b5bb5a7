"""Share of devices that another utilisation and life save, for the same compute and device.

The product of both counts: tripling the utilisation and the life saves 89 %, and not the "up to
93 %" of the abstract, which takes a change by a factor of 15.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.interval import spread
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "device_saving",
    "Devices saved",
    "1",
    HIGHER,
    family="material",
    symbol="s",
    at_least=float("-inf"),
    at_most=1.0,
    sources=(papers.FOOTPRINTS,),
    edges=("A change that costs more devices gives a negative saving.",),
)


@METRIC.computed(
    "device_saving.of_scenarios/1",
    [
        Input("mfu_before", "utilisation before", above=0, at_most=1, symbol="MFU_a"),
        Input("lifespan_before", "life before", "year", above=0, symbol="L_a"),
        Input("mfu", "utilisation after", above=0, at_most=1, symbol="MFU_b"),
        Input("lifespan", "life after", "year", above=0, symbol="L_b"),
    ],
    written="1 - (mfu_before * lifespan_before) / (mfu * lifespan)",
    badge="reconstructed",
    examples=[
        Example(
            {"mfu_before": 0.2, "lifespan_before": 1, "mfu": 0.6, "lifespan": 3},
            0.88889,
            "T01j",
            5e-6,
        ),
    ],
)
def of_scenarios(mfu_before, lifespan_before, mfu, lifespan):
    return spread(
        lambda a, b, c, d: 1 - (a * b) / (c * d), mfu_before, lifespan_before, mfu, lifespan
    )
