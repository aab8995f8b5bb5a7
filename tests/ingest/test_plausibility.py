"""Doubts about numbers: each incident that taught one, and an honest file beside it."""

import pytest

from leaderboard.models import Hardware
from tests.builders import make_model, make_user
from tests.ingest.files import csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db
HEADER = "model,task,hardware,setting:batch,samples,quality [%],"


@pytest.fixture(autouse=True)
def catalogue():
    make_catalogue()


def lines(columns, *rows):
    """A file with these metric columns; each row's first cell tells its setting."""
    body = [f"tiny,riddles,card-9,{n},100,{50 + n},{cells}" for n, cells in enumerate(rows, 1)]
    return "\n".join([HEADER + columns, *body]).encode()


def warnings(submission):
    return {one["code"] for one in submission.issues if one["severity"] == "warning"}


def test_an_energy_3600_times_its_neighbours_names_the_slip():
    sent(csv(*(row(n, energy=40 + n) for n in range(1, 9))))

    slipped = sent(csv(row(20, energy=44 * 3600)), by=make_user())

    assert (slipped.state, warnings(slipped)) == ("HELD", {"unit.slip"})
    assert "3,600" in slipped.issues[0]["message"]
    assert "158,400 J" in slipped.issues[0]["message"]
    assert ": J taken for Wh?" in slipped.issues[0]["message"]


def test_an_energy_3600_times_too_small_names_the_slip_the_other_way_round():
    sent(csv(*(row(n, energy=40_000 + n) for n in range(1, 9))))

    slipped = sent(csv(row(20, energy=40_004 / 3600)), by=make_user())

    assert slipped.state == "HELD"
    assert ": Wh taken for J?" in slipped.issues[0]["message"]


def test_what_is_held_tells_its_editor_what_publishing_would_do():
    sent(csv(*(row(n, energy=40 + n) for n in range(1, 9))))

    slipped = sent(csv(row(20, energy=44 * 3600)), by=make_user())

    (board,) = slipped.effect["boards"]
    (standing,) = board["standings"]
    assert standing["dominated_by"] == 0 or standing["layer"] > 1
    assert standing["values"]["node_energy"][0] == 44 * 3600


@pytest.mark.parametrize("energy", [44, 44 * 15, 44 * 900_000])
def test_a_number_that_no_slip_explains_passes(energy):
    sent(csv(*(row(n, energy=40 + n) for n in range(1, 9))))

    assert sent(csv(row(20, energy=energy)), by=make_user()).state == "PUBLISHED"


def test_a_constant_count_of_tokens_goes_to_review():
    """95 % of the rows have 40 tokens."""
    rows = [f"{100 + n},{40 if n < 38 else 40 + n}" for n in range(40)]

    constant = sent(lines("node_energy [J],tokens_out [count]", *rows))

    assert (constant.state, warnings(constant)) == ("HELD", {"values.constant"})


def test_counts_that_differ_pass():
    rows = [f"{100 + n},{40 + n}" for n in range(40)]

    assert sent(lines("node_energy [J],tokens_out [count]", *rows)).state == "PUBLISHED"


def test_energy_exactly_proportional_to_time_is_no_measurement():
    columns = "node_energy [J],node_energy_origin,latency [s]"
    rated = sent(lines(columns, *(f"{300 * n},METERED,{n}" for n in range(1, 9))))
    assert warnings(rated) == {"origin.doubtful"}

    honest = [f"{300 * n * (1 + n / 100)},METERED,{n}" for n in range(1, 9)]
    assert sent(lines(columns, *honest), by=make_user()).state == "PUBLISHED"


def test_more_energy_than_the_devices_can_draw():
    Hardware.objects.filter(slug="card-9").update(tdp_w=300)
    columns = "device_energy per run [J],run_time per run [s]"

    assert warnings(sent(lines(columns, "40000,100"))) == {"energy.beyond_rating"}
    assert sent(lines(columns, "29000,100"), by=make_user()).state == "PUBLISHED"


def test_a_machine_draws_no_more_than_its_devices_twice_and_twenty_kilowatts():
    """The card is rated at 300 W, so that a machine with one may draw 20.6 kW, a facility twice."""
    Hardware.objects.filter(slug="card-9").update(tdp_w=300)
    for metric, most in (("node_energy", 20_600), ("facility_energy", 41_200)):
        columns = f"{metric} [J],run_time [s]"
        assert warnings(sent(lines(columns, f"{most * 10 + 100},10"))) == {"energy.beyond_rating"}
        assert warnings(sent(lines(columns, f"{most * 10 - 100},10"))) == set()


def test_power_times_time_is_energy():
    columns = "node_energy per run [J],run_time per run [s],power [W]"

    assert warnings(sent(lines(columns, "3600,100,100"))) == {"value.contradiction"}
    assert sent(lines(columns, "10100,100,100"), by=make_user()).state == "PUBLISHED"


@pytest.mark.parametrize(("carbon", "doubtful"), [(0.0001, False), (0.01, True), (1e-9, True)])
def test_carbon_over_energy_is_a_grid(carbon, doubtful):
    """One row of 1,000 J, which at 0.36 kg/kWh is 0.0001 kg."""
    file = lines("node_energy [J],carbon_reported [kg]", f"1000,{carbon}")

    assert (warnings(sent(file)) == {"carbon.factor"}) == doubtful


def test_the_same_numbers_of_two_models():
    make_model("Other", slug="other")
    first = "tiny,riddles,card-9,1,100,61.37,123.4,0.52"
    header = HEADER + "node_energy [J],latency [s]"
    copied = f"{header}\n{first}\n{first.replace('tiny', 'other')}".encode()

    assert warnings(sent(copied)) == {"numbers.copied"}


def test_few_samples_are_noted():
    few = lines("node_energy [J]", "100").replace(b",100,51", b",12,51")

    submission = sent(few)

    assert submission.state == "PUBLISHED"
    assert [one["code"] for one in submission.issues] == ["samples.few"]
