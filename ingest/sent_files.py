"""The files of a submission, and what each was taken for."""

from dataclasses import dataclass

from ingest.formats import FORMATS


@dataclass(frozen=True)
class SentFile:
    """One of the files sent: what it was taken for, how surely, and what else it may have been."""

    path: str
    label: str
    sure: str
    rival: str
    rows: int
    note: str


def sent_file(told: dict) -> SentFile:
    """A file as its submission's summary tells it."""
    scores = sorted(told.get("scores", {}).items(), key=lambda pair: -pair[1])
    label = FORMATS[told["format"]].LABEL if told["format"] in FORMATS else ""
    sure = dict(scores).get(told["format"])
    rivals = [
        f"{FORMATS[slug].LABEL} {score:.0%}"
        for slug, score in scores[:2]
        if slug in FORMATS and slug != told["format"]
    ]
    return SentFile(
        told["path"],
        label,
        "" if sure is None else f"{sure:.0%}",
        rivals[0] if rivals else "",
        told.get("rows", 0),
        told.get("note", ""),
    )
