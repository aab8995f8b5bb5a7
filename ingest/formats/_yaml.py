"""YAML as a tree of texts: every scalar stays as written, nothing is turned into what it is like.

So `1.10` keeps its zero and `no` is no falsehood. Aliases are refused: a few lines of them can
stand for more than any memory holds.
"""

from dataclasses import dataclass, field
from typing import Any

import yaml

from ingest.formats import _document, _encoding, _limits
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable

# The one in C is there wherever PyYAML comes as a wheel.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Written without quotes, these mean that there is no value, as NaN does in JSON.
_MISSING = frozenset({"", "~", "null", ".nan"})
_INFINITE = frozenset({".inf", "+.inf", "-.inf"})


@dataclass
class _Collection:
    """A mapping or a list that is being read; a mapping's keys and values alternate."""

    is_mapping: bool
    parts: list[Any] = field(default_factory=list)

    def closed(self) -> Any:
        if not self.is_mapping:
            return self.parts
        keys = [key if isinstance(key, str) else "" for key in self.parts[::2]]
        return _document.stated_first(list(zip(keys, self.parts[1::2], strict=True)))


def parsed(text: str, *, is_strict: bool = False) -> Any:
    """The one document of a text as dictionaries, lists, texts and None. Raises Unreadable.

    With `is_strict` an infinity stays a word, as in JSON.
    """
    if not text.strip():
        raise Unreadable(Issue("file.empty", "The file is empty."))
    try:
        found = _tree(text, _MISSING if is_strict else _MISSING | _INFINITE)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", "") or "a character that can't be in YAML"
        message = f"The file is not valid YAML{place}: {problem}."
        raise Unreadable(Issue("yaml.invalid", message)) from None
    _document.check(found)
    return found


def records(file: File) -> list[dict[str, Any]]:
    """The records of a list by JSON pointer. Raises Unreadable for anything else."""
    with file.open() as stream:
        found = parsed(_encoding.decoded(stream.read()))
    if not isinstance(found, list):
        raise Unreadable(Issue("record.invalid", "The file is not a list of records."))
    if not found:
        raise Unreadable(Issue("rows.missing", "The list is empty."))
    if len(found) > _limits.ROWS:
        message = f"The file has more than {_limits.ROWS:,} records."
        raise Unreadable(Issue("rows.excess", message))
    return [_document.cells(record, number) for number, record in enumerate(found, 1)]


def _tree(text: str, missing: frozenset[str]) -> Any:
    outermost = _Collection(is_mapping=False)
    waiting = [outermost]
    for event in yaml.parse(text, Loader=_LOADER):
        match event:
            case yaml.ScalarEvent():
                is_missing = event.implicit[0] and event.value.casefold() in missing
                waiting[-1].parts.append(None if is_missing else event.value)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                if len(waiting) > _limits.JSON_DEPTH:
                    raise Unreadable(_document.nested())
                waiting.append(_Collection(isinstance(event, yaml.MappingStartEvent)))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                whole = waiting.pop().closed()
                waiting[-1].parts.append(whole)
            case yaml.AliasEvent():
                message = f"Line {_line(event)} uses an alias (*{event.anchor})."
                raise Unreadable(Issue("yaml.alias", message))
            case yaml.DocumentStartEvent() if outermost.parts:
                message = f"A second document begins at line {_line(event)}."
                raise Unreadable(Issue("yaml.repeated", message))
    return outermost.parts[0] if outermost.parts else None


def _line(event: yaml.Event) -> int:
    mark: Any = event.start_mark
    return int(mark.line) + 1
