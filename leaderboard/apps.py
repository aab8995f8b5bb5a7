from django.apps import AppConfig

# Loading the module registers its checks.
from leaderboard import checks as checks


class LeaderboardConfig(AppConfig):
    """What we know, and how it ranks."""

    name = "leaderboard"
