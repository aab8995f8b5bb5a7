"""All names under which things of the site are found, and the words in them.

They are read when a name has changed and kept in the process: a few thousand names take a few
megabytes. Whether one has changed the database tells by one sum over all of them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from leaderboard.core import metrics
from leaderboard.core.spelling import Vocabulary, folded, squeezed, words_of
from leaderboard.models import AIModel, Board, Hardware, Method, Source, Task

LONGEST_NAME = 300
# Kind in addresses → what its group is called.
KINDS = {
    "board": "Boards",
    "model": "Models",
    "hardware": "Hardware",
    "method": "Methods",
    "task": "Tasks",
    "metric": "Metrics",
    "source": "Sources",
}
SUM_SQL = " UNION ALL ".join(
    f"SELECT count(*), sum(hashtextextended(concat_ws('|', {columns}), 0)::numeric) FROM {table}"
    for table, columns in (
        ("leaderboard_board", "id, slug, title, task_id"),
        ("leaderboard_aimodel", "id, slug, name, aliases::text, developer, family"),
        ("leaderboard_hardware", "id, slug, name, aliases::text, generic_names::text, vendor"),
        ("leaderboard_method", "id, slug, name, aliases::text, kind"),
        ("leaderboard_task", "id, slug, name, aliases::text"),
        ("leaderboard_source", "id, slug, title, doi, arxiv"),
    )
)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a page of its own."""

    kind: str
    key: int
    slug: str
    name: str
    path: str
    # What else is told of it, and found by: its developer, its vendor, its task.
    about: str


@dataclass(frozen=True, slots=True)
class Name:
    """One of the names of a thing."""

    thing: Thing
    text: str
    is_alias: bool
    folded: str
    squeezed: str
    words: frozenset[str]


class Names:
    """All names, found by their words."""

    def __init__(self, things: Iterator[tuple[Thing, list[str]]]) -> None:
        self.names: list[Name] = []
        self.by_word: dict[str, list[int]] = defaultdict(list)
        self.by_about: dict[str, list[int]] = defaultdict(list)
        self.by_whole: dict[str, list[int]] = defaultdict(list)
        for thing, others in things:
            about = set(words_of(thing.about))
            for text in dict.fromkeys([thing.name, thing.slug, *others]):
                self.add(thing, text[:LONGEST_NAME], about)
        self.vocabulary = Vocabulary([*self.by_word, *self.by_about])
        self.wholes = Vocabulary(self.by_whole)

    def add(self, thing: Thing, text: str, about: set[str]) -> None:
        whole, words = squeezed(text), frozenset(words_of(text))
        is_alias = text not in (thing.name, thing.slug)
        place = len(self.names)
        self.names.append(Name(thing, text, is_alias, folded(text), whole, words))
        self.by_whole[whole].append(place)
        for word in words:
            self.by_word[word].append(place)
        for word in about - words:
            self.by_about[word].append(place)


def all_names() -> Names:
    """The names as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(SUM_SQL)
        now = cursor.fetchall()
    if _kept.get("sum") != now:
        _kept.update(names=Names(things()), sum=now)
    return _kept["names"]


_kept: dict[str, Any] = {}


def things() -> Iterator[tuple[Thing, list[str]]]:
    """Each thing with its other names."""
    for board in Board.objects.select_related("task"):
        yield thing("board", board, board.task.name, name=board.title), []
    for model in AIModel.objects.only("slug", "name", "aliases", "developer", "family"):
        yield thing("model", model, model.developer, model.family), model.aliases
    devices = Hardware.objects.only("slug", "name", "aliases", "generic_names", "vendor")
    for device in devices.exclude(slug="unspecified"):
        yield thing("hardware", device, device.vendor), [*device.generic_names, *device.aliases]
    for method in Method.objects.only("slug", "name", "aliases", "kind"):
        yield thing("method", method, method.get_kind_display()), method.aliases
    for task in Task.objects.only("slug", "name", "aliases"):
        yield thing("task", task), task.aliases
    for metric in metrics.ALL.values():
        path = f"/metrics/{metric.slug}/"
        yield Thing("metric", 0, metric.slug, metric.label, path, ""), []
    for source in Source.objects.only("slug", "title", "doi", "arxiv"):
        names = [name for name in (source.doi, source.arxiv) if name]
        yield thing("source", source, name=source.title), names


def thing(kind: str, row: Any, *about: str, name: str = "") -> Thing:
    told = ", ".join(dict.fromkeys(text for text in about if text))
    return Thing(kind, row.pk, row.slug, name or row.name, row.get_absolute_url(), told)
