"""RouteLLM's answers: which models got each question of a task right, one column per model.

A file is counted into one row per model. Which task it was, only the file's name says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats import _table
from ingest.formats._cells import Cells, shown, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import check_samples
from ingest.readings import WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "RouteLLM answers (CSV)"
SLUG = "routellm-csv"

QUESTION = "prompt"
WORDS = {"true": True, "false": False}

_ANSWERS = re.compile(r",\"?(?:True|False)\"?\s*(?:,|$)", re.M | re.I)


@dataclass
class Count:
    """What was seen in one column."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    others: int = 0
    unclear: str = ""

    @property
    def is_of_answers(self) -> bool:
        """True if the column says True or False at least as often as anything else."""
        return self.right + self.wrong >= max(1, self.others)


def matches(head: Head) -> float:
    columns = [column.strip().casefold() for column in head.columns if column.strip()]
    found = columns[:1] == [QUESTION] and len(columns) > 1 and _ANSWERS.search(head.text)
    return head.score(0.9 if found else 0, folder=SLUG)


def rows(file: File) -> Iterator[Row]:
    counts: dict[str, Count] = {}
    for row in _table.rows(file):
        for column, cell in row.cells.items():
            _count(counts.setdefault(column, Count()), stated(cell))
    answered = {column: count for column, count in counts.items() if count.is_of_answers}
    if not answered:
        message = "No column says True or False for each question."
        raise Unreadable(Issue("column.missing", message))
    for number, (column, count) in enumerate(answered.items(), 1):
        cells = {
            "model": column.strip(),
            "right": str(count.right),
            "questions": str(count.right + count.wrong),
            "missing": str(count.missing),
            "unclear": shown(count.unclear),
        }
        yield Row(number, cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    questions = cells.count("questions")
    right = cells.text("right")
    values = {}
    if questions and right.isascii() and right.isdigit() and int(right[:12]) <= questions:
        recipe = f"{right} of {questions} questions right"
        share = repr(int(right[:12]) / questions)
        values = {"quality": Value(share, "1", column="right", recipe=recipe)}
        check_samples(cells, questions, "questions")
    else:
        cells.issue("value.missing", "The row does not say how many questions were right.", "right")
    if cells.text("unclear"):
        message = "An answer is neither True nor False."
        cells.issue("answer.unclear", message, "unclear", given=cells.text("unclear"))
    if cells.text("missing") not in ("", "0"):
        message = f"{shown(cells.text('missing'))} questions have no answer and are not counted."
        cells.issue("answer.missing", message, "missing", severity=WARNING)
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("model"),
        task=row.path.rpartition("/")[2].rpartition(".")[0].removesuffix("_responses"),
        samples=questions,
        values=values,
        issues=tuple(cells.issues),
    )


def _count(count: Count, text: str) -> None:
    word = WORDS.get(text.casefold())
    if word is not None:
        count.right += word
        count.wrong += not word
    elif not text:
        count.missing += 1
    else:
        count.others += 1
        count.unclear = count.unclear or text
