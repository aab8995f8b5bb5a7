"""Which configuration to run: the least energy per token within limits on latency.

The recommended one always lies on the time-energy frontier where one limit is set. Its saving is
against a named reference, the fastest unless said otherwise. When nothing is fast enough the
fastest is offered.
"""

from leaderboard.core import configurations as configured
from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.configurations import CONFIGURATIONS, FIRST_TARGET, TARGET
from leaderboard.core.contract import NAME, Example, Input, Missing

ANALYSIS = Analysis(
    "recommendation",
    "Least energy within latency limits",
    (
        CONFIGURATIONS,
        TARGET,
        FIRST_TARGET,
        Input("reference", "what the saving is against", "1", NAME, default=None),
    ),
    {
        "frontier": "the configurations that no other beats on time and energy, fastest first",
        "recommended": "the one with least energy within the limits, or nothing",
        "fastest": "the fastest of all",
        "saving": "share of energy per token saved against the reference",
    },
    """
    best = argmin(energy[c] for c in configurations if latency[c] <= target)
    saving = 1 - energy[best] / energy[reference]
    """,
    "verified in text",
    (papers.ML_ENERGY, papers.GREENER),
    (
        Example(
            {"configurations": configured.EXAMPLE, "target": 0.050},
            {"recommended": "B200 B 128", "fastest": "H100 B 8", "saving": 0.713},
            "T02e",
            5e-4,
        ),
        Example(
            {"configurations": configured.EXAMPLE, "target": 0.001},
            {"recommended": None, "fastest": "H100 B 8", "saving": None},
        ),
    ),
    edges=("Of equal energies the faster.", "No feasible configuration: none, and the fastest."),
)


@ANALYSIS.by
def recommend(configurations, target, ttft_target, reference):
    line = configured.frontier(configurations)
    fastest = min(configurations, key=configured.by_latency)
    named = {row["name"]: row for row in configurations}
    if reference is not None and reference not in named:
        raise Missing(f"there is no {reference}", field="reference", is_data_error=True)
    against = named[reference] if reference else fastest
    allowed = configured.feasible(configurations, target, ttft_target)
    best = configured.thriftiest(allowed)
    return {
        "frontier": [row["name"] for row in line],
        "recommended": best["name"] if best else None,
        "energy": best["energy"] if best else None,
        "tokens_per_joule": 1 / best["energy"] if best else None,
        "feasible": len(allowed),
        "fastest": fastest["name"],
        "reference": against["name"],
        "saving": 1 - best["energy"] / against["energy"] if best else None,
    }
