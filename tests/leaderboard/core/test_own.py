"""A reader's scenario gives, for every entry, what deriving it alone with their facts gives."""

import dataclasses
import random
import sys

import numpy as np
import pytest

from leaderboard.core import footprint, metrics, own
from leaderboard.core.columns import Columns
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.core.own import WISHES, EntryFacts, OwnScenario

N = 40
OF_DEVICES = sorted(metrics.FACTS.keys() - {"input_token_price", "output_token_price"})
BASES = (
    "quality",
    "node_energy",
    "device_energy",
    "facility_energy",
    "accelerator_time",
    "run_time",
    "training_compute",
    "tokens_in",
    "tokens_out",
    "throughput",
    "power",
    "cost",
    "carbon",
    "material",
)
LIVES = {
    "gpu_lives": 1.0,
    "material": 1.491,
    "toxic_material": Interval(0.7955, 0.0, 0.7955),
    "embodied_carbon": Interval(126.775, 111.0, 319.0),
    "abiotic_depletion": Interval(0.0063421, 0.0038, 0.0081),
}


def columns_of(rows):
    found = {}
    for name in sorted({name for row in rows for name in row}):
        parts = [row.get(name) for row in rows]
        table = [(p.value, p.low, p.high) if p else (np.nan,) * 3 for p in parts]
        found[name] = Columns(*np.array(table, float).T)
    return found


def interval(rng):
    value = 10 ** rng.uniform(-2, 4)
    return Interval(value, value * rng.choice([1, 0.8]), value * rng.choice([1, 1.5]))


def entry(rng):
    """Stated numbers and facts of an entry, and whether it is a service."""
    is_service = rng.random() < 0.3
    stated = {slug: interval(rng) for slug in rng.sample(BASES, rng.randint(1, 7))}
    if is_service and rng.random() < 0.6:
        stated |= {"tokens_in": interval(rng), "tokens_out": interval(rng)}
    names = ["input_token_price", "output_token_price"] if is_service else OF_DEVICES
    facts = {name: interval(rng) for name in names if rng.random() < 0.7}
    return stated, facts | {"device_life": footprint.LIFE}, is_service


def alone(stated, facts, is_service, scenario):
    """The same for one entry, by the formulas for single intervals."""
    facts = dict(facts)
    dropped: set[str] = set()
    for wish in scenario.stated:
        if is_service != (wish in ("input_price", "output_price")):
            continue
        dropped |= own.affected(wish)
        value = getattr(scenario, wish)
        for name in WISHES[f"own_{wish}"].facts:
            facts[name] = facts[name] * value if wish == "utilisation" else Interval.exact(value)
    if scenario.life is not None and scenario.utilisation is not None and not is_service:
        facts["device_life"] = Interval.exact(scenario.life) * scenario.utilisation
    measured = {slug: one for slug, one in stated.items() if slug not in dropped}
    found = {slug: (one, "") for slug, one in measured.items()}
    first = derive(measured, facts)
    if "gpu_lives" in dropped:
        for slug, of_one in LIVES.items():
            if slug in first and first[slug][1].name == f"{slug}.from_compute/1":
                busy = measured["training_compute"] / (footprint.MFU * footprint.A100_PEAK_FLOPS)
                measured[slug] = busy / facts["device_life"] * of_one
    if scenario.electricity is not None and not is_service:
        known = {slug: one for slug, (one, _) in first.items()} | measured
        energy = next((known[e] for e in metrics.ENERGIES if e in known), None)
        paid = None if energy is None else energy * scenario.electricity
        if scenario.device_price is not None:
            paid = paid + known["cost"] if paid is not None and "cost" in known else None
        measured.pop("cost", None)
        if paid is not None:
            measured["cost"] = paid
            first = derive(measured, facts)
        else:
            first = derive(measured, facts, metrics.ALL.keys() - {"cost", "cost_of_pass"})
    else:
        first = derive(measured, facts)
    found = measured | {slug: one for slug, (one, _) in first.items()}
    return {slug: one for slug, one in found.items() if slug in own.affected_by(scenario)}, dropped


@pytest.mark.parametrize("seed", range(40))
def test_all_entries_come_to_what_each_comes_to_alone(seed):
    rng = random.Random(seed)
    entries = [entry(rng) for _ in range(N)]
    values = {
        "electricity": 8.3e-8,
        "grid": 1.4e-8,
        "pue": 1.2,
        "life": 1.5e8,
        "utilisation": 0.6,
        "device_price": 5e-4,
        "input_price": 3e-6,
        "output_price": 1.5e-5,
    }
    wished = rng.sample(sorted(values), 1 if seed < 16 else rng.randint(2, 8))
    if seed < 8:
        wished = [sorted(values)[seed]]
    scenario = OwnScenario(**{name: values[name] for name in wished})
    as_it_stands = [
        stated | {slug: one for slug, (one, _) in derive(stated, facts).items()}
        for stated, facts, _ in entries
    ]
    facts = EntryFacts(
        columns_of([facts for _, facts, _ in entries]), np.array([s for *_, s in entries])
    )

    known = columns_of(as_it_stands)
    needed = own.needed(own.affected_by(scenario))

    found = own.own({slug: known[slug] for slug in known if slug in needed}, facts, scenario)

    assert any(mask.any() for mask in found.is_own.values())
    for place, (stated, own_facts, is_service) in enumerate(entries):
        expected, dropped = alone(stated, own_facts, is_service, scenario)
        if not dropped:
            expected = {
                slug: one for slug, one in as_it_stands[place].items() if slug in found.columns
            }
        assert set(expected) == {
            slug for slug, each in found.columns.items() if each.is_known[place]
        }
        for slug in expected:
            one, other = found.columns[slug].at(place), expected[slug]
            for part in ("value", "low", "high"):
                assert getattr(one, part) == pytest.approx(
                    getattr(other, part), rel=1e-12, abs=0
                ), slug
            assert found.is_own[slug][place] == (slug in dropped)


def test_a_scenario_by_hand():
    known = {
        "node_energy": Columns.of([Interval.exact(3.6e6).bounds] * 2),
        "device_time": Columns.of([Interval.exact(3600.0).bounds] * 2),
        "cost": Columns.of([Interval.exact(9.0).bounds] * 2),
    }
    exact = {"device_life": footprint.LIFE, "device_mass": Interval.exact(2.0)}
    facts = EntryFacts(columns_of([exact, exact]), np.array([False, True]))
    scenario = own.read(
        {
            "own_electricity": "0.30 USD/kWh",
            "own_device_price": "2 USD/h",
            "own_pue": "1.1",
            "own_grid": "50 gCO2e/kWh",
            "own_life": "5 years",
            "own_utilisation": "50 %",
        }
    )

    found = own.own(known, facts, scenario.scenario)

    assert scenario.ignored == ()
    # One kWh at the plugs is 1.1 kWh at the meter; the device hour costs 2 USD.
    assert found.columns["cost"].value == pytest.approx([2 + 0.33, 9.0])
    assert found.is_own["cost"].tolist() == [True, False]
    assert found.columns["carbon"].value == pytest.approx([0.055, np.nan], nan_ok=True)
    # An hour of a life of 2.5 years at work, of a device of 2 kg.
    assert found.columns["material"].value[0] == pytest.approx(2 / (2.5 * 8760))


@pytest.mark.parametrize(
    ("parameter", "text", "field", "value"),
    [
        ("own_electricity", "0.30 USD/kWh", "electricity", 0.3 / 3.6e6),
        ("own_electricity", "0.3", "electricity", 0.3 / 3.6e6),
        ("own_electricity", "300 USD per MWh", "electricity", 0.3 / 3.6e6),
        ("own_grid", "50 gCO2e/kWh", "grid", 0.05 / 3.6e6),
        ("own_grid", "0.05 kg/kWh", "grid", 0.05 / 3.6e6),
        ("own_pue", "1.1", "pue", 1.1),
        ("own_life", "5 years", "life", 5 * 31_536_000),
        ("own_utilisation", "60 %", "utilisation", 0.6),
        ("own_device_price", "2 USD per hour", "device_price", 2 / 3600),
        ("own_input_price", "3 USD per million tokens", "input_price", 3e-6),
        ("own_output_price", "15", "output_price", 1.5e-5),
    ],
)
def test_wishes_are_read_with_their_units(parameter, text, field, value):
    found = own.read({parameter: text, "x": "energy"})

    assert found.ignored == ()
    assert found.scenario.stated == (field,)
    assert getattr(found.scenario, field) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("parameter", "text", "reason"),
    [
        ("own_electricity", "0.3 EUR/kWh", "not a unit of"),
        ("own_electricity", "-1", "from 0 to 10 USD/kWh"),
        ("own_grid", "5 kg", "not a unit of"),
        ("own_pue", "0.9", "from 1 to 5"),
        ("own_life", "nan", "not a finite number"),
        ("own_life", "400 years", "from 0.1 to 30 years"),
        ("own_utilisation", "60", "write 0.6 or 60 %"),
        ("own_utilisation", "0", "from 0.01 to 1"),
        ("own_input_price", "cheap", "not a number"),
        ("own_input_price", "9**9**9", "can't be read"),
        ("own_moon", "1", "no such part"),
    ],
)
def test_unknown_and_absurd_wishes_are_told(parameter, text, reason):
    found = own.read({parameter: text})

    assert not found.scenario
    (told,) = found.ignored
    assert told.startswith(f"{parameter}={text[:40]}: ")
    assert reason in told


def test_every_field_can_be_wished_for():
    assert [f"own_{each.name}" for each in dataclasses.fields(OwnScenario)] == list(WISHES)
    assert all(name in metrics.FACTS for wish in WISHES.values() for name in wish.facts)


def calls(work) -> int:
    """How often functions are called, ours and others', while something is worked out."""
    count = 0

    def told(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(told)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_entries_follow_in_columns_and_not_one_by_one():
    rng = random.Random(3)
    entries = [entry(rng) for _ in range(100)]
    scenario = OwnScenario(8e-8, 1e-8, 1.1, 1.5e8, 0.6, 5e-4, 3e-6, 1e-5)

    def worked_out(times: int) -> int:
        facts = EntryFacts(
            columns_of([facts for _, facts, _ in entries] * times),
            np.array([is_service for *_, is_service in entries] * times),
        )
        known = columns_of([stated for stated, *_ in entries] * times)
        return calls(lambda: own.own(known, facts, scenario))

    worked_out(1)  # What is worked out once for all is remembered.
    few, many = worked_out(1), worked_out(10)

    # A few formulas take single entries: some 160 calls for each; all would take 280.
    assert (many - few) / 900 < 220
