"""Each metric can be read about, and each formula gives its worked example."""

import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leaderboard.core import metrics
from leaderboard.core.interval import Interval

DAY_S, HOUR_S, YEAR_S, MWH = 86_400, 3600, 365 * 86_400, 3.6e9
LIFE = Interval(2 * YEAR_S, 1 * YEAR_S, 5 * YEAR_S)
# Compute of GPT-4 and LLaMA-2 70B, FLOP: the inputs of tests T01a to T01e of the metric
# specification.
GPT4, LLAMA2 = 6 * 222e9 * 13e12, 6 * 70e9 * 2e12

# Recipe → its inputs, and what it gives.
EXAMPLES: dict[str, tuple[dict[str, float | Interval], float]] = {
    # T02a: 54,631.48 J over a window of 584,013 tokens.
    "energy_per_token.from_device/1": (
        {"device_energy": 54_631.48, "tokens_out": 584_013},
        0.0935450,
    ),
    "energy_per_token.from_node/1": ({"node_energy": 500, "tokens_out": 250}, 2),
    # T08i: OPT-175B, 992 A100 for 33 days at 400 W and PUE 1.1 are 345.69 MWh.
    "facility_energy.from_rating/1": (
        {"accelerator_time": 992 * 33 * DAY_S, "device_rated_power": 400, "pue": 1.1},
        345.69 * MWH,
    ),
    "facility_energy.from_node/1": ({"node_energy": 100, "pue": 1.2}, 120),
    # T08j: TNLGv2-530B, 1,703.1 MWh at 0.238 kg/kWh are 405.3 t.
    "carbon.from_facility/1": (
        {"facility_energy": 1703.1 * MWH, "grid_intensity": 0.238 / 3.6e6},
        405_338,
    ),
    "carbon.from_node/1": ({"node_energy": 3.6e6, "grid_intensity": 0.5 / 3.6e6}, 0.5),
    "carbon.from_device/1": ({"device_energy": 3.6e6, "grid_intensity": 0.4 / 3.6e6}, 0.4),
    # T02c: Qwen3-8B on one H100, 8,052.39 tokens at 3,117.4 tokens/s.
    "device_time.from_throughput/1": (
        {"device_count": 1, "tokens_out": 8052.39, "throughput": 3117.4},
        2.58305,
    ),
    # The study's own numbers: 51,675 + 10,549 tokens of 164 problems at 136.267 tokens/s are the
    # 2.784353 s per problem that it prints.
    "device_time.from_total_throughput/1": (
        {
            "device_count": 1,
            "tokens_in": 51_675 / 164,
            "tokens_out": 10_549 / 164,
            "total_throughput": 136.26671982439217,
        },
        2.784353,
    ),
    "device_time.from_run_time/1": ({"device_count": 4, "run_time": 2.5}, 10),
    "device_time.from_images/1": ({"device_count": 2, "image_throughput": 8}, 0.25),
    # T01c and T01e: 2,514.13 and 121.96 lives at MFU 0.35 and 2 years.
    "gpu_lives.from_compute/1": ({"training_compute": GPT4}, 2514.13),
    "gpu_lives.from_hours/1": ({"accelerator_time": 17_520 * HOUR_S, "device_life": LIFE}, 1),
    # T01k: about 3,750 kg; before rounding the lives up it is 3,748.6.
    "material.from_compute/1": ({"training_compute": GPT4}, 2514.13 * 1.491),
    "material.from_hours/1": (
        {"accelerator_time": YEAR_S, "device_life": LIFE, "device_analysed_mass": 1.491},
        0.7455,
    ),
    "material.from_device_time/1": (
        {"device_time": HOUR_S, "device_life": LIFE, "device_mass": 1.752},
        1e-4,
    ),
    # T01m, T01n: 126.775 kg CO2 eq and 0.0063421 kg Sb eq per A100 SXM4 40 GB.
    "embodied_carbon.from_compute/1": ({"training_compute": LLAMA2}, 121.96 * 126.775),
    "embodied_carbon.from_hours/1": (
        {"accelerator_time": YEAR_S, "device_life": LIFE, "device_embodied_carbon": 126.775},
        63.3875,
    ),
    "embodied_carbon.from_device_time/1": (
        {"device_time": HOUR_S, "device_life": LIFE, "device_embodied_carbon": 175.2},
        0.01,
    ),
    "abiotic_depletion.from_compute/1": ({"training_compute": LLAMA2}, 121.96 * 0.0063421),
    "abiotic_depletion.from_hours/1": (
        {"accelerator_time": YEAR_S, "device_life": LIFE, "device_abiotic_depletion": 0.0063421},
        0.00317105,
    ),
    "abiotic_depletion.from_device_time/1": (
        {"device_time": HOUR_S, "device_life": LIFE, "device_abiotic_depletion": 0.01752},
        1e-6,
    ),
    "cost.from_device_time/1": ({"device_time": 1800, "device_price": 2 / HOUR_S}, 1),
    "cost.from_hours/1": ({"accelerator_time": 10 * HOUR_S, "device_price": 3 / HOUR_S}, 30),
    # 3.12e17 FLOP take 1,000 s of an A100's peak rate and 2,857 s at MFU 0.35.
    "cost.from_compute/1": ({"training_compute": 3.12e17, "a100_price": 0.35}, 1000),
}
RECIPES = {recipe.name: recipe for metric in metrics.ALL.values() for recipe in metric.recipes}


def test_every_formula_has_a_worked_example():
    assert EXAMPLES.keys() == RECIPES.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_formula_gives_its_worked_example(name):
    inputs, expected = EXAMPLES[name]

    found = RECIPES[name].formula(**{key: Interval.of(value) for key, value in inputs.items()})

    assert found.value == pytest.approx(expected, rel=1e-5)


def test_lives_span_the_published_scenarios():
    """T01a: 8,799.47 lives at MFU 0.20 and 1 year; and at 0.60 and 5 years a fifteenth of it."""
    found = RECIPES["gpu_lives.from_compute/1"].formula(Interval.exact(GPT4))

    assert math.ceil(found.value) == 2515
    assert found.high == pytest.approx(8799.467, abs=5e-4)
    assert found.low == pytest.approx(8799.467 / 15, rel=1e-6)
    # T01f guards the constant: Epoch's larger figure must not give the same.
    other = RECIPES["gpu_lives.from_compute/1"].formula(Interval.exact(2.1e25))
    assert math.ceil(other.high) == 10_672


@pytest.mark.parametrize("metric", metrics.ALL.values(), ids=lambda metric: metric.slug)
def test_a_metric_can_be_read_about(metric):
    assert metric.label[0].isupper()
    assert metric.doc.endswith(".")
    assert metric.better in (metrics.HIGHER, metrics.LOWER, metrics.NEITHER)
    for recipe in metric.recipes:
        assert recipe.name.rpartition("/")[0].startswith(f"{metric.slug}.")
        assert recipe.written


def test_the_energies_are_the_metrics_with_a_boundary():
    bounded = {slug for slug, metric in metrics.ALL.items() if metric.boundary}

    assert set(metrics.ENERGIES) == bounded


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("METRIC = Metric('another', 'Another', 'J', LOWER)", "must live in another.py"),
        (
            """METRIC = Metric('planted', 'Planted', 'J', LOWER)
@METRIC.derived('planted.wrong/1', written='x')
def wrong(no_such_input): return no_such_input""",
            "asks for unknown inputs ['no_such_input']",
        ),
        ("raise RuntimeError('this file is broken')", "this file is broken"),
    ],
)
def test_a_metric_file_that_does_not_load_stops_the_start(tmp_path, module, complaint):
    core = Path(metrics.__file__).parents[1]
    shutil.copytree(
        core, tmp_path / "leaderboard" / "core", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "leaderboard" / "__init__.py").touch()
    planted = tmp_path / "leaderboard" / "core" / "metrics" / "planted.py"
    planted.write_text(f"from leaderboard.core.metrics import LOWER, Metric\n{module}\n")

    started = subprocess.run(
        [sys.executable, "-c", "import leaderboard.core.metrics"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 1
    assert complaint in started.stderr
