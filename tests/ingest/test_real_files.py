"""Real files of others through the whole pipeline, on the catalogue that the site ships.

Expected values are the *Check* values of the format notes, worked out by others from the files.
"""

import json

import pytest
from django.http import QueryDict

from leaderboard import reference
from leaderboard.filters import Filters
from leaderboard.models import Board, Entry, Estimate, Run
from leaderboard.standings import Standings
from tests.ingest.files import sent, three_devices

pytestmark = pytest.mark.django_db

STUDY = "llm-energy-benchmark-csv/total_limpio.csv"
# Task → entries on the frontier, and its two ends: quality and node energy in J per problem.
KNOWN = {
    "humaneval": (10, (0.732, 298), (0.470, 43)),
    "mmlu": (11, (0.633, 19.4), (0.426, 2.7)),
    "ifeval": (8, None, None),
}


@pytest.fixture
def catalogue(db):
    reference.load()


@pytest.fixture
def study(catalogue, real_data):
    """The study of 252 rows, sent with a mapping for its three machines."""
    file = real_data / STUDY
    return sent(file.read_bytes(), filename=file.name, context={"hardware": three_devices()})


def test_the_study_is_published_whole_and_makes_four_boards(study):
    assert (study.state, study.issues) == ("PUBLISHED", [])
    assert study.summary["entries"] == 252
    assert Run.objects.filter(submission=study).count() == 252
    assert {board.task.slug for board in Board.objects.all()} >= KNOWN.keys()
    assert Board.objects.count() == 4
    for board in Board.objects.all():
        assert board.placements.live().filter(layer=1).exists()


@pytest.mark.parametrize("task", KNOWN)
def test_the_study_has_the_frontiers_that_are_known_for_it(study, task):
    size, best, cheapest = KNOWN[task]
    board = Board.objects.get(task__slug=task)
    query = QueryDict("objectives=quality,node_energy,latency")

    standings = Standings(board, Filters.read(query, board, board.metrics))

    assert len(standings) == 63
    front = standings.points.where(standings.on_frontier).of(["quality", "node_energy"]).value
    assert len(front) == size
    if best and cheapest:
        for end, (quality, energy) in (
            (front[:, 0].argmax(), best),
            (front[:, 0].argmin(), cheapest),
        ):
            assert front[end, 0] == pytest.approx(quality, abs=1.0e-3)
            assert front[end, 1] == pytest.approx(energy, rel=0.01)


def test_the_first_row_of_the_study(study):
    first = Estimate.objects.filter(entry=Run.objects.get(submission=study, row=1).entry)

    found = {estimate.metric: estimate.value for estimate in first}

    assert found["quality"] == pytest.approx(0.7195122, abs=5e-8)
    assert found["node_energy"] == pytest.approx(519.29, abs=0.005)
    assert found["throughput"] == pytest.approx(24.21, abs=0.005)
    assert found["ttft"] == pytest.approx(0.12756, abs=5e-6)
    assert found["node_energy_per_token"] == pytest.approx(8.0731, abs=5e-5)
    # One problem at a time: the time of a device is the mean time that the file prints.
    assert found["device_time"] == pytest.approx(2.784353, abs=1e-6)


def test_mlenergy_results_need_no_context(catalogue, real_data):
    file = real_data / "mlenergy-v3-json/tasks/gpqa.json"

    submission = sent(file.read_bytes(), filename=file.name)

    assert submission.state == "PUBLISHED", submission.issues
    # 187 configurations; one of them was measured twice and is one entry.
    assert Run.objects.filter(submission=submission).count() == 187
    assert Entry.objects.count() == 186
    run = Run.objects.get(
        entry__model__aliases__contains=["openai/gpt-oss-20b"],
        entry__device_count=1,
        entry__settings__max_num_seqs=64,
        entry__hardware__generic_names__contains=["H100"],
    )
    found = {estimate.metric: estimate.value for estimate in run.entry.estimates.all()}
    assert found["device_energy"] == pytest.approx(214.03, abs=0.005)
    assert found["energy_per_token"] == pytest.approx(0.102343, abs=5e-6)
    assert found["throughput"] == pytest.approx(5512.83, abs=0.005)
    assert found["power"] == pytest.approx(564.2, abs=0.05)
    assert found["itl"] == pytest.approx(0.01122, abs=5e-6)
    # Ours: one device for 214.03 J at 564.2 W.
    assert found["device_time"] == pytest.approx(214.03 / 564.2, rel=1e-3)


def test_codecarbon_totals_are_divided_by_the_samples_that_the_sender_states(catalogue, real_data):
    file = real_data / "codecarbon-csv/co2_inference/zeroshot_sentiment_sst2.csv"
    asked = sent(file.read_bytes(), filename=file.name)
    assert asked.state == "REJECTED"
    assert asked.summary["asked"].keys() == {"samples", "task"}
    context = {"samples": 1000, "task": "sst2"}

    submission = sent(file.read_bytes(), filename=file.name, context=context)

    assert submission.state == "PUBLISHED", submission.issues
    entry = Entry.objects.get(model__aliases__contains=["google/flan-t5-xl"])
    assert entry.runs.count() == 10
    energies = [
        run.measurements.get(metric="node_energy").value
        for run in entry.runs.filter(submission=submission)
    ]
    assert sum(energies) / 10 == pytest.approx(147.11, abs=0.005)
    times = [run.measurements.get(metric="run_time").value for run in entry.runs.all()]
    assert sum(times) / 10 == pytest.approx(0.0636, abs=5e-5)
    assert Estimate.objects.get(entry=entry, metric="node_energy").runs == 10


def test_llama_bench_outputs_of_one_command_are_one_entry_each(catalogue, real_data):
    folder = real_data / "llama-bench/readme-2025"
    context = {"model": "Qwen3-8B"}  # A stand-in: the catalogue does not have the file's model.

    for ending in ("csv", "json", "jsonl", "sql"):
        file = folder / f"llama-bench-rtx4080.{ending}"
        submission = sent(file.read_bytes(), filename=file.name, context=context)
        assert submission.state == "PUBLISHED", submission.issues

    assert Entry.objects.count() == 2
    writing = Entry.objects.get(task__slug="text-generation")
    assert writing.runs.count() == 4
    speeds = [run.measurements.get(metric="throughput").value for run in writing.runs.all()]
    assert sorted(speeds) == pytest.approx([118.882, 119.845, 119.915, 120.347], abs=1e-3)
    assert writing.hardware.slug == "nvidia-rtx-4080"


def test_a_score_with_a_group_asks_for_names_and_is_published(catalogue, real_data):
    file = next((real_data / "lm-eval-json/v0.4/Qwen__Qwen2.5-1.5B").glob("*.json"))
    asked = sent(file.read_bytes(), filename=file.name)
    assert asked.state == "REJECTED"
    assert "quality" not in asked.summary["asked"]
    context = {"model": "Qwen3-8B", "hardware": "A100 40GB", "task": "mmlu"}

    submission = sent(file.read_bytes(), filename=file.name, context=context)

    assert submission.state == "PUBLISHED", submission.issues
    mmlu = Run.objects.get(submission=submission, entry__settings__score_of="acc", samples=14042)
    assert mmlu.measurements.get(metric="quality").value == pytest.approx(0.59614015, abs=5e-9)


def test_a_board_of_aider_has_cost_per_exercise(catalogue, real_data):
    source = (real_data / "aider-leaderboard-yaml/polyglot_leaderboard.yml").read_text()
    last = source[source.rindex("- dirname") :].encode()
    context = {"model": "Qwen3-8B", "hardware": "unspecified"}

    submission = sent(last, filename="polyglot_leaderboard.yml", context=context)

    assert submission.state == "PUBLISHED", submission.issues
    run = Run.objects.get(submission=submission)
    found = {measured.metric: measured.value for measured in run.measurements.all()}
    assert found["cost"] == pytest.approx(0.0038916, abs=5e-8)
    assert found["quality"] == pytest.approx(0.702)
    assert found["tokens_out"] == pytest.approx(573_477 / 225)


def measured(submission):
    """The numbers of a submission's one entry, in canonical units per functional unit."""
    entry = Run.objects.get(submission=submission).entry
    return {estimate.metric: estimate.value for estimate in entry.estimates.all()}


def test_power_and_throughput_of_a_served_model_give_energy_per_token(catalogue, real_data):
    place = "together_runner/baselines/b200/sglang/dsr1-fp4/1k1k/tuned/conc16.json"
    file = real_data / "inferencex-agg-json" / place
    context = {"model": {"nvidia/DeepSeek-R1-0528-FP4": "DeepSeek-R1-0528"}}

    submission = sent(file.read_bytes(), filename=file.name, context=context)

    assert submission.state == "PUBLISHED", submission.issues
    found = measured(submission)
    assert found["energy_per_token"] == pytest.approx(3.065, abs=5e-4)
    assert found["ttft"] == pytest.approx(0.35853, abs=5e-6)
    # Ours: eight devices for 2.2379 requests a second.
    assert found["device_time"] == pytest.approx(8 / 2.237851164115637, rel=1e-9)


def test_a_row_of_mlperf_needs_no_context(catalogue, real_data):
    records = json.loads((real_data / "mlperf-inference/v4.1/summary_results.json").read_text())
    place = "closed/NVIDIA/results/H200-SXM-141GBx8_TRT_MaxQ/gptj-99/Offline"
    chosen = [record for record in records if record["Location"] == place]

    submission = sent(json.dumps(chosen).encode(), filename="summary_results.json")

    assert submission.state == "PUBLISHED", submission.issues
    found = measured(submission)
    assert found["node_energy_per_token"] == pytest.approx(0.36462, abs=5e-6)
    assert found["throughput"] == pytest.approx(13_096.6)
    assert found["quality"] == pytest.approx(0.431017)


def test_the_requests_of_a_vllm_run_are_its_samples(catalogue, real_data):
    place = "dgx-spark/gpt-oss/gpt-oss-20b/mxfp4/07-office-baseline.json"
    file = real_data / "vllm-bench-json" / place
    context = {"task": "serving-sharegpt", "hardware": "DGX Spark"}

    submission = sent(file.read_bytes(), filename=file.name, context=context)

    assert submission.state == "PUBLISHED", submission.issues
    found = measured(submission)
    raw = json.loads(file.read_text())
    assert found["tokens_out"] == pytest.approx(raw["total_output_tokens"] / 200)
    assert found["run_time"] == pytest.approx(raw["duration"] / 200)
    assert found["ttft"] == pytest.approx(raw["mean_ttft_ms"] / 1000)
