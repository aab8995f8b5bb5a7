"""What `manage.py check` says about the result formats."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from django.core.checks import CheckMessage, Error, register

from ingest import formats


@register()
def formats_can_be_read_about(**_: Any) -> list[CheckMessage]:
    """The pages and the API show a format's label and its module's docstring."""
    return list(format_faults(formats.FORMATS.values()))


def format_faults(found: Iterable[ModuleType]) -> Iterable[Error]:
    for module in found:
        if not module.LABEL or not module.__doc__:
            yield Error(
                f"The format {module.SLUG} has no label or no docstring.", id="frontier.E010"
            )
