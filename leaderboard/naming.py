"""Entries by words of their names, quickly on a table of millions: names are few, entries many."""

from collections.abc import Sequence

from django.db.models import Q

from leaderboard.models import AIModel, Hardware, Method

# Columns of the catalogue in which a word may stand.
COLUMNS = (
    (AIModel, "model", ("name", "slug", "developer")),
    (Method, "method", ("name", "slug")),
    (Hardware, "hardware", ("name", "slug", "vendor")),
)


def holding(words: Sequence[str], prefix: str = "") -> Q:
    """The entries whose model, method and hardware hold every word; `prefix` leads to the entry.

    One query per word and table of names, and then only numbers.
    """
    return Q(*(anywhere(word, prefix) for word in words))


def anywhere(word: str, prefix: str) -> Q:
    found = Q(pk__in=[])
    for model, column, names in COLUMNS:
        holds = Q(*((f"{name}__icontains", word) for name in names), _connector=Q.OR)
        keys = list(model.objects.filter(holds).values_list("pk", flat=True))
        if keys:
            found |= Q(**{f"{prefix}{column}__in": keys})
    return found
