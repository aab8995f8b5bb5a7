"""Cells of the CSV that leaves the site."""

import math


def written(number: float | None) -> str:
    """With all its digits; nothing where there is no number."""
    return "" if number is None or math.isnan(number) else repr(float(number))


def safe(text: str) -> str:
    """Text that a spreadsheet doesn't take for a formula."""
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@\t\r") and text.strip() else text


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
