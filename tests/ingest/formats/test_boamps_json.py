import csv
import io
import json

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import ESTIMATED, INFO, METERED, REPORTED, SENSED, WARNING, Row, Unreadable
from tests.ingest.formats.folder import folder_of, read, sorted_out
from tests.ingest.formats.reading import codes, issue, joules, read_text, rows

FORMAT = formats.get("boamps-json")
REPORTS = ("energy-report-llm-inference.json", "energy-report-llm-inference.csv")


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "boamps-json")


def report(*measures, components=(), algorithms=(), header=None, **task):
    content = {
        "header": header or {},
        "task": {"taskFamily": "chatbot", "algorithms": list(algorithms), **task},
        "measures": list(measures) or [{"measurementMethod": "codecarbon", "powerConsumption": 1}],
        "infrastructure": {"components": list(components)},
    }
    return read_text(FORMAT, json.dumps(content))


def one(*measures, **more):
    (reading,) = report(*measures, **more)
    return reading


def gpu(name, number, **more):
    return {"componentName": name, "componentType": "gpu", "nbComponent": number, **more}


def test_reports_are_recognised_and_schemas_named(folder):
    found, sayings = sorted_out(folder)

    assert {name for name, slugs in found.items() if slugs} == set(REPORTS)
    assert {tuple(found[name]) for name in REPORTS} == {("boamps-json",)}
    schemas = [name for name in sayings if name.startswith("schema/")]
    assert len(schemas) == 5
    assert all(sayings[name].startswith("A schema of BoAmps") for name in schemas)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_its_authors_have_it(folder, name):
    (found,) = read(FORMAT, folder[name])

    values = found.values
    assert joules(values["node_energy"], samples=1) == pytest.approx(9614.66, abs=5e-3)
    assert values["node_energy"].origin == ESTIMATED
    assert float(values["run_time"].raw) == pytest.approx(19.094, abs=5e-4)
    assert (found.samples, values["tokens_in"].raw, values["tokens_out"].raw) == (1, "11", "828")
    per_token = joules(values["node_energy"], samples=1) / float(values["tokens_out"].raw)
    assert per_token == pytest.approx(11.61, abs=5e-3)
    assert (found.model, found.method, found.task) == ("llama2-13b", "", "chatbot")
    assert found.settings == {
        "precision": "q16",
        "engine": "vllm",
        "cpu": "Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz",
    }
    assert (found.region, found.measured_on) == ("france", "2024-09-30")
    assert found.external_id == "2f4643f7-68b5-4fb6-21f0-b5dcda04897d"
    assert "quality" not in values
    assert codes(found) == ["report.draft", "samples.few"]
    assert issue(found, "report.draft").severity == WARNING
    assert issue(found, "samples.few").severity == INFO


@pytest.mark.parametrize("name", REPORTS)
def test_a_count_before_the_name_and_beside_it_is_one_count(folder, name):
    (found,) = read(FORMAT, folder[name])

    assert (found.hardware, found.device_count) == ("Tesla V100S-PCIE-32GB", 2)


@pytest.mark.parametrize(
    ("name", "number", "count"),
    [("2 x NVIDIA L4", 1, 2), ("NVIDIA L4", 4, 4), ("NVIDIA L4", 1, 1), ("2 x NVIDIA L4", 2, 2)],
)
def test_devices_are_counted_once(name, number, count):
    found = one(components=[gpu(name, number)])

    assert (found.hardware, found.device_count, codes(found)) == ("NVIDIA L4", count, [])


def test_counts_that_disagree_are_not_chosen_from():
    found = one(components=[gpu("2 x NVIDIA L4", 4)])

    assert (found.hardware, found.device_count) == ("NVIDIA L4", None)
    assert issue(found, "value.contradiction").severity == WARNING


def test_components_listed_one_by_one_are_added():
    assert one(components=[gpu("NVIDIA L4", 1), gpu("NVIDIA L4", 1)]).device_count == 2


def test_two_kinds_of_accelerator_are_asked_about():
    found = one(components=[gpu("NVIDIA L4", 1), gpu("NVIDIA T4", 1)])

    assert (found.hardware, found.device_count, codes(found)) == ("", None, ["hardware.several"])


def test_a_processors_number_is_of_its_cores():
    found = one(components=[{"componentName": "CPU X", "componentType": "cpu", "nbComponent": 30}])

    assert (found.hardware, found.device_count, found.settings) == ("CPU X", None, {})


def test_an_older_report_has_components_in_pieces_and_its_own_unit():
    component = {"componentName": "gpu", "nbComponent": 2, "manufacturer": "NVIDIA"}
    component |= {"family": "GeForce", "series": "rtx4080"}
    measure = {"measurementMethod": "codecarbon", "unit": "Wh", "powerConsumption": 351}
    found = one(
        measure,
        components=[component],
        algorithms=[{"algorithmName": "randomForest"}],
        taskFamily="classification",
        taskStage="training",
        measuredAccuracy=0.71,
    )

    assert joules(found.values["node_energy"], samples=1) == 351 * 3600
    assert (found.hardware, found.device_count) == ("NVIDIA GeForce rtx4080", 2)
    assert (found.model, found.task) == ("randomForest", "classification, training")
    assert (found.values["quality"].raw, found.values["quality"].unit) == ("0.71", "1")
    assert found.samples is None


def older(number):
    tokens = {"nbTokensInput": 37, "nbTokensOutput": 103}
    return {"nbRequest": number, "parametersNLP": tokens}


def test_an_older_report_has_its_requests_and_tokens_deeper():
    found = one(dataset=[{"dataType": "text", "inferenceProperties": [older(1)]}])

    assert (found.samples, found.values["tokens_in"].raw) == (1, "37")
    assert (found.values["tokens_out"].raw, found.values["tokens_out"].per) == ("103", "run")


def test_tokens_that_may_be_of_one_request_or_of_all_are_not_read():
    found = one(dataset=[{"dataType": "text", "inferenceProperties": [older(50)]}])

    assert (found.samples, "tokens_in" in found.values) == (50, False)


def test_several_numbers_of_requests_are_asked_about():
    found = one(dataset=[{"dataType": "text", "inferenceProperties": [older(1), older(3)]}])

    assert (found.samples, "tokens_in" in found.values) == (None, False)


@pytest.mark.parametrize(("unit", "short"), [("MJoule", "MJ"), ("kJoule", "kJ"), ("Wh", "Wh")])
def test_older_units_are_kept_in_their_short_form(unit, short):
    found = one({"measurementMethod": "codecarbon", "powerConsumption": 1, "unit": unit})

    assert found.values["node_energy"].unit == short


def test_a_request_number_of_zero_means_that_there_are_none():
    assert (one(nbRequest=0).samples, codes(one(nbRequest=0))) == (None, [])


@pytest.mark.parametrize(
    ("tool", "metric", "origin", "said"),
    [
        ("CodeCarbon", "node_energy", ESTIMATED, []),
        ("wattmeter", "node_energy", METERED, []),
        ("nvidia-smi", "device_energy", SENSED, []),
        ("carbontracker", "facility_energy", ESTIMATED, []),
        ("ovh metrics", "node_energy", REPORTED, ["boundary.unclear"]),
        ("", "node_energy", REPORTED, ["boundary.unclear"]),
    ],
)
def test_the_tool_says_whose_energy_it_is(tool, metric, origin, said):
    found = one({"measurementMethod": tool, "powerConsumption": 0.5})

    assert found.values[metric].origin == origin
    assert codes(found) == said


def test_the_energy_of_a_process_is_left_out():
    measure = {
        "measurementMethod": "codecarbon",
        "powerConsumption": 1,
        "cpuTrackingMode": "process",
    }

    found = one(measure)

    assert found.values == {}
    assert issue(found, "boundary.unclear").severity == WARNING


def test_each_measure_is_a_reading_of_its_own():
    measures = [
        {"measurementMethod": "codecarbon", "powerConsumption": 1, "measurementDuration": 5},
        {"measurementMethod": "wattmeter", "powerConsumption": 2},
    ]

    first, second = report(*measures, header={"reportId": "r"})

    assert (first.values["node_energy"].raw, first.external_id) == ("1", "r")
    assert (second.values["node_energy"].raw, second.external_id) == ("2", "r/1")
    assert "run_time" not in second.values


def test_several_algorithms_are_asked_about():
    found = one(algorithms=[{"foundationModelName": "a-1b"}, {"algorithmName": "b"}])

    assert (found.model, codes(found)) == ("", ["model.several"])
    twice = [{"algorithmType": "rag"}, {"foundationModelName": "a-1b", "quantization": "int8"}]
    assert (one(algorithms=twice).model, one(algorithms=twice).method) == ("a-1b", "int8")


def test_a_report_that_is_not_public_is_held():
    found = one(header={"publisher": {"confidentialityLevel": "internal"}})

    assert issue(found, "report.confidential").severity == WARNING


def test_words_for_accuracy_are_no_quality():
    assert "quality" not in one(estimatedAccuracy="veryGood").values


def test_several_inputs_are_not_added():
    tokens = {"dataUsage": "input", "dataType": "token", "dataQuantity": 5}

    assert "tokens_in" not in one(dataset=[tokens, tokens]).values


def test_a_measure_without_energy_is_an_error():
    assert codes(one({"measurementMethod": "codecarbon"})) == ["value.missing"]
    assert codes(one({"measurementMethod": "codecarbon", "powerConsumption": "NaN"})) == [
        "value.missing"
    ]


def test_a_table_may_hold_several_reports(folder):
    with folder[REPORTS[1]].open() as stream:
        header, line = list(csv.reader(io.TextIOWrapper(stream, "utf-8")))
    text = io.StringIO()
    csv.writer(text).writerows([header, line, line])

    assert [row.number for row in rows(FORMAT, text.getvalue())] == [1, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "rows.missing"),
        ("{", "json.invalid"),
        ("task_taskStage,measures_0_version\na,b\n", "column.missing"),
        ("", "file.empty"),
    ],
)
def test_a_file_without_a_report_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_a_report_that_names_its_schema_is_still_a_report():
    head = Head(
        b'{"$schema": "https://example/BoAmps/report_schema.json", "task": {}, "measures":'
        b' [{"powerConsumption": 1}], "infrastructure": {}}'
    )

    assert FORMAT.matches(head) > 0.5
    assert FORMAT.companion(head) == ""


def test_a_patched_country_counts():
    cells = {"measures_0_powerConsumption": "1", "environment_country": "FRA"}

    assert FORMAT.reading(Row(1, cells)).region == "FRA"


def test_a_report_whose_author_named_no_task_is_one():
    content = {
        "header": {"formatVersion": "0.1"},
        "measures": [{"measurementMethod": "codecarbon", "powerConsumption": 0.00123}],
        "infrastructure": {"components": [gpu("1 x Heron X1", 1)]},
    }
    text = json.dumps(content)
    score, module = formats.detect(Head(text.encode()))[0]
    (reading,) = read_text(FORMAT, text)

    assert (module, score > 0.5) == (FORMAT, True)
    assert (reading.model, reading.task, reading.hardware) == ("", "", "Heron X1")
    assert joules(reading.values["node_energy"], samples=1) == pytest.approx(4428)
