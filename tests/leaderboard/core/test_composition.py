"""A reader's own table of elements: what is read from it, and what is refused."""

import pytest

from leaderboard.core import composition
from leaderboard.core.contract import InputError


@pytest.mark.parametrize(
    ("text", "amounts", "are_shares"),
    [
        ("Cu:716g,Fe:92.4 g", {"Cu": 0.716, "Fe": 0.0924}, False),
        ("Cu:0.7kg,Au:300mg", {"Cu": 0.7, "Au": 0.0003}, False),
        ("Cu:48%,Fe:6.2 %", {"Cu": 0.48, "Fe": 0.062}, True),
        ("Cu:500g,Cu:216g", {"Cu": 0.716}, False),
        ("Cu:0g", {"Cu": 0.0}, False),
    ],
)
def test_a_table_is_read_from_an_address(text, amounts, are_shares):
    found = composition.of_text(text)

    assert found.amounts == pytest.approx(amounts)
    assert found.are_shares is are_shares
    assert composition.of_text(found.text).amounts == pytest.approx(amounts)


@pytest.mark.parametrize(
    ("content", "amounts"),
    [
        (b"element,mass (g)\nCu,716\nFe,92.4\n", {"Cu": 0.716, "Fe": 0.0924}),
        (b"\xef\xbb\xbfSymbol;Share [%]\r\nCu;48\r\n", {"Cu": 0.48}),
        (b"part,element,mass_mg\nboard,Au,200\nchip,Au,100\n\n", {"Au": 0.0003}),
    ],
)
def test_a_table_is_read_from_a_file(content, amounts):
    assert composition.of_csv(content).amounts == pytest.approx(amounts)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no rows"),
        ("Cu 716 g", "not like"),
        ("Cu:716", "no unit"),
        ("Cu:716 J", "not a unit"),
        ("Xx:1g", "no symbol"),
        ("cu:1g", "no symbol"),
        ("Cu:-1g", "not negative"),
        ("Cu:nan", "finite"),
        ("Cu:1e999 g", "finite"),
        ("Cu:60%,Fe:60%", "120 %"),
        ("Cu:1g,Fe:1%", "mixes"),
        (",".join(["Cu:1g"] * 201), "more than 200"),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(text, complaint):
    with pytest.raises(InputError, match=complaint):
        composition.of_text(text)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "first line"),
        (b"a,b\n1,2\n", "first line"),
        (b"element,mass\nCu,716\n", "say the unit"),
        (b"element,mass (J)\nCu,716\n", "not a unit"),
        (b"element,share (g)\nCu,716\n", "no unit of a share"),
        (b"element,mass (g)\nCu\n", "1 cells"),
        (b"element,mass (g)\nCu,7,16\n", "3 cells"),
        (b"element,mass (g)\nCu,\n", "not a number"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"element,mass (g)\n" + b"x" * 70_000, "larger than 64"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(content, complaint):
    with pytest.raises(InputError, match=complaint):
        composition.of_csv(content)


def test_shares_are_of_the_device_s_mass():
    table = composition.of_text("Cu:50%")

    assert table.masses_kg(1.491) == pytest.approx({"Cu": 0.7455})
    assert table.masses_kg(None) is None
