"""Keys of entries on their way into SQL."""

from collections.abc import Sequence

COLUMNS = "task_id, model_id, method_id, hardware_id, device_count, settings_key"
TYPES = ("bigint", "bigint", "bigint", "bigint", "int", "text")
# As many rows as there are keys, for the parameters that `arrays` gives.
UNNEST = f"unnest({', '.join(f'%s::{kind}[]' for kind in TYPES)})"
WANTED = f"{UNNEST} AS wanted({COLUMNS})"


def arrays(keys: Sequence[tuple]) -> list[str]:
    """The columns of keys, written as arrays. They hold whole numbers and hexadecimal digits."""
    return [array(column) for column in zip(*keys, strict=True)]


def array(numbers: Sequence[int | str]) -> str:
    """Quicker than the driver's, which looks at each element's type."""
    return f"{{{','.join(map(str, numbers))}}}"
