"""The reference values T02 to T30 of the metric specification, each under its id.

T01 and the trainings T08i and T08j stand in `test_footprint.py`. A published value is met to half a
unit of its last printed digit, anything else to 1e-6.
"""

import ast
import re
from pathlib import Path

import pytest

from leaderboard.core import analyses, attempts, configurations, dynascore, kinetics, solutions
from leaderboard.core.analyses import rectified_scaling
from leaderboard.core.compute import INFINITE, compute

SPECIFICATION = Path(__file__).resolve().parents[4] / "shared" / "metrics-spec.md"


def value(slug, inputs, recipe=""):
    """The central value, where there is one."""
    result = compute(slug, inputs, recipe)
    assert result.state == "value", result.reason
    return result.interval.value


def found(slug, inputs):
    finding = analyses.run(slug, inputs)
    assert finding.state == analyses.FOUND, finding.reason
    return finding.found


def near(expected, within):
    return pytest.approx(expected, abs=within, rel=0)


def test_every_reference_value_of_the_specification_has_a_test():
    if not SPECIFICATION.exists():
        pytest.skip(f"the specification is not at {SPECIFICATION}")
    stated = set(re.findall(r"\bT\d\d[a-z]\b", SPECIFICATION.read_text(encoding="utf-8")))
    tested = {
        found.group(1)
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and (found := re.match(r"test_(T\d\d[a-z])_", node.name))
    }

    assert stated - tested == set()


# 2. ML.ENERGY


def test_T02a_the_window_s_energy_over_its_tokens_and_its_time():
    window = {"tokens_begin": 0, "requests": 1024, "batch_limit": 128}
    per_token = value(
        "energy_per_token", window | {"window_energy": 54_631.48, "tokens_end": 584_013}
    )

    assert per_token == near(0.093545, 5e-7)
    assert near(584_013, 0.5) == 54_631.48 / 0.093545
    assert value("power", {"window_energy": 54_631.48, "window_time": 97.6}) == near(559.75, 0.005)


def test_T02b_a_response_takes_60_joules():
    inputs = {"energy_per_token": 0.093545, "tokens_out": 661_234 / 1024}

    assert value("energy_per_response", inputs) == near(60.41, 0.005)


def test_T02c_power_over_throughput_is_energy_per_token():
    per_token = value("energy_per_token", {"power": 689.1, "throughput": 3117.4})
    per_response = value(
        "energy_per_response", {"energy_per_token": per_token, "tokens_out": 8052.39}
    )

    assert per_token == near(0.2211, 1e-4)
    assert per_response == near(1780, 1)


def test_T02d_the_frontier_is_the_h100s_and_one_b200():
    frontier = found("recommendation", {"configurations": configurations.EXAMPLE, "target": 1})

    assert frontier["frontier"] == [
        "H100 B 8",
        "H100 B 16",
        "H100 B 32",
        "H100 B 64",
        "H100 B 96",
        "B200 B 128",
    ]


@pytest.mark.parametrize(
    ("ms", "name", "joule"),
    [
        (20, "H100 B 32", 0.317296),
        (30, "H100 B 96", 0.221064),
        (40, "H100 B 96", 0.221064),
        (50, "B200 B 128", 0.173170),
    ],
)
def test_T02e_the_recommended_configuration_per_target(ms, name, joule):
    answer = found(
        "recommendation", {"configurations": configurations.EXAMPLE, "target": ms / 1000}
    )

    assert (answer["recommended"], answer["energy"]) == (name, joule)
    assert answer["fastest"] == "H100 B 8"
    assert answer["saving"] == near(0.713, 5e-4) or ms < 50


def test_T02f_a_beaten_configuration_is_dropped_and_the_saving_is_40_percent():
    rows = [(20, 0.50), (30, 0.35), (35, 0.40), (45, 0.30), (60, 0.28)]
    named = [{"name": str(ms), "latency": ms / 1000, "energy": joule} for ms, joule in rows]

    answer = found("recommendation", {"configurations": named, "target": 0.050})

    assert answer["frontier"] == ["20", "30", "45", "60"]
    assert answer["recommended"] == "45"
    assert answer["saving"] == pytest.approx(0.40)


# 3. Intelligence per watt and joule


def test_T03a_accuracy_per_watt_and_per_joule():
    queries = [{"accuracy": 1, "power": 200}, {"accuracy": 0, "power": 250}]

    assert value("intelligence_per_watt", {"queries": queries}) == near(0.0022222, 5e-8)
    assert value("intelligence_per_joule", {"quality": 0.5, "device_energy": 25}) == 0.02


def test_T03b_two_gains_multiply_to_five_and_a_quarter():
    assert value("efficiency_gain", {"factors": [3.1, 1.7]}) == near(5.27, 1e-9)


@pytest.mark.parametrize(("models", "share"), [(["A"], 0.5), (["B"], 0.5), (["A", "B"], 0.75)])
def test_T03c_coverage_of_sets_of_models(models, share):
    answers = [
        {"query": str(query), "model": model, "correct": query in right}
        for model, right in (("A", (1, 2)), ("B", (2, 3)))
        for query in (1, 2, 3, 4)
    ]

    assert value("coverage", {"answers": answers, "models": models}) == share


# 4. Cost of pass


def cost_of_pass(cost, percent):
    return near_enough(value("cost_of_pass", {"cost": cost, "quality": percent / 100}))


def near_enough(number):
    """Printed to the cent."""
    return near(number, 0.005)


def test_T04a_owl():
    assert cost_of_pass(0.398, 53.33) == 0.75


def test_T04b_smolagents():
    assert cost_of_pass(3.104, 53.33) == 5.82


def test_T04c_efficient_agents():
    assert cost_of_pass(0.285, 51.52) == 0.55


def test_T04d_gpt_4_1():
    assert cost_of_pass(0.521, 53.33) == 0.98


def test_T04e_claude_3_7_sonnet():
    assert cost_of_pass(2.190, 61.82) == 3.54


def test_T04f_best_of_2():
    assert cost_of_pass(0.639, 54.55) == 1.17


def test_T04g_simple_memory():
    assert cost_of_pass(0.419, 56.36) == 0.74


def test_T04h_summarised_memory():
    assert cost_of_pass(0.782, 51.52) == 1.52


def test_T04i_no_correct_answer_is_infinite():
    result = compute("cost_of_pass", {"cost": 0.10, "quality": 0})

    assert (result.state, result.value, result.reason) == (INFINITE, None, "no correct answer")
    assert not result.is_data_error


def test_T04j_adaptive_reasoning_costs_45_percent_less_per_correct_answer():
    change = value("relative_change", {"quantity": 0.00487, "reference": 0.00889})

    assert change == near(-0.452, 5e-4)


def test_T04k_the_frontier_of_two_models_and_an_expert():
    tried = [("A", "p1", 0.1, 0.5), ("A", "p2", 0.1, 0), ("B", "p1", 1, 1), ("B", "p2", 1, 0.25)]
    columns = ("model", "problem", "cost", "success")
    rows = [dict(zip(columns, row, strict=True)) for row in tried]
    inputs = {"attempts": rows, "human_cost": 3.00}

    answer = found("cost_frontier", inputs)

    assert answer["by_problem"] == {"p1": {"A": 0.2, "B": 1.0}, "p2": {"A": None, "B": 4.0}}
    assert answer["frontier"] == {"p1": 0.2, "p2": 3.0}
    assert value("frontier_cost_of_pass", inputs) == pytest.approx(1.60)
    assert value("essentialness", inputs | {"model": "A"}) == pytest.approx(0.20)
    without = [row for row in rows if row["model"] == "B"]
    assert value("frontier_cost_of_pass", inputs | {"attempts": without}) == pytest.approx(2.00)
    assert attempts.HUMAN_BASELINES["GSM8K"] == 3.50


# 5. E3


def test_T05a_e3_rises_by_194_percent():
    change = value("relative_change", {"quantity": 0.47, "reference": 0.16})

    assert change == near(1.9375, 1e-9)


def test_T05b_e3_rose_by_187_percent_in_the_first_version():
    change = value("relative_change", {"quantity": 0.46, "reference": 0.16})

    assert change == near(1.875, 1e-9)


def test_T05c_e3_is_in_percent():
    assert value("e3", {"quality": 0.80, "tokens_out": 1000}) == pytest.approx(6.4)


# 6. Token elasticity


@pytest.mark.parametrize(("accuracy", "base"), [(68, 60), (0.68, 0.60)])
def test_T06a_more_tokens_for_a_better_result(accuracy, base):
    inputs = {"accuracy": accuracy, "base_accuracy": base, "tokens": 2600, "base_tokens": 2000}
    result = compute("token_elasticity", inputs)

    assert result.interval.value == near(0.44444, 5e-6)
    assert result.details["in_words"] == "more tokens, better result"


def test_T06b_fewer_tokens_for_a_better_result():
    inputs = {"accuracy": 68, "base_accuracy": 60, "tokens": 1400, "base_tokens": 2000}
    result = compute("token_elasticity", inputs)

    assert result.interval.value == near(-0.44444, 5e-6)
    assert result.details["in_words"] == "fewer tokens, better result"


# 7. Outcome and process efficiency


def efficiencies(*responses):
    given = {"solutions": solutions.rows(*responses)}
    return value("outcome_efficiency", given), value("process_efficiency", given)


def test_T07a_a_response_that_goes_on_after_the_solution():
    assert efficiencies("a") == (near(0.555556, 5e-7), near(0.733333, 5e-7))


def test_T07b_a_response_that_repeats_its_solution():
    assert efficiencies("b") == (near(0.666667, 5e-7), near(0.666667, 5e-7))


def test_T07c_a_response_without_a_solution():
    assert efficiencies("c") == (0, 1)


def test_T07d_the_mean_of_the_three():
    assert efficiencies("a", "b", "c") == (near(0.407407, 5e-7), near(0.8, 5e-7))


def test_T07e_with_one_solution_each_it_is_accuracy_and_one():
    rows = [
        {"response": str(place), "tokens": 100 + place, "correct": place < 956, "cluster": "0"}
        for place in range(1000)
    ]

    assert value("outcome_efficiency", {"solutions": rows}) == pytest.approx(0.956)
    assert value("process_efficiency", {"solutions": rows}) == 1


# 8. Idealised runtime


def runtime(model, prompt, output):
    inputs = {"model": model, "prompt_tokens": prompt, "output_tokens": output}
    return value("idealised_runtime", inputs)


def test_T08a_davinci_512_and_100():
    assert runtime("davinci", 512, 100) == pytest.approx(8.197)


def test_T08b_davinci_300_and_50():
    assert runtime("davinci", 300, 50) == pytest.approx(4.094625)


def test_T08c_davinci_100_and_10():
    assert runtime("davinci", 100, 10) == near(0.802438, 5e-7)


def test_T08d_davinci_1024_and_nothing():
    assert runtime("davinci", 1024, 0) == pytest.approx(0.323)


def test_T08e_davinci_beyond_its_table():
    assert runtime("davinci", 2000, 10) == pytest.approx(1.350875)


def test_T08f_ada_512_and_10():
    assert runtime("ada", 512, 10) == pytest.approx(0.196)


def test_T08g_ada_250_and_10():
    assert runtime("ada", 250, 10) == near(0.192484, 5e-7)


def test_T08h_ada_beyond_its_table():
    assert runtime("ada", 2048, 20) == near(0.404733, 5e-7)


# 9. Kinetics


def printed(number):
    """Seven significant digits are printed."""
    return pytest.approx(number, rel=5e-7)


def test_T09a_eflops_of_qwen3_8b():
    result = compute("eflops", kinetics.QWEN3_8B | {"prompt_tokens": 1024, "output_tokens": 8192})

    assert result.interval.value == printed(3.637847e15)
    assert result.details == {"compute": printed(1.589240e14), "memory": printed(3.478924e15)}


def test_T09b_eflops_of_qwen3_0_6b():
    shape = kinetics.QWEN3_0_6B
    result = compute("eflops", shape | {"prompt_tokens": 1024, "output_tokens": 32768})

    assert result.interval.value == printed(3.697940e16)
    assert result.details == {"compute": printed(1.801250e14), "memory": printed(3.679928e16)}


def test_T09c_sparse_attention_is_14_times_below_dense():
    asked = kinetics.QWEN3_8B | {"prompt_tokens": 1024, "output_tokens": 32768}
    sparse = compute("eflops", asked | {"budget": 1024})

    assert sparse.interval.value == printed(3.339670e15)
    assert sparse.details == {"compute": printed(5.565310e14), "memory": printed(2.783139e15)}
    assert value("eflops", asked) / sparse.interval.value == near(14.43, 0.005)


def test_T09d_the_cache_of_a_small_model_is_three_and_a_half_gib():
    inputs = {"layers": 28, "kv_heads": 8, "head_dim": 128, "tokens": 32768}

    assert value("kv_cache", inputs) == 3_758_096_384 == 3.5 * 2**30


@pytest.mark.parametrize(("drawn", "chance"), [(1, 0.25), (4, 0.728022), (8, 0.961538)])
def test_T09e_coverage_of_draws(drawn, chance):
    inputs = {"samples": 16, "correct": 4, "drawn": drawn}

    assert value("coverage_at_k", inputs) == near(chance, 5e-7)


# 10. Plateau of test-time scaling


@pytest.mark.parametrize(
    ("n", "score"), [(1, 0.2), (2, 0.36), (4, 0.5904), (8, 0.8322), (16, 0.9719)]
)
def test_T10a_the_curve_levels_off(n, score):
    assert value("scaled_quality", {"p": 0.2, "f_max": 1, "n": n}) == near(score, 5e-5)


def saturation(p, eps):
    return value("saturation_point", {"p": p, "f_max": 1, "eps": eps})


def test_T10b_saturation_for_two_smallest_gains():
    assert (saturation(0.2, 0.01), saturation(0.2, 0.005)) == (14, 17)


def test_T10c_a_high_chance_saturates_early():
    assert saturation(0.5, 0.01) == 6


def test_T10d_a_low_chance_saturates_late():
    assert saturation(0.05, 0.01) == 32


def test_T10e_expected_draws_with_an_early_stop():
    assert value("expected_draws", {"p": 0.2, "n": 8}) == near(4.161139, 5e-7)


# 11. EfficientLLM


def test_T11a_quantisation_of_a_14b_model():
    compression = {
        "original_size": 4,
        "compressed_size": 1,
        "original_performance": 0.4719,
        "compressed_performance": 0.4361,
    }
    before = value("energy_per_token", {"power": 212, "throughput": 24.74})
    after = value("energy_per_token", {"power": 191, "throughput": 26.40})

    assert value("compression_rate", compression) == near(3.69655, 5e-6)
    assert (before, after) == (near(8.5691, 5e-5), near(7.2348, 5e-5))
    saved = value("relative_change", {"quantity": after, "reference": before})
    memory = value("relative_change", {"quantity": 34.21, "reference": 51.83})
    assert (saved, memory) == (near(-0.156, 5e-4), near(-0.340, 5e-4))


# 12. DIoR


def test_T12a_the_lower_end_of_a_hundred_similarities():
    similarities = [place / 100 for place in range(100)]

    assert value("decision_reliability", {"similarities": similarities}) == near(0.02475, 1e-9)


def test_T12b_identical_rankings_are_reliable():
    scores = [
        {"system": system, "item": str(item), "score": level + item / 100}
        for system, level in (("a", 3), ("b", 2), ("c", 1))
        for item in range(5)
    ]

    assert value("decision_reliability", {"similarities": [1.0] * 40}) == 1
    assert found("rank_intervals", {"scores": scores, "draws": 40})["reliability"] == 1


# 13. UCB-E


def test_T13a_the_least_known_of_three_is_next():
    methods = [("A", 0.80, 100), ("B", 0.70, 20), ("C", 0.75, 50)]
    rows = [{"method": name, "mean": mean, "n": n} for name, mean, n in methods]

    answer = found("measure_next", {"methods": rows})

    assert answer["order"][0] == "B"
    assert answer["bounds"] == {
        "A": near(0.90, 5e-7),
        "B": near(0.923607, 5e-7),
        "C": near(0.891421, 5e-7),
    }


def test_T13b_what_was_never_measured_comes_first():
    rows = [{"method": "A", "mean": 0.99, "n": 1}, {"method": "new", "n": 0}]

    assert found("measure_next", {"methods": rows})["order"] == ["new", "A"]


# 14. Dynascore


def test_T14a_the_class_notebook_s_dynascores():
    weights = {"performance": 4, "throughput": 1, "memory": 1, "fairness": 1, "robustness": 1}
    answer = found("dynascores", dynascore.EXAMPLE | {"weights": weights})

    assert answer["rates"] == {
        "performance": 1,
        "throughput": near(4.902110, 5e-7),
        "memory": near(12.017132, 5e-7),
        "fairness": near(5.510660, 5e-7),
        "robustness": near(6.481070, 5e-7),
    }
    shown = {"DeBERTa": 38.730978, "RoBERTa": 38.492792, "ALBERT": 37.548582, "T5": 37.539321}
    assert {name: answer["scores"][name] for name in shown} == {
        name: near(score, 5e-7) for name, score in shown.items()
    }
    assert answer["ranking"][:4] == list(shown)


def test_T14b_metrics_that_equal_performance_give_performance():
    systems = [
        {"system": name, "scores": {"performance": score, "same": score, "again": score}}
        for name, score in (("a", 10.0), ("b", 30.0), ("c", 31.0))
    ]
    weights = {"performance": 0.3, "same": 2, "again": 5}
    inputs = {"systems": systems, "performance": "performance", "weights": weights}

    scores = found("dynascores", inputs)["scores"]

    assert scores == {"a": pytest.approx(10), "b": pytest.approx(30), "c": pytest.approx(31)}


# 15. Routers


def test_T15a_which_model_is_chosen_along_mu():
    rows = [("small", 0.60, 0.0004), ("mid", 0.72, 0.0030), ("large", 0.80, 0.0150)]
    models = [{"model": name, "quality": q, "cost": c} for name, q, c in rows]

    ranges = found("routing", {"models": models})["ranges"]

    assert [each["model"] for each in ranges] == ["large", "mid", "small"]
    assert ranges[0]["end"] == near(0.8696, 5e-5)
    assert ranges[1]["end"] == near(0.9788, 5e-5)
    for mu, name in ((0.8695, "large"), (0.8697, "mid"), (0.9787, "mid"), (0.9789, "small")):
        assert found("routing", {"models": models, "mu": mu})["choice"] == name


def curve(*points):
    return [{"cost": cost, "performance": found} for cost, found in points]


def test_T15b_the_area_under_the_hull():
    points = curve((0, 0.5), (1, 0.7), (2, 0.72), (3, 0.8), (4, 0.78))
    result = compute("average_quality_of_router", {"curve": points, "cost_max": 4})

    assert result.interval.value == pytest.approx(0.725)
    assert result.details["hull"] == [(0, 0.5), (1, 0.7), (3, 0.8)]


def test_T15c_two_points_are_enough():
    points = curve((0, 0.55), (2, 0.75))

    assert value("average_quality_of_router", {"curve": points, "cost_max": 4}) == near(0.7, 1e-9)


def test_T15d_the_score_of_the_router_arena():
    result = compute("arena_score", {"accuracy": 0.70, "cost": 1.00})

    assert result.details["cheapness"] == near(0.494040, 5e-7)
    assert result.interval.value == near(0.674439, 5e-7)
    assert value("arena_score", {"accuracy": 0.70, "cost": 200}) == 0


# 16. GREEN


@pytest.mark.parametrize(("weight", "model"), [(0.5, "c"), (0.7, "b"), (1, "a"), (0, "d")])
def test_T16a_the_model_for_a_weight(weight, model):
    rows = [("a", 0.92, 50), ("b", 0.90, 20), ("c", 0.85, 8), ("d", 0.70, 5), ("e", 0.84, 9)]
    answer = found(
        "preference",
        {
            "models": [{"model": m, "scores": {"accuracy": a, "energy": e}} for m, a, e in rows],
            "directions": {"accuracy": 1, "energy": -1},
            "weights": {"accuracy": weight, "energy": 1 - weight},
        },
    )

    assert answer["recommended"] == model
    assert answer["pareto"] == ["a", "b", "c", "d"]
    if weight == 0.5:
        expected = {"a": 0.5, "b": 0.787879, "c": 0.807576, "d": 0.5}
        assert answer["scores"] == {name: near(score, 5e-7) for name, score in expected.items()}
    if weight == 0.7:
        assert answer["scores"]["b"] == near(0.836364, 5e-7)


# 17. Rectified scaling law


def test_T17a_the_fit_of_lamini_gpt_on_flan():
    fit = found("rectified_scaling", {"losses": rectified_scaling.MEASURED})

    assert fit["rmsd"] <= 0.00275
    assert fit["beta"] == near(0.455, 0.01)
    assert fit["floor"] == near(1.07, 0.05)
    assert fit["prelearned"] == near(166, 10)
    assert fit["scale"] == near(564, 40)
    # Published: 0.067924; we find an optimum a little below it.
    assert 0.06 < fit["vanilla_rmsd"] <= 0.067924


# 18. JointRank


def test_T18a_win_rates_and_strengths_of_four_partial_rankings():
    rankings = [[0, 1, 2], [2, 3, 4], [1, 4, 0], [3, 0, 4]]
    answer = found("rank_aggregation", {"rankings": rankings})

    rates = [0.5, 0.833333, 0.5, 0.666667, 0.125]
    strengths = [0.955038, 2.291230, 1.026090, 1.705818, 0.261091]
    assert answer["win_rates"] == {str(i): near(r, 5e-7) for i, r in enumerate(rates)}
    assert answer["strengths"] == {str(i): near(s, 5e-7) for i, s in enumerate(strengths)}
    assert answer["order"] == ["1", "3", "2", "0", "4"]


# 19. Unified cost


def test_T19a_a_budget_tracker_saves_31_percent():
    change = value("relative_change", {"quantity": 6.8, "reference": 9.9})

    assert change == near(-0.313, 5e-4)


def test_T19b_tokens_and_tools_together():
    tokens = [("input", 20_000, 2e-6), ("output", 3_000, 8e-6)]
    tools = [("search", 6, 0.005), ("page read", 2, 0.001)]
    rows = {
        name: [{"kind": kind, "count": count, "price": price} for kind, count, price in given]
        for name, given in (("tokens", tokens), ("tools", tools))
    }

    assert value("cost", rows) == pytest.approx(0.096)


# 22. MELODI


def melodi(kwh, tokens):
    energy = {"value": kwh, "unit": "kWh"}
    return value("integrated_energy", {"integrated_energy": energy}), value(
        "integrated_energy_per_token", {"energy": energy, "tokens": tokens}
    )


def test_T22a_codellama_7b():
    assert melodi(2.35e-4, 535.03) == (near(846.0, 0.05), near(1.58122, 5e-6))


def test_T22b_codellama_70b():
    assert melodi(3.33e-3, 342.64) == (near(11_988, 0.5), near(34.98716, 5e-6))


def test_T22c_gemma_2b():
    assert melodi(8.18e-5, 279.11) == (near(294.48, 0.005), near(1.05507, 5e-6))


def test_T22d_llama3_8b():
    assert melodi(1.34e-4, 255.20) == (near(482.4, 0.05), near(1.89028, 5e-6))


def test_T22e_llama3_70b():
    assert melodi(2.26e-3, 251.46) == (near(8136, 0.5), near(32.35505, 5e-6))


def test_T22f_alpaca_prompts():
    assert melodi(4.49e-4, 213.98) == (near(1616.4, 0.05), near(7.55398, 5e-6))


def test_T22g_the_integral_of_three_samples():
    assert value("integrated_energy", {"times": [0, 1, 3], "power": [100, 120, 110]}) == 340


# 23 to 26


def test_T23a_tokens_per_joule():
    assert value("tokens_per_joule", {"throughput": 2000, "power": 500}) == 4
    assert value("energy_per_token", {"throughput": 2000, "power": 500}) == 0.25


def test_T24a_waste_of_a_cluster():
    hours = {"failed_hours": 235_993, "all_hours": 5_626_520}

    assert value("waste_share", hours) == near(0.04194, 5e-6)
    assert value("goodput_share", hours) == near(0.95806, 5e-6)


def test_T25a_a_plan_s_tokens_power_and_energy_per_token():
    tokens = 336.752 * 62.06

    assert tokens == near(20_898.8, 0.05)
    assert value("throughput", {"tokens": tokens, "window_time": 62.06}) == pytest.approx(336.752)
    assert value("power", {"window_energy": 75_690, "window_time": 62.06}) == near(1219.6, 0.05)
    per_token = value("energy_per_token", {"device_energy": 75_690, "tokens_out": tokens})
    assert per_token == near(3.6217, 5e-5)


def test_T25b_half_of_the_requests_are_fast_enough():
    inputs = {"latencies": [0.044, 0.028, 0.031, 0.030], "target": 0.030}

    assert value("slo_attainment", inputs) == 0.5


def test_T26a_gap_to_bm25_and_loss():
    gap = value(
        "latency_gap",
        {
            "latency": {"value": 9.5, "unit": "ms"},
            "baseline_latency": {"value": 6.0, "unit": "ms"},
        },
    )
    loss = value("quality_loss", {"score": 0.352, "best_score": 0.380})

    assert gap == pytest.approx(0.0035)
    assert loss == near(0.07368, 5e-6)
    assert gap < 0.004
    assert loss < 0.10


# 27 to 30


def test_T27a_the_chance_that_a_wins():
    runs = [("A", 0.50), ("A", 0.60), ("B", 0.55)]
    inputs = {
        "runs": [{"value": each, "score": score} for each, score in runs],
        "draws": 20_000,
        "size": 3,
    }

    assert found("hyperparameter_bootstrap", inputs)["win_share"]["A"] == near(0.59375, 0.012)


def test_T28a_how_much_is_explored():
    ten, two = (found("next_evaluation", {"variables": count}) for count in (10, 2))

    assert (ten["eps"], ten["exploit"]) == (near(0.316228, 5e-7), near(0.367544, 5e-7))
    assert (two["eps"], two["exploit"]) == (0.5, 0)


def test_T29a_a_model_14_times_larger():
    inputs = {"size_ratio": 14, "inference_ratio": 0.79}

    assert value("token_multiplier", inputs) == near(63.367, 5e-4)


def test_T29b_a_model_twice_as_large():
    assert value("token_multiplier", {"size_ratio": 2, "inference_ratio": 1}) == 5


def test_T30a_a_tau_of_936_thousandths():
    assert value("rank_error", {"agreement": 0.936}) == near(0.0320, 5e-5)


@pytest.mark.parametrize(("tau", "error"), [(0, 0.50), (0.333, 0.333)])
def test_T30b_no_agreement_is_half_of_the_pairs(tau, error):
    assert value("rank_error", {"agreement": tau}) == near(error, 5e-4 + 1e-12)


def test_T30c_a_tau_of_eight_tenths():
    assert value("rank_error", {"agreement": 0.8}) == pytest.approx(0.10)


def test_T30d_two_pairs_of_ten_are_swapped():
    tau = value("rank_agreement", {"first": [1, 2, 3, 4, 5], "second": [1, 3, 2, 5, 4]})

    assert tau == pytest.approx(0.6)
    assert value("rank_error", {"agreement": tau}) == pytest.approx(0.20)
