"""The parts of a board's page that all pages of one question share.

The chart, the counts of filters and the controls are the same whatever row a page begins with and
whatever column its rows are sorted by, and cost most of its time: each process keeps them for a
while.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from cachetools import LRUCache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from leaderboard.views import conditional

# The names of their templates.
NAMES = ("choices", "more_filters", "figure", "controls")
# Characters that a process keeps.
ROOM = 32_000_000

kept: LRUCache[str, str] = LRUCache(ROOM, getsizeof=len)
# Threads of a web server share them.
lock = threading.Lock()


class Parts(Mapping[str, SafeString]):
    """The parts of a page by name, each made where it is not kept."""

    def __init__(self, page):
        self.page = page

    def __getitem__(self, name: str) -> SafeString:
        if name not in NAMES:
            raise KeyError(name)
        return mark_safe(self.shared(name, lambda: self.rendered(name)))

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)

    def rendered(self, name: str) -> str:
        context = {"page": self.page, "board": self.page.board}
        # Blanks at its ends belong to the sentence that it stands in.
        return render_to_string(f"leaderboard/_{name}.html", context).strip("\n")

    def has(self, name: str) -> bool:
        """Whether a text is kept."""
        with lock:
            return f"{name} {self.question}" in kept

    def shared(self, name: str, make: Callable[[], str]) -> str:
        """A text that follows from the question, made now or of late."""
        key = f"{name} {self.question}"
        with lock:
            found = kept.get(key)
        if found is None:
            found = make()
            with lock:
                kept[key] = found
        return found

    @cached_property
    def question(self) -> str:
        """All that the parts follow from."""
        page = self.page
        standings, state = page.standings, conditional.state(page.board)
        number, edition = standings.snapshot.number, standings.facets.edition
        return conditional.digest(number, *state, page.question, edition)
