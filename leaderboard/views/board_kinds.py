"""What kinds of energy numbers meet on a board, who decided that, and how to part them."""

from dataclasses import dataclass
from functools import cached_property

from leaderboard.core import metrics
from leaderboard.facets import slug_of
from leaderboard.kinds import KINDS, Kind


@dataclass(frozen=True)
class Group:
    """Entries of one kind, whether they are shown, and the link that shows them alone."""

    kind: Kind
    count: int
    is_shown: bool
    link: str


class Kinds:
    """The kinds of energy numbers in a view of a board."""

    def __init__(self, page):
        self.page = page

    @cached_property
    def groups(self) -> list[Group]:
        """Those that there are under all filters but the one of how energy was obtained."""
        filters = self.page.filters
        if filters.energy not in (*filters.objectives, filters.x, filters.y):
            return []
        counts = {slug: n for (slug, _), n in self.page.standings.counts("obtained").items()}
        shown = {met.kind for met in self.page.standings.kinds_met}
        found = []
        for kind in KINDS:
            slugs = [slug_of(origin.label) for origin in kind.origins]
            if count := sum(counts.get(slug, 0) for slug in slugs):
                link = self.page.link(obtained=",".join(slugs), kinds=None)
                found.append(Group(kind, count, kind in shown, link))
        return found

    @property
    def shown(self) -> list[Group]:
        return [group for group in self.groups if group.is_shown]

    @property
    def left_out(self) -> list[Group]:
        return [group for group in self.groups if not group.is_shown]

    @property
    def is_mixed(self) -> bool:
        return self.page.standings.is_mixed

    @property
    def energy(self) -> str:
        return metrics.get(self.page.filters.energy).label

    @property
    def is_asked(self) -> bool:
        """Whether the reader said that kinds are to meet."""
        return self.page.filters.is_together

    @property
    def reason(self) -> str:
        """Why the board has them meet, where it decided so."""
        return self.page.board.mixing

    @property
    def beaten_across(self) -> int:
        """How many entries only those of other kinds keep off the frontier."""
        return int(self.page.standings.beaten_across.sum())

    @property
    def together_link(self) -> str:
        """All kinds on one frontier, because the reader wants it so."""
        return self.page.link(kinds="together", obtained=None)
