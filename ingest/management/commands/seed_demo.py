"""`manage.py seed_demo`: accounts, a board and as many rows as wanted, to try things out."""

import io
import json
import random
import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.utils import timezone

from ingest import pipeline
from leaderboard import chances
from leaderboard.models import (
    AIModel,
    ApiToken,
    Board,
    Hardware,
    Method,
    Objective,
    Submission,
    Task,
)

SLUG = "demo"
USERS = {"demo-sender": False, "demo-other": False, "demo-editor": True}
OBJECTIVES = ("quality", "node_energy", "latency")
HEADER = (
    "model,hardware,task,external_id,setting:batch_size,quality [1],node_energy [J],latency [s]"
)
# Any {i} from 0 and any positive number {r} give a valid row, another {i} another entry.
PATTERN = "demo-model,demo-device,demo,row-{i},{i},0.{i},{r},{i}.5"


class Command(BaseCommand):
    help = (
        "Make demo accounts with tokens, a demo board, and rows on it. The same seed adds nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--rows", type=int, default=100)
        parser.add_argument("--json", action="store_true", help="print what was made as JSON")
        parser.add_argument(
            "--template", action="store_true", help="print header and row pattern, make nothing"
        )

    def handle(self, *, seed: int, rows: int, template: bool, **options):
        if template:
            self.stdout.write(
                json.dumps({"header": HEADER, "row": PATTERN})
                if options["json"]
                else f"{HEADER}\n{PATTERN}"
            )
            return
        board = demo_board()
        accounts = [account(name, is_staff=is_staff) for name, is_staff in USERS.items()]
        submission = sent(table(seed, rows), f"demo-{seed}-{rows}.csv") if rows else None
        made = {
            "users": accounts,
            "tokens": {one["username"]: one["token"] for one in accounts},
            "boards": [board.slug],
            "submission": submission and str(submission.public_id),
            "status": submission and submission.state.lower(),
            "rows": rows,
        }
        self.stdout.write(json.dumps(made, indent=1) if options["json"] else told(made))


def demo_board() -> Board:
    """A task, a model and a device that nobody could take for real, and the board over them."""
    Method.objects.get_or_create(
        slug="baseline", defaults={"name": "Baseline", "kind": Method.BASELINE}
    )
    AIModel.objects.get_or_create(slug="demo-model", defaults={"name": "Demo model"})
    Hardware.objects.get_or_create(
        slug="demo-device", defaults={"name": "Demo device", "vendor": "Demo", "kind": "GPU"}
    )
    task, _ = Task.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name": "Demo task",
            "kind": Task.Kind.ANSWERING,
            "functional_unit": "one question answered",
            "unit_noun": "question",
            "quality_metric": "share of questions answered correctly",
            "summary": "Invented numbers, to try this site out.",
        },
    )
    board, created = Board.objects.get_or_create(
        slug=SLUG,
        defaults={
            "title": "Demo board",
            "task": task,
            "blurb": "Invented numbers, to try this site out.",
            "position": 1000,
        },
    )
    if created:
        Objective.objects.bulk_create(
            Objective(board=board, position=place, metric=metric)
            for place, metric in enumerate(OBJECTIVES)
        )
    return board


def account(name: str, *, is_staff: bool) -> dict[str, Any]:
    """A user with a new password and a new token; both are shown this once."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.is_staff = user.is_superuser = is_staff
    user.save()
    user.api_tokens.filter(name=SLUG).delete()
    _, token = ApiToken.objects.issue(user, name=SLUG)
    return {"username": name, "password": password, "is_staff": is_staff, "token": token}


def table(seed: int, rows: int) -> bytes:
    """Rows in our own CSV. Better answers cost more energy and time, give or take."""
    rng = random.Random(seed)
    lines = [HEADER]
    for number in range(rows):
        effort, luck = rng.random(), rng.lognormvariate(0, 0.4)
        quality = min(1.0, 0.3 + 0.6 * effort**0.5 * rng.uniform(0.8, 1.1))
        energy, latency = 20 * 50**effort * luck, 0.2 * 20**effort * rng.lognormvariate(0, 0.3)
        lines.append(
            f"demo-model,demo-device,demo,demo-{seed}-{number},{number},"
            f"{quality:.4f},{energy:.5g},{latency:.5g}"
        )
    return "\n".join(lines).encode()


def sent(content: bytes, filename: str) -> Submission:
    """The file after the whole way through the pipeline, without a broker."""
    sender = get_user_model().objects.get(username="demo-sender")
    submission, _ = pipeline.receive(
        [(filename, io.BytesIO(content))], filename=filename, by=sender, at=timezone.now()
    )
    chances.settle(pipeline.ingest(submission.pk, at=timezone.now()), at=timezone.now())
    submission.refresh_from_db()
    return submission


def told(made: dict[str, Any]) -> str:
    """The same for people."""
    accounts = [
        f"{one['username']}: password {one['password']}, token {one['token']}"
        for one in made["users"]
    ]
    return "\n".join([f"{made['rows']} rows on /boards/{SLUG}/: {made['status']}", *accounts])
