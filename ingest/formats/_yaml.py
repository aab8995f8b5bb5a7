"""YAML lists of records: scalars stay text as written, repeated keys keep the first value."""

from typing import Any

import yaml

from ingest.formats import _limits
from ingest.formats._document import REPEATED, cells
from ingest.formats._file import File
from ingest.formats._text import lines
from ingest.readings import Issue, Unreadable


def records(file: File) -> list[dict[str, Any]]:
    """The records of a list by JSON pointer. Raises Unreadable for anything else.

    Anchors are refused: a few lines of them can stand for more than any memory holds.
    """
    text = "\n".join(lines(file))
    try:
        found = _value(_root(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it can't be parsed"
        message = f"The file is not valid YAML{place}: {problem}."
        raise Unreadable(Issue("yaml.invalid", message)) from None
    if not isinstance(found, list):
        raise Unreadable(Issue("record.invalid", "The file is not a list of records."))
    if not found:
        raise Unreadable(Issue("rows.missing", "The list is empty."))
    if len(found) > _limits.ROWS:
        message = f"The file has more than {_limits.ROWS:,} records."
        raise Unreadable(Issue("rows.excess", message))
    return [cells(record, number) for number, record in enumerate(found, 1)]


def _root(text: str) -> yaml.Node | None:
    """The document's node, after a look at its events for depth and anchors."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _limits.JSON_DEPTH:
            message = f"The file is nested deeper than {_limits.JSON_DEPTH} levels."
            raise Unreadable(Issue("json.nested", message))
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(Issue("yaml.invalid", "The file uses anchors, which are not read."))
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _value(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_value(inner) for inner in node.value]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    return _short(node.value, _limits.CELL_CHARS) if isinstance(node, yaml.ScalarNode) else ""


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    repeated = []
    for key_node, value_node in node.value:
        key = _short(str(key_node.value), _limits.NAME_CHARS)
        value = _value(value_node)
        if key in found:
            repeated.append(key)
        if found.get(key) in (None, "", [], {}):
            found[key] = value
    if repeated:
        found[REPEATED] = ", ".join(sorted(set(repeated)))
    return found


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        message = f"A text or key is longer than {longest:,} characters."
        raise Unreadable(Issue("cell.long", message, given=text[: _limits.SHOWN_CHARS]))
    if any("\ud800" <= character <= "\udfff" or character == "\0" for character in text):
        message = "A text holds a zero character or half of a surrogate pair."
        raise Unreadable(Issue("text.invalid", message))
    return text
