"""MLPerf Inference: the summary of a round, or the log of one run with its companions.

`summary_results.json` has one row per system, benchmark and scenario, and so has the `summary.csv`
of the submission checker, with a row of its own for power. A submission's own tree has
a `mlperf_log_summary.txt` per run; what ran where is in its path and in `systems/<system>.json`,
the quality in `accuracy/accuracy.txt`. Power is that of the whole system at the wall.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from ingest.formats import _document, _limits, _mlperf, _text
from ingest.formats._cells import Cells, Column, is_number
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._mlperf_words import (
    BENCHMARKS,
    MISLABELLED,
    PRECISIONS,
    PRESCRIBED,
    SAME,
    SHARES,
)
from ingest.readings import INFO, METERED, WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "MLPerf Inference (summary or run log)"
SLUG = "mlperf-inference"

TITLE = "MLPerf Results Summary"
SYSTEM = "systems.json:"
ACCURACY = "accuracy.txt:"
FOLDERS = ("division", "submitter", "results", "system", "benchmark", "scenario", "performance")

UNITS = {
    "samples/s": "sample_throughput",
    "queries/s": "sample_throughput",
    "tokens/s": "throughput",
}
POWER_UNITS = {"watts": "W", "millijoules": "mJ", "joules": "J"}
MODES = ("PerformanceOnly", "Performance")  # the latter in the first round
SAMPLES_OF_A_STREAM = 8  # a MultiStream query has eight samples

# What says why a row that states a result has none here.
LEFT_OUT = ("latency.batched", "unit.unclear")
# Runs that only show that another run kept to the rules.
PROOFS = frozenset({"compliance", "audit"})

_TARGET = re.compile(r"-(9[59](?:\.9)?)$")
_LATENCY = re.compile(r"latency \((ns|us|ms|s)\)")
_PAIR = re.compile(r"\b(\w+): +([^\s:]+)")
_PRINTED = re.compile(r"""['"]?\b(accuracy|mean|\w+)['"]?\s*[:=]\s*([\d.]+(?:[eE][+-]?\d+)?)(%?)""")
_COUNTED = re.compile(r"\d+ ?x ?(?=\D)")


def matches(head: Head) -> float:
    if {"Submitter", "Scenario", "Performance_Units", "Performance_Result"} <= head.keys:
        return head.score(1.0 if "a#" in head.keys else 0.8, name="summary_results")
    if _mlperf.is_table(head.columns):
        return head.score(1.0, name="summary")
    if _is_log(head) and not _is_proof(head):
        return head.score(1.0, name="mlperf_log_summary")
    return 0.0


def companion(head: Head) -> str:
    text = head.text
    if {"accelerators_per_node", "accelerator_model_name"} <= head.keys:
        return "An MLPerf system description: what hardware a run had."
    if {"ptd_config", "ptd_messages"} & head.keys or '"ptd_client_server' in text:
        return "A record of MLPerf's power meter: how it was set up and read."
    if re.match(r"Time,[^,\n]+,Watts,", text):
        return "A log of MLPerf's power meter, longer than the test that it goes with."
    if _is_log(head) and _is_proof(head):
        return "A run of MLPerf that proves that another kept to the rules, and no result itself."
    if re.search(r"^hash=[0-9a-f]{64}\s*$", text, re.MULTILINE):
        return "The accuracy of an MLPerf run; send it with the run's mlperf_log_summary.txt."
    if text.startswith("No warnings encountered during test."):
        return "The log of an MLPerf accuracy run: it holds no figures."
    return ""


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        head = Head(stream.read(_limits.HEAD_BYTES))
    if head.text.startswith(("[", "{")):
        return _summary(file)
    return _mlperf.rows(file) if _mlperf.is_table(head.columns) else _log(file)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_mlperf.name if _mlperf.is_table(row.cells) else str)
    found = _reading_of_log(cells) if "SUT name" in row.cells else _reading_of_summary(cells)
    if not found.values and not any(issue.code in LEFT_OUT for issue in cells.issues):
        cells.issue("value.missing", "The row states no result.")
    return replace(found, row=row.number, path=row.path, issues=tuple(cells.issues))


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """A run that is published under the targets of 99 and of 99.9 percent counts once."""
    seen: dict[bytes, str] = {}
    for reading in readings:
        mark = _mark(reading)
        if reading.values and mark in seen:
            message = f"The same run with the same numbers was read as {seen[mark]}."
            issue = Issue("row.repeated", message, severity=INFO)
            issue = issue.at(row=reading.row, path=reading.path)
            yield replace(reading, values={}, issues=(*reading.issues, issue))
        else:
            seen[mark] = reading.task
            yield reading


def _is_log(head: Head) -> bool:
    return TITLE in head.text[:2000] and bool(re.search(r"^SUT name *:", head.text, re.MULTILINE))


def _is_proof(head: Head) -> bool:
    return bool(PROOFS & set(head.path.casefold().replace("\\", "/").split("/")[:-1]))


def _summary(file: File) -> Iterator[Row]:
    found = _document.document(file)
    records = found if isinstance(found, list) else [found]
    if not records:
        raise Unreadable(Issue("rows.missing", "The list of results is empty."))
    if len(records) > _limits.ROWS:
        raise Unreadable(Issue("rows.excess", f"The file has more than {_limits.ROWS:,} rows."))
    for number, record in enumerate(records, 1):
        yield Row(number, _document.cells(record, number), file.path)


def _reading_of_summary(cells: Cells) -> Reading:
    task, used = cells.text("/Model"), cells.model("/UsedModel")
    settings = cells.settings(
        {"scenario": "/Scenario", "division": "/Category", "machine": "/Platform"}
    )
    settings |= _method(cells.text("/weight_data_types"), task)
    nodes = cells.count("/Nodes") or 1
    hardware = cells.text("/Accelerator")
    count = cells.count("/a#") if hardware else None
    if not hardware:
        hardware = _COUNTED.sub("", cells.text("/Processor"), count=1)
        count = cells.count("/p#") or cells.count("/host_processors_per_node")
    if cells.text("/errors") not in ("", "0"):
        message = "MLPerf's checker found errors in this run."
        cells.issue("run.invalid", message, "/errors", severity=WARNING)
    pairs = dict(_PAIR.findall(cells.text("/Accuracy")))
    values = _quality(cells, pairs, "/Accuracy", settings) | _performance(cells)
    if tokens := cells.checked(pairs.get("TOKENS_PER_SAMPLE", ""), "/Accuracy"):
        values["tokens_out"] = Value(tokens, "count", column=cells.column("/Accuracy"))
    values |= _energy(cells, values)
    return Reading(
        row=0,
        model=_model(used, settings),
        hardware=hardware,
        device_count=count * nodes if count else None,
        task=task,
        settings=settings,
        external_id="/".join(filter(None, map(cells.text, ("/version", "/Location")))),
        values=values,
    )


def _method(precision: str, benchmark: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if precision:
        folded = precision.casefold()
        for word, short in PRECISIONS.items():
            folded = re.sub(rf"\b{word}(?=\d)", short, folded)
        found["precision"] = folded
    if target := _TARGET.search(benchmark):
        found["accuracy_target"] = float(target[1]) if "." in target[1] else int(target[1])
    return found


def _model(written: str, settings: dict[str, Any]) -> str:
    """The model without the accuracy target that its name ends in."""
    name = _TARGET.sub("", written)
    return PRESCRIBED.get(name, name) if settings.get("division") == "closed" else name


def _quality(
    cells: Cells, pairs: dict[str, str], column: str, settings: dict[str, Any]
) -> dict[str, Value]:
    """The foremost of the scores that are shares; the setting `score_of` says which it is."""
    named = {name.casefold(): name for name in pairs}
    for share, unit in SHARES.items():
        if share in named and (number := cells.checked(pairs[named[share]], column)):
            settings["score_of"] = named[share]
            return {"quality": Value(number, unit, column=cells.column(column))}
    if is_number(cells.text(column)):
        message = "The accuracy has no name, so what it is the share of is not known."
        cells.issue("metric.unsupported", message, column, severity=INFO)
    scores = [name for name in pairs if not re.search("len|tokens|num", name, re.IGNORECASE)]
    if scores:
        message = f"{', '.join(scores)}: scores without fixed ends are no quality from 0 to 1."
        cells.issue("metric.unsupported", message, column, severity=INFO)
    return {}


def _performance(cells: Cells) -> dict[str, Value]:
    """A throughput or a latency: the unit decides, never the column."""
    column, unit = "/Performance_Result", cells.text("/Performance_Units").casefold()
    benchmark = _TARGET.sub("", cells.text("/Model"))
    told = (cells.text("/version"), benchmark, cells.text("/Scenario"), unit)
    if told == MISLABELLED:
        message = "The checker of v4.0 wrote tokens per second of Llama 2 70B as Samples/s."
        hint = "If these are tokens, write Tokens/s as the unit."
        cells.issue("unit.unclear", message, "/Performance_Units", severity=WARNING, hint=hint)
        return {}
    if metric := UNITS.get(unit):
        return cells.values({metric: Column(column, "1/s")})
    latency = _LATENCY.fullmatch(unit)
    if not latency:
        if cells.text(column):
            message = f"“{unit}” is not a unit of MLPerf's results."
            cells.issue("unit.unknown", message, "/Performance_Units", given=unit)
        return {}
    if cells.text("/Scenario") != "SingleStream":
        message = "The latency is that of a query of several samples and is left out."
        cells.issue("latency.batched", message, column, severity=INFO)
        return {}
    value = cells.value(Column(column, latency[1]))
    return {"latency": replace(value, recipe="90th percentile of the stream")} if value else {}


def _energy(cells: Cells, values: dict[str, Value]) -> dict[str, Value]:
    """Energy at the wall per sample, or else per token: the meter's power over the throughput."""
    power, column = cells.number("/Power_Result"), cells.column("/Power_Result")
    written = cells.text("/Power_Units")
    if not power:
        return {}
    unit = POWER_UNITS.get(written.casefold(), "")
    if not unit:
        message = f"“{written}” is not a unit of MLPerf's power."
        cells.issue("unit.unknown", message, "/Power_Units", given=written)
        return {}
    if unit != "W":
        multi = cells.text("/Scenario") == "MultiStream"
        per = SAMPLES_OF_A_STREAM if multi else 1
        recipe = f"{power} {unit} of a query / {per} samples" if multi else ""
        raw = str(float(power) / per) if multi else power
        return {"node_energy": _metered(raw, unit, recipe, column)}
    for metric, divisor, pace in (
        ("node_energy", "sample_throughput", "samples/s"),
        ("node_energy_per_token", "throughput", "tokens/s"),
    ):
        rate = values.get(divisor)
        if not rate or not float(rate.raw):
            continue
        tokens = values.get("tokens_out")
        recipe = f"{power} W / {rate.raw} {pace}"
        joules = float(power) / float(rate.raw)
        if metric == "node_energy_per_token" and tokens:
            recipe += f" x {tokens.raw} tokens"
            metric, joules = "node_energy", joules * float(tokens.raw)
        unit = "J" if metric == "node_energy" else "J/token"
        return {metric: _metered(str(joules), unit, f"{recipe}; not verified by MLCommons", column)}
    return {}


def _metered(raw: str, unit: str, recipe: str, column: str) -> Value:
    return Value(raw, unit, origin=METERED, column=column, recipe=recipe)


def _log(file: File) -> Iterator[Row]:
    """One row: the lines `name: value` of the log, and what its companions state."""
    lines = _text.lines(file)
    if not any(TITLE in line for line in lines):
        raise Unreadable(Issue("column.missing", f"The log lacks the line “{TITLE}”."))
    cells: dict[str, Any] = {"SUT name": ""}
    for line in lines:
        name, _, said = (part.strip() for part in line.partition(":"))
        if name and said and len(name) <= _limits.SHOWN_CHARS:
            cells[name] = cells.get(name) or said
    place = _place(file.path)
    if place:
        cells |= _system(file.beside(f"../../../../../../systems/{place['system']}.json"))
        cells |= _accuracy(file.beside("../../accuracy/accuracy.txt"))
    power = file.beside("spl.txt")
    if power:
        cells["spl.txt"] = "power log"
    if len(cells) > _limits.COLUMNS:
        raise Unreadable(Issue("columns.excess", "The log has too many lines."))
    yield Row(1, cells, file.path)


def _place(path: str) -> dict[str, str]:
    """Who ran what where: the folders above `performance`, by name."""
    folders = path.split("/")[:-1]
    if "performance" not in folders:
        return {}
    end = len(folders) - folders[::-1].index("performance")
    above = folders[max(0, end - len(FOLDERS)) : end]
    place = dict(zip(FOLDERS[-len(above) :], above, strict=True))
    return place if place.keys() >= {"system", "benchmark", "scenario"} else {}


def _system(file: File | None) -> dict[str, Any]:
    if not file:
        return {}
    try:
        found = _document.document(file)
    except Unreadable:
        return {}
    texts = found.items() if isinstance(found, dict) else ()
    return {f"{SYSTEM}{key}": text for key, text in texts if isinstance(text, str)}


def _accuracy(file: File | None) -> dict[str, Any]:
    pairs = (pair for line in _text.readable(file) for pair in _PRINTED.findall(line))
    return {f"{ACCURACY}{name}": number + percent for name, number, percent in pairs}


def _reading_of_log(cells: Cells) -> Reading:
    place = _place(cells.row.path)
    benchmark = place.get("benchmark", "")
    # The first round wrote “Single Stream”.
    scenario = cells.text("Scenario").replace(" ", "") or place.get("scenario", "")
    settings = {
        "scenario": scenario,
        "division": place.get("division", ""),
        "machine": place.get("system", ""),
    }
    settings = {key: text for key, text in settings.items() if text} | _method("", benchmark)
    pairs = {
        SAME.get(key.removeprefix(ACCURACY), key.removeprefix(ACCURACY)): cell
        for key, cell in cells.row.cells.items()
        if key.startswith(ACCURACY) and isinstance(cell, str)
    }
    shares = {name: text.removesuffix("%") for name, text in pairs.items()}
    values = _quality(cells, shares, "accuracy.txt", settings)
    if tokens := cells.checked(pairs.get("tokens_per_sample", ""), "accuracy.txt"):
        values["tokens_out"] = Value(tokens, "count", column=f"{ACCURACY}tokens_per_sample")
    hardware = cells.text(f"{SYSTEM}accelerator_model_name")
    count = cells.count(f"{SYSTEM}accelerators_per_node") if hardware else None
    if not hardware:
        hardware = _COUNTED.sub("", cells.text(f"{SYSTEM}host_processor_model_name"), count=1)
        count = cells.count(f"{SYSTEM}host_processors_per_node")
    nodes = cells.count(f"{SYSTEM}number_of_nodes") or 1
    values |= _figures(cells, scenario)
    return Reading(
        row=0,
        model=_model(benchmark, settings),
        hardware=hardware,
        device_count=count * nodes if count else None,
        task=BENCHMARKS.get(benchmark, benchmark),
        settings=settings,
        values=values,
    )


def _figures(cells: Cells, scenario: str) -> dict[str, Value]:
    """What a valid performance run measured."""
    state, mode = cells.text("Result is"), cells.text("Mode")
    if cells.text("spl.txt"):
        message = "The power log covers more than the test, so no energy is read from it."
        cells.issue("power.window", message, "spl.txt", severity=INFO)
    if state != "VALID":
        message = "The log says that the run is not valid, so it does not count."
        if not state:
            message = "The log does not say that the run is valid, so it does not count."
        cells.issue("run.invalid", message, "Result is", given=state, expected=("VALID",))
        return {}
    if mode not in ("", *MODES):
        message = "Only a run for performance has figures of speed; the others check quality."
        cells.issue("run.invalid", message, "Mode", given=mode, expected=MODES)
        return {}
    found = {
        "sample_throughput": _first(cells, "1/s", r"(completed |scheduled )?samples per second")
    }
    found["throughput"] = _first(cells, "1/s", r"(completed )?tokens per second( \(inferred\))?")
    if scenario in ("Server", "SingleStream", "Interactive"):
        found["latency"] = _first(cells, "ns", r"mean latency \(ns\)")
        found["ttft"] = _first(cells, "ns", r"mean first token latency \(ns\)")
        found["tpot"] = _first(cells, "ns", r"mean time to output token \(ns\)")
    return {metric: value for metric, value in found.items() if value}


def _first(cells: Cells, unit: str, pattern: str) -> Value | None:
    """The first line of the log whose name matches."""
    named: Callable[[str], Any] = re.compile(pattern, re.IGNORECASE).fullmatch
    names = [name for name in cells.row.cells if named(name)]
    return cells.value(Column(names[0], unit)) if names else None


def _mark(reading: Reading) -> bytes:
    """Alike for two rows of one system, benchmark and scenario that have the same numbers."""
    settings = {key: said for key, said in reading.settings.items() if key != "accuracy_target"}
    place = reading.external_id.replace(f"/{reading.task}/", "/") or reading.path
    numbers = {metric: value.raw for metric, value in reading.values.items()}
    facts = [place, _TARGET.sub("", reading.task), reading.model, settings, numbers]
    return blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16).digest()
