"""Hardware used up for each point of quality that a second training gains over a first one.

A point is a hundredth of the quality scale: from 70.0 to 86.4 % are 16.4 points. The paper sets its
counts for GPT-3.5 and GPT-4 against each other in this way: small gains at high material cost.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Infinite, Input, Missing
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "material_per_point",
    "Material per point of quality",
    "kg",
    LOWER,
    family="material",
    symbol="m_point",
    at_least=float("-inf"),
    sources=(papers.FOOTPRINTS,),
    edges=(
        "No quality gained: infinite. Quality lost: missing.",
        "It is negative where the second training gains quality for less material.",
    ),
)


@METRIC.computed(
    "material_per_point.of_trainings/1",
    [
        Input("material_before", "material of the first", "kg", at_least=0, symbol="M_a"),
        Input("material", "material of the second", "kg", at_least=0, symbol="M_b"),
        Input("quality_before", "quality of the first", at_least=0, at_most=1, symbol="Q_a"),
        Input("quality", "quality of the second", at_least=0, at_most=1, symbol="Q_b"),
    ],
    written="(material - material_before) / (100 * (quality - quality_before))",
    badge="project extension",
    examples=[
        Example(
            {"material_before": 100, "material": 1100, "quality_before": 0.5, "quality": 0.6}, 100
        ),
        Example({"material_before": 1, "material": 2, "quality_before": 0.6, "quality": 0.5}, None),
    ],
)
def of_trainings(material_before, material, quality_before, quality):
    gained = quality - quality_before
    if gained.low == gained.high == 0:
        raise Infinite("no quality is gained")
    if gained.value < 0:
        raise Missing("quality is lost, not gained", field="quality")
    return (material - material_before) / (100 * gained)
