"""`manage.py acceptance_info`: where tests from outside find what they test."""

import configparser
import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from ingest.formats import _limits

ANY_ID, ANY_SLUG = UUID(int=0), "ID"


class Command(BaseCommand):
    help = "Print addresses, limits and the commands of the roles. What does not exist is null."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="print JSON, which is all it can")

    def handle(self, **options):
        found = {"urls": urls(), "limits": limits(), "procs": procs()}
        self.stdout.write(json.dumps(found, indent=1))


def urls() -> dict[str, str | None]:
    """Addresses; {id} is a submission's id or a board's slug."""
    submission, board = {"public_id": ANY_ID}, {"slug": ANY_SLUG}
    found = {
        "login": reverse("login"),
        "upload": reverse("api-submissions"),
        "submission": reverse("api-submission", kwargs=submission),
        "rows": reverse("api-submission-rows", kwargs=submission),
        "board": reverse("board", kwargs=board),
        "frontier": reverse("api-board-frontier", kwargs=board),
        "export": reverse("board_csv", kwargs=board),
        "raw": reverse("raw", kwargs=submission),
        "tokens": reverse("api-tokens"),
        "openapi": reverse("api-openapi"),
        "live": reverse("live"),
        "ready": reverse("ready"),
        "metrics": None,
    }
    return {
        name: path and path.replace(str(ANY_ID), "{id}").replace(f"/{ANY_SLUG}/", "/{id}/")
        for name, path in found.items()
    }


def limits() -> dict[str, int | None]:
    """The limits that hold for what is sent; those of logging in do not exist yet."""
    same = ("max_upload_bytes", "max_decoded_bytes", "max_members", "max_ratio")
    return {
        **{name: settings.LIMITS[name] for name in (*same, "parse_seconds", "uploads_per_day")},
        "max_rows": _limits.ROWS,
        "max_columns": _limits.COLUMNS,
        "max_cell_chars": _limits.CELL_CHARS,
        "max_json_depth": _limits.JSON_DEPTH,
        "lease_seconds": settings.LEASE_SECONDS,
        "sweep_seconds": settings.SWEEP_SECONDS,
        "max_attempts": settings.MAX_ATTEMPTS,
        "page_size_max": settings.LIMITS["page_size_max"],
        "login_failures": None,
        "statement_timeout_ms": settings.LIMITS["statement_timeout_ms"],
    }


def procs() -> dict[str, str]:
    """The roles' commands as the supervisor runs them, for a shell in this folder."""
    deploy = Path(settings.BASE_DIR) / "deploy"
    roles = configparser.RawConfigParser()
    roles.read(deploy / "supervisord.conf", encoding="utf-8")
    return {
        section.removeprefix("program:"): for_shell(dict(roles[section]), deploy)
        for section in roles.sections()
        if section.startswith("program:")
    }


def for_shell(role: dict[str, Any], deploy: Path) -> str:
    """The supervisor's placeholders as a shell writes them."""
    here = role["command"].replace("%(here)s/..", str(deploy.parent))
    return re.sub(r"%\(ENV_(\w+)\)s", r"$\1", here)
