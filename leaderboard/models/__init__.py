"""All tables. Catalogue: what things are called. Evidence: what was sent. Boards: how it ranks."""

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
    Source,
    Task,
)
from leaderboard.models.evidence import (
    Entry,
    Estimate,
    Measurement,
    Run,
    Submission,
    SubmissionChunk,
    SubmissionRow,
)

__all__ = [
    "AIModel",
    "ApiToken",
    "Board",
    "Change",
    "Claim",
    "Composition",
    "Entry",
    "Estimate",
    "Factor",
    "Frontier",
    "Hardware",
    "HardwareFact",
    "Mapping",
    "Measurement",
    "Method",
    "Objective",
    "Placement",
    "Run",
    "Source",
    "Submission",
    "SubmissionChunk",
    "SubmissionRow",
    "Task",
]
