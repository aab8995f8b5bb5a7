import pytest

from ingest import formats
from ingest.formats import File, Head, _encoding, _table, efficiency_frontier_csv
from ingest.readings import Unreadable
from tests.ingest.formats.reading import SAMPLES, read_text

TABLE = "Modelo,Energía (J)\nQwen3-8B,12\n"


def cells(source):
    return [row.cells for row in _table.rows(File.of(source))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_table_is_the_same_in_every_encoding_that_can_be_told(encoding):
    assert cells(TABLE.encode(encoding)) == [{"Modelo": "Qwen3-8B", "Energía (J)": "12"}]
    assert Head(TABLE.encode(encoding)).columns == ("Modelo", "Energía (J)")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_told_by_its_zero_bytes(encoding):
    assert cells("model,latency\nm,1\n".encode(encoding)) == [{"model": "m", "latency": "1"}]


@pytest.mark.parametrize(
    "text",
    [
        "Precisión",
        "ENERGÍA",
        "État",
        "Größe",
        "ÜBERLAST",
        "20 °C",
        "5 µJ",
        "2×4",
        "3 – 4",
        "“m”",
    ],
)
def test_western_letters_and_signs_in_their_places_tell_windows_1252(text):
    assert _encoding.decoded(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Tamaño", "cp1252"),  # ń in Central Europe
        ("Přesnost", "cp1250"),
        ("Energía", "mac_roman"),
        ("PRECISIÓN", "mac_roman"),
        ("Energía", "cp850"),
        ("Энергия", "cp1251"),
        ("Ενέργεια", "cp1253"),
        ("GPU功耗", "gbk"),
        ("エネルギー", "shift_jis"),
    ],
)
def test_an_encoding_that_could_be_another_is_not_guessed(text, encoding):
    with pytest.raises(Unreadable) as caught:
        cells(b"model,latency\nm,1\n" + text.encode(encoding))

    assert caught.value.issue.code == "file.encoding"
    assert "line 3" in caught.value.issue.message


def test_two_encodings_in_one_file_are_none():
    with pytest.raises(Unreadable):
        cells("Energía\n1\n".encode() + "Precisión\n".encode("cp1252"))
    with pytest.raises(Unreadable):
        cells("Precisión\n".encode("cp1252") + "Energía\n1\n".encode())


def test_a_late_letter_is_read_like_an_early_one():
    """The file's beginning, which recognition sees, is plain."""
    filler = "some-model,1\n" * 50_000

    found = cells(f"model,note\n{filler}m,Precisión\n".encode("cp1252"))

    assert (len(found), found[-1]["note"]) == (50_001, "Precisión")
    assert cells(f"model,note\n{filler}m,Précision\n".encode())[-1]["note"] == "Précision"


def test_a_character_that_the_end_of_the_file_cuts_is_no_text():
    with pytest.raises(Unreadable):
        cells("a,b\n1,é".encode()[:-1])


def test_the_beginning_of_a_file_may_cut_a_character():
    assert _encoding.beginning("Energía".encode()[:6]).startswith("Energ")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_spreadsheets_and_shells_that_save_otherwise_change_no_reading(encoding):
    """Windows PowerShell writes what a tool prints as UTF-16."""
    for place in ("efficiency-frontier-csv/tabs.tsv", "efficiency-frontier-json/results.json"):
        source = (SAMPLES / place).read_bytes()
        module = formats.detect(Head(source))[0][1]
        saved = source.decode("utf-8-sig").replace("–", "-").encode(encoding)

        assert formats.detect(Head(saved))[0][1] is module
        assert read_text(module, saved) == read_text(module, source)


def test_a_declared_encoding_that_is_not_kept_to_is_refused():
    with pytest.raises(Unreadable) as caught:
        cells("a,b\n1,2\n".encode("utf-16") + b"\0\xd8")

    assert "UTF-16" in caught.value.issue.message


def test_decimal_commas_count_only_where_the_row_says_so():
    table = "model;task;quality [%];decimal\nm;t;71,4;comma\nm;t;71,4;\n".encode("utf-16")

    said, unsaid = read_text(efficiency_frontier_csv, table)

    assert said.values["quality"].raw == "71.4"
    assert [issue.code for issue in unsaid.issues] == ["number.invalid"]
