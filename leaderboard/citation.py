"""What goes along with everything that is taken away: the sentence, the day, the licence."""

import re
from dataclasses import dataclass
from datetime import datetime

from leaderboard.licences import Licence
from leaderboard.sentence import day

SITE = "Efficiency Frontier"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True)
class Citation:
    """One view of one version of a board. Addresses are whole, with scheme and host.

    `frozen` is the address of the version as it was published; None before the first.
    """

    board: str
    title: str
    heading: str
    sentence: str
    version: int
    published_at: datetime | None
    view: str
    frozen: str | None
    licence: Licence

    @property
    def name(self) -> str:
        """What a file is called, without its ending."""
        return f"{self.board}-v{self.version}"

    @property
    def day(self) -> str:
        """“2026-11-12”, or nothing before the first version."""
        return f"{self.published_at:%Y-%m-%d}" if self.published_at else ""

    @property
    def text(self) -> str:
        """One line for a list of references."""
        dated = f" of {day(self.published_at)}" if self.published_at else ""
        return (
            f"{SITE}, {self.title}: {self.heading}, version {self.version}{dated}. "
            f"{self.frozen or self.view} ({self.licence.name})."
        )

    @property
    def source_line(self) -> str:
        """What stands below a figure."""
        return f"{SITE}, {self.view}, {self.licence.name}"

    def fields(self) -> dict[str, str]:
        """For files that can hold them beside the rows."""
        return {
            "sentence": self.sentence,
            "board": self.board,
            "version": str(self.version),
            "published_at": self.published_at.isoformat() if self.published_at else "",
            "view": self.view,
            "frozen": self.frozen or "",
            "licence": self.licence.name,
            "licence_url": self.licence.url,
            "credit": self.licence.credit,
            "citation": self.text,
        }

    def bibtex(self) -> str:
        """One entry for BibTeX and BibLaTeX, in plain ASCII markup around UTF-8 text."""
        at = self.published_at
        rows = {
            "author": f"{{{{{SITE}}}}}",
            "title": f"{{{{{tex(f'{self.title}: {self.heading}')}}}}}",
            "version": f"{{{self.version}}}",
            **({"year": f"{{{at.year}}}", "month": MONTHS[at.month - 1]} if at else {}),
            "url": f"{{{plain_address(self.frozen or self.view)}}}",
            "note": f"{{{tex(self.sentence)}. View: \\url{{{plain_address(self.view)}}}. "
            f"Licence: {tex(self.licence.name)}}}",
        }
        lines = "".join(f"  {name:<8}= {value},\n" for name, value in rows.items())
        return f"@misc{{efficiency-frontier-{self.name},\n{lines}}}\n"


def tex(text: str) -> str:
    """Text with TeX's own signs escaped."""
    return re.sub(r"[\\{}~^&%$#_]", lambda sign: SPECIAL[sign[0]], text.replace("\n", " "))


def plain_address(address: str) -> str:
    """An address without the signs that would end a field."""
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
