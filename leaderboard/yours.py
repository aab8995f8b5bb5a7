"""A board's columns in a reader's own scenario: their prices, grid and devices."""

from collections import ChainMap

import numpy as np

from leaderboard import own_scenarios
from leaderboard.core import metrics, own
from leaderboard.models.evidence import ORIGIN_CODES, Origin
from leaderboard.snapshot import Snapshot, ordered

# Every entry's facts are looked up, so very large boards are left as they are.
UP_TO = 20_000


def of(snapshot: Snapshot, task: int, scenario: own.OwnScenario) -> Snapshot:
    """The columns with what follows from the scenario; `own-<metric>` masks say which numbers.

    A number that can't be worked out in the scenario is missing.
    """
    slugs = tuple(slug for slug in metrics.ALL if slug in own.affected_by(scenario))
    points = snapshot.points(slugs, np.arange(len(snapshot)))
    yours = own_scenarios.applied(points, task, scenario)
    parts: dict[str, np.ndarray] = {}
    for column, slug in enumerate(slugs):
        is_own = yours.is_own[:, column]
        for part in ("value", "low", "high"):
            parts[f"{part}-{slug}"] = getattr(yours.points, part)[:, column]
        value = parts[f"value-{slug}"]
        origin = np.where(is_own, ORIGIN_CODES[Origin.DERIVED], points.origin[:, column])
        parts[f"origin-{slug}"] = np.where(np.isfinite(value), origin, -1).astype(np.int8)
        parts[f"own-{slug}"] = is_own
        parts[f"order-{slug}"] = ordered(value)
    known = {slug for slug in slugs if len(parts[f"order-{slug}"])}
    known |= set(snapshot.metrics) - set(slugs)
    tables = snapshot.tables | {"metrics": [slug for slug in metrics.ALL if slug in known]}
    return Snapshot(ChainMap(parts, snapshot.parts), tables, snapshot.revision)  # type: ignore[arg-type]
