"""What formats with scores have in common: which scores count, and on how many samples."""

from ingest.formats._cells import Cells
from ingest.readings import INFO, WARNING

FEW = 30


def unsupported(cells: Cells, metric: str, column: str) -> None:
    """Note a score that is no share from 0 to 1 of which more is better."""
    message = f"“{metric[:80]}” is no share from 0 to 1 of which more is better, and is left out."
    cells.issue("metric.unsupported", message, column, given=metric, severity=INFO)


def check_samples(cells: Cells, samples: int | None, column: str) -> None:
    """Note a score on so few samples that it says little."""
    if samples is not None and samples < FEW:
        message = f"The score rests on {samples} samples; below {FEW} it says little."
        cells.issue("samples.few", message, column, given=str(samples), severity=WARNING)
