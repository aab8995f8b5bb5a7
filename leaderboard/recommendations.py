"""What a preset comes to, in a sentence or two: who, how much, against whom, and how sure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leaderboard.core import metrics
from leaderboard.core.presets import ENERGY, Choice, Column, Preset
from leaderboard.findings import times
from leaderboard.quantities import alone, count, number, per

# How many ties are named, the rest are counted.
NAMED_TIES = 2


@dataclass(frozen=True)
class Words:
    """What a sentence needs besides the choice.

    `columns` are by the preset's names, `slugs` say which metric each is (the board's energy),
    `name` gives the words for a place, and `unit_noun` is the task's: “request”.
    """

    columns: Mapping[str, Column]
    name: Callable[[int], str]
    unit_noun: str
    energy: str = "node_energy"
    limit: tuple[str, float] | None = None

    def slug(self, column: str) -> str:
        return self.energy if column == ENERGY else column

    def label(self, column: str) -> str:
        return "energy" if column == ENERGY else metrics.get(column).label.lower()

    def figure(self, column: str, value: float) -> str:
        """“71.0 %”, “12.3 J per request”."""
        slug = self.slug(column)
        return " ".join(filter(None, [alone(slug, value), per(slug, self.unit_noun)]))

    def at(self, column: str, place: int) -> str:
        """An entry's figure; a share stands with its name: “71.0 % quality”."""
        text = self.figure(column, float(self.columns[column].value[place]))
        return f"{text} quality" if column == "quality" else text


def sentence(preset: Preset, choice: Choice | None, words: Words) -> str:
    """Plain sentences about a choice; with None, that nothing satisfies."""
    if choice is None:
        return f"{preset.label}: {nothing(preset, words)}."
    parts = [
        f"{words.name(choice.place)}: {held(preset, choice, words)}; {why(preset, choice, words)}."
    ]
    return " ".join(filter(None, [*parts, closeness(preset, choice, words)]))


def nothing(preset: Preset, words: Words) -> str:
    """Why there is no choice."""
    column = words.columns.get(preset.decides)
    if column is None or not column.is_known.any():
        return f"no entry has a number for {words.label(preset.decides)}"
    return "no entry satisfies that"


def held(preset: Preset, choice: Choice, words: Words) -> str:
    """Its own numbers: quality first, then what decides, then what is limited."""
    limited = words.limit[0] if words.limit else ""
    names = dict.fromkeys(filter(None, ["quality", preset.kept, preset.decides, limited]))
    known = [
        name
        for name in names
        if name in words.columns and words.columns[name].is_known[choice.place]
    ]
    return ", ".join(words.at(name, choice.place) for name in known)


def why(preset: Preset, choice: Choice, words: Words) -> str:
    """“the greenest of 9 entries that are within 2 points of the best (73.0 %, GPT-X), …”."""
    if choice.among == 1:
        head = f"the only entry {condition(preset, words, choice, is_one=True)}"
    else:
        among = f"{count(choice.among, 'entry', 'entries')}"
        head = f"the {preset.adjective} of {among} {condition(preset, words, choice, is_one=False)}"
    return head.rstrip() + against(preset, choice, words)


def condition(preset: Preset, words: Words, choice: Choice, *, is_one: bool) -> str:
    """What the entries had to satisfy."""
    verb = "is" if is_one else "are"
    if preset.kept and choice.reference is not None:
        if choice.reference == choice.place:
            best = "the best, which it is itself"
        else:
            reference = words.columns[preset.kept].value[choice.reference]
            figure = alone(words.slug(preset.kept), float(reference))
            best = f"the best ({figure}, {words.name(choice.reference)})"
        return f"that {verb} within {margin(preset, words)} of {best}"
    if words.limit:
        slug, limit = words.limit
        side = "at most" if words.columns[slug].better < 0 else "at least"
        return f"with {words.label(slug)} of {side} {words.figure(slug, limit)}"
    return f"with a number for {words.label(preset.decides)}"


def margin(preset: Preset, words: Words) -> str:
    """“2 points”, “5 %”, “0.2 s”."""
    if preset.is_relative:
        return alone("quality", preset.margin)
    if preset.kept == "quality":
        points = 100 * preset.margin
        return f"{points:.10g} {'point' if points == 1 else 'points'}"
    return alone(words.slug(preset.kept), preset.margin)


def against(preset: Preset, choice: Choice, words: Words) -> str:
    """“, which needs 4.1 times the energy”: the best one on what decides."""
    if choice.reference in (None, choice.place):
        return ""
    column = words.columns[preset.decides]
    mine, theirs = float(column.value[choice.place]), float(column.value[choice.reference or 0])
    if theirs != theirs:
        return f", whose {words.label(preset.decides)} is not known"
    if mine == theirs or column.better > 0 or mine <= 0:
        return ""
    if preset.decides == "cost":
        return f", which costs {times(theirs, mine)} as much"
    return f", which needs {times(theirs, mine)} the {words.label(preset.decides)}"


def closeness(preset: Preset, choice: Choice, words: Words) -> str:
    """Who may be as good within the intervals, or how far behind the next one is."""
    if len(choice.ties):
        named = [words.name(int(place)) for place in choice.ties[:NAMED_TIES]]
        rest = len(choice.ties) - len(named)
        if rest:
            named.append(count(rest, "other entry", "other entries"))
        return f"Too close to call with {listed(named)}: their intervals overlap."
    if choice.runner_up is None:
        return ""
    return (
        f"Next comes {words.name(choice.runner_up)} with "
        f"{words.at(preset.decides, choice.runner_up)}{gap(preset, choice, words)}."
    )


def gap(preset: Preset, choice: Choice, words: Words) -> str:
    """“, 1.3 times as much”, “, 2.1 points less”."""
    column = words.columns[preset.decides]
    mine, theirs = float(column.value[choice.place]), float(column.value[choice.runner_up or 0])
    if preset.decides == "quality":
        return (
            f", {number(100 * abs(theirs - mine), 1)} points {'less' if theirs < mine else 'more'}"
        )
    if column.better > 0 or mine <= 0:
        return ""
    return f", {times(theirs, mine)} as much"


def listed(names: list[str]) -> str:
    """“A, B and C”, or “A, max; B, max; and C” where names hold commas of their own."""
    if len(names) == 1:
        return names[0]
    if any("," in name for name in names):
        return f"{'; '.join(names[:-1])}; and {names[-1]}"
    return f"{', '.join(names[:-1])} and {names[-1]}"
