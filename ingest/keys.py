"""Keys of entries on their way into SQL."""

from collections.abc import Sequence

from leaderboard.copying import array_of

COLUMNS = "task_id, model_id, method_id, hardware_id, device_count, settings_key"
TYPES = ("bigint", "bigint", "bigint", "bigint", "int", "text")
# As many rows as there are keys, for the parameters that `arrays` gives.
UNNEST = f"unnest({', '.join(f'%s::{kind}[]' for kind in TYPES)})"
WANTED = f"{UNNEST} AS wanted({COLUMNS})"


def arrays(keys: Sequence[tuple]) -> list[str]:
    """The columns of keys, as arrays."""
    return [array_of(column) for column in zip(*keys, strict=True)]
