"""How entries rank. Small and hot."""

from dataclasses import dataclass

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Q

from leaderboard.core import metrics
from leaderboard.models.catalogue import Task
from leaderboard.models.constraints import AllFinite
from leaderboard.models.evidence import Entry, Estimate


class BoardQuerySet(models.QuerySet):
    def ranked_by(self, metric: str):
        """Those that rank by a metric or let in by it, in the order of the site."""
        bounds = [f"{metric}_min", f"{metric}_max"]
        used = models.Exists(Objective.objects.filter(board=models.OuterRef("pk"), metric=metric))
        return self.filter(used | Q(filters__has_any_keys=bounds)).order_by("position", "slug")

    def dated(self):
        """With the day of the newest frontier, `published_at`."""
        newest = Frontier.objects.filter(
            board=models.OuterRef("pk"), number=models.OuterRef("latest")
        )
        return self.annotate(published_at=models.Subquery(newest.values("published_at")[:1]))

    def with_numbers_for(self, metric: str):
        """Those whose entries have a metric, so that a reader can rank by it."""
        estimates = Estimate.objects.filter(task=models.OuterRef("task"), metric=metric)
        return self.filter(models.Exists(estimates)).order_by("position", "slug")

    def without_chances(self, recipe: str):
        """Those whose chances were not drawn by this recipe since they last moved."""
        done = Q(drawn__revision=F("revision"), drawn__recipe=recipe)
        return self.filter(revision__gt=0).exclude(done)


class Board(models.Model):
    """A task and two or more objectives. Its frontier is the non-dominated entries, in layers."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=160)
    blurb = models.TextField(blank=True)
    counted = models.TextField(blank=True)
    left_out = models.TextField(blank=True)
    # What a reader must know before using a number, one per line.
    caveats = models.TextField(blank=True)
    # Why kinds of energy numbers meet here on purpose; empty where nobody decided that.
    mixing = models.TextField(blank=True)
    task = models.ForeignKey(Task, models.PROTECT, related_name="boards")
    # Only names known to `filters.py`: what the board shows unless the reader says otherwise.
    filters = models.JSONField(default=dict, blank=True)
    depth = models.PositiveSmallIntegerField(default=3)
    position = models.PositiveSmallIntegerField(default=100)
    # Grows whenever changes were consumed; `latest` is the newest frontier's number.
    revision = models.PositiveIntegerField(default=0)
    latest = models.PositiveIntegerField(default=0)

    objects = BoardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(depth__gte=1), name="board_keeps_a_layer")
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"/boards/{self.slug}/"

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        """Metric → lowest and highest value that takes part, from `quality_min` and the like."""
        bounds: dict[str, tuple[float, float]] = {}
        for name, limit in self.filters.items():
            metric, _, side = name.rpartition("_")
            low, high = bounds.get(metric, (-np.inf, np.inf))
            bounds[metric] = (float(limit), high) if side == "min" else (low, float(limit))
        return bounds

    @property
    def metrics(self) -> tuple[str, ...]:
        """The objectives' metrics in their order."""
        return tuple(objective.metric for objective in self.objectives.all())


class Objective(models.Model):
    """A metric that a board ranks by. Direction and unit are the metric's."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="objectives")
    position = models.PositiveSmallIntegerField()
    metric = models.CharField(max_length=60)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["board", "metric"], name="objective_once_per_board"),
            models.UniqueConstraint(fields=["board", "position"], name="objective_in_its_place"),
        ]

    def __str__(self):
        return metrics.get(self.metric).label


class Frontier(models.Model):
    """One published version of a board."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="frontiers")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    # The objectives that were ranked by: those of the board that any entry has.
    objectives = ArrayField(models.CharField(max_length=60))
    entries = models.PositiveIntegerField()
    entered = models.PositiveIntegerField()
    left = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["board", "number"], name="frontier_numbered_in_board")
        ]
        indexes = [
            # The log of the site: the newest versions of all boards.
            models.Index(fields=["-published_at", "-id"], name="frontier_newest")
        ]

    def __str__(self):
        return f"{self.board}, version {self.number}"


@dataclass(frozen=True)
class Placed:
    """Placements side by side: arrays of shape (n,), (n,) and (n, m)."""

    entries: np.ndarray
    layer: np.ndarray
    value: np.ndarray

    def where(self, mask: np.ndarray) -> "Placed":
        """Only those entries."""
        return Placed(self.entries[mask], self.layer[mask], self.value[mask])

    def kept(self, other: "Placed") -> tuple[np.ndarray, np.ndarray]:
        """Masks over the one and the other: the entries with the same layer and point in both."""
        _, mine, theirs = np.intersect1d(
            self.entries, other.entries, assume_unique=True, return_indices=True
        )
        same = (self.layer[mine] == other.layer[theirs]) & (
            self.value[mine] == other.value[theirs]
        ).all(axis=1)
        masks = np.zeros(len(self.entries), bool), np.zeros(len(other.entries), bool)
        masks[0][mine[same]] = masks[1][theirs[same]] = True
        return masks


class PlacementQuerySet(models.QuerySet):
    def live(self):
        return self.filter(until=None)

    def at(self, number: int):
        """The board as it stood at frontier `number`."""
        return self.filter(Q(until=None) | Q(until__gt=number), since__lte=number)

    def points(self, board: Board, objectives: int) -> Placed:
        """The live placements of a board as arrays, in one query."""
        columns = ", ".join(
            f"string_agg(float8send(point[{place}]), ''::bytea ORDER BY entry_id)"
            for place in range(1, objectives + 1)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT string_agg(int8send(entry_id), ''::bytea ORDER BY entry_id),
                           string_agg(int2send(layer), ''::bytea ORDER BY entry_id)
                           {columns and "," + columns}
                    FROM leaderboard_placement WHERE board_id = %s AND until IS NULL""",
                [board.pk],
            )
            entries, layer, *point = cursor.fetchone()
        entries = np.frombuffer(entries or b"", ">i8").astype(np.int64)
        value = [np.frombuffer(column or b"", ">f8") for column in point]
        # Placements of a version with fewer objectives have NULLs, which aggregates skip.
        if any(len(column) != len(entries) for column in value):
            value = [np.full(len(entries), np.nan) for _ in value]
        return Placed(
            entries,
            np.frombuffer(layer or b"", ">i2").astype(np.int32),
            np.column_stack(value).astype(np.float64) if value else np.zeros((len(entries), 0)),
        )

    def open(self, board: Board, placed: Placed) -> None:
        """Write live placements from the board's newest version on."""
        rows = zip(
            placed.entries.tolist(), placed.layer.tolist(), placed.value.tolist(), strict=True
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY leaderboard_placement (board_id, entry_id, layer, point, since) FROM STDIN"
            ) as copy,
        ):
            for entry, layer, point in rows:
                copy.write_row((board.pk, entry, layer, point, board.latest))


class Placement(models.Model):
    """An entry in a layer of a board, from one frontier until another."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="placements", db_index=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="placements")
    layer = models.PositiveSmallIntegerField()
    # The entry's estimates in the order of the frontier's objectives, so that a later correction
    # does not rewrite the past.
    point = ArrayField(models.FloatField())
    since = models.PositiveIntegerField()
    until = models.PositiveIntegerField(null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["board", "entry"], condition=Q(until=None), name="placement_live_once"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="placement_ends_after_start"
            ),
            models.CheckConstraint(condition=AllFinite("point"), name="placement_finite"),
        ]
        indexes = [
            # The board page: live entries of one board, by layer.
            models.Index(fields=["board", "layer"], condition=Q(until=None), name="placement_live"),
            models.Index(fields=["board", "since"], name="placement_since"),
            # What a version took away.
            models.Index(
                fields=["board", "until"], condition=Q(until__isnull=False), name="placement_until"
            ),
        ]

    def __str__(self):
        return f"entry {self.entry_id} in layer {self.layer} since {self.since}"


class ChangeQuerySet(models.QuerySet):
    def take(self, board: Board) -> set[int]:
        """The entries to look at again; they are off the list once the transaction commits."""
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM leaderboard_change WHERE board_id = %s RETURNING entry_id", [board.pk]
            )
            return {entry for (entry,) in cursor.fetchall()}


class Change(models.Model):
    """“Look at this entry again.”"""

    # Append-only: a unique key would make uploads wait for a running refresh.

    board = models.ForeignKey(Board, models.CASCADE, related_name="changes")
    entry = models.ForeignKey(
        Entry, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    objects = ChangeQuerySet.as_manager()

    def __str__(self):
        return f"entry {self.entry_id} on board {self.board_id}"
