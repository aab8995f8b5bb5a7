"""What a reader asks the footprint explorer, on its page and through the API.

The address holds the whole question:

    run=gpt-4                        models of the table, repeated; up to four runs in all
    flop=2.1e25                      an own run by its compute (repeated), with or without a unit
    parameters=70e9&tokens=2e12      an own run by active parameters and tokens (repeated)
    hardware=nvidia-a100-sxm4-40gb   the device that is used up
    mfu=0.35 life=2 utilisation=1    the scenario; `35 %` and `24 months` are understood
    mfu_before=0.2 life_before=1     what it is compared with
    pue=1.1                          the data centre's; else the range that trainings state
    grid=FRA, or intensity=400 g/kWh the electricity
    composition=Cu:716g,Fe:92g       what one device is made of, by the reader's own table
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from leaderboard.core import composition as compositions
from leaderboard.core import scenario, units
from leaderboard.core.composition import Composition
from leaderboard.core.compute import MISSING, Result
from leaderboard.core.contract import Input, InputError, Missing
from leaderboard.core.metrics.gpu_lives import LIFE, MFU, MOST_FLOP, UTILISATION
from leaderboard.core.scenario import STUDIED_DEVICE, Given

MOST_RUNS = 4
USUAL_RUNS = ("gpt-4", "gpt-3-5-davinci-002")
USUAL_GRID = "WORLD"
LONGEST = 40

FLOP = Input("flop", "operations of a run", "FLOP", above=0, at_most=MOST_FLOP)
PARAMETERS = Input("parameters", "active parameters of a run", "count", above=0, at_most=1e20)
TOKENS = Input("tokens", "tokens of a run", "count", above=0, at_most=1e20)
PUE = Input("pue", "power usage effectiveness", "1", at_least=1, at_most=10)
INTENSITY = Input("intensity", "CO2 equivalent per energy", "kg/J", at_least=0, at_most=5 / 3.6e6)
# Name → how it is read and what stands where the address does not say.
NUMBERS: dict[str, tuple[Input, float | None]] = {
    "mfu": (MFU, 0.35),
    "life": (LIFE, 2.0),
    "utilisation": (UTILISATION, 1.0),
    "pue": (PUE, None),
    "intensity": (INTENSITY, None),
    "mfu_before": (MFU, 0.20),
    "life_before": (LIFE, 1.0),
}
REPEATED = ("run", "flop", "parameters", "tokens")
NAMES = (*REPEATED, "hardware", *NUMBERS, "grid", "composition")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a parameter. A number that was read and can't be true is impossible."""

    field: str
    given: str
    message: str
    is_impossible: bool = False

    def __str__(self) -> str:
        return f"{self.field}={self.given[:LONGEST]}: {self.message}"


@dataclass(frozen=True)
class Own:
    """A run that the reader describes: its work in FLOP, and the words for it."""

    work: Given
    words: str


@dataclass(frozen=True)
class Question:
    """The question of an address. Never raises: what it can't use it lists."""

    runs: tuple[str, ...]
    own: tuple[Own, ...]
    hardware: str
    numbers: Mapping[str, Given]
    grid: str
    composition: Composition | None
    faults: tuple[Fault, ...]

    @classmethod
    def read(cls, query: QueryDict) -> "Question":
        faults = [
            Fault(name[:LONGEST], (query.get(name) or "")[:LONGEST], "no such parameter")
            for name in query
            if name not in NAMES
        ]
        faults += [
            Fault(name, query.getlist(name)[1], "given twice; the first counts")
            for name in NAMES
            if name not in REPEATED and len(query.getlist(name)) > 1
        ]
        own = own_runs(query, faults)
        runs = tuple(dict.fromkeys(filter(None, query.getlist("run"))))
        if not runs and not own:
            runs = USUAL_RUNS
        room = MOST_RUNS - len(runs[:MOST_RUNS])
        if len(runs) + len(own) > MOST_RUNS:
            faults.append(Fault("run", str(len(runs) + len(own)), f"at most {MOST_RUNS} runs"))
        return cls(
            runs=runs[:MOST_RUNS],
            own=tuple(own[:room]),
            hardware=first(query, "hardware") or STUDIED_DEVICE,
            numbers={
                name: numbered(first(query, name), asked, usual, name, faults)
                for name, (asked, usual) in NUMBERS.items()
            },
            grid=first(query, "grid") or USUAL_GRID,
            composition=composed(first(query, "composition"), faults),
            faults=tuple(faults),
        )


def first(query: QueryDict, name: str) -> str:
    return next(iter(query.getlist(name)), "").strip()


def numbered(
    text: str, asked: Input, usual: float | None, field: str, faults: list[Fault]
) -> Given:
    """The number in a text, or why there is none."""
    if not text:
        return usual
    try:
        unit = asked.unit
        if field == "intensity" and bare(text):
            raise ValueError("say the unit, such as 400 g/kWh")
        return asked.limited(units.amount(text, unit), field)
    except units.NotFinite as error:
        reason = f"{field} is {error}"
    except Missing as missing:
        reason = missing.reason
    except ValueError as error:
        faults.append(Fault(field, text, str(error)))
        return usual
    faults.append(Fault(field, text, reason, is_impossible=True))
    return Result(MISSING, asked.unit, "", reason=reason, field=field, is_data_error=True)


def bare(text: str) -> bool:
    """Whether a text has no unit."""
    return re.fullmatch(r"[-+\u2212\d.,eE\s]*", text) is not None


def own_runs(query: QueryDict, faults: list[Fault]) -> list[Own]:
    """The reader's own runs: by compute, then by parameters and tokens, which stand in pairs."""
    own = []
    for text in filter(str.strip, query.getlist("flop")):
        work = numbered(text.strip(), FLOP, None, "flop", faults)
        if work is not None:
            own.append(
                Own(work, f"{text.strip()[:LONGEST]} FLOP" if bare(text) else text[:LONGEST])
            )
    texts = [query.getlist(name) for name in ("parameters", "tokens")]
    for place in range(max(map(len, texts))):
        pair = [each[place].strip() if place < len(each) else "" for each in texts]
        if not any(pair):
            continue
        parameters = numbered(pair[0], PARAMETERS, None, "parameters", faults)
        tokens = numbered(pair[1], TOKENS, None, "tokens", faults)
        nouns = zip(pair, ("parameters", "tokens"), strict=True)
        words = " × ".join(f"{part[:LONGEST] or '?'} {noun}" for part, noun in nouns)
        own.append(Own(trained(parameters, tokens), words))
    return own


def trained(parameters: Given, tokens: Given) -> Result:
    return scenario.follows(
        "training_compute",
        "training_compute.of_model/1",
        active_parameters=parameters,
        training_tokens=tokens,
    )


def composed(text: str, faults: list[Fault]) -> Composition | None:
    if not text:
        return None
    try:
        return compositions.of_text(text)
    except InputError as error:
        faults.append(Fault("composition", text, error.message))
        return None
