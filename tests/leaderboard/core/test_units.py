"""Units as files write them."""

import pytest

from leaderboard.core import metrics, units

FACTORS = [
    ("J", "J", 1),
    ("mJ", "J", 1e-3),
    ("MJ", "J", 1e6),
    ("Wh", "J", 3600),
    ("kWh", "J", 3.6e6),
    ("MWh", "J", 3.6e9),
    ("W*s", "J", 1),
    ("W·h", "J", 3600),
    ("ms", "s", 1e-3),
    ("min", "s", 60),
    ("h", "s", 3600),
    ("%", "1", 0.01),
    ("percent", "1", 0.01),
    ("1", "1", 1),
    ("kW", "W", 1000),
    ("g", "kg", 1e-3),
    ("µJ", "J", 1e-6),
    ("μJ", "J", 1e-6),
    ("uJ", "J", 1e-6),
    ("mWh", "J", 3.6),
    ("GWh", "J", 3.6e12),
    ("W", "W", 1),
    ("mW", "W", 1e-3),
    ("MW", "W", 1e6),
    ("t", "kg", 1000),
    ("kgCO2e", "kgCO2e", 1),
    ("kgCO2eq", "kgCO2e", 1),
    ("kg CO2e", "kgCO2e", 1),
    ("kg CO2 eq", "kgCO2e", 1),
    ("kg CO₂-eq", "kgCO2e", 1),
    ("gCO2e", "kgCO2e", 1e-3),
    ("mgCO2e", "kgCO2e", 1e-6),
    ("tCO2eq", "kgCO2e", 1000),
    ("kg", "kgCO2e", 1),
    ("kg Sb eq", "kgSbeq", 1),
    ("gSbeq", "kgSbeq", 1e-3),
    ("g CO₂e/kWh", "kgCO2e/J", 1e-3 / 3.6e6),
    ("kg/kWh", "kgCO2e/J", 1 / 3.6e6),
    ("USD", "USD", 1),
    ("US$", "USD", 1),
    ("USD/h", "USD/s", 1 / 3600),
    ("USD/Mtoken", "USD/count", 1e-6),
    ("kg/kWh", "kg/J", 1 / 3.6e6),
    ("tokens/s", "token/s", 1),
    ("tok/s", "token/s", 1),
    ("count/s", "token/s", 1),
    ("tokens/min", "count/s", 1 / 60),
    ("images/s", "image/s", 1),
    ("tokens", "token", 1),
    ("1", "token", 1),
    ("1/s", "token/s", 1),
    ("count", "1", 1),
    ("mJ/token", "J/token", 1e-3),
    ("kWh/token", "J/token", 3.6e6),
    ("queries", "query", 1),
    ("1/kW", "1/W", 1e-3),
    ("byte", "byte", 1),
    ("MiB", "byte", 2**20),
    ("µs", "s", 1e-6),
    ("years", "s", 31_536_000),
    ("PFLOP", "FLOP", 1e15),
    ("TFLOP/s", "FLOP/s", 1e12),
    ("m³", "L", 1000),
    ("GB", "byte", 1e9),
    ("GiB", "byte", 2**30),
    ("mL", "L", 1e-3),
    ("m^3", "L", 1000),
    (" kWh ", "J", 3.6e6),
]


@pytest.mark.parametrize(("unit", "to", "expected"), FACTORS)
def test_a_unit_is_converted(unit, to, expected):
    assert units.factor(unit, to) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("", "J"),
        ("   ", "J"),
        ("W", "J"),
        ("J", "W"),
        ("J/s", "J"),
        ("kg", "J"),
        ("USD", "J"),
        ("jouls", "J"),
        # Upper and lower case are different prefixes, so case is never guessed.
        ("kwh", "J"),
        ("Joules", "J"),
        # Any of a dozen countries' dollars, and euros at nobody's rate.
        ("$", "USD"),
        ("EUR", "USD"),
        ("J/token", "J"),
        ("kWh/request", "J"),
        ("J", "J/token"),
        ("J/image", "J/token"),
        ("tokens/s", "image/s"),
        ("%", "token"),
        ("1/s", "token"),
        ("1", "J/token"),
        ("tokens", "1"),
        ("kgCO2e", "kg"),
        ("kgCO2e", "kgSbeq"),
        ("kg Sb eq", "kgCO2e"),
        ("kgCO2", "kgCO2e"),
        ("bit/s", "byte"),
        ("°C", "J"),
        ("J\0", "J"),
        ("kWh per run", "J"),
        ("__import__('os')", "J"),
        ("()", "J"),
        ("J" * 50, "J"),
        ("J*" * 19, "J"),
    ],
)
def test_what_does_not_measure_the_quantity_is_refused(unit, to):
    with pytest.raises(units.UnitError):
        units.factor(unit, to)


@pytest.mark.parametrize("unit", ["J^9^9^9", "J**9**9", "J^99999999999", "1e9999", "9**9**9**9"])
def test_a_unit_that_would_take_for_ever_is_never_worked_out(unit, monkeypatch):
    worked_out: list[str] = []
    monkeypatch.setattr(units.registry, "parse_expression", worked_out.append)

    with pytest.raises(units.UnitError):
        units.factor(unit, "J")

    assert worked_out == []


def test_every_metric_is_in_a_unit_that_is_read_as_itself():
    for metric in metrics.ALL.values():
        assert units.factor(metric.unit, metric.unit) == 1, metric.slug


def test_every_fact_is_in_a_unit_that_is_read_as_itself():
    for fact, unit in metrics.FACTS.items():
        assert units.factor(unit, unit) == 1, fact
