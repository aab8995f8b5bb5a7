"""What a reader means by a few words: things of all kinds, the surest first.

First whatever has all the words, as written, as a beginning or inside a longer word. Only when
there is nothing, each word may also have slips; what was understood is then said.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leaderboard import holdings
from leaderboard.core.spelling import allowed, folded, squeezed, words_of
from leaderboard.names import KINDS, Name, Names, Thing, all_names

MOST_WORDS, LONGEST = 8, 100
PER_KIND = 20
# How a word is found: the lower, the surer.
AS_WRITTEN, AS_BEGINNING, INSIDE, WITH_A_SLIP = range(4)
# How much less sure what is told of a thing is than its name.
ABOUT = 2
# How sure a whole name is.
SAME, SAME_ALIAS, BEGINS, BY_WORDS = range(4)
# How surely a word was found, and the word that it was found by.
Match = tuple[int, str]
# The key of a match of all words at once.
WHOLE = ""


@dataclass(frozen=True)
class Hit:
    """A thing that was found, the name by which, and how many entries there are of it."""

    thing: Thing
    name: Name
    place: tuple
    entries: int | None
    # Misspelt word → what it was taken for.
    taken_for: Mapping[str, str]

    def get_absolute_url(self) -> str:
        return self.thing.path

    @property
    def why(self) -> str:
        """Why it is here, where its own name does not say so."""
        if self.name.is_alias:
            return f"also written “{self.name.text}”"
        return self.thing.about


@dataclass(frozen=True)
class Found:
    """All that was found for a text, in groups by kind."""

    text: str
    groups: Mapping[str, list[Hit]] = field(default_factory=dict)
    # How many there are of each kind, also those that are not in its group.
    totals: Mapping[str, int] = field(default_factory=dict)
    # The words that were understood where nothing has those of the text.
    meant: str = ""

    @property
    def hits(self) -> list[Hit]:
        """All hits, the surest first."""
        return sorted((hit for group in self.groups.values() for hit in group), key=rank)

    @property
    def total(self) -> int:
        return sum(self.totals.values())


def text_of(asked: str) -> str:
    """A search as it is understood: without what no name can hold, and not too long."""
    legible = "".join(sign if sign.isprintable() else " " for sign in asked[: 10 * LONGEST])
    return " ".join(legible.split())[:LONGEST]


def search(text: str, *, kinds: Iterable[str] = KINDS, most: int = PER_KIND) -> Found:
    """What is called like the text, up to `most` of each kind."""
    text = text_of(text)
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return Found(text)
    names = all_names()
    by_name = named(names, words, text)
    is_misspelt = not by_name
    if is_misspelt:
        by_name = named(names, words, text, may_slip=True)
    wanted = set(kinds)
    hits = sorted(best_of_each(names, by_name, text, wanted), key=rank)
    groups = {kind: [hit for hit in hits if hit.thing.kind == kind] for kind in KINDS}
    return Found(
        text,
        {kind: group[:most] for kind, group in groups.items() if group},
        {kind: len(group) for kind, group in groups.items() if group},
        corrected(text, hits[0]) if is_misspelt and hits else "",
    )


def ways_out(text: str) -> list[tuple[str, int]]:
    """What to search for when nothing has all words: without one of them, and how much that has."""
    words = text_of(text).split()[:MOST_WORDS]
    shorter = (" ".join(words[:place] + words[place + 1 :]) for place in range(len(words)))
    counted = [(less, search(less, most=0).total) for less in dict.fromkeys(shorter) if less]
    return [(less, number) for less, number in counted if number]


def rank(hit: Hit) -> tuple:
    return hit.place


def named(names: Names, words: list[str], text: str, *, may_slip: bool = False) -> dict:
    """Place of a name → for each word how it was found; only names that have all words."""
    found: dict[int, dict[str, Match]] = {}
    for number, word in enumerate(dict.fromkeys(words)):
        places = found_by_word(names, word, may_slip=may_slip)
        if number == 0:
            found = {place: {word: match} for place, match in places.items()}
        else:
            found = {
                place: found[place] | {word: places[place]}
                for place in found.keys() & places.keys()
            }
    whole = squeezed(text)
    for one in names.wholes.near(whole) if may_slip else [whole]:
        for place in names.by_whole.get(one, ()):
            grade = WITH_A_SLIP if may_slip else AS_WRITTEN
            found.setdefault(place, {WHOLE: (grade, names.names[place].text)})
    return found


def found_by_word(names: Names, word: str, *, may_slip: bool) -> dict[int, Match]:
    """Place of a name → how surely it has this word."""
    found: dict[int, Match] = {}
    for grade, known in known_words(names, word, may_slip=may_slip):
        for place in names.by_word.get(known, ()):
            found.setdefault(place, (grade, known))
        for place in names.by_about.get(known, ()):
            found.setdefault(place, (grade + ABOUT, known))
    return found


def known_words(names: Names, word: str, *, may_slip: bool) -> Iterator[Match]:
    """Known words for a written one, the surest first."""
    vocabulary = names.vocabulary
    if word in vocabulary.known:
        yield AS_WRITTEN, word
    if may_slip:
        near = vocabulary.near(word)
        for known in sorted(near, key=lambda known: (near[known], known)):
            yield WITH_A_SLIP + near[known] - 1, known
    for known in vocabulary.beginning_with(word):
        yield AS_BEGINNING, known
    for known in vocabulary.holding(word) if allowed(word) else ():
        yield INSIDE, known


def best_of_each(names: Names, by_name: dict, text: str, kinds: set[str]) -> Iterator[Hit]:
    """For each thing the hit by its best name."""
    counts = holdings.holdings()
    whole, start = squeezed(text), folded(text)
    best: dict[tuple[str, str], Hit] = {}
    for place, matches in by_name.items():
        name = names.names[place]
        thing = name.thing
        if thing.kind not in kinds:
            continue
        count = counts.count(thing.kind, thing.key) if thing.kind in holdings.KINDS else None
        grades = [grade for grade, _ in matches.values()]
        order = (
            sureness(name, whole, start),
            max(grades),
            name.is_alias,
            sum(grades),
            -(count or 0),
            len(name.words),
            name.folded,
        )
        taken = {word: known for word, (_, known) in matches.items() if word not in known}
        hit = Hit(thing, name, order, count, taken)
        if (thing.kind, thing.slug) not in best or order < best[thing.kind, thing.slug].place:
            best[thing.kind, thing.slug] = hit
    yield from best.values()


def sureness(name: Name, whole: str, start: str) -> int:
    if name.squeezed == whole:
        return SAME_ALIAS if name.is_alias else SAME
    return BEGINS if f"{name.folded} ".startswith(f"{start} ") else BY_WORDS


def corrected(text: str, hit: Hit) -> str:
    """The search as it was understood, with the misspelt words put right."""
    if WHOLE in hit.taken_for or not hit.taken_for:
        return hit.name.text
    return " ".join(hit.taken_for.get(word, word) for word in words_of(text)[:MOST_WORDS])
