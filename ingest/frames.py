"""What the reading child tells its parent."""

from dataclasses import dataclass, field

import msgspec

from ingest.readings import Issue, Reading, Row


@dataclass
class Told:
    """What one of the files sent is: its format, each format's score, or a word on what else."""

    path: str
    format: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    note: str = ""


class Frame(msgspec.Struct):
    """Some rows and readings of the files, and what was found out about the files meanwhile.

    A reading may come many frames after its row: some formats look at all rows first.
    """

    rows: list[Row] = msgspec.field(default_factory=list)
    readings: list[Reading] = msgspec.field(default_factory=list)
    files: list[Told] = msgspec.field(default_factory=list)
    issues: list[Issue] = msgspec.field(default_factory=list)
    bytes_read: int = 0
    is_last: bool = False
