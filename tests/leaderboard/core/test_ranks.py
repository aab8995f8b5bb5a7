"""Ranks with ties, against scipy."""

import numpy as np
from scipy.stats import rankdata

from leaderboard.core.ranks import mean_ranks


def test_equals_share_the_mean_of_their_ranks_as_in_scipy():
    rng = np.random.default_rng(1)
    for _ in range(500):
        values = rng.integers(0, 6, rng.integers(1, 12)).astype(float)

        assert np.array_equal(mean_ranks(values), rankdata(values))
