"""A process of its own that adds, changes and withdraws entries of a board, refreshing each time.

    python -m tests.leaderboard.rival BOARD NUMBER

It takes the one model, device and user that there are, and keeps to entries of its own.
"""

import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402

from leaderboard import estimates, frontiers  # noqa: E402
from leaderboard.models import AIModel, Board, Entry, Hardware, Submission  # noqa: E402
from tests.builders import NOW, make_entry, make_run, make_submission  # noqa: E402

TURNS = 25


class Rival:
    """One of several that work on a board at the same time."""

    def __init__(self, board: int, number: int) -> None:
        self.board = Board.objects.get(pk=board)
        self.number = number
        self.random = random.Random(number)
        self.mine: list[Entry] = []

    def turn(self, turn: int) -> None:
        what = self.random.random()
        if not self.mine or what < 0.6:
            self.add(turn)
        elif what < 0.8:
            make_run(
                self.random.choice(self.mine),
                submission=self.submission(turn),
                node_energy=self.random.randint(1, 9),
            )
        else:
            self.withdraw(self.random.choice(self.mine))
        frontiers.refresh(self.board.pk, at=NOW)

    def add(self, turn: int) -> None:
        entry = make_entry(
            self.board,
            model=AIModel.objects.get(),
            hardware=Hardware.objects.get(),
            settings={"rival": self.number, "turn": turn},
            submission=self.submission(turn),
            quality=self.random.randint(1, 9) / 10,
            energy=self.random.randint(1, 9),
        )
        self.mine.append(entry)

    def withdraw(self, entry: Entry) -> None:
        Submission.objects.filter(runs__entry=entry).update(state=Submission.State.WITHDRAWN)
        estimates.refresh([entry.pk])

    def submission(self, turn: int) -> Submission:
        key = 1000 * self.number + turn
        return make_submission(
            sha256=f"{key:064x}", context_key=f"{key:016x}", submitted_by=User.objects.get()
        )


if __name__ == "__main__":
    rival = Rival(int(sys.argv[1]), int(sys.argv[2]))
    for turn in range(TURNS):
        rival.turn(turn)
