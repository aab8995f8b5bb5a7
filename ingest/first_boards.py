"""The first boards and the files that fill them: our own JSON, made from the published data.

The same data and the same package versions give the same bytes, so that loading again sends
nothing. Numbers stand as their sources print them; everything else is left to the metrics.
"""

import json
import logging
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any

from ecologits.tracers.utils import PROVIDER_CONFIG_MAP, llm_impacts
from ecologits.utils.range_value import RangeValue
from genai_prices import Usage, calc_price

from ingest.readings import ESTIMATED, REPORTED
from leaderboard import datafiles
from leaderboard.datafiles import slug_of

Entry = dict[str, Any]

OUTPUT_TOKENS = 1000
# Prices carry dates; ours are those of this moment, whenever the files are made.
PRICED_AT = datetime(2026, 11, 23, tzinfo=UTC)
ECOLOGITS = f"ecologits {version('ecologits')}"
GENAI_PRICES = f"genai-prices {version('genai-prices')}, list price of {PRICED_AT:%Y-%m-%d}"
# What a written number keeps: enough for any use, and the same on every machine.
DIGITS = 12


class Mismatch(ValueError):
    """The reference data and a package do not name the same model."""


def boards(data: Path) -> list[dict[str, Any]]:
    """The first boards as they are set up: slug, texts, task, objectives and filters."""
    told = {
        "ecologits": ECOLOGITS,
        "genai_prices": GENAI_PRICES,
        "priced_on": f"{PRICED_AT.day}\u00a0{PRICED_AT:%B}\u00a0{PRICED_AT.year}",
    }
    found = tomllib.loads((data / "first-boards.toml").read_text(encoding="utf-8"))["board"]
    return [
        {
            **board,
            **{name: filled(board[name], told) for name in ("blurb", "counted", "left_out")},
            "caveats": [filled(caveat, told) for caveat in board["caveats"]],
            "mixing": board.get("mixing", ""),
            "filters": board.get("filters", {}),
        }
        for board in found
    ]


def filled(text: str, told: dict[str, str]) -> str:
    return text.strip().format_map(told)


def file_of(board: str, data: Path) -> bytes:
    """The file that fills the board of that slug."""
    return {"training": training, "api": api}[board](data)


def training(data: Path) -> bytes:
    """One entry per training run of a language model, its quality the model's MMLU score."""
    scores = preferred(data, "MMLU")
    runs = [line for line in datafiles.lines(data, "training-flops.csv") if line["on_board"] == "y"]
    return document(training_entry(run, scores.get(run["model"])) for run in runs)


def api(data: Path) -> bytes:
    """One entry per API model with a GPQA-Diamond score, for 1,000 output tokens."""
    scores = preferred(data, "GPQA-Diamond")
    models = datafiles.lines(data, "api-models.csv")
    return document(
        api_entry(model, scores[model["model"]])
        for model in models
        if model["has_gpqa_diamond"] == "y"
    )


def document(entries: Iterable[Entry]) -> bytes:
    """The entries in the order of their ids, as a file of our own format."""
    ordered = sorted(entries, key=lambda entry: entry["external_id"])
    whole = {"format": "efficiency-frontier", "version": 1, "entries": ordered}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def preferred(data: Path, benchmark: str) -> dict[str, dict[str, str]]:
    """Model → the one score of it that is shown by default."""
    rows = [
        line
        for line in datafiles.lines(data, "benchmark-scores.csv")
        if line["benchmark"] == benchmark and line["preferred"] == "y"
    ]
    found = {line["model"]: line for line in rows}
    if len(found) < len(rows):
        raise Mismatch(f"A model has two preferred scores of {benchmark}.")
    return found


def quality(score: dict[str, str]) -> Entry:
    return value(score["score"], "%", recipe=f"{score['source']}; {score['confidence']}"[:120])


def value(written: str | float, unit: str, *, origin: str = REPORTED, **more: Any) -> Entry:
    """A value of an entry; a text is a number as its source prints it."""
    return {"value": shown(written), "unit": unit, "origin": origin, **more}


def stated(cells: dict[str, Any]) -> dict[str, Any]:
    """What is not empty."""
    return {name: cell for name, cell in cells.items() if cell not in ("", None)}


def shown(written: str | float) -> float:
    return float(f"{float(written):.{DIGITS}g}")


# Training


def training_entry(run: dict[str, str], score: dict[str, str] | None) -> Entry:
    """A run with what was published of it. Whatever a figure leaves open stands in the settings."""
    return stated(
        {
            "model": slug_of(run["model"]),
            "hardware": run["hardware_id"],
            "device_count": int(run["hardware_count"]) if run["hardware_count"] else None,
            "task": "training-run",
            "source": run["source"],
            "external_id": f"training/{slug_of(run['model'])}",
            "settings": stated(
                {
                    "devices": "" if run["hardware_count"] else "number not stated",
                    "score_of": score and score_of(score),
                    "score_setting": score and score["shots_or_setting"],
                    "compute_basis": run["flop_basis"],
                    "compute_confidence": run["flop_confidence"],
                    "energy_basis": run["energy_basis"],
                    "emissions_basis": run["emissions_basis"],
                }
            ),
            "values": dict(sorted(training_values(run, score).items())),
        }
    )


def training_values(run: dict[str, str], score: dict[str, str] | None) -> dict[str, Entry]:
    """The published figures under the metric, boundary and origin that the data give them."""

    def published(column: str, unit: str, origin: str, **bounds: float) -> Entry:
        return value(run[column], unit, **bounds, recipe=run["source"][:120], origin=origin)

    bounds = {side: shown(run[f"flop_{side}"]) for side in ("low", "high") if run[f"flop_{side}"]}
    found = {"training_compute": published("training_flop", "FLOP", run["flop_origin"], **bounds)}
    if score:
        found["quality"] = quality(score)
    if run["hours_origin"]:
        found["accelerator_time"] = published("gpu_hours", "hour", run["hours_origin"])
    if run["energy_metric"]:
        found[run["energy_metric"]] = published("energy_mwh", "MWh", run["energy_origin"])
    if run["carbon_metric"]:
        found[run["carbon_metric"]] = published("emissions_tco2e", "tCO2e", REPORTED)
    return found


def score_of(score: dict[str, str]) -> str:
    """Whether the base model or the one tuned for chat was scored: they should not be mixed."""
    kind = score["shots_or_setting"].split(";")[0]
    return f"{kind} model" if kind in ("base", "chat", "fine-tuned") else "model not stated"


# API models


def api_entry(model: dict[str, str], score: dict[str, str]) -> Entry:
    """A model behind an API: its score, its list price, and what EcoLogits estimates."""
    provider = PROVIDER_CONFIG_MAP[model["ecologits_provider"]]
    return {
        "model": slug_of(model["model"]),
        "hardware": "unspecified",
        "task": "api-answer",
        "region": provider.datacenter_location,
        "source": f"{ECOLOGITS}; {GENAI_PRICES}; {score['source_url']}",
        "external_id": f"api/{slug_of(model['model'])}",
        "settings": stated(
            {
                "effort": effort(score),
                "score_by": score["reported_by"],
                "price_of": model["genai_prices_provider"],
                "open_weights": {"y": "yes", "n": "no"}.get(model["open_weights"], ""),
                "note": model["notes"],
            }
        ),
        "values": dict(
            sorted({**impacts(model), "cost": price(model), "quality": quality(score)}.items())
        ),
    }


def effort(score: dict[str, str]) -> str:
    """“chat; effort high, Epoch run” → “effort high”."""
    said = score["shots_or_setting"].split(";")[-1].split(",")[0].strip()
    return "" if said == "chat" else said


def impacts(model: dict[str, str]) -> dict[str, Entry]:
    """EcoLogits' estimate for 1,000 output tokens, with the range that it gives.

    Energy and carbon of use contain the data centre's overhead. The latency is left to it.
    """
    logging.getLogger("ecologits").setLevel(logging.ERROR)
    found: Any = llm_impacts(
        model["ecologits_provider"], model["ecologits_name"], OUTPUT_TOKENS, request_latency=inf
    )
    if found.errors:
        raise Mismatch(f"EcoLogits has no estimate for {model['ecologits_name']}: {found.errors}")
    return {
        "facility_energy": estimate(found.energy.value, "kWh"),
        "carbon": estimate(found.usage.gwp.value, "kgCO2e"),
        "embodied_carbon": estimate(found.embodied.gwp.value, "kgCO2e"),
        "abiotic_depletion": estimate(found.adpe.value, "kgSbeq"),
        "water": estimate(found.wcf.value, "L"),
    }


def estimate(found: RangeValue | float, unit: str) -> Entry:
    """A range as its midpoint with bounds; a plain number as itself."""
    low, high = (found.min, found.max) if isinstance(found, RangeValue) else (found, found)
    bounds = {} if shown(low) == shown(high) else {"low": shown(low), "high": shown(high)}
    return value((low + high) / 2, unit, origin=ESTIMATED, **bounds, recipe=ECOLOGITS)


def price(model: dict[str, str]) -> Entry:
    """The list price of 1,000 output tokens. Raises Mismatch where another model is priced."""
    found = calc_price(
        Usage(output_tokens=OUTPUT_TOKENS),
        model_ref=model["genai_prices_model_ref"],
        provider_id=model["genai_prices_provider"],
        genai_request_timestamp=PRICED_AT,
    )
    if found.model.id != model["genai_prices_id"]:
        raise Mismatch(f"{model['genai_prices_model_ref']} is priced as {found.model.id}.")
    if found.total_price <= 0:
        raise Mismatch(f"{found.model.id} has no price: zero does not mean free.")
    return value(str(found.total_price), "USD", recipe=GENAI_PRICES)
