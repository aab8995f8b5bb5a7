"""The files of `leaderboard/data/`, read into the fields of the catalogue's models.

Plain readers without a database: each gives one dictionary per row, in the model's own names and
canonical units. A link to another row is that row's slug, under the name of the relation.
"""

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from leaderboard import claim_words
from leaderboard.core import techniques
from leaderboard.core.claims import Check, Verdict, verdict
from leaderboard.models import Claim, Composition, Factor, Method, Source

DATA = Path(__file__).parent / "data"
Row = dict[str, Any]

JOULES_PER_KWH = 3.6e6
# The words of papers.json.
CLAIM_KINDS = {
    "absolute": Claim.Kind.ABSOLUTE,
    "relative_change": Claim.Kind.CHANGE,
    "ratio": Claim.Kind.RATIO,
    "range": Claim.Kind.RANGE,
}
# The rows that were published under a share-alike licence have files of their own.
FACT_FILES = ("hardware-facts.csv", "hardware-facts-sharealike.csv")
COMPOSITION_FILES = ("gpu-composition.csv", "gpu-composition-sharealike.csv")


def lines(data: Path, *names: str) -> Iterator[dict[str, str]]:
    """The rows of these files, one file after the other."""
    for name in names:
        with (data / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def papers(data: Path) -> list[Row]:
    """The papers with their claims, as they stand in the file."""
    found: list[Row] = json.loads((data / "papers.json").read_text(encoding="utf-8"))
    return found


def sources(data: Path) -> Iterator[Row]:
    """What our facts were taken from, then the literature."""
    for line in lines(data, "sources.csv"):
        yield {
            **{name: line[name] for name in ("slug", "kind", "title", "url", "doi", "arxiv")},
            "arxiv_is_checked": line["arxiv_checked"] == "y",
            "year": int(line["year"]),
            "licence": line["licence"],
            "summary": line["summary"],
            "categories": [],
            "role": "",
        }
    for paper in papers(data):
        yield {
            **{name: paper[name] for name in ("slug", "title", "url", "year", "summary")},
            "kind": Source.Kind.PAPER,
            "doi": paper.get("doi", ""),
            "arxiv": paper["arxiv"] or "",
            "arxiv_is_checked": paper["arxiv_source"] == "search",
            "licence": "",
            "categories": paper["categories"],
            "role": paper["kind"],
        }


def claims(data: Path) -> Iterator[Row]:
    """What the papers' abstracts say in numbers."""
    added = tomllib.loads((data / "claims.toml").read_text(encoding="utf-8"))
    kinds = {
        (row["source"], claim): row["kind"] for row in added["technique"] for claim in row["claims"]
    }
    for paper in papers(data):
        slug, stated = paper["slug"], [number_of(claim) for claim in paper["claims"]]
        checks = [
            Check(row["claim"], row["metric"], row["inputs"], row["says"])
            for row in added["check"]
            if row["source"] == slug
        ]
        usual = techniques.kind_of(paper["categories"])
        said = [Claim(**row) for row in stated]
        for position, row in enumerate(stated):
            found = [
                verdict(check, said, claim_words.written)
                for check in checks
                if check.claim == position
            ]
            yield row | {
                "source": slug,
                "position": position,
                "technique": kinds.get((slug, position), usual),
                "recomputed": number(repr(found[0].value)) if found else None,
                "contradiction": contradiction(claim_words.said(said[position]), found),
            }


def number_of(claim: Row) -> Row:
    """A claim of the file in the fields of ours."""
    texts = ("subject", "quantity", "unit", "direction", "baseline", "task", "model", "hardware")
    value = claim["value"]
    low, high = sorted(value) if isinstance(value, list) else (None, None)
    return {
        "kind": CLAIM_KINDS[claim["kind"]],
        "value": None if isinstance(value, list) else value,
        "low": low,
        "high": high,
        "is_upper_bound": claim["is_upper_bound"],
        "is_lower_bound": claim["is_lower_bound"],
        **{name: claim[name] or "" for name in (*texts, "note")},
    }


def contradiction(said: str, found: list[Verdict]) -> str:
    """What the numbers of the source say instead; nothing where they agree."""
    against = [each.says for each in found if not each.agrees]
    if not against:
        return ""
    return f"The paper says {said}. By its own numbers {'; and '.join(against)}."


def tasks(data: Path) -> Iterator[Row]:
    for line in lines(data, "tasks.csv"):
        yield line | {"aliases": aliases(line["slug"], line["name"], listed(line["aliases"]))}


def methods(data: Path) -> Iterator[Row]:
    kinds = {label: value for value, label in Method.KINDS}
    for line in lines(data, "methods.csv"):
        yield line | {
            "aliases": aliases(line["slug"], line["name"], listed(line["aliases"])),
            "kind": kinds[line["kind"]],
        }


def ai_models(data: Path) -> Iterator[Row]:
    """One row per model, joined by name over the four files that tell of models.

    Where two files state the same, the first wins; the more exact date is taken.
    """
    found: dict[str, list[Row]] = {}
    for line in lines(data, "training-flops.csv"):
        found.setdefault(line["model"], []).append(
            {
                "developer": line["organisation"],
                "parameters_total": number(line["params_total_b"], 1e9),
                "parameters_active": number(line["params_active_b"], 1e9),
                "released": line["release_date"],
                "note": line["notes"],
                "source": "epoch-ai-models",
            }
        )
    for line in lines(data, "api-models.csv"):
        dated = line["release_date_basis"] == "Epoch AI"
        found.setdefault(line["model"], []).append(
            {
                "developer": line["provider"],
                "released": line["release_date"],
                "has_open_weights": claimed(line["open_weights"]),
                "aliases": [line[f"genai_prices_{name}"] for name in ("model_ref", "id")]
                + [line["ecologits_name"]],
                "source": "epoch-ai-benchmarks" if dated else "",
            }
        )
    for line in lines(data, "benchmark-scores.csv"):
        found.setdefault(line["model"], []).append(
            {"developer": line["provider"], "aliases": listed(line["model_aliases"])}
        )
    for line in lines(data, "models.csv"):
        found.setdefault(line["name"], []).append(
            {
                **{name: line[name] for name in ("developer", "family", "released", "source")},
                "parameters_total": number(line["parameters_total"]),
                "parameters_active": number(line["parameters_active"]),
                "has_open_weights": claimed(line["open_weights"]),
                "aliases": listed(line["aliases"]),
                "note": line["note"],
            }
        )
    for name, told in found.items():
        yield joined(name, told)


def joined(name: str, told: list[Row]) -> Row:
    """One model of what several rows tell of it."""

    def stated(field: str) -> list[Any]:
        return [row[field] for row in told if row.get(field) not in (None, "")]

    def first(field: str, empty: Any) -> Any:
        return next(iter(stated(field)), empty)

    slug = slug_of(name)
    return {
        "slug": slug,
        "name": name,
        "aliases": aliases(slug, name, chain.from_iterable(stated("aliases"))),
        "developer": first("developer", ""),
        "family": first("family", ""),
        "parameters_total": first("parameters_total", None),
        "parameters_active": first("parameters_active", None),
        "released": more_exact(stated("released")),
        "has_open_weights": first("has_open_weights", None),
        "note": "; ".join(stated("note")),
        "source": first("source", ""),
    }


def hardware(data: Path) -> Iterator[Row]:
    for line in lines(data, "hardware.csv"):
        full = [f"{line['vendor']} {line['name']}"] if line["tdp_w"] else []
        yield {
            "slug": line["id"],
            "name": line["name"],
            "aliases": aliases(line["id"], line["name"], [*listed(line["aliases"]), *full]),
            "generic_names": listed(line["generic_for"]),
            "vendor": line["vendor"],
            "kind": line["kind"],
            "released": line["release_year"],
            "tdp_w": number(line["tdp_w"]),
            "memory_b": number(line["memory_gb"], 1e9),
            "memory_type": line["memory_type"],
            # Bytes per second.
            "memory_bandwidth_bps": number(line["memory_bandwidth_gbs"], 1e9),
            "fp32_flops": number(line["fp32_tflops"], 1e12),
            "tf32_flops": number(line["tf32_tflops"], 1e12),
            "bf16_flops": number(line["bf16_fp16_tflops"], 1e12),
            "fp8_flops": number(line["fp8_tflops"], 1e12),
            "int8_ops": number(line["int8_tops"], 1e12),
            "die_area_mm2": number(line["die_area_mm2"]),
            "process_nm": number(line["process_nm"]),
            "spec_source": line["spec_source"],
            "spec_check": line["spec_check"],
            "note": line["notes"],
        }


def hardware_facts(data: Path) -> Iterator[Row]:
    for line in lines(data, *FACT_FILES):
        value = float(line["value"])
        yield {
            "hardware": line["hardware"],
            "kind": line["kind"],
            "value": value,
            "low": float(line["low"] or value),
            "high": float(line["high"] or value),
            "is_preferred": line["preferred"] == "y",
            "dated": line["dated"],
            "citation": line["citation"],
            "licence": line["licence"],
        }


def composition(data: Path) -> Iterator[Row]:
    """Parts and elements of devices: masses in kg, shares from 0 to 1."""
    devices = {line["id"] for line in lines(data, "hardware.csv")}
    for line in lines(data, *COMPOSITION_FILES):
        yield {
            "hardware": line["unit_id"] if line["unit_id"] in devices else "",
            "unit_name": line["unit_name"],
            "level": Composition.Level[line["level"].upper()],
            "part": line["item"],
            "element": line["symbol"],
            "mass_kg": number(line["mass_g"], 1e-3),
            "high_kg": number(line["mass_high_g"], 1e-3),
            "fraction": number(line["fraction_pct"], 1e-2),
            "fraction_low": number(line["fraction_low_pct"], 1e-2),
            "fraction_high": number(line["fraction_high_pct"], 1e-2),
            "basis": line["basis"],
            "citation": line["source"],
            "confidence": line["confidence"],
            "note": line["notes"],
        }


def factors(data: Path) -> Iterator[Row]:
    """Facts of place and date: grid intensities in kg CO2e per J, and PUE."""
    for line in lines(data, "carbon-intensity.csv"):
        intensity = float(line["gco2e_per_kwh"]) / 1000 / JOULES_PER_KWH
        yield {
            "kind": Factor.Kind.GRID_INTENSITY,
            "region": line["code"],
            "region_name": line["name"],
            "valid_from": date(int(line["year"]), 1, 1),
            "value": intensity,
            "low": intensity,
            "high": intensity,
            "basis": line["basis"],
            "citation": line["source"],
            "licence": line["licence"][:60],
        }
    for line in lines(data, "pue.csv"):
        yield {
            "kind": Factor.Kind.PUE,
            "region": line["region"],
            "region_name": line["region_name"],
            "valid_from": date(int(line["year"]), 1, 1),
            **{name: float(line[name]) for name in ("value", "low", "high")},
            "basis": line["basis"],
            "citation": line["citation"],
            "licence": line["licence"],
        }


# Cells


def number(cell: str, scale: float = 1.0) -> float | None:
    """The cell times the scale, rounded to the fifteen digits that a decimal keeps."""
    return float(f"{float(cell) * scale:.15g}") if cell else None


def claimed(cell: str) -> bool | None:
    return {"y": True, "n": False}.get(cell)


def listed(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def more_exact(dates: list[str]) -> str:
    """The first date, or a later-named one that is the same date told more exactly."""
    best = ""
    for told in dates:
        if told.startswith(best):
            best = told
    return best


def slug_of(name: str) -> str:
    """“Command R+ (08-2024)” → “command-r-plus-08-2024”."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().replace("+", " plus ")).strip("-")


def folded(name: str) -> str:
    """How names are compared: without case, with single blanks."""
    return " ".join(name.casefold().split())


def aliases(slug: str, name: str, told: Iterable[str]) -> list[str]:
    """The other names, each once whatever its case, without slug and name themselves."""
    found = {folded(slug): "", folded(name): ""}
    for alias in told:
        found.setdefault(folded(alias), alias)
    return [alias for alias in found.values() if alias]
