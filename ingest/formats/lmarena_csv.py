"""Ratings of LM Arena, one row per model, as `llm-leaderboard-csv` writes them down.

A rating is in the manner of Elo: no share, and only comparable inside one snapshot. The file has
no date; where its path has one, that is the snapshot.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from ingest.formats import _table
from ingest.formats._cells import Cells, is_number
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, Reading, Row, Value

LABEL = "LM Arena ratings (CSV)"
SLUG = "lmarena-csv"

NAMES = {"arena_score", "score", "rating", "arena_rating", "elo"}
INTERVALS = {"95_pct_ci", "95_ci", "ci"}
# What LM Arena calls the columns of the tables that it publishes itself.
OWN = {
    "model_name": "model",
    "rating": "score",
    "vote_count": "votes",
    "leaderboard_publish_date": "day",
}
RECIPE = "bounds are the 95 % confidence interval"

_INTERVAL = re.compile(r"\+?(\d[\d.]*)\s*/\s*[-−]?(\d[\d.]*)", re.ASCII)
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)(?!\d)", re.ASCII)
_ARENA = re.compile(r"lm_?arena_([a-z]+)", re.ASCII)


def matches(head: Head) -> float:
    columns = set(map(_name, head.columns))
    if not {"model", "score"} <= columns:
        return 0.0
    known = len({"votes", "interval", "rank", "organization", "license"} & columns)
    written = {_snake(column) for column in head.columns}
    arena = written & (NAMES - {"score", "rating"}) or written >= {"rating", "rating_lower"}
    return head.score(1.0 if known >= 3 and arena else 0, name="arena", folder=SLUG)


def rows(file: File) -> Iterator[Row]:
    return _table.rows(
        file, name=_name, check=lambda header: _table.require(header, ("model", "score"), _name)
    )


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_name)
    rating = cells.number("score")
    if not rating:
        cells.issue("value.missing", "The row has no rating.", "score")
    low, high = _interval(cells, rating)
    value = Value(
        rating, "1", low=low, high=high, column=cells.column("score"), recipe=RECIPE if low else ""
    )
    day = cells.date("day") or _day(row.path)
    if not day and row.number == 1:
        message = "Nothing says when the ratings were taken; those of other days differ."
        hint = "Put the day into the file's name: lmarena_text_2026-01-31.csv."
        cells.issue("date.missing", message, severity=INFO, hint=hint)
    category = cells.text("category")
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("model"),
        task=_arena(row.path),
        settings={
            name: text for name, text in {"snapshot": day, "category": category}.items() if text
        },
        samples=cells.count("votes"),
        measured_on=day,
        values={"arena_rating": value} if rating else {},
        issues=tuple(cells.issues),
    )


def _snake(column: str) -> str:
    return re.sub(r"[\s%-]+", "_", column.strip().casefold()).strip("_")


def _name(column: str) -> str:
    """One name for the spellings of a column in different snapshots."""
    name = OWN.get(_snake(column), _snake(column))
    return "score" if name in NAMES else "interval" if name in INTERVALS else name


def _interval(cells: Cells, rating: str) -> tuple[str, str]:
    """The bounds as such, or of a text such as `+5/-4`, which are distances from the rating."""
    low, high = cells.number("rating_lower"), cells.number("rating_upper")
    if low and high and rating:
        return low, high
    text = cells.text("interval")
    match = _INTERVAL.fullmatch(text) if len(text) < 60 else None
    if not match or not rating or not all(map(is_number, match.groups())):
        if text and rating:
            message = "The interval is not of the form +5/-4."
            cells.issue("interval.unclear", message, "interval", given=text)
        return "", ""
    return str(Decimal(rating) - Decimal(match[2])), str(Decimal(rating) + Decimal(match[1]))


def _arena(path: str) -> str:
    """The arena that a file's name says: `lmarena_text.csv`."""
    arena = _ARENA.search(path.casefold())
    return f"lmarena {arena[1]}" if arena else ""


def _day(path: str) -> str:
    """The day in a path, as an ISO date."""
    found = _DAY.findall(path)
    return "-".join(found[-1]) if found and found[-1][1] < "13" and found[-1][2] < "32" else ""
