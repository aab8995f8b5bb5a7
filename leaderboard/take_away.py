"""What can be taken away from a view: files, figures, the short address, the citation."""

from functools import cached_property
from typing import Any

from leaderboard import frozen_question, licences, sentence, sharing
from leaderboard.citation import Citation
from leaderboard.exports import Sheet, ViewSheet
from leaderboard.frozen import Frozen, FrozenSheet
from leaderboard.frozen_question import Asked
from leaderboard.models import Board, SharedView

# File → what a reader calls it.
ROWS = (("data.csv", "CSV"), ("rows.json", "JSON"), ("rows.parquet", "Parquet"))
FIGURES = (("figure.svg", "SVG"), ("figure.png", "PNG"))
FRAME_HEIGHT = 640


class TakeAway:
    """Of a view at an address. `root` is the scheme and host of the site."""

    def __init__(self, board: Board, query: str, root: str):
        self.board, self.query, self.root = board, query, root

    def address(self, name: str = "") -> str:
        """Of a file of the view, or of the view itself, without the root."""
        return f"{self.board.get_absolute_url()}{name}{self.query}"

    @property
    def rows(self) -> list[tuple[str, str]]:
        return [(self.address(name), said) for name, said in ROWS]

    @property
    def figures(self) -> list[tuple[str, str]]:
        return [(self.address(name), said) for name, said in FIGURES]

    @property
    def bibtex(self) -> str:
        return self.address("cite.bib")

    @property
    def embedded(self) -> str:
        return f"/embed{self.address()}"

    @property
    def frame(self) -> str:
        """What another page holds to show the view."""
        title = self.citation.heading.replace('"', "")
        address = f"{self.root}{self.embedded}".replace("&", "&amp;").replace('"', "%22")
        return (
            f'<iframe src="{address}" title="{title}" width="100%" height="{FRAME_HEIGHT}" '
            'loading="lazy" style="border:0"></iframe>'
        )

    @property
    def citation(self) -> Citation:
        raise NotImplementedError

    @property
    def sheet(self) -> Sheet:
        raise NotImplementedError


class OfView(TakeAway):
    """Of a board, as `boards.dated` finds it, under a reader's question; `page` is its page."""

    def __init__(self, page: Any, root: str):
        super().__init__(page.board, page.link().rstrip("?"), root)
        self.page, self.dated = page, page.board

    @cached_property
    def of_version(self) -> Asked:
        """As much of the question as can be asked of the newest version."""
        return frozen_question.read(self.page.query, self.board, self.page.usual.objectives)

    @property
    def frozen(self) -> str:
        return f"{self.board.get_absolute_url()}{self.of_version.address(self.board.latest)}"

    @cached_property
    def citation(self) -> Citation:
        board, page = self.dated, self.page
        return Citation(
            board=board.slug,
            title=board.title,
            heading=page.heading,
            sentence=sentence.of_view(page.standings, board.published_at),
            version=board.latest,
            published_at=board.published_at,
            view=f"{self.root}{self.address()}",
            frozen=f"{self.root}{self.frozen}" if board.latest else None,
            licence=licences.of(page.metrics),
        )

    @property
    def sheet(self) -> ViewSheet:
        ranked_on = self.page.table.ranked_on.slug
        columns = [column.metric.slug for column in self.page.table.columns]
        shown = tuple(dict.fromkeys([*self.page.metrics, ranked_on, *columns]))
        return ViewSheet(self.page.standings, shown, ranked_on, self.citation)

    @cached_property
    def short(self) -> SharedView | None:
        """Asked for only on boards of which any view has one."""
        return sharing.known(self.board, self.page.query) if self.dated.last_shared else None

    @property
    def question(self) -> str:
        """The query as the form sends it to get a short address."""
        return self.query.removeprefix("?")


class OfVersion(TakeAway):
    """Of a board as one of its versions published it."""

    def __init__(self, frozen: Frozen, heading: str, root: str):
        super().__init__(frozen.board, frozen.asked.address(frozen.frontier.number), root)
        self.frozen, self.heading = frozen, heading

    @cached_property
    def citation(self) -> Citation:
        address = f"{self.root}{self.address()}"
        return Citation(
            board=self.board.slug,
            title=self.board.title,
            heading=self.heading,
            sentence=self.frozen.sentence,
            version=self.frozen.frontier.number,
            published_at=self.frozen.frontier.published_at,
            view=address,
            frozen=address,
            licence=licences.of(self.frozen.objectives),
        )

    @property
    def sheet(self) -> FrozenSheet:
        return FrozenSheet(self.frozen, self.citation)
