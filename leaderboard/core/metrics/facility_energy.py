"""Energy drawn by the data centre: the node's, times its power usage effectiveness (PUE).

A published figure wins. Otherwise it follows from the node's energy where the PUE of the place is
known. For a training run with published accelerator hours it is bounded from above by the rated
power: hours x TDP x PUE, as HELM's training-efficiency file does. Ratings exceed mean power, so a
value that came this way is marked as rated.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "facility_energy",
    "Facility energy",
    "J",
    LOWER,
    family="energy",
    boundary="facility",
    symbol="E_facility",
    sources=(papers.HELM_TRAINING,),
)


@METRIC.derived(
    "facility_energy.from_node/1",
    written="node_energy * pue",
    examples=[Example({"node_energy": 100, "pue": 1.2}, 120)],
)
def from_node(node_energy, pue):
    return node_energy * pue


@METRIC.derived(
    "facility_energy.from_rating/1",
    written="accelerator_time * device_rated_power * pue",
    badge="verified in text",
    examples=[
        Example(
            {
                "accelerator_time": {"value": 992 * 33 * 24, "unit": "h"},
                "device_rated_power": 400,
                "pue": 1.1,
            },
            345.69 * 3.6e9,
            "T08i: OPT-175B, 345.7 MWh",
            0.005 * 3.6e9,
        ),
    ],
    edges=["The rated power is an upper bound: the result is an estimate."],
)
def from_rating(accelerator_time, device_rated_power, pue):
    return accelerator_time * device_rated_power * pue
