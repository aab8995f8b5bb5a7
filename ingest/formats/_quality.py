"""What formats with scores have in common: which scores count, and on how many samples."""

import re

from ingest.formats._cells import Cells
from ingest.readings import INFO, WARNING

FEW = 30
# What EleutherAI's harness and its kin state as a share from 0 to 1, more being better.
SHARES = re.compile(
    r"(?:\w+_)?acc(?:uracy)?(?:_\w+)?|(?:\w+_)?(?:p?q?em|exact_match|exact|f1|recall|precision)"
    r"|(?:r|p|recall|precision)@\d+|(?:\w+_)?pass@(?:k|\d+)(?::[\w=&]+)?|pass_at_\d+"
    r"|extractive_match|mc[12]|truthfulqa_mc[12]|mrr|math_verify|contains"
    r"|multiple_choice_grade|exact_str_match",
    re.ASCII,
)


def unsupported(cells: Cells, metric: str, column: str) -> None:
    """Note a score that is no share from 0 to 1 of which more is better."""
    message = f"“{metric[:80]}” is no share from 0 to 1 of which more is better, and is left out."
    cells.issue("metric.unsupported", message, column, given=metric, severity=INFO)


def check_samples(cells: Cells, samples: int | None, column: str) -> None:
    """Note a score on so few samples that it says little."""
    if samples is not None and samples < FEW:
        message = f"The score rests on {samples} samples; below {FEW} it says little."
        cells.issue("samples.few", message, column, given=str(samples), severity=WARNING)
