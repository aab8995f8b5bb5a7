"""Boards of real files: sent through the pipeline, and read back from the estimates alone."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from ingest import formats, pipeline
from ingest.formats import File
from ingest.resolve import Catalogue
from leaderboard import chances
from leaderboard.core import metrics
from leaderboard.models import Board, Estimate, Submission
from tests.builders import make_hardware, make_model, make_task, make_user
from tests.ingest.files import three_devices
from tests.ingest.outcomes import opener

PARTS = ("value", "low", "high")


@dataclass(frozen=True)
class Sending:
    """Files that are sent together, and what their sender says of them."""

    pattern: str
    format: str
    context: dict[str, Any] = field(default_factory=dict)


SENDINGS = (
    Sending("llm-energy-benchmark-csv/total_limpio.csv", "llm-energy-benchmark-csv"),
    Sending("mlenergy-v3-json/tasks/*.json", "mlenergy-v3-json"),
    Sending("mlenergy-v2-json/**/*.json", "mlenergy-v2-json"),
    Sending("mlperf-inference/v4.1/summary_results.json", "mlperf-inference"),
    Sending("mlperf-tiny/**/results.txt", "mlperf-tiny"),
    Sending("ec-nas-bench-json/**/results.json", "ec-nas-bench-json", {"task": "cells"}),
    Sending("lmarena-csv/*.csv", "lmarena-csv", {"hardware": "unspecified"}),
    Sending(
        "ai-energy-score/**/*.json",
        "ai-energy-score",
        {"task": "cells", "model": "Qwen3-8B", "hardware": "A100 40GB"},
    ),
)


def publish(sending: Sending, real_data: Path) -> Submission:
    """The files after everything that follows from sending them, chances included."""
    paths = sorted(path for path in real_data.glob(sending.pattern) if path.is_file())
    named = [(path.relative_to(real_data).as_posix(), path) for path in paths]
    files: dict[str, File] = {}
    for name, path in named:
        files[name] = File(name, opener(path), files)
    stand_in(sending, files)
    context = dict(sending.context)
    if sending.format.startswith("llm-energy"):
        context["hardware"] = three_devices()
    submission, _ = pipeline.receive(
        [(name, path.open("rb")) for name, path in named],
        filename=f"{sending.format}.zip",
        by=make_user(),
        at=timezone.now(),
        context=context,
    )
    settle(submission)
    if submission.state == Submission.State.HELD:
        editor = make_user(is_staff=True)
        pipeline.decide(submission.pk, "APPROVED", by=editor, at=timezone.now())
        settle(submission)
    return submission


def settle(submission: Submission) -> None:
    chances.settle(pipeline.ingest(submission.pk, at=timezone.now()), at=timezone.now())
    submission.refresh_from_db()


def stand_in(sending: Sending, files: dict[str, File]) -> None:
    """Rows of the catalogue for the names of these files that it does not have."""
    makers = {"model": make_model, "hardware": make_hardware, "task": make_task}
    catalogue, module = Catalogue(), formats.get(sending.format)
    readings = [module.reading(row) for file in files.values() for row in module.rows(file)]
    for kind, make in makers.items():
        said = sending.context.get(kind)
        names = {said or getattr(reading, kind) for reading in readings} - {""}
        for name in sorted(name for name in names if catalogue.find(kind, name) is None):
            if not (kind == "hardware" and sending.format.startswith("llm-energy")):
                make(name)


@dataclass(frozen=True)
class Truth:
    """A board's estimates as the database has them: entry → metric → value, low and high."""

    board: Board
    of: dict[int, dict[str, tuple[float, float, float]]]

    @classmethod
    def about(cls, board: Board) -> "Truth":
        found: dict[int, dict[str, tuple[float, float, float]]] = {}
        rows = Estimate.objects.filter(task=board.task).values_list("entry", "metric", *PARTS)
        for entry, metric, *parts in rows:
            found.setdefault(entry, {})[metric] = tuple(parts)
        return cls(board, found)

    @property
    def known(self) -> set[str]:
        return {metric for found in self.of.values() for metric in found}

    @property
    def objectives(self) -> tuple[str, ...]:
        """Those of the board that any entry has."""
        return tuple(metric for metric in self.board.metrics if metric in self.known)

    def complete(self, objectives) -> list[int]:
        """Entries with all of these, by id."""
        return sorted(entry for entry, found in self.of.items() if found.keys() >= {*objectives})

    def numbers(self, entries, objectives, part: str = "value") -> np.ndarray:
        """Of shape (n, m)."""
        place = PARTS.index(part)
        rows = [[self.of[entry][metric][place] for metric in objectives] for entry in entries]
        return np.array(rows, float).reshape(len(entries), len(objectives))


def costs(points: np.ndarray, objectives) -> np.ndarray:
    """Lower is better in every column."""
    return -points * [metrics.get(metric).better for metric in objectives]


def dominated_by(costs: np.ndarray) -> np.ndarray:
    """Of shape (n, n): whether row i is nowhere worse than row j and somewhere better."""
    no_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    return np.asarray(no_worse & (costs[:, None, :] < costs[None, :, :]).any(axis=2))


def peeled(costs: np.ndarray) -> np.ndarray:
    """The layer of every row: take away whom nobody dominates, and again."""
    beats, layer, number = dominated_by(costs), np.zeros(len(costs), int), 0
    while (left := layer == 0).any():
        number += 1
        layer[left & ~beats[left].any(axis=0)] = number
    return layer
