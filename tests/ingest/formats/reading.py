"""How the tests read a file: recognised, read, settled, as a submission would."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from types import ModuleType
from typing import Any

from ingest import formats
from ingest.formats import File, Head
from ingest.readings import Issue, Reading, Row, Value

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
JOULES = {"J": 1.0, "Wh": 3_600.0, "kWh": 3_600_000.0}


def sample_files() -> list[Path]:
    """All sample files that have their expected readings beside them."""
    expectations = sorted(SAMPLES.rglob("*.expected.json"))
    return [path.with_name(path.name.removesuffix(".expected.json")) for path in expectations]


def format_of(path: Path) -> ModuleType:
    """The format that a file is recognised as."""
    return formats.detect(Head(path.read_bytes(), path.as_posix()))[0][1]


def read(*paths: Path) -> list[Reading]:
    """The readings of files of one format, settled together, in the order of their rows."""
    module = format_of(paths[0])
    unsettled = (reading for path in paths for reading in readings(module, path))
    settled = list(formats.settle(module, unsettled))
    return sorted(settled, key=lambda reading: (reading.path, reading.row))


def readings(module: ModuleType, path: Path) -> Iterable[Reading]:
    return map(module.reading, module.rows(File.of(path.read_bytes(), path.name)))


def rows(module: ModuleType, content: str | bytes) -> list[Row]:
    """The rows of a file with this content."""
    source = content.encode() if isinstance(content, str) else content
    return list(module.rows(File.of(source)))


def read_text(module: ModuleType, content: str | bytes) -> list[Reading]:
    """The settled readings of a file with this content."""
    return list(formats.settle(module, map(module.reading, rows(module, content))))


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def issue(reading: Reading, code: str) -> Issue:
    """The one issue with this code."""
    (found,) = [issue for issue in reading.issues if issue.code == code]
    return found


def joules(value: Value, samples: int | None = None) -> float:
    """An energy in J per functional unit, by plain arithmetic."""
    assert (value.per == "run") == (samples is not None)
    return float(value.raw) * JOULES[value.unit] / (samples or 1)


def stated(reading: Reading) -> dict[str, Any]:
    """What a reading says, without all that it leaves at its default."""
    found = _stated(reading)
    found["values"] = {metric: _stated(value) for metric, value in reading.values.items()}
    found["issues"] = [f"{issue.severity} {issue.code} {issue.column}" for issue in reading.issues]
    return found


def _stated(part: Reading | Value) -> dict[str, Any]:
    defaults: Mapping[str, Any] = {field.name: field.default for field in fields(part)}
    return {
        name: content
        for name, content in asdict(part).items()
        if content != defaults[name] and content != {}
    }
