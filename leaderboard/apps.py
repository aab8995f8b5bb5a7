from django.apps import AppConfig


class LeaderboardConfig(AppConfig):
    """What we know, and how it ranks."""

    name = "leaderboard"
