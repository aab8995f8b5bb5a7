"""The log as an Atom feed (RFC 4287), with names that never change (tag URIs, RFC 4151)."""

from datetime import UTC, datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from leaderboard.change_words import details, headline
from leaderboard.changes import KINDS, Event, Question

ENTRIES = 50
# From when on the names of events are ours.
MINTED = "2026-01-01"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class SteadyAtom(Atom1Feed):
    """An Atom feed whose date is that of its newest entry, also where it has none."""

    def latest_post_date(self):
        return max((item["pubdate"] for item in self.items), default=LONG_AGO)


class ChangesFeed(Feed):
    """The newest events of one question; `page` is where people read the same."""

    feed_type = SteadyAtom
    author_name = "Efficiency Frontier"

    def __init__(self, question: Question, page: str):
        self.question, self.page = question, page

    def get_object(self, request: HttpRequest, *args, **kwargs) -> str:
        """The host, under which events are named."""
        return request.get_host().partition(":")[0]

    def title(self, host: str) -> str:
        asked = self.question
        said = [
            asked.board.title if asked.board else "",
            KINDS.get(asked.kind, ""),
            f"“{' '.join(asked.words)}”" if asked.words else "",
        ]
        about = ", ".join(filter(None, said))
        return f"Changes: {about}" if about else "All changes"

    def subtitle(self, host: str) -> str:
        return "Frontiers that moved, new boards, and results that came, went or were replaced."

    def link(self, host: str) -> str:
        return self.page

    def feed_guid(self, host: str) -> str:
        return tag_uri(host, f"changes{self.page}")

    def items(self, host: str) -> list[Event]:
        return self.question.page(ENTRIES)

    def item_title(self, event: Event) -> str:
        return headline(event)

    def item_description(self, event: Event) -> str:
        """As HTML, for that is what the feed says summaries are."""
        return escape(details(event))

    def item_link(self, event: Event) -> str:
        return event.address

    def item_pubdate(self, event: Event) -> datetime:
        return event.at

    def item_updateddate(self, event: Event) -> datetime:
        return event.at

    def item_categories(self, event: Event) -> list[str]:
        return [event.kind]

    def get_feed(self, obj: str, request: HttpRequest):
        self.host, self.feed_url = obj, request.get_full_path()
        return super().get_feed(obj, request)

    def item_guid(self, event: Event) -> str:
        return tag_uri(self.host, event.name)


def tag_uri(host: str, name: str) -> str:
    return f"tag:{host},{MINTED}:{name}"
