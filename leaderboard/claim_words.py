"""How claims are said: their numbers with every digit that the source gives, and in words."""

from leaderboard.core import claims
from leaderboard.core.claims import DECREASE, INCREASE
from leaderboard.models import Claim
from leaderboard.quantities import EN_DASH, NBSP, plain

QUANTITIES = {
    "bleu": "BLEU",
    "ctr": "click-through rate",
    "e3_score": "E3 score",
    "flops": "FLOPs",
    "gpu_count": "GPUs",
    "gpu_hours": "GPU-hours",
    "ipw": "intelligence per watt",
    "kv_cache_memory": "memory of the key-value cache",
    "map": "mean average precision (mAP)",
    "mfu": "utilisation (MFU)",
    "mota": "tracking accuracy (MOTA)",
    "mrr_at_10": "MRR@10",
    "mse": "mean squared error",
    "ndcg_at_10": "nDCG@10",
    "parameter_count": "parameters",
    "pass_at_k": "pass@k",
    "tep": "token elasticity (TEP)",
    "ttft": "time to first token",
}
UNITS = {"pp": "percentage points", "unspecified": "(no unit stated)", "x": "×", "": ""}


def quantity(slug: str) -> str:
    """“memory of the key-value cache”, “models”: what a claim is a number of."""
    return QUANTITIES.get(slug, slug.removeprefix("n_").replace("_", " "))


def of(claim: Claim) -> str:
    """What the number of a claim counts, unless its unit says it: “GPUs” of “8 GPUs”."""
    words = quantity(claim.quantity)
    return "" if claim.unit.casefold().endswith(words.casefold()) else words


def conditions(claim: Claim) -> str:
    """Where a claim holds, and what we noted about it."""
    told = [
        part[:1].upper() + part[1:]
        for part in (claim.task, claim.model, claim.hardware, claim.note)
        if part
    ]
    return ". ".join(told)


def stated(value: float) -> str:
    """A number with the digits of its source."""
    return f"{value:,.12g}" if 1e-4 <= abs(value) < 1e12 or not value else plain(value)


def amount(claim: Claim) -> str:
    """“93”, or “1,174–8,800”."""
    if claim.value is not None:
        return stated(claim.value)
    return EN_DASH.join(stated(end) for end in (claim.low, claim.high) if end is not None)


def bound(claim: Claim) -> str:
    """“up to”, “at least”, or nothing."""
    return "up to" if claim.is_upper_bound else "at least" if claim.is_lower_bound else ""


def said(claim: Claim) -> str:
    """“up to 93 % less”: the number of a claim in words."""
    words = [bound(claim), f"{amount(claim)}{NBSP}{UNITS.get(claim.unit, claim.unit)}".rstrip()]
    words.append(tail(claim))
    return " ".join(word for word in words if word)


def tail(claim: Claim) -> str:
    if claim.direction == DECREASE:
        return "less"
    if claim.direction == INCREASE:
        return "as much" if claim.unit == "x" else "more"
    return "of the baseline" if claims.is_relative(claim) and claim.unit == "%" else ""


def written(value: float, unit: str) -> str:
    """A number of a check with its unit: worked out ones have three digits."""
    text = stated(value) if value == round(value, 3) else plain(value)
    shown = "" if unit in claims.UNSTATED_UNITS else UNITS.get(unit, unit)
    if value == 1 and len(shown) > 1:
        shown = shown.removesuffix("s")
    return f"{text}{NBSP}{shown}".rstrip()
