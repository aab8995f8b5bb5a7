"""Every real file is named for what it is. `make outcomes` writes the page that is held here."""

import os
from pathlib import Path

import pytest

from ingest.formats import FORMATS
from ingest.references import REFERENCES
from tests.ingest.outcomes import UNNAMED, Outcome, outcomes, table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats-outcomes.md"


@pytest.fixture(scope="module")
def found(real_data) -> list[Outcome]:
    return list(outcomes(real_data))


def test_every_file_is_counted(found, real_data):
    files = [path for path in real_data.rglob("*") if path.is_file()]
    results = [path for path in files if path.name != "SOURCE.md" and "LICENSES" not in path.parts]

    assert len(found) == len(results) == 556


def test_no_file_is_taken_for_one_of_another_format(found):
    for one in found:
        if one.what in ("result", "reference"):
            assert one.detail == one.folder, one.path


def test_the_page_says_what_becomes_of_them(found):
    page = table(found)
    if os.environ.get("WRITE_OUTCOMES"):
        PAGE.write_text(page, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page, "Run `make outcomes`."


def test_a_folder_of_a_known_format_has_no_file_that_nobody_can_name(found):
    known = FORMATS.keys() | REFERENCES.keys()
    unnamed = {one.path for one in found if one.folder in known and UNNAMED in one.detail}

    # Tables of the same study that no logger wrote.
    assert unnamed <= {
        "codecarbon-csv/co2_inference/model_parameters.csv",
        "codecarbon-csv/co2_inference/performance.csv",
    }
