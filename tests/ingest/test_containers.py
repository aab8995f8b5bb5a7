"""Our own formats in other containers, through the limited process that reads them."""

import io

import pyarrow as arrow
import pyarrow.parquet
import pytest

from leaderboard.models import Measurement
from tests.ingest.files import make_catalogue, sent

pytestmark = pytest.mark.django_db

COLUMNS = {
    "model": ["tiny"],
    "task": ["riddles"],
    "hardware": ["card-9"],
    "quality [%]": [51.0],
    "latency [s]": [0.5],
}
CSV = b"model,task,hardware,quality [%],latency [s]\ntiny,riddles,card-9,51,0.5\n"
MARKDOWN = b"""# A run

| model | task | hardware | quality [%] | latency [s] |
|---|---|---|--:|--:|
| tiny | riddles | card-9 | 51 | 0.5 |
"""
YAML = b"""format: efficiency-frontier
version: 1
entries:
  - {model: tiny, task: riddles, hardware: card-9, values: {quality: {value: 51, unit: "%"},
     latency: {value: 0.5, unit: s}}}
"""


def parquet():
    stream = io.BytesIO()
    arrow.parquet.write_table(arrow.table(COLUMNS), stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        ("runs.csv", CSV),
        ("runs.tsv", CSV.replace(b",", b"\t")),
        ("runs.txt", CSV.decode().encode("utf-16")),
        ("runs.md", MARKDOWN),
        ("runs.yaml", YAML),
        ("runs.parquet", parquet()),
    ],
)
def test_a_run_is_the_same_in_every_container(filename, content):
    make_catalogue()

    submission = sent(content, filename=filename)

    assert (submission.state, submission.issues) == ("PUBLISHED", [])
    stored = Measurement.objects.filter(run__submission=submission)
    assert dict(stored.values_list("metric", "value")) == {"quality": 0.51, "latency": 0.5}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (parquet()[:-10], "parquet.invalid"),
        (CSV.replace(b"tiny", "tamaño".encode("cp1252")), "file.encoding"),
        (YAML + b"---\na: 1\n", "yaml.repeated"),
        (MARKDOWN + b"\n" + MARKDOWN, "table.repeated"),
    ],
)
def test_a_container_that_can_not_be_read_is_refused_with_a_reason(content, code):
    make_catalogue()

    submission = sent(content)

    assert submission.state == "REJECTED"
    assert [issue["code"] for issue in submission.issues] == [code]
