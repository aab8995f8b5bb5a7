"""The tables that lm-evaluation-harness prints, as people paste them into reports.

    vllm (pretrained=example-org/Heron-7B), gen_kwargs: (None), limit: None, num_fewshot: 5, …
    |Tasks|Version|Filter|n-shot|Metric|   |Value|   |Stderr|

The line above says what ran. Parts of a group are indented with a hyphen, by their own name or by
one that a line `alias` gives them; a task without a name is the one before, and the groups come
once more in a table of their own. A script of the old harness prints its tables in percent.
"""

import re
from collections.abc import Iterable
from typing import Any

from ingest.formats import _document
from ingest.formats._cells import is_number
from ingest.formats._quality import SHARES

_HEADER = re.compile(
    r"^[ ]*\|[ ]*(?:Tasks?|Groups)[ ]*\|[ ]*Version[ ]*\|(?:[^|\n]*\|){0,2}[ ]*Metric[ ]*\|", re.M
)
_CALL = re.compile(r"(?<!\S)([\w-]{1,40}) \((.{1,2000}?)\), (?:gen_kwargs|limit): ")
_CALL_CHARS = 4_000
_SAID = re.compile(r"(limit|num_fewshot|batch_size): ([^,\s]+)")
_WRAPPED = re.compile(r"np\.float\d\d\((.*)\)")
_ALWAYS_PERCENT = re.compile("squad|jaqket", re.IGNORECASE)
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
        if _is_percent(run.document["results"]):
            run.document["percent"] = dict.fromkeys(run.document["results"], "true")
        _document.check(run.document)
    return [run.document for run in found]


class _Run:
    """One printed run, line by line."""

    def __init__(self, config: dict[str, Any]):
        self.above: list[tuple[int, str]] = []
        self.aliased: list[tuple[int, str]] = []
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
        if metric == "alias" and "Value" in said:
            self._place(task, written[columns.index("Value")])
            return
        key = f",{said['Filter']}" if said.get("Filter") else ""
        scores = self.document["results"].setdefault(task, {})
        scores[f"{metric}{key}"] = _WRAPPED.sub(r"\1", said.get("Value", ""))
        scores[f"{metric}_stderr{key}"] = _WRAPPED.sub(r"\1", said.get("Stderr", ""))
        if "↓" in written:
            self.document["higher_is_better"].setdefault(task, {})[metric] = "false"

    def _name(self, cell: str, said: dict[str, str]) -> None:
        """Begin a task: what it is a part of stands above it with less indentation."""
        depth = _depth(cell)
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

    def _place(self, task: str, alias: str) -> None:
        """Put a task under the group that its alias is indented below."""
        depth = _depth(alias)
        while self.aliased and self.aliased[-1][0] >= depth:
            self.aliased.pop()
        if self.aliased:
            self.document["group_subtasks"].setdefault(self.aliased[-1][1], []).append(task)
        self.aliased.append((depth, task))


def _depth(cell: str) -> int:
    """How far a part of a group is indented; less than any part where there is no hyphen."""
    return len(cell) - len(cell.lstrip()) if cell.lstrip().startswith("- ") else -1


def _is_percent(results: dict[str, dict[str, str]]) -> bool:
    """True if a score that is a share is more than one, where its task has no percents anyway."""
    return any(
        SHARES.fullmatch(metric.partition(",")[0]) and is_number(text) and 1 < float(text) <= 100
        for task, scores in results.items()
        if not _ALWAYS_PERCENT.search(task)
        for metric, text in scores.items()
        if "_stderr" not in metric
    )


def _cells(line: str) -> list[str]:
    """The cells between the bars with their blanks, which tell the parts of a group."""
    return line.strip().removeprefix("|").removesuffix("|").split("|")
