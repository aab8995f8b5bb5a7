"""JSON files: numbers stay text as written, NaN and Infinity mean missing.

A record's cells are its leaves keyed by JSON pointer (`/values/latency/unit`), so that a cell
can be shown, named in an issue and fixed in place as in a table.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO, TextIO

from ingest.formats import _encoding, _limits
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable

REPEATED = "(repeated keys)"


def document(file: File) -> Any:
    """The whole file as JSON. The caller has limited its size."""
    with file.open() as stream:
        return parsed(stream.read())


def parsed(
    source: bytes | str, *, without: frozenset[str] = frozenset(), is_strict: bool = False
) -> Any:
    """JSON in which every number is text and every object keeps the first non-empty value.

    What stands under the keys of `without` is left out, however long it is. Tools write Infinity
    where they found nothing; where people write, `is_strict` keeps the word, which is no number.
    """
    text = source if isinstance(source, str) else _encoding.decoded(source)

    def kept(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return stated_first([pair for pair in pairs if pair[0] not in without])

    try:
        found = json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=lambda word: word if is_strict and word != "NaN" else None,
            object_pairs_hook=kept if without else stated_first,
        )
    except json.JSONDecodeError as error:
        raise Unreadable(_broken(text, error)) from None
    except RecursionError:
        raise Unreadable(nested()) from None
    check(found)
    return found


def lines(stream: BinaryIO | TextIO, after: int = 0, *, is_strict: bool = False) -> Iterator[Any]:
    """The records of JSON lines, one in memory at a time; `after` lines were read before."""
    number = after
    while line := stream.readline(_limits.RECORD_CHARS + 1):
        number += 1
        if len(line) > _limits.RECORD_CHARS:
            message = f"Line {number} is longer than {_limits.RECORD_CHARS:,} characters."
            raise Unreadable(Issue("record.long", message))
        try:
            if line.strip():
                yield parsed(line, is_strict=is_strict)
        except Unreadable as problem:
            message = f"Line {number} can't be read. {problem.issue.message}"
            raise Unreadable(Issue(problem.issue.code, message)) from None


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Each leaf of a record with its JSON pointer. A null is an empty text."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{pointer}/{escaped(key)}")
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from leaves(inner, f"{pointer}/{position}")
    else:
        yield pointer, "" if value is None else value


def cells(record: Any, number: int) -> dict[str, Any]:
    """The leaves of a record by pointer; a record with too many is refused."""
    found = dict(islice(leaves(record), _limits.COLUMNS + 1))
    if len(found) > _limits.COLUMNS:
        message = f"Record {number} has more than {_limits.COLUMNS:,} values."
        raise Unreadable(Issue("columns.excess", message, row=number))
    return found


def escaped(key: str) -> str:
    """A key as it stands in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def unescaped(part: str) -> str:
    """The key that a part of a JSON pointer stands for."""
    return part.replace("~1", "/").replace("~0", "~")


def stated_first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object in which a repeated key has its first value that is not empty.

    Raises Unreadable for unlike lists or objects of one key: with one of them whole rows would go.
    """
    found: dict[str, Any] = {}
    repeated = []
    for key, value in pairs:
        if key in found:
            repeated.append(key)
            if isinstance(value, dict | list) and value and found[key] and value != found[key]:
                message = f"The key “{_printable(key)}” stands twice and holds several values."
                raise Unreadable(Issue("key.repeated", message, column=_printable(key)))
        if key not in found or found[key] in (None, "", [], {}):
            found[key] = value
    if repeated:
        found[REPEATED] = ", ".join(sorted(set(repeated)))
    return found


# Where a value stands: the place around it and its own key; None for the whole.
Place = tuple[Any, str | int] | None


def check(value: Any) -> None:
    """Refuse what no database of ours can hold: too deep, too long, zero or broken characters."""
    waiting: list[tuple[Any, int, Place]] = [(value, 1, None)]
    while waiting:
        inner, depth, place = waiting.pop()
        if depth > _limits.JSON_DEPTH:
            raise Unreadable(nested(_pointer(place)))
        if isinstance(inner, dict):
            for key in inner:
                _check_text(key, _limits.NAME_CHARS, place)
            waiting += [(child, depth + 1, (place, key)) for key, child in inner.items()]
        elif isinstance(inner, list):
            waiting += [(child, depth + 1, (place, at)) for at, child in enumerate(inner)]
        elif isinstance(inner, str):
            _check_text(inner, _limits.CELL_CHARS, place)


def _check_text(text: str, longest: int, place: Place) -> None:
    if len(text) > longest:
        message = f"A text or key is longer than {longest:,} characters."
        raise Unreadable(
            Issue("cell.long", message, column=_pointer(place), given=_printable(text))
        )
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        message = "A text holds a zero character or half of a surrogate pair."
        raise Unreadable(
            Issue("text.invalid", message, column=_pointer(place), given=_printable(text))
        )


def _pointer(place: Place) -> str:
    """The JSON pointer of a place, written only when something is wrong there."""
    parts: list[str] = []
    while place:
        place, key = place
        parts.append(f"/{escaped(str(key))}")
    return _printable("".join(reversed(parts)))


def _printable(text: str) -> str:
    """The beginning of a text as it can be stored and shown."""
    shown = text[: _limits.SHOWN_CHARS].encode("ascii", "backslashreplace").decode()
    return shown.replace("\0", "\\0")


def _broken(text: str, error: json.JSONDecodeError) -> Issue:
    if not text.strip():
        return Issue("file.empty", "The file is empty.")
    if "\0" in text:
        return Issue("file.binary", "The file holds a zero byte: this is no text file.")
    place = f"line {error.lineno}, column {error.colno}"
    return Issue("json.invalid", f"The file is not valid JSON at {place}: {error.msg}.")


def nested(pointer: str = "") -> Issue:
    """What is said of records inside records without end."""
    message = f"The file is nested deeper than {_limits.JSON_DEPTH} levels."
    return Issue("json.nested", message, column=pointer)
