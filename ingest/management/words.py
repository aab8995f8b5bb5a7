"""What the commands about files have in common: their words, and how a report is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from ingest.resolve import CONTEXT_KEYS


def add_context(parser: Any) -> None:
    """The options that say what a file does not."""
    for key in CONTEXT_KEYS:
        parser.add_argument(
            f"--{key.replace('_', '-')}",
            action="append",
            default=[],
            metavar="[LABEL=]WORD",
            help=f"the file's {key.replace('_', ' ')}, for one of its labels or for all of it",
        )


def context_of(options: dict[str, Any]) -> dict[str, Any]:
    return {key: spoken(options[key]) for key in CONTEXT_KEYS if options[key]}


def spoken(words: list[str]) -> str | dict[str, str]:
    """`["A=x", "B=y"]` as a mapping, `["x"]` as the word for all."""
    pairs = dict(word.partition("=")[::2] for word in words if "=" in word)
    if pairs and len(pairs) == len(words):
        return pairs
    if len(words) == 1:
        return words[0]
    raise CommandError("Give one word for the whole file, or LABEL=WORD each time.")


def found_files(paths: list[Path]) -> list[tuple[str, Path]]:
    """The files under these paths with the paths that they are sent under."""
    found = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file())
            found += [(one.relative_to(path.parent).as_posix(), one) for one in inside]
        else:
            found.append((path.name, path))
    return found


def told(status: str, summary: dict[str, Any], issues: list[dict[str, Any]]) -> Iterator[str]:
    """A report for people, line by line."""
    yield (
        f"{status}: {summary.get('rows', 0)} rows, {summary.get('runs', 0)} runs of "
        f"{summary.get('entries', 0)} entries, {summary.get('errors', 0)} errors, "
        f"{summary.get('warnings', 0)} warnings"
    )
    for issue in issues:
        place = f"row {issue['row']}" if issue["row"] else "file"
        file = f"{issue['path']} " if summary.get("file_count", 1) > 1 and issue["path"] else ""
        more = f" and {issue['count'] - 1} more" if issue["count"] > 1 else ""
        expected = f" Expected: {', '.join(issue['expected'])}." if issue["expected"] else ""
        yield (
            f"{issue['severity']} {issue['code']}, {file}{place}{more}, "
            f"{issue['column'] or '-'}: {issue['message']}{expected} {issue['hint']}"
        ).rstrip()
