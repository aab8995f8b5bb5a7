"""Objectives made comparable: every column turned so that more is better, in log where asked.

`log` says of each column whether it counts in ratios: from 10 J to 20 J is then as far as from
100 J to 200 J. That suits amounts that span decades, of which a linear scale would see only the
largest: among entries of 1, 10 and 1,000 J the first two would be all but equal. Shares such as
quality stay linear.
"""

from collections.abc import Sequence

import numpy as np

# From this ratio of the largest to the smallest amount on, ratios tell more than differences.
LOG_FROM_RATIO = 5


def spans_decades(values: np.ndarray) -> bool:
    """Whether these amounts of one objective are better looked at in log."""
    values = values[np.isfinite(values)]
    return bool(len(values) and values.min() > 0 and values.max() / values.min() >= LOG_FROM_RATIO)


def turned(
    points: np.ndarray, directions: Sequence[int], log: Sequence[bool] | None = None
) -> np.ndarray:
    """The points, of shape (n, m), with more being better in every column.

    Raises ValueError for a number that is not finite, or not above zero in a column in log.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != len(directions):
        raise ValueError("points must have one column per direction")
    if not np.isfinite(points).all():
        raise ValueError("points must be finite; set incomplete rows aside first")
    result = points.copy()
    for column, is_log in enumerate(log or ()):
        if not is_log:
            continue
        if (points[:, column] <= 0).any():
            raise ValueError("an objective in log must be above zero")
        result[:, column] = np.log(points[:, column])
    return result * np.asarray(directions, dtype=np.float64)


def shares(better: np.ndarray, worst: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Turned points as shares of the way from the worst to the best of each column.

    A column on which worst and best are equal counts 1 for all (metrics-spec, section 16).
    """
    span = best - worst
    is_flat = span == 0
    return np.where(is_flat, 1.0, (better - worst) / np.where(is_flat, 1.0, span))
