"""Story: answers are kept under a name, and taken up again."""

from typing import Any

from django.contrib.auth.models import User

from ingest.resolve import ContextError, context_of, legible
from leaderboard.models import Mapping

NAME_CHARS = 60
MOST = 200


def save(owner: User, *, name: str, context: Any) -> tuple[Mapping, bool]:
    """Keep answers under a name, in place of those that it had. Returns them and whether new.

    Raises ContextError when the name or the answers can't be used.
    """
    name = " ".join(legible("mapping", name).split())
    if not name or len(name) > NAME_CHARS or "/" in name or not name.isprintable():
        raise ContextError(f"A name has 1 to {NAME_CHARS} characters, without “/”.")
    context = context_of(context)
    if not context:
        raise ContextError("There is no answer yet that could be saved.")
    if owner.mappings.exclude(name=name).count() >= MOST:
        raise ContextError(f"You have {MOST} mappings already. Delete one first.")
    return Mapping.objects.update_or_create(owner=owner, name=name, defaults={"context": context})


def saved(owner: User, name: str) -> dict[str, Any]:
    """The owner's answers of that name; none without a name. Raises ContextError."""
    if not name:
        return {}
    found = None if "\0" in name else owner.mappings.filter(name=name).first()
    if found is None:
        raise ContextError(f"You have no mapping called “{name[:60]}”.")
    return found.context
