"""Story: where the columns of a board come from.

A small board is read from the database whenever something about it is new, and remembered by the
process until its revision changes. A large one is written by a worker into files that all processes
of a machine map, one folder per revision; until a new revision is there the one before it is shown.
Nothing here needs to survive: a folder that is missing is made again (docs/decisions/0016).
"""

import json
import logging
import os
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from leaderboard.models import Board, Estimate
from leaderboard.snapshot import Files, Snapshot, lean, ordered, read

log = logging.getLogger(__name__)

# From here on a board is served from files, and at most that many small ones are remembered.
IN_FILES_FROM = 20_000
REMEMBERED = 64
KEPT = 2
META = "meta.json"

remembered: OrderedDict[tuple, Snapshot] = OrderedDict()
# Several threads of a web server read and remember.
changing = threading.Lock()


def of(board: Board) -> Snapshot:
    """The board's entries: as they are now, or, of a large board, at its newest stored revision."""
    if (folder := newest(board)) is not None:
        stored_key = (database(), board.pk, "stored", revision_of(folder))
        return remember(stored_key, lambda: opened(folder))
    key = (database(), board.pk, board.revision)
    known = remembered.get(key)
    if known is not None and len(known) >= IN_FILES_FROM:
        return known
    if not board.changes.exists():
        return remember(key, lambda: in_memory(board))
    # Numbers that no frontier has taken in yet belong to no revision: a small board is read anew.
    snapshot = in_memory(board)
    return remember(key, lambda: snapshot) if len(snapshot) >= IN_FILES_FROM else snapshot


def remember(key: tuple, make: Callable[[], Snapshot]) -> Snapshot:
    """What is remembered under a key, else made now."""
    snapshot = remembered.get(key)
    if snapshot is None:
        snapshot = make()
    with changing:
        # Another thread may have made it meanwhile: what it has worked out serves both.
        snapshot = remembered.setdefault(key, snapshot)
        remembered.move_to_end(key)
        while len(remembered) > REMEMBERED:
            remembered.popitem(last=False)
    return snapshot


def in_memory(board: Board) -> Snapshot:
    tables: dict[str, list] = {}
    parts = dict(read(board.task_id, tables))
    return Snapshot(parts, tables, board.revision)


# Files


def take(board: Board, changed: Iterable[int] | None = None) -> Path | None:
    """Write the columns of a large board as it is now; None where it is small.

    `changed` are the entries that differ from the revision before: where that one is stored, only
    they are read.
    """
    if not is_large(board):
        shutil.rmtree(home(board), ignore_errors=True)
        return None
    target = home(board) / str(board.revision)
    if target.exists():
        return target
    before = home(board) / str(board.revision - 1)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=target.parent))
    try:
        if changed is not None and before.exists():
            patch(draft, opened(before), board, sorted(changed))
        else:
            tables: dict[str, list] = {}
            for name, part in read(board.task_id, tables):
                keep(draft, name, part)
            finish(draft, tables, board.revision)
        os.rename(draft, target)
    except OSError:
        # Another process was faster, or the disk is full: then readers take the one before.
        shutil.rmtree(draft, ignore_errors=True)
        if not target.exists():
            raise
    tidy(target.parent)
    return target


def is_large(board: Board) -> bool:
    """Whether the task has that many entries, looking no further."""
    found = Estimate.objects.filter(task=board.task_id, metric__in=board.metrics[:1])
    return found[IN_FILES_FROM - 1 : IN_FILES_FROM].exists()


def keep(folder: Path, name: str, part: np.ndarray) -> None:
    np.save(folder / f"{name}.npy", part, allow_pickle=False)
    if name.startswith("value-"):
        metric = name.removeprefix("value-")
        np.save(folder / f"order-{metric}.npy", ordered(part), allow_pickle=False)


def finish(folder: Path, tables: dict[str, list], revision: int) -> None:
    meta = {"tables": tables, "revision": revision}
    (folder / META).write_text(json.dumps(meta), encoding="utf-8")


def patch(folder: Path, base: Snapshot, board: Board, changed: list[int]) -> None:
    """Write `base` with these entries as they are now."""
    fresh_tables: dict[str, list] = {}
    fresh = dict(read(board.task_id, fresh_tables, changed))
    kept = np.flatnonzero(~np.isin(base.entries, changed))
    ids = np.concatenate([base.entries[kept], fresh["entries"]])
    turn = np.argsort(ids, kind="stable")
    tables = {name: joined(base.tables[name], fresh_tables[name]) for name in fresh_tables}
    for name in {one for one in base.parts if not one.startswith("order-")} | set(fresh):
        old, new = column(base.parts, name, len(base)), column(fresh, name, len(fresh["entries"]))
        if name.startswith("code-"):
            table = name.removeprefix("code-")
            new = recoded(new, fresh_tables[table], tables[table])
            part = lean(np.concatenate([old[kept], new]), len(tables[table]))
        else:
            part = np.concatenate([old[kept], new]).astype(old.dtype)
        keep(folder, name, part[turn])
    finish(folder, tables, board.revision)


def column(parts, name: str, count: int) -> np.ndarray:
    """A column, all missing where it is not there."""
    if name in parts:
        return parts[name]
    return np.full(count, -1, np.int8) if name.startswith("origin-") else np.full(count, np.nan)


def joined(table: list, more: list) -> list:
    return list(dict.fromkeys([*table, *more]))


def recoded(codes: np.ndarray, table: list, wanted: list) -> np.ndarray:
    """Codes into one table as codes into another that holds all of it."""
    place = {one: index for index, one in enumerate(wanted)}
    turned = np.array([place[one] for one in table], np.int32)
    return turned[codes] if len(table) else codes


def opened(folder: Path) -> Snapshot:
    meta = json.loads((folder / META).read_text(encoding="utf-8"))
    return Snapshot(Files(folder), meta["tables"], meta["revision"])


def newest(board: Board) -> Path | None:
    """The stored revision to show: the board's own, or the last before it."""
    folder = home(board)
    if (folder / str(board.revision)).exists():
        return folder / str(board.revision)
    older = [one for one in stored(folder) if int(one.name) <= board.revision]
    return older[-1] if older else None


def stored(folder: Path) -> list[Path]:
    """The finished revisions in a board's folder, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted((one for one in folder.iterdir() if one.name.isdigit()), key=revision_of)


def revision_of(folder: Path) -> int:
    return int(folder.name)


def tidy(folder: Path) -> None:
    """Take old revisions away; who has one mapped keeps it until they let go."""
    for old in stored(folder)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def home(board: Board) -> Path:
    """Where a board's revisions are: a folder that no other database shares."""
    return Path(settings.SNAPSHOT_DIR) / database() / f"board-{board.pk}"


def database() -> str:
    """A name of this database that another one, though called alike, does not have."""
    return database_named(connection.settings_dict["NAME"], str(connection.settings_dict["HOST"]))


@lru_cache(maxsize=8)
def database_named(name: str, host: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT system_identifier FROM pg_control_system()), oid
               FROM pg_database WHERE datname = current_database()"""
        )
        return "-".join(str(part) for part in cursor.fetchone())
