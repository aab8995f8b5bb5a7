"""MTEB's results: how well an embedding model does on one task, by split and subset.

`<organisation>__<model>/<revision>/<Task>.json`; the model is named only by the folders and by
`model_meta.json`. Time and carbon are those of the whole file, however many subsets it has.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats import _document, _limits
from ingest.formats._cells import Cells, Column
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import unsupported
from ingest.readings import ESTIMATED, INFO, Issue, Reading, Row, Unreadable, Value

LABEL = "MTEB results (JSON)"
SLUG = "mteb-json"

META = "model_meta.json"
ABOUT = ("name", "revision", "n_parameters", "memory_usage_mb", "release_date")
SHARED = ("mteb_version", "dataset_revision", "evaluation_time", "kg_co2_emissions")
NAMES = ("task_name", "mteb_dataset_name")
TOTALS = {
    "run_time": Column("evaluation_time", "s", per="run"),
    "carbon_reported": Column("kg_co2_emissions", "kg", per="run", origin=ESTIMATED),
}
SCORE = "main_score"
# The main score of each kind of task where an old file has only the metrics themselves.
MAIN = ("ndcg_at_10", "v_measure", "map", "accuracy", "cos_sim/ap", "cos_sim/spearman")

_FOLDER = re.compile(r"([A-Za-z0-9][\w.-]*?)__([A-Za-z0-9][\w.-]*)", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")


def matches(head: Head) -> float:
    if "mteb_version" not in head.keys or not {"scores", SCORE, *NAMES} & head.keys:
        return 0.0
    named = any(name in head.keys for name in NAMES)
    return head.score(1.0 if named else 0.8, folder=SLUG)


def companion(head: Head) -> str:
    if {"name", "revision", "embed_dim", "n_parameters"} <= head.keys:
        return "What MTEB knows of an embedding model: its name, revision and size, no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    if not isinstance(found, dict):
        raise Unreadable(Issue("record.invalid", "The file is not a JSON object."))
    scores = list(_scores(found))
    if not scores:
        raise Unreadable(Issue("rows.missing", "No split of the task has a score."))
    if len(scores) > _limits.ROWS:
        message = f"The file has more than {_limits.ROWS:,} scores."
        raise Unreadable(Issue("rows.excess", message))
    task = next((found[name] for name in NAMES if found.get(name)), "")
    shared = {"task_name": task} | {key: found[key] for key in SHARED if key in found}
    shared |= _meta(file) | {"scores": str(len(scores))}
    for number, score in enumerate(scores, 1):
        leaves = _document.cells(shared | score, number)
        cells = {pointer.removeprefix("/"): leaf for pointer, leaf in leaves.items()}
        yield Row(number, cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    raw = cells.number(SCORE)
    values = {"quality": Value(raw, "1", column=SCORE, recipe=cells.text("main_score_is"))}
    if raw and float(raw) < 0:
        unsupported(cells, f"{SCORE} {raw}", SCORE)
        values = {}
    elif not raw:
        cells.issue("value.missing", "The subset has no main score.", SCORE)
        values = {}
    if cells.text("scores") == "1":
        values |= cells.values(TOTALS)
        if "carbon_reported" in values:
            message = "The carbon of unknown hardware: compare it inside one family of models."
            cells.issue("carbon.unclear", message, "kg_co2_emissions", severity=INFO)
    elif cells.text("evaluation_time"):
        message = "Time and carbon are those of all subsets together, and are left out."
        cells.issue("total.shared", message, "evaluation_time", severity=INFO)
    model, revision = _model(cells)
    settings = {
        "score_of": SCORE,
        "split": cells.text("split"),
        "subset": "" if cells.text("hf_subset") == "default" else cells.text("hf_subset"),
        "revision": revision,
    }
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        task=cells.text("task_name"),
        settings={name: text for name, text in settings.items() if text},
        values=values,
        issues=tuple(cells.issues),
    )


def _scores(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One record per split and subset, in the layout of today or the older one."""
    scores = found.get("scores")
    splits = scores if isinstance(scores, dict) else found
    for split, subsets in splits.items():
        if isinstance(subsets, list):
            for subset in subsets:
                if isinstance(subset, dict):
                    name = subset.get("hf_subset") or "default"
                    yield {"split": split, "hf_subset": name, SCORE: subset.get(SCORE)}
        elif isinstance(subsets, dict):
            yield from _older(split, subsets)


def _older(split: str, scores: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of a split at the top level, whose subsets are objects inside it."""
    inner = {name: part for name, part in scores.items() if isinstance(part, dict)}
    parts = {name: part for name, part in inner.items() if SCORE in part}
    for name, part in parts.items() or [("default", scores)]:
        main = next((metric for metric in (SCORE, *MAIN) if _at(part, metric) is not None), SCORE)
        time = scores.get("evaluation_time")
        yield {
            "split": split,
            "hf_subset": name,
            SCORE: _at(part, main),
            "main_score_is": "" if main == SCORE else main,
        } | ({} if time is None else {"evaluation_time": time})


def _at(scores: dict[str, Any], metric: str) -> Any:
    """A metric that may stand in an object of its kind; nothing if it is none."""
    outer, _, inner = metric.partition("/")
    found = scores.get(outer)
    if inner:
        found = found.get(inner) if isinstance(found, dict) else None
    return None if isinstance(found, dict | list) else found


def _meta(file: File) -> dict[str, Any]:
    """What the `model_meta.json` beside the file says; nothing if it can't be read."""
    beside = file.beside(META)
    try:
        found = _document.document(beside) if beside else {}
    except Unreadable:
        return {}
    if not isinstance(found, dict):
        return {}
    return {f"{META}:{key}": found[key] for key in ABOUT if found.get(key) is not None}


def _model(cells: Cells) -> tuple[str, str]:
    """Model and revision, from the description beside the file or from its folders."""
    *_, model_folder, revision_folder, _ = f"//{cells.row.path}".split("/")
    folder = _FOLDER.fullmatch(model_folder)
    model = cells.model(f"{META}:name") or (f"{folder[1]}/{folder[2]}" if folder else "")
    revision = cells.text(f"{META}:revision") or revision_folder
    return model, revision if _COMMIT.fullmatch(revision) else ""
