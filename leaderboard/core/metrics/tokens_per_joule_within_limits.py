"""Output tokens per joule of the thriftiest configuration that keeps the latency limits.

Among the configurations that are fast enough, to the first token and between tokens, the one with
the least energy per token counts.
"""

from leaderboard.core import configurations as configured
from leaderboard.core import papers
from leaderboard.core.configurations import CONFIGURATIONS, FIRST_TARGET, TARGET
from leaderboard.core.contract import Detailed, Example, Missing
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "tokens_per_joule_within_limits",
    "Output tokens per joule within latency limits",
    "token/J",
    HIGHER,
    family="energy",
    symbol="eta_slo",
    sources=(papers.GREENER, papers.ML_ENERGY),
    edges=("No configuration is fast enough: missing, with the fastest one named.",),
)


@METRIC.computed(
    "tokens_per_joule_within_limits.of_configurations/1",
    [CONFIGURATIONS, TARGET, FIRST_TARGET],
    written="1 / min(energy[c] for c in configurations if latency[c] <= target)",
    badge="reconstructed",
    examples=[
        Example(
            {"configurations": configured.EXAMPLE, "target": 0.050},
            1 / 0.173170,
            "T02e: B200 B 128",
        ),
        Example({"configurations": configured.EXAMPLE, "target": 0.001}, None),
    ],
)
def of_configurations(configurations, target, ttft_target):
    if not configurations:
        raise Missing("there are no configurations", field="configurations")
    best = configured.thriftiest(configured.feasible(configurations, target, ttft_target))
    if best is None:
        fastest = min(configurations, key=configured.by_latency)
        raise Missing(f"none is fast enough; the fastest is {fastest['name']}", field="target")
    return Detailed(1 / best["energy"], {"configuration": best["name"]})
