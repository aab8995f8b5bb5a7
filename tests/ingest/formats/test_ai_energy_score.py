import json

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import ESTIMATED, INFO, SENSED, WARNING, Row, Unreadable
from tests.ingest.formats.folder import folder_of, read, sorted_out
from tests.ingest.formats.reading import codes, issue, joules, read_text, rows

FORMAT = formats.get("ai-energy-score")
REPORT = "results/benchmark_report.json"
# Computed from the file with a calculator: kWh of preprocess + prefill + decode.
WHOLE_KWH = 0.0001788905602409191 + 0.0763284283555955 + 0.06628892018946397
GPUS_KWH = 0.00016414957576398048 + 0.0720086028290584 + 0.06153912020347903


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "ai-energy-score")


@pytest.fixture(scope="module")
def readings(folder):
    return read(FORMAT, folder[REPORT])


def phase(total, gpu=None, **more):
    energy = {"unit": "kWh", "cpu": 0, "ram": 0, "gpu": gpu, "total": total}
    return {"energy": energy, "efficiency": None, "measures": None} | more


def report(**phases):
    return read_text(FORMAT, json.dumps(phases))[0]


def test_the_report_is_recognised_and_no_other_report_is(folder, real_data):
    found, _ = sorted_out(folder)
    others, _ = sorted_out(folder_of(real_data / "optimum-benchmark"))

    assert found == {"SOURCE.md": [], REPORT: ["ai-energy-score"]}
    assert not any("ai-energy-score" in slugs for slugs in others.values())


def test_a_run_is_the_sum_of_its_phases(readings):
    whole = readings[0]

    energy, gpus = whole.values["node_energy"], whole.values["device_energy"]
    assert joules(energy, samples=1000) == pytest.approx(WHOLE_KWH * 3600, rel=1e-12)
    assert joules(gpus, samples=1000) == pytest.approx(GPUS_KWH * 3600, rel=1e-12)
    assert (energy.origin, gpus.origin) == (ESTIMATED, SENSED)
    assert (
        energy.recipe == "/preprocess/energy/total + /prefill/energy/total + /decode/energy/total"
    )
    # 5,590,009.88 samples/kWh × 0.00017889 kWh
    assert whole.samples == 1000
    assert (whole.model, whole.hardware, whole.measured_on, whole.task) == ("", "", "", "")


def test_phases_are_shown_with_their_energy_and_count_with_the_run(folder, readings):
    cells = [row.cells for row in FORMAT.rows(folder[REPORT])]
    said = {r.settings["phase"]: issue(r, "row.phase").message for r in readings[1:]}

    prefill = float(cells[0]["/prefill/energy/total"])
    decode = float(cells[0]["/decode/energy/total"])
    assert (prefill, decode) == (
        pytest.approx(0.0763284, abs=5e-8),
        pytest.approx(0.0662889, abs=5e-8),
    )
    assert prefill * 3.6e6 == pytest.approx(274_782, abs=0.5)
    assert decode * 3.6e6 == pytest.approx(238_640, abs=0.5)
    assert "274,782.3 J" in said["prefill"]
    assert "238,640.1 J" in said["decode"]
    assert list(said) == ["preprocess", "prefill", "decode"]
    assert [reading.values for reading in readings[1:]] == [{}, {}, {}]


def test_corrupt_samples_are_a_warning_and_the_mean_stays(readings):
    prefill, decode = [found for found in readings[0].issues if found.code == "measure.corrupt"]

    assert prefill.severity == decode.severity == WARNING
    assert "1 of 10 samples of prefill" in prefill.message
    assert "/prefill/measures/6/total is 0" in prefill.message
    assert "2 of 10 samples of decode" in decode.message
    assert "/decode/measures/4/total is -0.08497" in decode.message
    assert "/decode/measures/6/total is 0.1586" in decode.message
    assert "mean, 0.0763284 kWh" in prefill.message
    # Between the fifth and the sixth of ten: 0.0847905 and 0.0848120; 0.0737012 and 0.0737026.
    assert "median is 0.0848" in prefill.message
    assert "median is 0.0737" in decode.message


def test_a_single_forward_pass_has_one_phase_beside_the_preparation():
    found = report(preprocess=phase(0.25, 0.125), forward=phase(0.5, 0.25))

    assert joules(found.values["node_energy"], samples=1) == 0.75 * 3.6e6
    assert joules(found.values["device_energy"], samples=1) == 0.375 * 3.6e6
    assert found.samples is None


def test_loading_is_not_work():
    found = report(
        load_model=phase(5), load_dataset=phase(5), preprocess_dataset=phase(1), call=phase(2)
    )

    assert joules(found.values["node_energy"], samples=1) == 3 * 3.6e6


def test_a_machine_without_gpu_has_no_energy_of_one():
    for gpu in (None, 0.0):
        assert set(report(preprocess=phase(1, gpu), forward=phase(2, gpu)).values) == {
            "node_energy"
        }


def test_few_samples_are_said():
    prepared = phase(0.5, efficiency={"unit": "samples/kWh", "value": 20.0})
    found = report(preprocess=prepared, forward=phase(1))

    assert found.samples == 10
    assert issue(found, "samples.few").severity == INFO


def test_another_efficiency_says_nothing_of_samples():
    for unit, value in (("tokens/kWh", 20.0), ("samples/Wh", 20.0), ("samples/kWh", 20.3)):
        prepared = phase(0.5, efficiency={"unit": unit, "value": value})
        assert report(preprocess=prepared, forward=phase(1)).samples is None


def test_phases_in_two_units_are_not_added():
    other = phase(1)
    other["energy"]["unit"] = "Wh"

    found = report(preprocess=phase(1), forward=other)

    assert (found.values, codes(found)) == ({}, ["unit.missing"])


@pytest.mark.parametrize(
    ("content", "code"),
    [("[]", "column.missing"), ('{"load": {}}', "column.missing"), ("{", "json.invalid")],
)
def test_a_file_without_phases_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_a_report_without_preparation_is_of_another_tool():
    head = Head(b'{"prefill": {"energy": {"unit": "kWh", "gpu": 1, "total": 1}, "efficiency": 1}}')

    assert FORMAT.matches(head) == 0


def test_a_patched_sample_is_no_longer_doubted():
    cells = {"/prefill/energy/unit": "kWh", "/prefill/energy/total": "1"}
    cells |= {f"/prefill/measures/{n}/total": text for n, text in enumerate(["1", "1", "-1"])}
    assert codes(FORMAT.reading(Row(1, cells))) == ["measure.corrupt"]

    assert codes(FORMAT.reading(Row(1, cells | {"/prefill/measures/2/total": "1"}))) == []
