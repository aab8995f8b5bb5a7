import pytest

from ingest import formats
from ingest.readings import ESTIMATED, INFO, SENSED, Unreadable
from tests.ingest.formats.folder import read, sent
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("carbontracker-log")
FOLDER = SAMPLES / "carbontracker-log"
STEM = "1234_2026-03-04T101500Z_carbontracker"
EPOCHS = (FOLDER / f"{STEM}.log").read_text()
TOTALS = (FOLDER / f"{STEM}_output.log").read_text()


def one(content=EPOCHS, *changes):
    """The reading of a log in which some texts are others."""
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    (reading,) = read_text(FORMAT, content)
    return reading


def test_powers_of_epochs_times_their_durations_are_the_energy():
    values = one().values

    # (200.5 + 199.5) W x 100 s + (210 + 190) W x 100.5 s, and 50 W x 100 s + 60 W x 100.5 s.
    assert float(values["device_energy"].raw) == 80_200
    assert float(values["node_energy"].raw) == 80_200 + 11_030
    assert (values["device_energy"].origin, values["node_energy"].origin) == (SENSED, ESTIMATED)
    assert (values["run_time"].raw, values["run_time"].per) == ("200.50", "run")


def test_the_last_actual_consumption_is_the_facilitys():
    values = one(TOTALS).values

    assert (values["facility_energy"].raw, values["facility_energy"].unit) == (
        "0.040040000000",
        "kWh",
    )
    assert (values["carbon_reported"].raw, values["carbon_reported"].unit) == (
        "6.006000000000",
        "g",
    )
    assert (values["run_time"].raw, "node_energy" in values) == ("200", False)


def test_totals_take_hardware_from_the_log_beside_and_leave_it_the_time():
    files = sent({f"logs/{STEM}.log": EPOCHS, f"logs/{STEM}_output.log": TOTALS})
    epochs, totals = read(FORMAT, *files.values())

    for reading in (epochs, totals):
        assert (reading.hardware, reading.device_count) == ("Heron X1", 2)
        assert (reading.region, reading.measured_on) == ("DK", "2026-03-04")
        assert reading.settings == {"epochs": 2}
    assert "run_time" not in totals.values


def test_a_terminals_output_without_epochs_is_read():
    text = (
        "CarbonTracker: \nActual consumption:\n\tTime:\t0:00:24\n"
        "\tEnergy:\t0.000286936393 kWh\n\tCO2eq:\t0.043470863590 g\n"
        "CarbonTracker: Finished monitoring.\n"
    )
    assert formats.detect(formats.Head(text.encode()))[0][1] is FORMAT
    reading = one(text)

    assert reading.values["facility_energy"].raw == "0.000286936393"
    assert (reading.settings, reading.values["run_time"].raw) == ({}, "24")


def test_a_prediction_is_no_measurement():
    start = TOTALS.index("Predicted")
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, TOTALS[start : TOTALS.index("2026-03-04 10:18:20")])
    assert refused.value.issue.code == "column.missing"


def test_an_epoch_without_power_leaves_no_energy():
    for power in ("None", "[None]"):
        reading = one(EPOCHS, ("[210.0 190.0]", power))
        assert reading.values.keys() == {"run_time"}
        assert issue(reading, "series.gap").severity == INFO
    lines = [line for line in EPOCHS.splitlines() if "[210.0 190.0]" not in line]
    assert "device_energy" not in one("\n".join(lines)).values


def test_one_power_for_several_devices_is_not_read():
    reading = one(EPOCHS, ("[200.5 199.5]", "200.5"), ("[210.0 190.0]", "210.0"))

    assert reading.values.keys() == {"run_time"}
    assert "boundary.unclear" in codes(reading)


def test_a_plain_number_is_the_power_of_one_device():
    reading = one(
        EPOCHS,
        ("Heron X1, Heron X1", "Heron X1"),
        ("[200.5 199.5]", "200.5"),
        ("[210.0 190.0]", "210.0"),
    )
    assert float(reading.values["device_energy"].raw) == 200.5 * 100 + 210 * 100.5


def test_a_machine_without_gpu_goes_by_a_processor_that_has_a_name():
    lines = "\n".join(line for line in EPOCHS.splitlines() if "for gpu:" not in line)
    found = "GPU with device(s) Heron X1, Heron X1. CPU with device(s) cpu:0."
    for devices, hardware in (("cpu:0", ""), ("Egret(R) 9000 @ 3.4GHz", "Egret(R) 9000 @ 3.4GHz")):
        reading = one(lines, (found, f"CPU with device(s) {devices}."))
        assert (reading.hardware, reading.device_count) == (hardware, None)
        assert float(reading.values["node_energy"].raw) == 11_030


def test_several_kinds_of_gpu_are_asked_about():
    reading = one(EPOCHS, ("Heron X1, Heron X1", "Heron X1, Egret E2"))

    assert (reading.hardware, issue(reading, "hardware.several").severity) == ("", INFO)


def test_a_file_without_figures_is_refused():
    for content, code in (("\n", "file.empty"), ("nothing\n", "column.missing")):
        with pytest.raises(Unreadable) as refused:
            read_text(FORMAT, content)
        assert refused.value.issue.code == code
