"""The API's reading half, and what all of it shares. `ingest/api.py` is the sending half.

`problems` says what went wrong, `asking` reads parameters and hands out pages, `shapes` lists
every field that leaves; the rest are the endpoints.
"""

from leaderboard.api.problems import problem

__all__ = ["problem"]
