import pytest

from ingest import formats
from ingest.formats import Head
from tests.ingest.formats.reading import SAMPLES


def test_the_folder_is_the_registry():
    assert sorted(formats.FORMATS) == [
        "ai-energy-score",
        "aider-leaderboard-yaml",
        "aiperf-json",
        "bigcode-eval-json",
        "boamps-json",
        "carbontracker-log",
        "codecarbon-csv",
        "ec-nas-bench-json",
        "efficiency-frontier-csv",
        "efficiency-frontier-json",
        "experiment-runner-csv",
        "helm-run-json",
        "inferencex-agg-json",
        "lighteval-json",
        "llama-bench",
        "llama-benchy-md",
        "llm-energy-benchmark-csv",
        "lm-eval-json",
        "lmarena-csv",
        "lmbench-request-csv",
        "mlenergy-v1-csv",
        "mlenergy-v2-json",
        "mlenergy-v3-json",
        "mlperf-inference",
        "mlperf-tiny",
        "mteb-json",
        "open-llm-leaderboard",
        "optimum-benchmark",
        "routellm-csv",
        "sglang-bench-jsonl",
        "vllm-bench-json",
        "zeus",
    ]


def test_a_format_is_found_by_its_slug():
    assert formats.get("codecarbon-csv").LABEL == "CodeCarbon emissions.csv"
    with pytest.raises(KeyError):
        formats.get("codecarbon")


def test_a_file_of_no_format_is_not_recognised():
    for content in (b"", b"\0\1\2", b"a,b,c\n1,2,3\n", b"{}", b"[1, 2]", b"some words"):
        assert formats.detect(Head(content, "emissions.csv")) == []


def test_name_and_folder_raise_a_score_but_never_make_one():
    content = (SAMPLES / "codecarbon-csv" / "emissions.csv").read_bytes()

    def score(path):
        return formats.detect(Head(content, path))[0][0]

    assert score("runs/emissions.csv") > score("runs/other.csv")
    assert formats.detect(Head(b"a,b\n", "emissions.csv")) == []


def test_only_result_files_of_the_known_formats_are_recognised(real_data):
    """Over all real files, those of formats to come included."""
    for path in sorted(path for path in real_data.rglob("*") if path.is_file()):
        place = path.relative_to(real_data)
        found = formats.detect(Head(path.read_bytes()[:65_536], place.as_posix()))

        assert [module.SLUG for _, module in found] in ([], [place.parts[0]])


def test_all_files_of_the_known_formats_are_recognised_or_named_as_companions(real_data):
    for slug in formats.FORMATS:
        for path in (real_data / slug).rglob("*"):
            if path.is_file() and path.name != "SOURCE.md":
                head = Head(path.read_bytes()[:65_536], path.as_posix())
                found = [module.SLUG for _, module in formats.detect(head)]
                assert found == ([] if formats.companion(head) else [slug]), path


def test_a_companion_is_named_for_what_it_is(real_data):
    index = (real_data / "mlenergy-v3-json" / "index.json").read_bytes()

    assert formats.companion(Head(index)).startswith("The catalogue of the ML.ENERGY")
    assert formats.companion(Head(b"{}")) == ""
