"""Words of names and their slips, held against brute force."""

from random import Random

import pytest

from leaderboard.core.spelling import Vocabulary, allowed, folded, slips, squeezed, words_of


def slips_by_definition(one: str, other: str) -> int:
    """Optimal string alignment as its recursion says."""
    if not one or not other:
        return len(one) + len(other)
    least = min(
        slips_by_definition(one[:-1], other) + 1,
        slips_by_definition(one, other[:-1]) + 1,
        slips_by_definition(one[:-1], other[:-1]) + (one[-1] != other[-1]),
    )
    if len(one) > 1 < len(other) and one[-1] == other[-2] and one[-2] == other[-1]:
        least = min(least, slips_by_definition(one[:-2], other[:-2]) + 1)
    return least


def test_slips_are_counted_as_the_recursion_says():
    random = Random(5)
    for _ in range(400):
        one, other = ("".join(random.choices("abc", k=random.randint(0, 5))) for _ in range(2))
        assert slips(one, other) == slips_by_definition(one, other), (one, other)


def test_near_words_are_all_and_only_those_with_few_slips():
    random = Random(7)
    known = {"".join(random.choices("abcd", k=random.randint(2, 9))) for _ in range(1500)}
    vocabulary = Vocabulary(known)
    for _ in range(150):
        word = "".join(random.choices("abcd", k=random.randint(2, 9)))
        within = {
            one: count
            for one in known
            if (count := slips(word, one)) <= min(allowed(word), allowed(one)) and allowed(word)
        }
        assert vocabulary.near(word) == within, word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Llama-3.1-8B", ["llama", "3.1", "8b"]),
        ("meta-llama/Llama3 8 B", ["meta", "llama", "llama", "3", "8b"]),
        ("H100 SXM5 80 GB", ["h100", "sxm", "5", "80gb"]),
        ("Café ﬁne", ["cafe", "fine"]),
        ("Q4_K_M", ["q4", "k", "m"]),
        ("%_\\'\0;--<b>", ["b"]),
        ("", []),
    ],
)
def test_a_text_falls_into_the_words_by_which_it_is_found(text, words):
    assert words_of(text) == words


def test_case_marks_and_what_stands_between_words_make_no_difference():
    assert folded("  GPT-4o\n(mini) ") == folded("gpt 4O_Mini") == "gpt 4o mini"
    assert squeezed("DeepSeek-R1") == squeezed("deepseek r1") == "deepseekr1"


def test_numbers_and_sizes_have_no_slips_but_lookalikes_in_device_names_are_one():
    vocabulary = Vocabulary(["70b", "7b", "3.1", "h100", "h200", "a100", "llama"])

    assert vocabulary.near("71b") == {}
    assert vocabulary.near("3.2") == {}
    assert vocabulary.near("h10o") == {"h100": 1}
    assert vocabulary.near("al00") == {"a100": 1}
    assert vocabulary.near("lama") == {"llama": 1}
