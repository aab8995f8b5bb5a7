"""lm-evaluation-harness's `results.json`, versions 0.3 and 0.4, and the tables that it prints.

One row is one score: a task, a metric and the filter that its answers went through. Groups
(`mmlu`) and the tasks that they are averages of (57 subjects) stand in the same list: the group
counts, its parts are details. Not every score is a share of right answers.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ingest.formats import _document, _encoding, _groups, _limits, _mmlu, _printed, _prompts
from ingest.formats._cells import (
    STANDARD_ERROR,
    Cells,
    is_local,
    is_number,
    scalar,
    shown,
    spread,
    stated,
)
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import SHARES, check_samples, unsupported
from ingest.readings import INFO, Issue, Reading, Row, Unreadable, Value

LABEL = "lm-evaluation-harness results (JSON, Markdown)"
SLUG = "lm-eval-json"

NOT_METRICS = {"alias", "name", "sample_len", "samples", "sample_count", _document.REPEATED}
# What BigScience's fork writes beside the scores of a task and prompt.
NOT_METRICS |= {
    *("task_name", "prompt_name", "prompt_id", "prompt_jinja", "prompt_original_task", "comment"),
    *("dataset_path", "dataset_name", "subset", "fixed_answer_choice_list"),
}
# Questions, answers and prompts, which may be longer than any cell.
UNREAD = frozenset(["samples", "configs"])
# Shares that these tasks state in percent.
PERCENT_TASKS = re.compile(r"(?:j?squad|jaqket)(?!_completion)(?:v?2)?(?:[^a-z].*)?", re.I)
PERCENT_SCORES = re.compile(r"(?:\w+_)?(?:exact|exact_match|f1)", re.ASCII)
SHARED = (
    "model_name",
    "date",
    "total_evaluation_time_seconds",
    "lm_eval_version",
    "git_hash",
    "chat_template_sha",
    "system_instruction_sha",
    "fewshot_as_multiturn",
)
CONFIG = (
    "model",
    "model_dtype",
    "model_revision",
    "model_sha",
    "batch_size",
    "device",
    "limit",
    "num_fewshot",
    "gen_kwargs",
)
# Of the model's arguments, what tells runs apart.
ARGUMENTS = {
    "tensor_parallel": "tensor_parallel_size",
    "data_parallel": "data_parallel_size",
    "adapter": "peft",
    "enable_thinking": "enable_thinking",
    "think_end_token": "think_end_token",
    "max_model_len": "max_model_len",
    "subfolder": "subfolder",
    "weights_delta": "delta",
}
# The harness only asks these for answers: its own machine says nothing about the model's.
REMOTE = re.compile(r"completion|openai|anthropic|textsynth|watsonx|api|ibm|gemini", re.I)

_V04_METRIC = re.compile(r"[\w@%./-]+,[\w-]+")
_FOLDER = re.compile(r"([A-Za-z0-9][\w.-]*?)__([A-Za-z0-9][\w.-]*)", re.ASCII)
_GPU = re.compile(r"GPU \d+: (.+)")
_CPU = re.compile(r"Model name:\s*(.+)")


def matches(head: Head) -> float:
    keys = head.keys
    if "config_general" in keys:
        return 0.0  # of Lighteval, which writes the same scores with another account of the run
    if not keys and _printed.is_in(head.text):
        return head.score(0.8, folder=SLUG)
    scored = any(_V04_METRIC.fullmatch(key) or key.endswith("_stderr") for key in keys)
    known = len({"versions", "configs", "group_subtasks", "n-shot", "config"} & keys)
    if "results" in keys and known and scored:
        return head.score(min(1.0, 0.7 + 0.1 * known), name="results_", folder=SLUG)
    if {"configs", "group_subtasks", "n-shot"} <= keys:
        return head.score(0.8, name="results_", folder=SLUG)
    return 0.0


def companion(head: Head) -> str:
    if {"doc_id", "doc", "target", "resps"} <= head.keys:
        return "Single answers of a run of lm-evaluation-harness; its results file has the scores."
    return ""


def rows(file: File) -> Iterator[Row]:
    number = 0
    for found in _documents(file):
        results = _results(found)
        if results is None:
            message = "The file lacks an object called results."
            raise Unreadable(Issue("column.missing", message, column="/results"))
        shared = _shared(found)
        for record in _scores(found, results):
            number += 1
            if number > _limits.ROWS:
                message = f"The file has more than {_limits.ROWS:,} scores."
                raise Unreadable(Issue("rows.excess", message, row=number))
            yield Row(number, record | shared, file.path)
    if not number:
        raise Unreadable(Issue("rows.missing", "No task has a score.", column="/results"))


def reading(row: Row) -> Reading:
    cells = Cells(row)
    arguments = _arguments(cells)
    values = {} if _is_detail(cells) else _values(cells)
    samples = cells.count("samples")
    if values:
        check_samples(cells, samples, "samples")
    hardware, count = _hardware(cells, arguments)
    return Reading(
        row=row.number,
        path=row.path,
        model=_model(cells, arguments) if values else "",
        method=_method(arguments),
        hardware=hardware,
        device_count=count,
        task=_prompts.parted(cells.text("task"), cells.text("metric"))[0],
        samples=samples,
        settings=_settings(cells, arguments),
        measured_on=_day(cells),
        values=values,
        issues=tuple(cells.issues),
    )


def _documents(file: File) -> list[Any]:
    """The file itself, or what it would be for each run that was printed into a text."""
    with file.open() as stream:
        text = _encoding.decoded(stream.read())
    is_printed = not text.lstrip().startswith("{") and _printed.is_in(text)
    if is_printed:
        return _printed.documents(text.splitlines())
    return [_document.parsed(text, without=UNREAD)]


def _results(found: Any) -> dict[str, Any] | None:
    """Task → scores. BigScience's fork has a list instead, with one record a task and prompt."""
    results = _groups.of(found, "results")
    if isinstance(results, list) and results:
        records = [record for record in results if isinstance(record, dict)]
        return {
            f"{stated(record.get('task_name'))}+{stated(record.get('prompt_name'))}": record
            for record in records
            if stated(record.get("task_name"))
        }
    return results if isinstance(results, dict) else None


def _scores(found: dict[str, Any], results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One record per task and metric, with what the file says of the task."""
    metrics = {task: _metrics(scores) for task, scores in results.items()}
    parents = _groups.parents(found, metrics)
    alone = len([task for task in metrics if metrics[task] and task in parents]) == 1
    for task, names in metrics.items():
        about = {
            "task": stated(_groups.of(results[task], "task_name")) or task,
            "prompt": _leaf(_groups.of(results[task], "prompt_name")),
            "group": parents.get(task, ""),
            "mixture": _groups.is_mixture(found, metrics, task),
            "n_shot": _groups.shots(found, task),
            "only_task": alone,
        }
        for name in names:
            metric, comma, filtered = name.partition(",")
            error = results[task].get(f"{metric}_stderr{comma}{filtered}")
            direction = _groups.of(_groups.of(found, "higher_is_better") or {}, task, metric)
            yield about | {
                "metric": metric,
                "filter": filtered,
                "samples": _groups.samples(found, task, name),
                "value": _leaf(results[task][name]),
                "stderr": _leaf(error),
                "higher_is_better": _leaf(direction),
                "percent": stated(_groups.of(found, "percent", task)),
                "recipe": "",
            }
    yield from _mmlu.means(results)


def _metrics(scores: Any) -> list[str]:
    """The keys of a task's scores, without errors and names."""
    if not isinstance(scores, dict):
        return []
    return [
        key
        for key, score in scores.items()
        if key.strip() and key not in NOT_METRICS and "_stderr" not in key
        and not isinstance(score, dict | list) and (is_number(stated(score)) or not stated(score))
    ]  # fmt: skip


def _shared(found: dict[str, Any]) -> dict[str, Any]:
    """What holds for all scores of the file, by JSON pointer."""
    shared = {f"/{key}": _leaf(found.get(key)) for key in SHARED if key in found}
    config = _groups.of(found, "config")
    if isinstance(config, dict):
        shared |= {f"/config/{key}": _leaf(config[key]) for key in CONFIG if key in config}
        shared |= _model_arguments(config.get("model_args"))
    environment = found.get("pretty_env_info")
    if isinstance(environment, str):
        for name, pattern in {"gpus": _GPU, "cpu": _CPU}.items():
            shared[f"/pretty_env_info {name}"] = " | ".join(pattern.findall(environment))
    return shared


def _model_arguments(arguments: Any) -> dict[str, Any]:
    """The model's arguments as cells; what lists and objects among them say is no name of it."""
    place = "/config/model_args"
    if not isinstance(arguments, dict):
        return {place: _leaf(arguments)} if arguments else {}
    single = {key: leaf for key, leaf in arguments.items() if not isinstance(leaf, dict | list)}
    return {f"{place}{pointer}": leaf for pointer, leaf in _document.cells(single, 1).items()}


def _leaf(value: Any) -> Any:
    """A value as a cell: objects and lists as the text that they are in JSON."""
    return stated(value) if isinstance(value, dict | list) else "" if value is None else value


def _values(cells: Cells) -> dict[str, Value]:
    """The quality, if the score is a share, and the time of the run, if it was of one task."""
    metric, raw = cells.text("metric"), cells.number("value")
    if not metric or not cells.text("task"):
        cells.issue("value.missing", "The row has no task with a metric.", "metric")
        return {}
    worse = cells.text("higher_is_better").casefold() == "false"
    if worse or not SHARES.fullmatch(metric):
        unsupported(cells, metric, "metric")
        return {}
    if not raw:
        message = "The score is no finite number, so it is missing."
        cells.issue("value.missing", message, "value", severity=INFO)
        return {}
    is_percent = cells.text("percent") == "true" or (
        PERCENT_TASKS.fullmatch(cells.text("task")) and PERCENT_SCORES.fullmatch(metric)
    )
    unit, most = ("%", 100) if is_percent else ("1", 1)
    low, high = spread(raw, cells.number("stderr"), at_most=most)
    note = cells.text("recipe") or (STANDARD_ERROR if low else "")
    found = {"quality": Value(raw, unit, low=low, high=high, column="value", recipe=note)}
    time = "/total_evaluation_time_seconds"
    if cells.text("only_task") == "true" and cells.text("samples") and cells.number(time):
        note = "the whole evaluation, loading the model included"
        found["run_time"] = Value(cells.number(time), "s", per="run", column=time, recipe=note)
    return found


def _is_detail(cells: Cells) -> bool:
    """True for a part of a group that counts, and for a mean over unlike tasks, which count."""
    group = cells.text("group")
    if group:
        message = f"A part of “{shown(group)}”, whose score counts."
        cells.issue("row.detail", message, "group", severity=INFO)
        return True
    if cells.text("mixture") == "true":
        message = "A mean over groups that have different scores; those groups count."
        cells.issue("row.detail", message, "mixture", severity=INFO)
        return True
    return False


def _arguments(cells: Cells) -> dict[str, str]:
    """The model's arguments, which are an object in new files and `key=value,…` in old ones."""
    place = "/config/model_args"
    pairs = (pair.partition("=") for pair in cells.text(place).split(","))
    found = {name.strip(): text.strip() for name, _, text in pairs if text}
    return found | {
        pointer.removeprefix(f"{place}/"): stated(cell)
        for pointer, cell in cells.row.cells.items()
        if pointer.startswith(f"{place}/")
    }


def _model(cells: Cells, arguments: dict[str, str]) -> str:
    """The model's public name: as stated, or as the harness named the file's folder."""
    place = "/model_name"
    written = cells.text(place)
    if not written:
        place = "/config/model_args"
        written = next(filter(None, map(arguments.get, ("pretrained", "model"))), "")
    folder = _FOLDER.fullmatch(f"/{cells.row.path}".split("/")[-2])
    if folder and (not written or is_local(written)):
        return f"{folder[1]}/{folder[2]}"
    return cells.model(place, written) if written else ""


def _method(arguments: dict[str, str]) -> str:
    """The quantisation that the model was loaded with."""
    for switch in ("load_in_4bit", "load_in_8bit"):
        if arguments.get(switch, "").casefold() == "true":
            return switch
    if any(arguments.get(name, "False").casefold() != "false" for name in ("autogptq", "gptq")):
        return "gptq"
    return arguments.get("quantization", "")


def _settings(cells: Cells, arguments: dict[str, str]) -> dict[str, Any]:
    metric, filtered = cells.text("metric"), cells.text("filter")
    shots = cells.text("n_shot") or cells.text("/config/num_fewshot")
    if shots.startswith("["):
        message = "The examples in the prompt are given for all tasks together, so for none."
        cells.issue("setting.unclear", message, "/config/num_fewshot", given=shots, severity=INFO)
        shots = ""
    precision = cells.text("/config/model_dtype") or arguments.get("dtype", "")
    named = ("/config/model_sha", "/config/model_revision")
    revision = next(filter(None, map(cells.text, named)), arguments.get("revision", ""))
    texts = {
        "score_of": f"{metric}, {filtered}" if filtered and filtered != "none" else metric,
        "prompt": cells.text("prompt") or _prompts.parted(cells.text("task"), metric)[1],
        "n_shot": shots,
        "precision": "" if precision == "auto" else precision.removeprefix("torch."),
        "engine": cells.text("/config/model"),
        "revision": "" if revision == "main" else revision,
        "batch_size": cells.text("/config/batch_size"),
        "limit": cells.text("/config/limit"),
        "generation": cells.text("/config/gen_kwargs").replace("{}", ""),
        "chat_template": "true" if cells.text("/chat_template_sha") else "",
        "system_instruction": cells.text("/system_instruction_sha"),
        **{setting: arguments.get(name, "") for setting, name in ARGUMENTS.items()},
    }
    return {name: scalar(text) for name, text in texts.items() if text}


def _hardware(cells: Cells, arguments: dict[str, str]) -> tuple[str, int | None]:
    """The harness's own GPU, if the model ran on it; the number of GPUs if that is sure."""
    if REMOTE.search(cells.text("/config/model")):
        return "", None
    if cells.text("/config/device") == "cpu":
        return cells.text("/pretty_env_info cpu"), None
    gpus = [name.strip() for name in cells.text("/pretty_env_info gpus").split("|")]
    if len(set(gpus)) != 1 or not gpus[0]:
        return "", None
    parallel = [arguments.get(name, "") for name in ("tensor_parallel_size", "data_parallel_size")]
    counts = [int(text) for text in parallel if text.isdecimal() and 1 <= int(text[:9]) <= 10_000]
    if counts:
        return gpus[0], counts[0] * (counts[1] if len(counts) > 1 else 1)
    return gpus[0], 1 if len(gpus) == 1 else None


def _day(cells: Cells) -> str:
    """The day in UTC of a time in seconds since 1970."""
    text = cells.number("/date")
    if not text:
        return ""
    try:
        return datetime.fromtimestamp(float(text), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        cells.issue(
            "date.invalid", "The date is no time in seconds since 1970.", "/date", given=text
        )
        return ""
