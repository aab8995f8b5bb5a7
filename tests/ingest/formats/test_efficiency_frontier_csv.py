import csv
from pathlib import Path

import pytest

import ingest.formats
from ingest import formats
from ingest.formats import Head
from ingest.formats.efficiency_frontier_csv import Column, meaning
from ingest.readings import Unreadable, Value
from tests.ingest.formats.reading import codes, issue, read, read_text, rows, stated

FORMAT = formats.get("efficiency-frontier-csv")
TEMPLATES = Path(ingest.formats.__file__).parent / "templates"


def one(**columns):
    """The reading of a table with one row; model and task are given if not said otherwise."""
    given = {"model": "m", "task": "t", **columns}
    lines = [list(given), list(given.values())]
    text = "\n".join(",".join('"' + c.replace('"', '""') + '"' for c in line) for line in lines)
    (reading,) = read_text(FORMAT, text)
    return reading


@pytest.mark.parametrize(
    ("header", "means"),
    [
        ("model", Column("fact", "model")),
        (" Device  Count ", Column("fact", "device_count")),
        ("MEASURED-ON", Column("fact", "measured_on")),
        ("setting:batch_size", Column("setting", "batch_size")),
        ("Setting : Batch Size", Column("setting", "batch_size")),
        ("quality [%]", Column("metric", "quality", unit="%")),
        ("Node Energy[kWh]", Column("metric", "node_energy", unit="kWh")),
        ("node_energy per run [ kWh ]", Column("metric", "node_energy", unit="kWh", per="run")),
        ("node_energy_low [J]", Column("metric", "node_energy", "low", "J")),
        ("node_energy_high per run [J]", Column("metric", "node_energy", "high", "J", "run")),
        ("node_energy per run low [J]", Column("metric", "node_energy", "low", "J", "run")),
        ("node_energy_origin", Column("metric", "node_energy", "origin")),
        ("latency", Column("metric", "latency")),
        ("latency [s", Column("unknown", "latency [s")),
        ("7th [s]", Column("unknown", "7th [s]")),
        ("[J]", Column("unknown", "[J]")),
    ],
)
def test_a_header_means(header, means):
    assert meaning(header) == means


def test_a_value_has_unit_bounds_and_origin_of_its_columns():
    reading = one(
        **{
            "node_energy per run [kWh]": "0.5",
            "node_energy_low per run [kWh]": "0.4",
            "node_energy_high per run [kWh]": "0.6",
            "node_energy_origin": "metered",
        }
    )

    assert reading.values == {
        "node_energy": Value(
            "0.5", "kWh", "run", "METERED", "0.4", "0.6", "node_energy per run [kWh]"
        )
    }
    assert reading.issues == ()


def test_any_name_that_may_be_a_metric_is_passed_on():
    """Whether there is such a metric, only the catalogue knows."""
    assert one(**{"helium [kg]": "1"}).values["helium"].unit == "kg"


def test_a_metric_without_unit_is_an_error_that_names_the_column():
    reading = one(**{"node_energy": "12", "quality [%]": "50"})

    missing = issue(reading, "unit.missing")
    assert (missing.column, missing.given, missing.expected) == (
        "node_energy",
        "12",
        ("node_energy [J]",),
    )
    assert codes(one(**{"node_energy []": "12"})) == ["unit.missing"]


def test_an_unknown_column_is_an_error_with_the_name_it_may_be_meant_for():
    reading = one(**{"quality [%]": "50", "hardwear": "L4", "remark": "fine"})

    assert codes(reading) == ["column.unknown", "column.unknown"]
    assert [(i.column, i.given, i.hint) for i in reading.issues] == [
        ("hardwear", "L4", "Did you mean hardware?"),
        ("remark", "fine", ""),
    ]


def test_a_number_under_nearly_a_known_name_lacks_no_unit():
    (unknown,) = one(**{"quality [%]": "50", "sample": "164"}).issues

    assert (unknown.code, unknown.hint) == ("column.unknown", "Did you mean samples?")


def test_a_column_without_content_harms_nothing():
    assert codes(one(**{"quality [%]": "50", "remark": "", "": " "})) == []


@pytest.mark.parametrize(
    ("header", "lacking"),
    [
        ("model,quality [%]", ("task",)),
        ("hardware,quality [%]", ("model", "task")),
        ("model,task,hardware", ("node_energy [J]", "quality [%]")),
    ],
)
def test_a_table_without_its_essential_columns_is_refused(header, lacking):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, f"{header}\n1,2,3\n")

    assert refusal.value.issue.code == "column.missing"
    assert refusal.value.issue.expected == lacking


def test_one_fact_in_two_columns_is_refused():
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, "model,Model ,task,quality [%]\n1,2,3,4\n")

    assert refusal.value.issue.code == "column.repeated"


def test_a_metric_may_have_columns_of_several_units_but_one_cell():
    header = "model,task,energy [J],energy per run [kWh]"

    first, second, both = read_text(FORMAT, f"{header}\nm,t,5,\nm,t,,7\nm,t,5,7\n")

    assert [value.unit for value in first.values.values()] == ["J"]
    assert [(value.unit, value.per) for value in second.values.values()] == [("kWh", "run")]
    assert codes(both) == ["metric.repeated"]


def test_bounds_in_another_unit_than_the_value_are_an_error():
    reading = one(**{"latency [s]": "2", "latency_low [ms]": "1900"})

    assert codes(reading) == ["unit.contradiction"]
    assert issue(reading, "unit.contradiction").column == "latency_low [ms]"
    assert codes(one(**{"latency [s]": "2", "latency_low per run [s]": "1"})) == [
        "unit.contradiction"
    ]


def test_a_bound_without_value_is_an_error():
    assert "bound.alone" in codes(one(**{"latency [s]": "", "latency_low [s]": "1"}))


def test_an_origin_is_one_of_five_words():
    reading = one(**{"latency [s]": "1", "latency_origin": "guessed"})

    assert issue(reading, "origin.unknown").expected == (
        "METERED",
        "SENSED",
        "REPORTED",
        "ESTIMATED",
        "RATED",
    )
    assert reading.values["latency"].origin == "REPORTED"


def test_a_row_without_any_value_is_an_error():
    assert codes(one(**{"latency [s]": "N/A"})) == ["value.missing"]


def test_a_decimal_comma_must_be_declared():
    comma = one(**{"latency [s]": "1,5", "decimal": "comma"})
    undeclared = one(**{"latency [s]": "1,5"})

    assert comma.values["latency"].raw == "1.5"
    assert codes(undeclared) == ["number.invalid"]
    assert "say comma in a column “decimal”" in issue(undeclared, "number.invalid").hint
    assert codes(one(**{"latency [s]": "1.234,5", "decimal": "comma"})) == ["number.invalid"]
    assert codes(one(**{"latency [s]": "1", "decimal": "dot"})) == ["decimal.unknown"]
    assert one(**{"latency [s]": "1.5", "decimal": "comma"}).values["latency"].raw == "1.5"


def test_wrong_facts_are_errors_of_their_cells():
    reading = one(
        **{
            "quality [%]": "many",
            "device_count": "0",
            "samples": "-4",
            "measured_on": "yesterday",
        }
    )

    assert [(issue.code, issue.column) for issue in reading.issues] == [
        ("number.invalid", "quality [%]"),
        ("count.invalid", "device_count"),
        ("count.invalid", "samples"),
        ("date.invalid", "measured_on"),
    ]


def test_all_problems_of_a_table_are_found_in_one_pass():
    lines = ["model,task,samples,quality [%]"]
    lines += [f"m{i},t,{'x' if i % 10 == 0 else 5},{'y' if i % 7 == 0 else 50}" for i in range(200)]

    found = [code for reading in read_text(FORMAT, "\n".join(lines)) for code in codes(reading)]

    assert (found.count("count.invalid"), found.count("number.invalid")) == (20, 29)
    assert len(found) == 49


def test_the_template_is_read_without_a_word():
    readings = read(TEMPLATES / "efficiency-frontier.csv")

    assert [reading.issues for reading in readings] == [(), ()]
    assert {reading.method for reading in readings} == {"", "awq"}
    assert all(reading.samples == 500 for reading in readings)


def test_the_template_shows_every_fact():
    with (TEMPLATES / "efficiency-frontier.csv").open(newline="") as stream:
        header = next(csv.reader(stream))

    facts = {meaning(column).name for column in header if meaning(column).kind == "fact"}
    assert facts == set(FORMAT.FACTS)


@pytest.mark.parametrize(
    ("header", "sure"),
    [
        ("model,task,quality [%]", True),
        ("model;task;quality [%]", True),
        ("model,quality [%]", False),
        ("model,task,hardware,quality", False),
    ],
)
def test_a_table_of_ours_is_recognised_even_if_it_lacks_something(header, sure):
    score = FORMAT.matches(formats.Head(f"{header}\n".encode()))

    assert (score > 0.8) == sure
    assert score >= 0.5


def test_tables_of_others_are_not_ours():
    for header in ("model,throughput,response_length,latency,energy", "model,task,sst2 (acc)"):
        assert FORMAT.matches(formats.Head(f"{header}\n".encode())) == 0


def test_csv_and_json_say_the_same():
    def said(path):
        reading = stated(read(path)[-1])
        values = {
            metric: {part: text for part, text in value.items() if part != "column"}
            for metric, value in reading["values"].items()
        }
        facts = {name: reading[name] for name in ("model", "method", "hardware", "task", "samples")}
        return facts, {
            metric: values[metric] for metric in ("device_energy", "node_energy", "cost")
        }

    both = [said(TEMPLATES / f"efficiency-frontier.{kind}") for kind in ("csv", "json")]

    assert both[0] == both[1]


def test_a_unit_may_stand_in_round_brackets_and_again_behind_the_number():
    found = one(**{"quality (%)": "70.8 %", "node_energy per run (kWh)": "0.5kWh", "samples": "9"})

    quality, energy = found.values["quality"], found.values["node_energy"]
    assert (quality.raw, quality.unit) == ("70.8", "%")
    assert (energy.raw, energy.unit, energy.per) == ("0.5", "kWh", "run")
    assert one(**{"quality [1]": "0.1"}).values["quality"].raw == "0.1"
    assert codes(one(**{"quality [%]": "70.8 J"})) == ["number.invalid"]


def test_somebodys_own_table_is_told_what_its_columns_are_called_here():
    head = Head(b"Model,Dataset,Accuracy,Energy (kWh),GPU\nResNet50,ImageNet,76.1,0.5,V100\n")

    assert formats.detect(head) == []
    advice = formats.advice(head)
    assert "“Dataset” is task" in advice
    assert "“GPU” is hardware" in advice
    assert "“Energy (kWh)” is node_energy [kWh] or device_energy [kWh]" in advice
    assert formats.advice(Head(b"name,street,town\nA,B,C\n")) == ""
