"""One entry of a board's view in words: its values, its layer, and who beats it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from leaderboard.core import pareto
from leaderboard.standings import Who

NAMED = 3


@dataclass(frozen=True)
class Told:
    """What the strip below the chart says of an entry."""

    who: Who
    values: list[str]
    layer: int
    beaten_by: list[Who]
    beaten_by_count: int

    @classmethod
    def of(cls, page, entry: int) -> "Told | None":
        standings = page.standings
        place = standings.place_of(entry)
        if place is None:
            return None
        objectives = standings.filters.objectives
        values = standings.points.of(objectives).value
        above, _ = pareto.dominance(values, values[place], standings.filters.directions)
        nearest = pareto.nearest(values, values[place], above)[:NAMED]
        named = standings.who(standings.points.entries[np.r_[nearest, place].astype(int)])
        return cls(
            named[entry],
            [page.value_of(entry, metric) for metric in (page.filters.y, page.filters.x)],
            int(standings.layer[place]),
            [named[one] for one in standings.points.entries[nearest].tolist()],
            int(above.sum()),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "entry": self.who.entry,
            "name": str(self.who),
            "path": self.who.path,
            "values": self.values,
            "layer": self.layer or None,
            "beaten_by": [{"name": str(who), "path": who.path} for who in self.beaten_by],
            "beaten_by_count": self.beaten_by_count,
        }
