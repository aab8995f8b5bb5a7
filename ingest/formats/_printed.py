"""The tables that lm-evaluation-harness prints, as people paste them into reports.

    vllm (pretrained=example-org/Heron-7B), gen_kwargs: (None), limit: None, num_fewshot: 5, …
    |Tasks|Version|Filter|n-shot|Metric|   |Value|   |Stderr|

The line above says what ran. Parts of a group are indented with a hyphen, a task without a name is
the one before, and the groups come once more in a table of their own.
"""

import re
from collections.abc import Iterable
from typing import Any

from ingest.formats import _document

_HEADER = re.compile(
    r"^[ ]*\|[ ]*(?:Tasks?|Groups)[ ]*\|[ ]*Version[ ]*\|(?:[^|\n]*\|){0,2}[ ]*Metric[ ]*\|", re.M
)
_CALL = re.compile(r"(?<!\S)([\w-]{1,40}) \((.{1,2000}?)\), (?:gen_kwargs|limit): ")
_CALL_CHARS = 4_000
_SAID = re.compile(r"(limit|num_fewshot|batch_size): ([^,\s]+)")
_RULE = re.compile(r"[\s|:+-]+")


def is_in(text: str) -> bool:
    """True for a text with the header of such a table, of any version."""
    return bool(_HEADER.search(text))


def documents(lines: Iterable[str]) -> list[dict[str, Any]]:
    """What each printed run would have as the harness's own file, as far as it was printed.

    Raises Unreadable for texts that can't be stored.
    """
    found: list[_Run] = []
    config: dict[str, Any] = {}
    columns: list[str] = []
    for line in lines:
        if call := _CALL.search(line[:_CALL_CHARS]):
            said = {
                name: text for name, text in _SAID.findall(line[:_CALL_CHARS]) if text != "None"
            }
            config, columns = {"model": call[1], "model_args": call[2], **said}, []
        elif _HEADER.search(line):
            columns = [cell.strip() for cell in _cells(line)]
            if config or not found or columns[0] != "Groups":
                found.append(_Run(config))
            found[-1].above, config = [], {}
        elif columns and line.lstrip().startswith("|"):
            if not _RULE.fullmatch(line):
                found[-1].add(columns, _cells(line))
        else:
            columns = []
    for run in found:
        _document.check(run.document)
    return [run.document for run in found]


class _Run:
    """One printed run, line by line."""

    def __init__(self, config: dict[str, Any]):
        self.above: list[tuple[int, str]] = []
        self.parents: dict[str, str] = {}
        names = ("results", "group_subtasks", "n-shot", "higher_is_better", "versions")
        self.document: dict[str, Any] = {name: {} for name in names} | {"config": config}

    def add(self, columns: list[str], written: list[str]) -> None:
        """Take in a line: a score of the task that it names, or of the one before."""
        said = dict(zip(columns, (cell.strip() for cell in written), strict=False))
        if written[0].strip():
            self._name(written[0], said)
        if not self.above or not said.get("Metric"):
            return
        task, metric = self.above[-1][1], said["Metric"]
        key = f",{said['Filter']}" if said.get("Filter") else ""
        scores = self.document["results"].setdefault(task, {})
        scores[f"{metric}{key}"] = said.get("Value", "")
        scores[f"{metric}_stderr{key}"] = said.get("Stderr", "")
        if "↓" in written:
            self.document["higher_is_better"].setdefault(task, {})[metric] = "false"

    def _name(self, cell: str, said: dict[str, str]) -> None:
        """Begin a task: what it is a part of stands above it with less indentation."""
        is_part = cell.lstrip().startswith("- ")
        depth = len(cell) - len(cell.lstrip()) if is_part else -1
        while self.above and self.above[-1][0] >= depth:
            self.above.pop()
        group = self.above[-1][1] if self.above else ""
        name = cell.strip().removeprefix("- ").strip()
        if self.parents.setdefault(name, group) != group:
            name = f"{group}: {name}"  # another group's part of the same name
        self.above.append((depth, name))
        if group:
            self.document["group_subtasks"].setdefault(group, []).append(name)
        if said.get("n-shot"):
            self.document["n-shot"][name] = said["n-shot"]


def _cells(line: str) -> list[str]:
    """The cells between the bars with their blanks, which tell the parts of a group."""
    return line.strip().removeprefix("|").removesuffix("|").split("|")
