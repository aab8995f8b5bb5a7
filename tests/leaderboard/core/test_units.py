"""Units as files write them."""

import time

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
    ("gCO2e", "kg", 1e-3),
    ("tCO2eq", "kg", 1000),
    ("USD/h", "USD/s", 1 / 3600),
    ("kg/kWh", "kg/J", 1 / 3.6e6),
    ("tokens/s", "count/s", 1),
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
        ("°C", "J"),
        ("J\0", "J"),
        ("kWh per run", "J"),
        ("__import__('os')", "J"),
        ("()", "J"),
        ("J" * 50, "J"),
    ],
)
def test_what_does_not_measure_the_quantity_is_refused(unit, to):
    with pytest.raises(units.UnitError):
        units.factor(unit, to)


@pytest.mark.parametrize(
    "unit", ["J^9^9^9", "J**9**9", "J^99999999999", "1e9999", "9**9**9**9", "J*" * 19]
)
def test_a_unit_that_would_take_for_ever_is_refused_at_once(unit):
    started = time.perf_counter()

    with pytest.raises(units.UnitError):
        units.factor(unit, "J")

    assert time.perf_counter() - started < 1


def test_every_metric_is_in_a_unit_that_is_read_as_itself():
    for metric in metrics.ALL.values():
        assert units.factor(metric.unit, metric.unit) == 1, metric.slug


def test_every_fact_is_in_a_unit_that_is_read_as_itself():
    for fact, unit in metrics.FACTS.items():
        assert units.factor(unit, unit) == 1, fact
