"""The page of the footprint explorer under one address: its parts, and the maps of lives."""

from functools import cached_property

from django.http import QueryDict

from leaderboard import footprint_figure
from leaderboard.footprint_figure import Map
from leaderboard.footprint_question import NAMES, Question
from leaderboard.footprints import Explorer
from leaderboard.views.footprint_controls import Controls
from leaderboard.views.footprint_material import MadeOf
from leaderboard.views.footprint_results import Results, work


class FootprintPage:
    """The explorer under one address. `refusal` is what is wrong with a table just sent."""

    def __init__(self, query: QueryDict, refusal: str = ""):
        self.query, self.refusal = query, refusal
        self.explorer = Explorer(Question.read(query))
        self.controls = Controls(query, self.explorer)
        self.results = Results(self.explorer)
        self.made_of = MadeOf(query, self.explorer)

    @property
    def names(self) -> list[str]:
        return [run.name for run in self.explorer.runs]

    @property
    def device_name(self) -> str:
        return self.explorer.hardware.name if self.explorer.hardware else "A100 SXM4 40GB"

    def address(self, **changes: str) -> str:
        """This question with some parameters changed; an empty one is left out."""
        query = QueryDict(mutable=True)
        for name in NAMES:
            values = [value for value in self.query.getlist(name) if value.strip()]
            if values and name not in changes:
                query.setlist(name, values)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode(safe=':,')}" if query else ""

    @property
    def here(self) -> str:
        return self.address()

    @property
    def without_table(self) -> str:
        return self.address(composition="") or "?"

    @cached_property
    def maps(self) -> list[Map]:
        return footprint_figure.maps(self.explorer)

    @property
    def tripled(self) -> str:
        """The scenario whose saving the paper’s numbers give: both three times as good."""
        return self.address(mfu="0.6", life="3", mfu_before="0.2", life_before="1")

    def cell_address(self, mfu: float, life: float) -> str:
        return self.address(mfu=f"{mfu:.10g}", life=f"{life:.10g}")

    @property
    def map_rows(self):
        """Each map with its cells and their addresses."""
        return [
            (
                one.run,
                work(one.run),
                [
                    (
                        f"{life:.4g}",
                        [(cell, self.cell_address(cell.mfu, cell.life)) for cell in cells],
                    )
                    for life, cells in one.rows
                ],
            )
            for one in self.maps
        ]

    @property
    def mfu_heads(self) -> list[str]:
        return [f"{100 * mfu:.4g}" for mfu in self.explorer.mfus]
