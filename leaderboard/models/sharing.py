"""Views that somebody asked a short address for."""

from django.db import models

from leaderboard.models.boards import Board

LONGEST_QUERY = 2000


class SharedView(models.Model):
    """A board under a question, as the address asks it. Its key never changes its meaning."""

    key = models.CharField(max_length=10, unique=True)
    board = models.ForeignKey(Board, models.CASCADE, related_name="shared_views", db_index=False)
    # Canonical: see `leaderboard.sharing`.
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["board", "query"], name="view_shared_once"),
        ]
        indexes = [
            # The newest of a board, which its pages' tags hold.
            models.Index(fields=["board", "id"], name="view_newest_of_board"),
        ]

    def __str__(self):
        return f"{self.key}: {self.board_id}?{self.query}"

    def get_absolute_url(self):
        return f"/v/{self.key}/"

    @property
    def full_address(self) -> str:
        """The full address that it stands for, without scheme and host."""
        return f"{self.board.get_absolute_url()}{self.query and '?'}{self.query}"
