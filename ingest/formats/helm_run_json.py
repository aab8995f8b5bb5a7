"""A run of HELM: `stats.json` with its means, and what ran in the `run_spec.json` beside it.

One folder is one run of one model on one scenario. A statistic stands there several times: as it
is, per perturbation of the prompts and per part of the split; only the first counts. The date is
that of the suite, in `summary.json` one folder up.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

from ingest.formats import _document
from ingest.formats._cells import Cells, Column, scalar
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import check_samples, unsupported
from ingest.readings import INFO, Issue, Reading, Row, Unreadable

LABEL = "HELM run (stats.json)"
SLUG = "helm-run-json"

SPEC, SUMMARY = "run_spec.json", "../summary.json"
SPLITS = ("test", "valid")
# The one score of a run, in this order; behind them any other accuracy.
SCORES = (
    "chain_of_thought_correctness",
    "math_equiv_chain_of_thought",
    "math_equiv",
    "final_number_exact_match",
    "exact_match_indicator",
    "exact_match",
    "quasi_exact_match",
    "f1_score",
    "f1_set_match",
    "exact_set_match",
    "prefix_exact_match",
    "quasi_prefix_exact_match",
    "RR@10",
    "NDCG@10",
    "classification_macro_f1",
)
# What HELM's own tables take as the score of these scenarios, though others stand there, too.
MAIN = {
    "narrative_qa": "f1_score",
    "natural_qa": "f1_score",
    "legalbench": "quasi_exact_match",
    "med_qa": "quasi_exact_match",
    "code": "pass",
    "wmt_14": "bleu_4",
}
ACCURACY = re.compile(r"(?:\w+_)?accuracy", re.ASCII)
NO_SHARES = {"bleu_4"}
VALUES = {
    "latency": Column("inference_runtime", "s"),
    "tokens_in": Column("num_prompt_tokens", "count"),
    "tokens_out": Column("num_output_tokens", "count"),
}
COMPLETION = Column("num_completion_tokens", "count")
SETTINGS = {
    "prompting": "method",
    "n_shot": "max_train_instances",
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "deployment": "model_deployment",
}
OUTLIER = 10  # times the median deviation from the median, of five runs or more

# What a run's name says of the prompts, the answers and the model: no part of the scenario.
ADAPTATION = {
    *("model", "model_deployment", "tokenizer", "method", "instructions", "prompt"),
    *("global_prefix", "prompt_prefix", "output_format_instructions"),
    *("follow_format_instructions", "chatml", "use_chain_of_thought", "use_few_shot"),
    *("max_train_instances", "max_eval_instances", "num_train_trials", "eval_split", "groups"),
    *("data_augmentation", "stop", "temperature", "max_tokens", "increase_max_tokens"),
    *("num_outputs", "num_prompt_tokens", "num_output_tokens", "annotator_model", "judge"),
}

_RUN = re.compile(r"[\w.-]+:(?:.*,)?model=.+", re.ASCII)
_COMPANIONS = (
    ({"adapter_spec", "scenario_spec"}, "What ran in a run of HELM; its stats.json has results."),
    ({"description", "tags", "definition_path"}, "What a scenario of HELM is, no results."),
    ({"suite", "suites", "date"}, "The date of a suite of HELM runs, no results."),
    ({"display_name", "description", "taxonomy"}, "The scenarios of a HELM suite, no results."),
    ({"title", "header", "markdown"}, "A table that HELM made of runs; their stats.json count."),
    (
        {"runtime_per_output_token", "runtime_for_prompt_tokens"},
        "HELM's model of how long requests take on a quiet machine, no results.",
    ),
    ({"instance_id", "train_trial_index"}, "Single answers of a HELM run; stats.json has means."),
    ({"adapter_spec", "request_states"}, "Single requests of a HELM run; stats.json has means."),
)


def matches(head: Head) -> float:
    wanted = {"name", "split", "count", "sum", "sum_squared"}
    if not head.text.startswith("[") or not wanted <= head.keys or "instance_id" in head.keys:
        return 0.0
    return head.score(1.0, name="stats.json", folder=SLUG)


def companion(head: Head) -> str:
    for keys, saying in _COMPANIONS:
        if keys <= head.keys:
            return saying
    if head.keys and all(map(_RUN.fullmatch, head.keys)):
        return "Which suite a HELM run belongs to, no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    if not isinstance(found, list):
        raise Unreadable(Issue("record.invalid", "The file is not a list of statistics."))
    means = _means(found)
    if not means:
        message = "No statistic of the split test or valid has a mean."
        raise Unreadable(Issue("rows.missing", message))
    yield Row(1, means | _beside(file, SPEC) | _beside(file, SUMMARY), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_plain)
    score = _score(cells)
    values = cells.values({"quality": Column(score, "1")} if score else {})
    values |= cells.values(VALUES)
    if "tokens_out" not in values:
        values |= cells.values({"tokens_out": COMPLETION})
    samples = cells.count("num_instances")
    if values:
        check_samples(cells, samples, "num_instances")
    else:
        cells.issue("value.missing", "The run has no score and no time.", "exact_match")
    settings = {name: cells.text(f"{SPEC}:/adapter_spec/{key}") for name, key in SETTINGS.items()}
    settings |= {"score_of": score, "split": cells.text("split").replace("test", "")}
    return Reading(
        row=row.number,
        path=row.path,
        model=_model(cells),
        task=_task(cells),
        settings={name: scalar(text) for name, text in settings.items() if text},
        samples=samples,
        measured_on=cells.date(f"{SUMMARY}:/date"),
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Runs far from the others of their task are marked; they count all the same."""
    found = list(readings)
    scores: dict[str, list[float]] = {}
    for reading in found:
        if "quality" in reading.values:
            scores.setdefault(reading.task, []).append(float(reading.values["quality"].raw))
    for reading in found:
        if "quality" in reading.values and _is_outlier(reading, scores[reading.task]):
            middle = median(scores[reading.task])
            message = f"Far from the other runs of the task, whose median is {middle:.6g}."
            given = reading.values["quality"].raw
            issue = Issue("value.outlier", message, given=given, severity=INFO)
            issue = issue.at(row=reading.row, path=reading.path)
            reading = replace(reading, issues=(*reading.issues, issue))
        yield reading


def _plain(pointer: str) -> str:
    """A statistic's name without the slash of its pointer; companions' cells keep theirs."""
    return _document.unescaped(pointer.removeprefix("/"))


def _means(statistics: list[Any]) -> dict[str, Any]:
    """Statistic → mean by pointer, as it is on the whole of the first split that has any."""
    for split in SPLITS:
        plain = [statistic for statistic in statistics if _is_plain(statistic, split)]
        if any("mean" in statistic for statistic in plain):
            named = {statistic["name"]["name"]: statistic.get("mean", "") for statistic in plain}
            return _document.cells(named | {"split": split}, 1)
    return {}


def _is_plain(statistic: Any, split: str) -> bool:
    """True for a statistic of the whole split without perturbation."""
    name = statistic.get("name") if isinstance(statistic, dict) else None
    return (
        isinstance(name, dict)
        and isinstance(name.get("name"), str)
        and name.get("split") == split
        and not name.get("perturbation")
        and not name.get("sub_split")
    )


def _beside(file: File, place: str) -> dict[str, Any]:
    """The leaves of a companion; nothing if it is not there or can't be read."""
    found = file.beside(place)
    try:
        leaves = _document.cells(_document.document(found), 1) if found else {}
    except Unreadable:
        return {}
    return {f"{place}:{pointer}": leaf for pointer, leaf in leaves.items()}


def _score(cells: Cells) -> str:
    """The name of the score that counts; a note if the run has none that is known."""
    names = [_plain(name) for name in cells.row.cells if ":" not in name]
    accuracies = [name for name in names if ACCURACY.fullmatch(name) and cells.text(name)]
    main = MAIN.get(_task(cells).partition(":")[0], "")
    found = next((name for name in (main, *accuracies, *SCORES) if cells.text(name)), "")
    if found in NO_SHARES:
        unsupported(cells, found, found)
        return ""
    if not found and cells.text("num_instances"):
        unsupported(cells, ", ".join(names[:3]), "num_instances")
    return found


def _model(cells: Cells) -> str:
    """The model of the run's description, or of a folder that still has the run's name."""
    stated = cells.model(f"{SPEC}:/adapter_spec/model")
    if stated:
        return stated
    if not cells.text(f"{SPEC}:/name"):
        message = f"There is no {SPEC} beside the file, which says model and scenario."
        cells.issue("companion.missing", message, SPEC, severity=INFO)
    return _said(_folder(cells)).get("model", "")


def _task(cells: Cells) -> str:
    """The scenario with the arguments that make it a part of a whole: `mmlu:subject=anatomy`."""
    name = cells.text(f"{SPEC}:/name") or _folder(cells)
    scenario, _, _ = name.partition(":")
    place = f"{SPEC}:/scenario_spec/args/"
    arguments = {
        pointer.removeprefix(place): cells.text(pointer)
        for pointer in cells.row.cells
        if pointer.startswith(place)
    }
    # Of some scenarios only the run's name says which data they are on.
    arguments = arguments or _arguments(name)
    parts = [f"{key}={text}" for key, text in arguments.items() if text not in ("", "all")]
    return f"{scenario}:{','.join(parts)}" if parts else scenario


def _folder(cells: Cells) -> str:
    """The name of the file's folder, if it is the name of a run."""
    folder = f"/{cells.row.path}".split("/")[-2]
    return folder if _RUN.fullmatch(folder) else ""


def _arguments(name: str) -> dict[str, str]:
    """What a run's name says of its scenario, so that a part is not taken for the whole."""
    said = _said(name)
    return {key: text for key, text in said.items() if key not in ADAPTATION}


def _said(name: str) -> dict[str, str]:
    """The arguments in a run's name, `scenario:key=text,key=text`."""
    parts = (part.partition("=") for part in name.partition(":")[2].split(","))
    return {key: text for key, _, text in parts if key}


def _is_outlier(reading: Reading, scores: list[float]) -> bool:
    middle = median(scores)
    usual = median(abs(score - middle) for score in scores)
    distance = abs(float(reading.values["quality"].raw) - middle)
    return len(scores) >= 5 and distance > OUTLIER * usual > 0
