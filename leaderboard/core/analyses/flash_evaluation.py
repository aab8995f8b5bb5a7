"""Whom to evaluate further: systems whose place towards the top is contested (Flash-HELM).

Everyone is evaluated on few examples; who could still be among the best gets more, up to the limit
of the schedule.
"""

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NAME, NUMBER, TABLE, WHOLE, Example, Input, Missing

SCHEDULE = (20, 50, 200, 1000)
# Published for HELM: examples per scenario → by how much a rank strays.
STRAYS = {10: 5, 20: 4, 50: 3, 200: 2, 1000: 1}

ANALYSIS = Analysis(
    "flash_evaluation",
    "Whom to evaluate further",
    (
        Input(
            "systems",
            "systems with their rank so far",
            "1",
            TABLE,
            columns=(
                Input("system", "the system", shape=NAME),
                Input("rank", "its rank", "1", NUMBER, at_least=1),
                Input("examples", "examples per scenario so far", "count", WHOLE, at_least=1),
            ),
        ),
        Input("top", "how many places matter", "count", WHOLE, default=1, at_least=1),
    ),
    {
        "escalate": "examples per scenario that each contested system gets next",
        "settled": "the rest",
    },
    '"escalate m when" = rank[m] - stray(n[m]) <= top',
    "reconstructed",
    (papers.DIOR,),
    (
        Example(
            {
                "systems": [
                    {"system": "a", "rank": 1, "examples": 20},
                    {"system": "b", "rank": 5, "examples": 20},
                    {"system": "c", "rank": 9, "examples": 20},
                ]
            },
            {"escalate": {"a": 50, "b": 50}, "settled": ["c"]},
        ),
    ),
)


@ANALYSIS.by
def escalate(systems, top):
    if not systems:
        raise Missing("there are no systems", field="systems")
    found, settled = {}, []
    for row in systems:
        measured = max((n for n in STRAYS if n <= row["examples"]), default=min(STRAYS))
        following = next((n for n in SCHEDULE if n > row["examples"]), None)
        if row["rank"] - STRAYS[measured] <= top and following:
            found[row["system"]] = following
        else:
            settled.append(row["system"])
    return {"escalate": found, "settled": settled}
