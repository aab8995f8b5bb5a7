"""Mean over scenarios of the share of other models that a model beats; a tie is half.

It depends on who takes part: adding or removing a low-ranked model can change the leader. Look at
the mean score too.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NAME, NUMBER, TABLE, Detailed, Example, Input, Missing
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.ranks import mean_win_rates

METRIC = Metric(
    "mean_win_rate",
    "Mean win rate",
    "1",
    HIGHER,
    family="quality",
    symbol="w",
    at_most=1.0,
    sources=(papers.DIOR,),
    edges=("A scenario with one model is left out; without any other: missing.",),
)


@METRIC.computed(
    "mean_win_rate.of_scores/1",
    [
        Input(
            "scores",
            "each system's score in each scenario; higher is better",
            shape=TABLE,
            columns=(
                Input("system", "the system", shape=NAME),
                Input("scenario", "the scenario", shape=NAME),
                Input("score", "its score", "1", NUMBER),
            ),
            symbol="S",
        ),
        Input("system", "whose win rate", shape=NAME, symbol="m"),
    ],
    written='mean(share("others beaten by m in s") for s in scores)',
    badge="verified in text",
    examples=[
        Example(
            {
                "scores": [
                    {"system": "a", "scenario": "x", "score": 3},
                    {"system": "b", "scenario": "x", "score": 2},
                    {"system": "c", "scenario": "x", "score": 2},
                ],
                "system": "b",
            },
            0.25,
        )
    ],
)
def of_scores(scores, system):
    rates = mean_win_rates(scores)
    if system not in rates:
        raise Missing(f"{system} meets no other system", field="system")
    return Detailed(rates[system], {"all": rates})
