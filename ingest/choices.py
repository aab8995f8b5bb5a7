"""What a sender chooses about publishing, read from words of a form or a request."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from leaderboard.models import Submission

WORDS = ("mode", "on_conflict", "reason", "embargo_until")
MODES = {"all": Submission.Take.ALL, "valid": Submission.Take.VALID}
ON_CONFLICT = {choice.lower(): choice for choice in Submission.OnConflict.values}
REASONS = tuple(Submission.Reason.values)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class ChoiceError(ValueError):
    """A choice that there is not; `name` is its word, `expected` what there is."""

    def __init__(self, name: str, message: str, expected: tuple[str, ...] = ()):
        super().__init__(message)
        self.name, self.expected = name, expected


def choices_of(words: Mapping[str, Any]) -> dict[str, Any]:
    """The choices as attributes of a Submission; what is not said is left out.

    Raises ChoiceError.
    """
    said = {name: str(words.get(name) or "").strip() for name in WORDS}
    found: dict[str, Any] = {}
    if said["mode"]:
        found["take"] = one_of("mode", said["mode"], MODES)
    if said["on_conflict"]:
        found["on_conflict"] = one_of("on_conflict", said["on_conflict"], ON_CONFLICT)
    if said["reason"]:
        found["reason"] = one_of("reason", said["reason"], dict(zip(REASONS, REASONS, strict=True)))
    if said["embargo_until"]:
        found["embargo_until"] = moment(said["embargo_until"])
    if found.get("on_conflict") == Submission.OnConflict.SUPERSEDE and "reason" not in found:
        raise ChoiceError("reason", "Say why the earlier numbers are replaced.", REASONS)
    return found


def one_of(name: str, said: str, known: Mapping[str, str]) -> str:
    if said.casefold() in known:
        return known[said.casefold()]
    raise ChoiceError(name, f"{name}: expected {' or '.join(known)}.", tuple(known))


def moment(said: str) -> datetime:
    """A date, from its first second on, or a time with its zone."""
    try:
        # A bare date first: as a time it would be one without a zone.
        day = parse_date(said) if DAY.fullmatch(said) else None
        stated = datetime.combine(day, time(), UTC) if day else parse_datetime(said)
        # At the ends of the calendar a zone leads out of it.
        found = stated.astimezone(UTC) if stated and stated.tzinfo else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        message = "Embargo: expected a date, such as 2026-12-31, or a time with its zone."
        raise ChoiceError("embargo_until", message, ("2026-12-31", "2026-12-31T09:00:00Z"))
    return found
