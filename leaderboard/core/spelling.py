"""Words of names, and the known words that a misspelt one may mean.

A slip is a letter that is missing, added, wrong or swapped with its neighbour (optimal string
alignment). Words that are one slip apart share a text that is left when at most one letter of each
is taken out, so that they are found by looking up, not by comparing with all (Garbe's SymSpell).
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator

# “llama-3.1-8b” is llama, 3.1, 8b; a blank between a number and its unit changes nothing.
WORD = re.compile(r"[^\W_]+(?:\.\d+[^\W_]*)*")
NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:gb|tb|b|m)\b)")
# “qwen3” is qwen and 3, but “h100” is one word.
SERIES = re.compile(r"([^\W\d_]{3,})(\d.*)")
# Signs that look alike in the names of devices.
ALIKE = str.maketrans("oilsz", "01152")
SHORTEST, LONG, REACH = 3, 7, 10
SHORTEST_INSIDE = 3


def folded(text: str) -> str:
    """A text without case, accents and marks, its words apart by one blank."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return NUMBER_AND_UNIT.sub("", " ".join(WORD.findall(bare)))


def words_of(text: str) -> list[str]:
    """The words by which a text is found, a series apart from its number."""
    found: list[str] = []
    for word in folded(text).split():
        series = SERIES.fullmatch(word)
        found += series.groups() if series else [word]
    return found


def squeezed(text: str) -> str:
    """A text without anything between its letters and digits: “DeepSeek-R1” is deepseekr1."""
    return re.sub(r"[^\w]|_", "", folded(text))


def slips(one: str, other: str) -> int:
    """How many slips lead from one word to the other."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, sign in enumerate(other, 1):
            least = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != sign))
            if row > 1 < column and letter == other[column - 2] and one[row - 2] == sign:
                least = min(least, before[column - 2] + 1)
            line.append(least)
        before, above = above, line
    return above[-1]


def allowed(word: str) -> int:
    """How many slips a word may have: none in numbers and sizes, two in long words."""
    if len(word) < SHORTEST or word[0].isdigit():
        return 0
    return 2 if len(word) >= LONG and word.isalpha() else 1


def left_over(word: str, most: int) -> set[str]:
    """What is left of the beginning of a word when up to `most` letters are taken out."""
    found = last = {word[:REACH]}
    for _ in range(most):
        last = {text[:place] + text[place + 1 :] for text in last for place in range(len(text))}
        found = found | last
    return found


class Vocabulary:
    """The known words."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(set(words))
        self.known = frozenset(self.words)
        self._left_over: dict[str, list[str]] = defaultdict(list)
        self._alike: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            for text in left_over(word, allowed(word)) if allowed(word) else ():
                self._left_over[text].append(word)
            if looks_numbered(word):
                self._alike[word.translate(ALIKE)].append(word)

    def beginning_with(self, start: str) -> Iterator[str]:
        """Those that begin like this, without the word itself."""
        place = bisect_left(self.words, start)
        while place < len(self.words) and self.words[place].startswith(start):
            if self.words[place] != start:
                yield self.words[place]
            place += 1

    def holding(self, part: str) -> list[str]:
        """Those that have this inside."""
        if len(part) < SHORTEST_INSIDE:
            return []
        return [word for word in self.words if part in word and not word.startswith(part)]

    def near(self, word: str) -> dict[str, int]:
        """Those that the word may mean, with the number of slips; signs that look alike are one."""
        most = allowed(word)
        found = dict.fromkeys(self._alike.get(word.translate(ALIKE), ()), 1)
        if not most:
            return found if looks_numbered(word) else {}
        for text in left_over(word, most):
            for known in self._left_over.get(text, ()):
                if known not in found and abs(len(known) - len(word)) <= most:
                    count = slips(word, known)
                    if count <= min(most, allowed(known)):
                        found[known] = count
        return found


def looks_numbered(word: str) -> bool:
    """Whether a word has letters and digits, as names of devices do."""
    return len(word) >= SHORTEST and word.isalnum() and not (word.isalpha() or word.isdigit())
