"""How often people prefer a model's answers, as a rating in the manner of Elo.

The scale has no zero and no top, and shifts with the models compared: only ratings of one snapshot
can be held against each other.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "arena_rating",
    "Arena rating",
    "1",
    HIGHER,
    family="quality",
    symbol="R",
    sources=(papers.CHATBOT_ARENA,),
    edges=("Ratings of different snapshots are never mixed: the snapshot is a setting.",),
    examples=(Example({"arena_rating": {"value": 1470, "unit": "1"}}, 1470.0, "as stated"),),
)
