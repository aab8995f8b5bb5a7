"""Results of LLM-Energy-Benchmark: quality, energy and speed of language models, in Spanish.

One row is one run of one task. Its energy is what CodeCarbon gave for the whole machine, partly
from constants, hence ESTIMATED. Headers differ between files of the same author in accents,
case, blanks and wording.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from ingest.formats import _table
from ingest.formats._cells import Cells, Column
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, Reading, Row, Value

LABEL = "LLM-Energy-Benchmark results (CSV)"
SLUG = "llm-energy-benchmark-csv"

REQUIRED = ("Modelo", "Tarea", "Energía (J)", "Throughput Decode (tok/s)")
OTHER_WORDING = {"speculative_method": "speculative decoding"}

VALUES = {
    "quality": Column("precision", "%"),
    "node_energy": Column("energia (j)", "J", per="run", origin=ESTIMATED),
    "carbon_reported": Column("co2 (kg)", "kg", per="run", origin=ESTIMATED),
    "tokens_in": Column("tokens prompt", "count", per="run"),
    "tokens_out": Column("tokens generados", "count", per="run"),
    "ttft": Column("ttft medio (s)", "s"),
    "throughput": Column("throughput decode (tok/s)", "1/s"),
    "total_throughput": Column("throughput total (tok/s)", "1/s"),
}
# Means over batches: they are times of one problem only when each batch holds one problem.
BATCH_TIMES = {
    "latency": Column("inferencia media (s)", "s"),
    "tpot": Column("tpot (s/token)", "s"),
}
ENERGY_KWH = Column("energia (kwh)", "kWh", per="run", origin=ESTIMATED)
SETTINGS = {
    "engine": "motor",
    "device": "hardware",
    "machine": "maquina",
    "batch_size": "tamano batch",
    "attention_implementation": "attention implementation",
    "speculative_decoding": "speculative decoding",
}
PRECISIONS = {"16": "f16", "f16": "f16", "fp16": "f16", "bf16": "bf16", "32": "f32", "f32": "f32"}
JOULES_PER_KWH = 3_600_000


@lru_cache(maxsize=1024)
def plain(header: str) -> str:
    """A header without accents, case and outer blanks, in the wording of the largest file."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    bare = " ".join(bare.split())
    return OTHER_WORDING.get(bare, bare)


def matches(head: Head) -> float:
    columns = set(map(plain, head.columns))
    share = sum(plain(column) in columns for column in REQUIRED) / len(REQUIRED)
    return head.score(share if share > 0.5 else 0)


def rows(file: File) -> Iterator[Row]:
    return _table.rows(
        file, name=plain, check=lambda header: _table.require(header, REQUIRED, plain)
    )


def reading(row: Row) -> Reading:
    cells = Cells(row, name=plain)
    model, file = _model_and_file(cells.model("modelo"))
    method, precision = _method_and_precision(cells.text("cuantizacion"))
    settings = cells.settings(SETTINGS)
    if precision:
        settings["precision"] = precision
    if file and not method and not precision:
        settings["file"] = file  # only its name tells which quantisation this is
    samples = cells.count("numero de problemas")
    values = _energy(cells) | cells.values(VALUES) | _times_of_one_problem(cells, samples)
    if not values:
        cells.issue("value.missing", "The row states no result.")
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        method=method,
        hardware=cells.text("maquina"),
        task=cells.text("tarea"),
        settings=settings,
        samples=samples,
        values=values,
        issues=tuple(cells.issues),
    )


def _model_and_file(written: str) -> tuple[str, str]:
    """`org/repo/file.gguf` is the repository and the file in it."""
    parts = written.split("/")
    if len(parts) == 3 and parts[2].casefold().endswith(".gguf"):
        return "/".join(parts[:2]), parts[2]
    return written, ""


def _method_and_precision(written: str) -> tuple[str, str]:
    """A quantisation is the method; plain 16 or 32 bit numbers are the baseline's precision."""
    precision = PRECISIONS.get(written.casefold(), "")
    return ("", precision) if precision else (written, "")


def _energy(cells: Cells) -> dict[str, Value]:
    """The energy in kWh for a row that has none in J; otherwise a check of one by the other."""
    kilowatt_hours, joules = cells.value(ENERGY_KWH), cells.number("energia (j)")
    if not kilowatt_hours:
        return {}
    if not joules:
        return {"node_energy": kilowatt_hours}
    expected, given = float(kilowatt_hours.raw) * JOULES_PER_KWH, float(joules)
    if abs(expected - given) > 0.001 * max(abs(expected), abs(given)):
        cells.issue(
            "value.contradiction",
            f"The energy is {joules} J in one column and {kilowatt_hours.raw} kWh in another.",
            "energia (j)",
            given=joules,
            expected=(f"{expected:.6g}",),
        )
    return {}


def _times_of_one_problem(cells: Cells, samples: int | None) -> dict[str, Value]:
    batches, mean = cells.count("numero de lotes"), BATCH_TIMES["latency"].name
    if batches == samples if batches else cells.text("tamano batch") == "1":
        return cells.values(BATCH_TIMES)
    if given := cells.text(mean):
        message = "The mean times are those of a batch, not of one problem, and are left out."
        cells.issue("latency.batched", message, mean, given=given, severity=INFO)
    return {}
