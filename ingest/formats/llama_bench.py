"""llama.cpp's llama-bench and llama-batched-bench: how fast prompts are read and text is written.

llama-bench writes one record per test as CSV, JSON, JSON lines, SQL or a Markdown table, and the
tables of both tools are pasted into reports by hand. A test reads `n_prompt` random tokens,
writes `n_gen`, or does both; there is no quality and no energy.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ingest.formats import _document, _limits, _markdown, _sql, _table, _text
from ingest.formats._cells import DEVIATION, UNSTATED, Cells, parted, spread
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, Issue, Reading, Row, Unreadable, Value

LABEL = "llama.cpp llama-bench (CSV, JSON, SQL, Markdown)"
SLUG = "llama-bench"

TEST = {"avg_ts", "n_prompt", "n_gen"}
BATCHED = {"speed_pp", "speed_tg", "pp", "tg"}
TABLE = {"model", "backend", "test", "t/s"}
BATCHED_TABLE = {"PP", "TG", "B", "N_KV", "S_TG t/s"}

# What the Markdown tables call a field of the other outputs.
SHORT = {
    "model": "model_type",
    "backend": "backends",
    "ngl": "n_gpu_layers",
    "threads": "n_threads",
    "fa": "flash_attn",
    "mmap": "use_mmap",
    "dio": "use_direct_io",
    "sm": "split_mode",
    "ts": "tensor_split",
    "mg": "main_gpu",
    "dev": "devices",
    "nkvo": "no_kv_offload",
    "nopo": "no_op_offload",
    "ncmoe": "n_cpu_moe",
    "embd": "embeddings",
    "PP": "pp",
    "TG": "tg",
    "B": "pl",
    "T_PP s": "t_pp",
    "S_TG t/s": "speed_tg",
    "T s": "t",
    "S t/s": "speed",
}
SETTINGS = {
    "backend": "backends",
    "n_gpu_layers": "n_gpu_layers",
    "n_batch": "n_batch",
    "n_ubatch": "n_ubatch",
    "threads": "n_threads",
    "kv_cache_k": "type_k",
    "kv_cache_v": "type_v",
    "split_mode": "split_mode",
    "n_cpu_moe": "n_cpu_moe",
}
SWITCHES = {
    "flash_attention": "flash_attn",
    "mmap": "use_mmap",
    "direct_io": "use_direct_io",
    "no_kv_offload": "no_kv_offload",
    "embeddings": "embeddings",
    "shared_prompt": "is_pp_shared",
}

BANNER = ("ggml_", "load_backend", "warning:")
_START = re.compile(r"^(?:[\[{]|\"?build_commit\b)", re.MULTILINE)

_TEST = re.compile(r"(?:pp\s?(\d+))?\+?(?:tg\s?(\d+))?(?:\s*@\s*d\s?(\d+))?", re.ASCII)
_WEIGHTS = r"(?:IQ|TQ|Q)\d\w*(?: - (?:Small|Medium|Large))?|MXFP4|NVFP4|BF16|F16|F32"
_TYPE = re.compile(rf"(?:\b(?:mostly|all) )?\b({_WEIGHTS})\b.*", re.I)
_SUFFIX = re.compile(rf"[-._](?:UD-)?({_WEIGHTS})(?:[-._](?:moe|gguf))*", re.I)
# What the converter calls the file of any model.
_NAMELESS = re.compile(r"(?:ggml-)?model", re.IGNORECASE)
_PART = re.compile(r"-\d{5}-of-\d{5}$")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)
_LINK = re.compile(r"huggingface\.co/([\w.-]+/[\w.-]+)", re.ASCII)
_MAIN = re.compile(r"main: (\w+ = .+)")
_LISTING = re.compile(r"ggml_\w+: found \d+ \w+ devices", re.IGNORECASE)
_DEVICES = (
    re.compile(r"^\|\s+\d+\s+(\S.*?)\s+(?:On|Off|N/A)\s+\|"),  # nvidia-smi
    re.compile(r"^\s*Device \d+: (.+?), (?:compute capability|gfx\d)"),  # CUDA, ROCm
    re.compile(r"^ggml_vulkan: \d+ = (.+?) \("),
    re.compile(r"^ggml_metal_\w+: GPU name:\s+(.+)"),
)


def matches(head: Head) -> float:
    head = replace(head, data=_without_banner(head.text).encode())
    if {column.strip() for column in head.columns} >= TEST or head.keys >= TEST:
        return head.score(1.0, name="bench", folder=SLUG)
    if head.keys >= BATCHED or _is_sql(head.text):
        return head.score(0.9, name="bench", folder=SLUG)
    headers = (set(_markdown.cells(line)) for line in head.text.split("\n") if line[:1] == "|")
    if any(header >= TABLE or header >= BATCHED_TABLE for header in headers):
        return head.score(0.9, name="bench", folder=SLUG)
    return 0.0


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        beginning = Head(stream.read(_limits.HEAD_BYTES))
    if beginning.text.startswith(BANNER):
        content = _without_banner("\n".join(_text.lines(file))).encode()
        file = replace(file, open=lambda: io.BytesIO(content))
        beginning = Head(content)
    if beginning.text.startswith(("[", "{")):
        return _numbered(_json(file), file.path)
    if _is_sql(beginning.text):
        return _numbered(_sql.inserted("\n".join(_text.lines(file))), file.path)
    if TEST & {column.strip() for column in beginning.columns}:
        return _table.rows(
            file, name=str.strip, check=lambda header: _table.require(header, TEST, str.strip)
        )
    return _numbered(_tables(_text.lines(file)), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_name)
    batched = bool(cells.text("speed_tg"))
    prompt, generated, depth = _lengths(cells, batched)
    method, precision = _weights(cells)
    hardware, count, other = _hardware(cells)
    tokens = {"prompt_tokens": prompt, "output_tokens": generated, "depth": depth}
    batch = cells.count("pl") if batched else None
    return Reading(
        row=row.number,
        path=row.path,
        model=_model(cells),
        method=method,
        hardware=hardware,
        device_count=count,
        task=_task(prompt, generated),
        settings={"engine": "llama.cpp"}
        | {name: text for name, text in [("precision", precision), *other.items()] if text}
        | ({"batch_size": batch} if batch else {})
        | {name: length for name, length in tokens.items() if length}
        | cells.settings(SETTINGS)
        | _switches(cells),
        measured_on=cells.date("test_time"),
        values=(_batched if batched else _repeated)(cells, prompt, generated),
        issues=tuple(cells.issues),
    )


def _without_banner(text: str) -> str:
    """CSV or JSON without the lines that llama.cpp prints before it to the other stream."""
    start = _START.search(text) if text.startswith(BANNER) else None
    return text[start.start() :] if start else text


def _name(column: str) -> str:
    """A field's name in the CSV, whichever output it stands in."""
    name = column.strip().removeprefix("/")
    return SHORT.get(name, name)


def _is_sql(text: str) -> bool:
    return bool(re.search(r"INSERT\s+INTO[^()]{1,200}\([^()]*\bavg_ts\b", text, re.I))


def _numbered(records: Iterable[dict[str, Any]], path: str) -> Iterator[Row]:
    number = 0
    for number, cells in enumerate(records, 1):
        if number > _limits.ROWS:
            message = f"The file has more than {_limits.ROWS:,} records."
            raise Unreadable(Issue("rows.excess", message, row=number))
        yield Row(number, cells, path)
    if not number:
        raise Unreadable(Issue("rows.missing", "The file holds no test of llama-bench."))


def _json(file: File) -> Iterator[dict[str, Any]]:
    """The records of a list, of JSON lines, or one record alone."""
    with file.open() as stream:
        source = stream.read()
    try:
        found = _document.parsed(source)
    except Unreadable as problem:
        if problem.issue.code != "json.invalid" or b"\n[" in b"\n" + source.lstrip()[:4]:
            raise
        found = list(_document.lines(io.BytesIO(source)))
    for number, record in enumerate(found if isinstance(found, list) else [found], 1):
        yield _document.cells(record, number)


def _tables(lines: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of the tools' tables, each with what the text above them says."""
    found = list(_markdown.tables(lines))
    devices = next(filter(None, (_printed_devices(table.above) for table in found)), [])
    devices = devices or _printed_devices(lines)
    for table in found:
        devices = _printed_devices(table.above) or devices
        if not _is_ours(table):
            continue
        types = {
            record["model"] for other in found if _is_ours(other) for record in other.records
            if other.heading == table.heading and record.get("model")
        }  # fmt: skip
        shared: dict[str, str | None] = {
            "heading": table.heading,
            "linked model": (_found(_LINK, table.above) or [""])[-1],
            "devices above": " | ".join(devices),
        }
        if "PP" in table.records[0]:
            shared |= {"model": types.pop() if len(types) == 1 else ""} | _main(table.above)
        for record in table.records:
            yield record | shared


def _printed_devices(lines: list[str]) -> list[str]:
    """The devices that were listed last, by llama.cpp as those of a run or by nvidia-smi."""
    starts = [number for number, line in enumerate(lines) if _LISTING.match(line[:200])]
    last = lines[starts[-1] :] if starts else lines
    return next(filter(None, (_found(pattern, last) for pattern in _DEVICES)), [])


def _is_ours(table: _markdown.Table) -> bool:
    header = table.records[0].keys()
    return header >= TABLE or header >= BATCHED_TABLE


def _found(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    """What a pattern finds in the lines."""
    searched = (pattern.search(line) for line in lines if len(line) < 1000)
    return [match[1].strip() for match in searched if match]


def _main(above: list[str]) -> dict[str, str]:
    """The settings that llama-batched-bench prints before its table."""
    printed = _found(_MAIN, above)
    pairs = (pair.partition(" = ") for pair in (printed or [""])[-1].split(", "))
    return {name: text for name, _, text in pairs if text}


def _lengths(cells: Cells, batched: bool) -> tuple[int, int, int]:
    """Tokens read, tokens written, tokens already in the context."""
    if batched:
        return _tokens(cells, "pp"), _tokens(cells, "tg"), 0
    test = cells.text("test")
    if not test:
        return _tokens(cells, "n_prompt"), _tokens(cells, "n_gen"), _tokens(cells, "n_depth")
    match = _TEST.fullmatch(test)
    if not match or len(test) > 60 or not (match[1] or match[2]):
        message = "A test is pp or tg with a number of tokens."
        cells.issue("test.unknown", message, "test", given=test, expected=("pp512", "tg128 @ d512"))
        return 0, 0, 0
    prompt, generated, depth = (int(part or 0) for part in match.groups())
    return prompt, generated, depth


def _tokens(cells: Cells, name: str) -> int:
    return 0 if cells.text(name) == "0" else cells.count(name) or 0


def _task(prompt: int, generated: int) -> str:
    match bool(prompt), bool(generated):
        case True, False:
            return "prompt processing"
        case False, True:
            return "text generation"
        case True, True:
            return "prompt processing and text generation"
        case _:
            return ""


def _repeated(cells: Cells, prompt: int, generated: int) -> dict[str, Value]:
    """The mean speed and time of a test that ran several times."""
    speed, deviation = cells.number("avg_ts"), cells.number("stddev_ts")
    column = "avg_ts"
    if not speed and cells.text("t/s"):
        column = "t/s"
        speed, deviation = (cells.checked(text, column) for text in parted(cells.text(column)))
    if not speed or not (prompt or generated):
        cells.issue("value.missing", "The record states no speed of a test.", column)
        return {}
    metric = "total_throughput" if prompt else "throughput"
    found = {metric: _spread(cells, speed, deviation, "token/s", column)}
    if time := cells.number("avg_ns"):
        found["latency"] = _spread(cells, time, cells.number("stddev_ns"), "ns", "avg_ns")
    return found | _counts(prompt, generated)


def _spread(cells: Cells, raw: str, deviation: str, unit: str, column: str) -> Value:
    low, high = spread(raw, deviation)
    recipe = DEVIATION if low else ""
    return Value(raw, unit, low=low, high=high, column=cells.column(column), recipe=recipe)


def _batched(cells: Cells, prompt: int, generated: int) -> dict[str, Value]:
    """One pass of a batch of equal requests; its times are those of a request if it is alone."""
    columns = {"throughput": ("speed_tg", "token/s"), "total_throughput": ("speed", "token/s")}
    if cells.text("pl") == "1":
        columns |= {"ttft": ("t_pp", "s"), "latency": ("t", "s")}
    elif cells.text("t"):
        message = "The times are those of a batch, not of one request, and are left out."
        cells.issue("latency.batched", message, "t", severity=INFO)
    raws = {metric: cells.number(name) for metric, (name, _) in columns.items()}
    found = {
        metric: Value(raw, columns[metric][1], column=cells.column(columns[metric][0]))
        for metric, raw in raws.items()
        if raw
    }
    if not found:
        cells.issue("value.missing", "The record states no speed.", "speed_tg")
        return {}
    return found | _counts(prompt, generated)


def _counts(prompt: int, generated: int) -> dict[str, Value]:
    counts = {"tokens_in": prompt, "tokens_out": generated}
    return {metric: Value(str(count), "count") for metric, count in counts.items() if count}


def _weights(cells: Cells) -> tuple[str, str]:
    """The quantisation as written, or the precision of weights that are not quantised."""
    typed = _TYPE.search(cells.text("model_type"))
    named = list(_SUFFIX.finditer(_file_name(cells) or _repository(cells)))
    found = typed[1] if typed else named[-1][1] if named else UNSTATED
    if named and typed and named[-1][1].upper().startswith(f"{found.upper()}_"):
        found = named[-1][1]
    whole = found.upper() in ("F16", "BF16", "F32")
    return ("", found.lower()) if whole else (found, "")


def _model(cells: Cells) -> str:
    """The model by its file without quantisation, the heading above, or the architecture."""
    name = _file_name(cells)
    suffixes = [match for match in _SUFFIX.finditer(name) if match.end() == len(name)]
    name = name[: suffixes[-1].start()] if suffixes else name
    if name and not _NAMELESS.fullmatch(name):
        return name
    return _repository(cells) or _TYPE.sub("", cells.text("model_type")).strip()


def _file_name(cells: Cells) -> str:
    """The name of the model's file without folders, ending and number of the part."""
    name = re.split(r"[/\\]", cells.text("model_filename"))[-1]
    return _PART.sub("", name.removesuffix(".gguf"))


def _repository(cells: Cells) -> str:
    """organisation/name, if the heading of the table is one or the text above links to one."""
    heading = cells.text("heading")
    return heading if _REPOSITORY.fullmatch(heading) else cells.text("linked model")


def _hardware(cells: Cells) -> tuple[str, int | None, dict[str, str]]:
    """The device that holds the layers, how many of them, and what else is in the machine."""
    cpu = cells.text("cpu_info")
    cpu_only = cells.text("backends").upper() in ("CPU", "BLAS")
    above = cells.text("devices above")
    listed = above.split(" | ") if above else cells.text("gpu_info").split(",")
    devices = [name.strip() for name in listed if name.strip()]
    if cpu_only or cells.text("n_gpu_layers") == "0" or not devices:
        return cpu, None, {"gpu": "" if cpu_only or not cpu else ", ".join(devices)}
    name = devices[0] if len(set(devices)) == 1 else ", ".join(devices)
    # A word of its own here: elsewhere "none" means that nothing is stated.
    if cells.row.cells.get(cells.column("split_mode")) == "none":
        return name, 1, {"cpu": cpu, "split_mode": "none"}
    return name, len(devices), {"cpu": cpu}


def _switches(cells: Cells) -> dict[str, bool | str]:
    """Settings that are on or off, which CSV and SQL write as 1 or 0, or -1 for automatic."""
    words: dict[str, bool | str] = {
        "1": True, "0": False, "true": True, "false": False, "-1": "auto",
    }  # fmt: skip
    texts = {setting: cells.text(name) for setting, name in SWITCHES.items()}
    return {name: words.get(text.casefold(), text) for name, text in texts.items() if text}
