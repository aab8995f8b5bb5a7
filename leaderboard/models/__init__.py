"""All tables. Catalogue: what things are called. Evidence: what was sent. Boards: how it ranks.

Sharing: views with a short address. Upkeep: what is worked out anew.
"""

from leaderboard.models.accounts import ApiToken, Mapping
from leaderboard.models.boards import Board, Change, Frontier, Objective, Placement
from leaderboard.models.catalogue import (
    AIModel,
    Claim,
    Composition,
    Factor,
    Hardware,
    HardwareFact,
    Method,
    ModelFact,
    Source,
    Task,
)
from leaderboard.models.chances import Chance, ChanceDraw
from leaderboard.models.evidence import Entry, Estimate, Measurement, Run
from leaderboard.models.sharing import SharedView
from leaderboard.models.submissions import (
    Decision,
    SentKey,
    Submission,
    SubmissionChunk,
    SubmissionRow,
)
from leaderboard.models.upkeep import Rederivation, RederivationBatch

__all__ = [
    "AIModel",
    "ApiToken",
    "Board",
    "Chance",
    "ChanceDraw",
    "Change",
    "Claim",
    "Composition",
    "Decision",
    "Entry",
    "Estimate",
    "Factor",
    "Frontier",
    "Hardware",
    "HardwareFact",
    "Mapping",
    "Measurement",
    "Method",
    "ModelFact",
    "Objective",
    "Placement",
    "Rederivation",
    "RederivationBatch",
    "Run",
    "SentKey",
    "SharedView",
    "Source",
    "Submission",
    "SubmissionChunk",
    "SubmissionRow",
    "Task",
]
