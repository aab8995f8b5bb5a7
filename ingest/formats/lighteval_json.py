"""Lighteval's `results_<time>.json`, and those of the first Open LLM Leaderboard, its ancestor.

One row is one score of one task, whose name holds suite and shots: `harness|arc:challenge|25`,
`leaderboard|mmlu:anatomy|5|0` or, today, `gsm8k|5`. Beside the tasks stand means over them: one
called `all`, and one called `_average` for the parts of a task.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats import _document, _limits, _mmlu, _prompts
from ingest.formats._cells import STANDARD_ERROR, Cells, scalar, shown, spread, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import SHARES, check_samples, unsupported
from ingest.readings import INFO, Issue, Reading, Row, Unreadable, Value

LABEL = "Lighteval results (JSON)"
SLUG = "lighteval-json"

# A name that elsewhere is the part called Diamond.
TASKS = {"gpqa": "gpqa:main"}
ALL, AVERAGE = "all", ":_average"
GENERAL = (
    "model_name",
    "model_sha",
    "model_dtype",
    "max_samples",
    "override_batch_size",
    "total_evaluation_time_secondes",
)
MODEL = ("model_name", "revision", "dtype", "tensor_parallel_size", "data_parallel_size")
TIME = "/config_general/total_evaluation_time_secondes"
SETTINGS = {
    "score_of": "metric",
    "suite": "suite",
    "n_shot": "n_shot",
    "limit": "/config_general/max_samples",
    "tensor_parallel": "/config_general/model_config/tensor_parallel_size",
    "data_parallel": "/config_general/model_config/data_parallel_size",
}

_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_DAY = re.compile(r"results_(\d{4}-\d{2}-\d{2})T[\d.:_-]+\.json")


def matches(head: Head) -> float:
    if not {"config_general", "results"} <= head.keys:
        return 0.0
    known = {"versions", "config_tasks", "summary_tasks", "summary_general"} & head.keys
    sure = {"lighteval_sha", "total_evaluation_time_secondes"} & head.keys
    return head.score(1.0 if sure else 0.8 if known else 0.0, name="results_", folder=SLUG)


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    results = found.get("results") if isinstance(found, dict) else None
    if not isinstance(results, dict):
        message = "The file lacks an object called results."
        raise Unreadable(Issue("column.missing", message, column="/results"))
    shared, number = _shared(found, file.path), 0
    for number, record in enumerate(_scores(found, results), 1):
        if number > _limits.ROWS:
            message = f"The file has more than {_limits.ROWS:,} scores."
            raise Unreadable(Issue("rows.excess", message, row=number))
        yield Row(number, record | shared, file.path)
    if not number:
        raise Unreadable(Issue("rows.missing", "No task has a score.", column="/results"))


def reading(row: Row) -> Reading:
    cells = Cells(row)
    values = {} if _is_detail(cells) else _values(cells)
    samples = cells.count("samples")
    if values:
        check_samples(cells, samples, "samples")
    return Reading(
        row=row.number,
        path=row.path,
        model=_model(cells) if values else "",
        task=_prompts.chosen(cells.text("task"), cells.text("metric")),
        samples=samples,
        settings=_settings(cells),
        measured_on=cells.date("day"),
        values=values,
        issues=tuple(cells.issues),
    )


def _scores(found: dict[str, Any], results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One record per task and metric."""
    names = {key: _named(key) for key in results}
    whole = {task.removesuffix(AVERAGE) for _, task, _ in names.values() if task.endswith(AVERAGE)}
    by_task = {task: results[key] for key, (_, task, _) in names.items()}
    subjects = set(_mmlu.subjects(by_task))
    is_alone = len([task for _, task, _ in names.values() if task != ALL]) == 1
    for key, (suite, task, shots) in names.items():
        about = {
            "task": TASKS.get(task, task.removesuffix(AVERAGE)),
            "suite": suite,
            "n_shot": shots,
            "group": _group(task, whole, subjects),
            "samples": _samples(found, key),
            "only_task": is_alone,
        }
        for metric, score in results[key].items() if isinstance(results[key], dict) else ():
            if metric.strip() and not metric.endswith("_stderr") and metric != _document.REPEATED:
                error = results[key].get(f"{metric}_stderr")
                yield about | {"metric": metric, "value": _leaf(score), "stderr": _leaf(error)}
    for mean in _mmlu.means(by_task):
        suite, _, shots = next(name for name in names.values() if name[1] in subjects)
        yield {"suite": suite, "n_shot": shots} | mean


def _named(key: str) -> tuple[str, str, str]:
    """Suite, task and shots of `suite|task|shots|…` or of `task|shots`."""
    parts = key.split("|")
    if len(parts) == 2 and parts[1].isdecimal():
        return "", parts[0], parts[1]
    suite, task, *rest = parts if len(parts) > 1 else ["", *parts]
    return suite, task, rest[0] if rest else ""


def _group(task: str, whole: set[str], subjects: set[str]) -> str:
    """The task with a mean that this one is a part of, or nothing."""
    if task in subjects:
        return _mmlu.TASK
    above = task.partition(":")[0]
    return above if above in whole and not task.endswith(AVERAGE) and task != above else ""


def _samples(found: dict[str, Any], key: str) -> str:
    """How many questions of a task were asked, where the run's account of the task says so."""
    tasks = found.get("config_tasks")
    if not isinstance(tasks, dict):
        return ""
    name = key.rpartition("|")[0]
    for place in (key, name, name.rpartition("|")[0]):
        about = tasks.get(place)
        counted = stated(about.get("effective_num_docs")) if isinstance(about, dict) else ""
        if counted.isdecimal():
            return counted
    return ""


def _shared(found: dict[str, Any], path: str) -> dict[str, Any]:
    """What holds for all scores of the file, by JSON pointer."""
    general = found.get("config_general")
    general = general if isinstance(general, dict) else {}
    shared = {f"/config_general/{key}": _leaf(general[key]) for key in GENERAL if key in general}
    model = general.get("model_config")
    if isinstance(model, dict):
        place = "/config_general/model_config"
        shared |= {f"{place}/{key}": _leaf(model[key]) for key in MODEL if key in model}
    day = _DAY.fullmatch(path.rpartition("/")[2])
    return shared | ({"day": day[1]} if day else {})


def _leaf(value: Any) -> Any:
    """A value as a cell: objects and lists as the text that they are in JSON."""
    return stated(value) if isinstance(value, dict | list) else "" if value is None else value


def _is_detail(cells: Cells) -> bool:
    """True for a part of a task that counts, and for the mean over all tasks, which count."""
    group = cells.text("group")
    if group:
        message = f"A part of “{shown(group)}”, whose score counts."
        cells.issue("row.detail", message, "group", severity=INFO)
        return True
    if cells.text("task") == ALL and not cells.text("suite"):
        message = "The mean over all tasks of the run; the tasks count."
        cells.issue("row.detail", message, "task", severity=INFO)
        return True
    return False


def _values(cells: Cells) -> dict[str, Value]:
    """The quality, if the score is a share, and the time of the run, if it was of one task."""
    metric, raw = cells.text("metric"), cells.number("value")
    if not metric or not cells.text("task"):
        cells.issue("value.missing", "The row has no task with a metric.", "metric")
        return {}
    if not SHARES.fullmatch(metric):
        unsupported(cells, metric, "metric")
        return {}
    if not raw:
        message = "The score is no finite number, so it is missing."
        cells.issue("value.missing", message, "value", severity=INFO)
        return {}
    low, high = spread(raw, cells.number("stderr"), at_most=1)
    note = cells.text("recipe") or (STANDARD_ERROR if low else "")
    found = {"quality": Value(raw, "1", low=low, high=high, column="value", recipe=note)}
    if cells.text("only_task") == "true" and cells.text("samples") and cells.number(TIME):
        note = "the whole evaluation, loading the model included"
        found["run_time"] = Value(cells.number(TIME), "s", per="run", column=TIME, recipe=note)
    return found


def _model(cells: Cells) -> str:
    places = ("/config_general/model_name", "/config_general/model_config/model_name")
    return cells.model(next(filter(cells.text, places), places[0]))


def _settings(cells: Cells) -> dict[str, Any]:
    texts = {name: cells.text(place) for name, place in SETTINGS.items()}
    places = ("/config_general/model_dtype", "/config_general/model_config/dtype")
    precision = next(filter(None, map(cells.text, places)), "").removeprefix("torch.")
    places = ("/config_general/model_sha", "/config_general/model_config/revision")
    revision = next(filter(_COMMIT.fullmatch, map(cells.text, places)), "")
    batch = cells.text("/config_general/override_batch_size")
    texts |= {
        "precision": "" if precision == "auto" else precision,
        "revision": revision,
        "batch_size": batch if batch.isdecimal() and int(batch) > 0 else "",
    }
    return {name: scalar(text) for name, text in texts.items() if text}
