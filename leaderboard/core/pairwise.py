"""Pairwise wins and the scores they give (metrics-spec, section 18)."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

DAMPING = 0.85
PRIOR = 0.5


def wins(rankings: Sequence[Sequence[str]], items: Sequence[str]) -> np.ndarray:
    """W[i, j]: how often i stands before j."""
    place = {item: index for index, item in enumerate(items)}
    found = np.zeros((len(items), len(items)))
    for ranking in rankings:
        order = [place[item] for item in ranking]
        for position, winner in enumerate(order):
            found[winner, order[position + 1 :]] += 1
    return found


def win_rates(won: np.ndarray) -> np.ndarray:
    """Mean over the opponents met of the share won against each; nan for who met nobody."""
    met = won + won.T
    shares = np.divide(won, met, out=np.zeros_like(won), where=met > 0)
    opponents = (met > 0).sum(1)
    rates = np.full(len(won), np.nan)
    return np.divide(shares.sum(1), opponents, out=rates, where=opponents > 0)


def is_connected(won: np.ndarray) -> bool:
    return len(won) > 0 and connected_components(won, connection="weak")[0] == 1


def has_finite_strengths(won: np.ndarray) -> bool:
    """Whether everyone can be reached from everyone along wins: then the strengths are finite."""
    return connected_components(won, connection="strong")[0] == 1


def with_prior(won: np.ndarray) -> np.ndarray:
    """Half a win and half a loss for each pair that met."""
    return won + PRIOR * (won + won.T > 0)


def bradley_terry(won: np.ndarray) -> np.ndarray:
    """Maximum likelihood strengths with a geometric mean of 1 (Newman's iteration)."""
    strength = np.ones(len(won))
    for _ in range(20_000):
        beside = strength[:, None] + strength[None, :]
        gained = (won * strength[None, :] / beside).sum(1)
        lost = (won.T / beside).sum(1)
        following = gained / lost
        following /= np.exp(np.log(following).mean())
        if np.abs(np.log(following / strength)).max() < 1e-13:
            return following
        strength = following
    return strength


def page_rank(won: np.ndarray) -> np.ndarray:
    """The loser passes its weight to who beat it; one that never lost passes to all alike."""
    size = len(won)
    losses = won.sum(0)
    passing = np.where(losses > 0, won / np.where(losses > 0, losses, 1), 1 / size)
    rank = np.full(size, 1 / size)
    for _ in range(1000):
        following = (1 - DAMPING) / size + DAMPING * passing @ rank
        if np.abs(following - rank).max() < 1e-14:
            break
        rank = following
    return following
