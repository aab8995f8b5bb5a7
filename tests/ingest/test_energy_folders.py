"""Real folders of energy results through the whole pipeline, each sent as one archive."""

import io
import zipfile
from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.text import slugify

from ingest import pipeline
from leaderboard import reference
from leaderboard.models import AIModel, Entry, Measurement, Run, Submission
from tests.builders import make_model, make_user
from tests.ingest.files import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(db):
    reference.load()


def packed(folder: Path, pattern: str = "**/*") -> bytes:
    """The files of a folder as a zip archive, under their paths in it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return content.getvalue()


def know(*models: str) -> None:
    """Models that the catalogue does not ship, under the names that the files use."""
    known = {alias for model in AIModel.objects.all() for alias in model.aliases}
    for model in models:
        if model not in known:
            make_model(model, slug=slugify(model.replace("/", "-")), aliases=[model])


def approved(submission: Submission) -> Run:
    """The one run of a held submission, after an editor published it."""
    pipeline.publish(submission.pk, by=make_user(is_staff=True))
    pipeline.ingest(submission.pk, at=timezone.now())
    return Run.objects.get(submission=submission)


def problems(submission: Submission) -> list[dict]:
    return [issue for issue in submission.issues if issue["severity"] != "info"]


def values(run: Run) -> dict[str, float]:
    return {measured.metric: measured.value for measured in run.measurements.all()}


def test_167_small_files_are_one_submission(catalogue, real_data):
    folder = real_data / "mlenergy-v2-json"
    know(*{"/".join(path.parts[-3:-1]).removesuffix("-pp1") for path in folder.rglob("bs*.json")})

    submission = sent(packed(folder), filename="v2.zip")

    assert submission.state == "PUBLISHED", problems(submission)
    runs = Run.objects.filter(submission=submission)
    assert runs.count() == 167
    tasks = [run.entry.task.slug for run in runs.select_related("entry__task")]
    assert {task: tasks.count(task) for task in set(tasks)} == {
        "mlenergy-v2-chat": 86,
        "mlenergy-v2-image-chat": 33,
        "text-to-image": 48,
    }
    run = runs.get(path__endswith="Mixtral-8x22B-Instruct-v0.1-pp1/bs32+tp8+pp1.json")
    assert run.entry.device_count == 8
    assert values(run)["device_energy"] == pytest.approx(1703.84, abs=5e-3)


def test_scores_reach_the_rows_of_an_archive(catalogue, real_data):
    folder = real_data / "mlenergy-v1-csv"
    names = [line.split(",")[0] for line in (folder / "score.csv").read_text().split("\n")[1:]]
    know(*filter(None, names))

    submission = sent(packed(folder), filename="v1.zip")

    assert submission.state == "PUBLISHED", problems(submission)
    entries = Entry.objects.filter(
        model__aliases__contains=["lmsys/vicuna-7B"],
        task__slug="mlenergy-v1-chat",
        hardware__generic_names__contains=["A100"],
    )
    found = {entry.settings["score_of"]: values(entry.runs.get())["quality"] for entry in entries}
    assert found == {
        "arc": pytest.approx(0.53498, abs=5e-6),
        "hellaswag": pytest.approx(0.77534, abs=5e-6),
        "truthfulqa": pytest.approx(0.48998, abs=5e-6),
    }


def test_a_study_with_its_scores_has_quality_and_energy(catalogue, real_data):
    folder = real_data / "codecarbon-csv" / "co2_inference"
    context = {"samples": 1000, "task": "sst2"}
    content = packed(folder, "[pz]*[es]*[e2].csv")

    submission = sent(content, filename="co2.zip", context=context)

    assert submission.state == "PUBLISHED", problems(submission)
    entry = Entry.objects.get(model__aliases__contains=["google/flan-t5-xl"])
    assert values(entry.runs.all()[0])["quality"] == 0.9564
    assert submission.summary["rows"] == 80


def test_a_draft_report_is_held(catalogue, real_data):
    file = real_data / "boamps-json" / "energy-report-llm-inference.json"

    submission = sent(file.read_bytes(), filename=file.name, context={"task": "lm-arena-chat"})

    assert submission.state == "HELD", problems(submission)
    run = approved(submission)
    assert (run.entry.model.name, run.entry.hardware.slug, run.entry.device_count) == (
        "Llama 2-13B",
        "nvidia-v100s-pcie-32gb",
        2,
    )
    assert values(run)["node_energy"] == pytest.approx(9614.66, abs=5e-3)
    assert values(run)["tokens_out"] == 828


def test_epochs_under_power_limits_are_published(catalogue, real_data):
    file = real_data / "zeus" / "nsdi23" / "summary_power_v100.csv"
    know("shufflenetv2", "resnet50", "deepspeech2", "ncf", "bert_base_uncased")

    submission = sent(file.read_bytes(), filename=file.name)

    assert submission.state == "PUBLISHED", problems(submission)
    energy = Measurement.objects.get(run__submission=submission, run__row=1, metric="device_energy")
    assert energy.value == pytest.approx(979.54, abs=5e-3)
    assert energy.instrument == "time_per_epoch × average_power"


def test_trainings_keep_both_boundaries(catalogue, real_data):
    folder = real_data / "ec-nas-bench-json"
    architecture = "001a6fcc8b38cbc515be788a86bdc804"
    know(*{path.parts[-3] for path in folder.rglob("results.json")})

    submission = sent(packed(folder), filename="nas.zip", context={"task": "ec-nas-cifar10"})

    assert submission.state == "PUBLISHED", problems(submission)
    entry = Entry.objects.get(model__aliases__contains=[architecture])
    assert entry.runs.count() == 3
    found = values(entry.runs.get(path__contains="repeat_1"))
    assert found["facility_energy"] == pytest.approx(67_366.8, abs=0.05)
    assert found["node_energy"] == pytest.approx(42_371.1, abs=0.3)
    assert found["quality"] == 0.28515625
    assert found["carbon_reported"] == pytest.approx(0.001646765)


def test_a_report_with_corrupt_samples_is_held_for_an_editor(catalogue, real_data):
    file = real_data / "ai-energy-score" / "results" / "benchmark_report.json"
    context = {"task": "lm-arena-chat", "model": "Qwen3-8B", "hardware": "H100"}

    submission = sent(file.read_bytes(), filename=file.name, context=context)

    assert submission.state == "HELD", problems(submission)
    run = approved(submission)
    expected = (0.0001788905602409191 + 0.0763284283555955 + 0.06628892018946397) * 3600
    assert values(run)["node_energy"] == pytest.approx(expected, rel=1e-9)


def test_runs_on_a_device_and_elsewhere_are_not_mixed(catalogue, real_data):
    file = real_data / "experiment-runner-csv" / "cain2025" / "run_table.csv"
    names = ("qwen2:7b", "gemma:2b", "gemma:7b", "llama3.1:8b", "mistral:7b", "phi3:3.8b")
    know(*names, "qwen2:1.5b")
    context = {"task": "lm-arena-chat", "samples": 1, "hardware": "apple-m2"}

    submission = sent(file.read_bytes(), filename=file.name, context=context)

    assert submission.state == "PUBLISHED", problems(submission)
    remote = Measurement.objects.filter(run__entry__hardware__slug="unspecified")
    assert set(remote.values_list("metric", flat=True)) & {"node_energy", "device_energy"} == set()
    assert Entry.objects.filter(hardware__slug="apple-m2").count() == 21
    assert Run.objects.filter(submission=submission).count() == 1260
