"""What the catalogue knows of a run's hardware, place and task, as intervals under the names of
`leaderboard.core.metrics.FACTS`."""

from collections import defaultdict
from functools import cached_property

from django.db.models import F

from leaderboard.core import footprint
from leaderboard.core.interval import Interval
from leaderboard.models import (
    AIModel,
    Composition,
    Factor,
    Hardware,
    HardwareFact,
    ModelFact,
    Task,
)

Kind = HardwareFact.Kind
# Hardware, number of devices, region, task and model: what facts depend on.
Place = tuple[str, int, str, str, str]
HOUR_S = 3600.0
# Whose device hours stand for those of a run of which only the compute is known: the studied card
# first, then its twin with more memory.
A100S = ("nvidia-a100-sxm4-40gb", "nvidia-a100-sxm4-80gb")
# The region under which the PUE of data centres that train models stands.
TRAINING_SITES = "training-sites"
# Hardware of runs that a service answered: only these are paid by the token.
SERVICE = "unspecified"
TOKEN_PRICES: dict[str, str] = {
    ModelFact.Kind.INPUT_PRICE: "input_token_price",
    ModelFact.Kind.OUTPUT_PRICE: "output_token_price",
}
# The part of a composition that says how much of a device is toxic.
TOXIC = "toxic elements"


class Facts:
    """The catalogue's facts, read once per instance in six queries."""

    def of(
        self, hardware: str, device_count: int, region: str, task: str, model: str = ""
    ) -> dict[str, Interval]:
        """Fact → interval for a run of a model on `device_count` of a device, at a place and task.

        What is not known is left out. A PUE is given where the region has one, or where the
        task is a training: then it is the range that published training runs state.
        """
        place = region.casefold().strip()
        found: dict[str, Interval | None] = {
            "device_life": footprint.LIFE,
            "device_count": Interval.exact(float(device_count)),
            "a100_price": self._a100_price,
            **self._devices.get(hardware, {}),
            "device_toxic_mass": self._toxic.get(hardware),
            "model_active_parameters": self._active_parameters.get(model),
            **(self._token_prices.get(model, {}) if hardware == SERVICE else {}),
            "grid_intensity": self._factors.get((Factor.Kind.GRID_INTENSITY, place)),
            "pue": self._factors.get((Factor.Kind.PUE, place)),
        }
        if found["pue"] is None and task in self._trainings:
            found["pue"] = self._factors.get((Factor.Kind.PUE, TRAINING_SITES))
        return {name: interval for name, interval in found.items() if interval is not None}

    @cached_property
    def _devices(self) -> dict[str, dict[str, Interval | None]]:
        published: dict[str, dict[str, list[Interval]]] = defaultdict(lambda: defaultdict(list))
        rated: dict[str, tuple[float | None, float | None]] = {}
        rows = Hardware.objects.values_list(
            "slug", "tdp_w", "bf16_flops", "facts__kind", "facts__is_preferred", *figure("facts__")
        ).order_by("slug", F("facts__is_preferred").desc(nulls_last=True), "facts__id")
        for slug, tdp_w, bf16_flops, kind, _, *bounds in rows:
            rated[slug] = tdp_w, bf16_flops
            if kind:
                published[slug][kind].append(Interval(*bounds))
        return {slug: device(*rated[slug], published[slug]) for slug in rated}

    @cached_property
    def _toxic(self) -> dict[str, Interval]:
        """Device → mass of its toxic elements, from what is stated to at most what is stated."""
        rows = Composition.objects.filter(level=Composition.Level.GROUP, part=TOXIC)
        found = {}
        for slug, mass, high in rows.values_list("hardware__slug", "mass_kg", "high_kg"):
            most = mass if high is None else high
            if slug and most is not None:
                found[slug] = Interval(most if mass is None else mass, mass or 0.0, most)
        return found

    @cached_property
    def _active_parameters(self) -> dict[str, Interval]:
        """Model → the parameters that work on each token, where they are published."""
        rows = AIModel.objects.values_list("slug", "parameters_active")
        return {slug: Interval.exact(count) for slug, count in rows if count is not None}

    @cached_property
    def _token_prices(self) -> dict[str, dict[str, Interval]]:
        """Model → its token prices: its maker's first, between those of all sellers."""
        rows = (
            ModelFact.objects.filter(kind__in=TOKEN_PRICES)
            .order_by("written", "pk")
            .values_list("model__slug", "kind", "written", "dated", *figure())
        )
        found: dict[tuple[str, str], list[tuple]] = defaultdict(list)
        for slug, kind, written, dated, *bounds in rows:
            found[slug, kind].append(("/" in written, dated, Interval(*bounds)))
        prices: dict[str, dict[str, Interval]] = defaultdict(dict)
        for (slug, kind), each in found.items():
            # The makers' own names have no seller before a slash; of these the newest.
            newest = sorted(each, key=lambda one: one[1], reverse=True)
            ordered = [interval for *_, interval in sorted(newest, key=lambda one: one[0])]
            prices[slug][TOKEN_PRICES[kind]] = spanned(ordered)
        return prices

    @cached_property
    def _factors(self) -> dict[tuple[str, str], Interval]:
        """(kind, region) → its newest factor."""
        rows = Factor.objects.order_by("valid_from").values_list("kind", "region", *figure())
        return {(kind, region.casefold()): Interval(*bounds) for kind, region, *bounds in rows}

    @cached_property
    def _trainings(self) -> frozenset[str]:
        return frozenset(
            Task.objects.filter(kind=Task.Kind.TRAINING).values_list("slug", flat=True)
        )

    @cached_property
    def _a100_price(self) -> Interval | None:
        """The studied card's price, between the lowest and highest of both cards."""
        prices = [self._devices.get(slug, {}).get("device_price") for slug in A100S]
        return together([price for price in prices if price is not None])


def figure(prefix: str = "") -> tuple[str, str, str]:
    return f"{prefix}value", f"{prefix}low", f"{prefix}high"


def device(
    tdp_w: float | None, bf16_flops: float | None, published: dict[str, list[Interval]]
) -> dict[str, Interval | None]:
    """What is known of one device from its published figures, the preferred ones first."""
    analysed = together(published.get(Kind.ANALYSED_MASS, []))
    price = together(published.get(Kind.DEVICE_HOUR_PRICE, []))
    return {
        "device_mass": analysed or together(published.get(Kind.MODULE_MASS, [])),
        "device_analysed_mass": analysed,
        "device_embodied_carbon": together(published.get(Kind.EMBODIED_CARBON, [])),
        "device_abiotic_depletion": together(published.get(Kind.ABIOTIC_DEPLETION, [])),
        "device_rated_power": None if tdp_w is None else Interval.exact(tdp_w),
        "device_peak_flops": None if bf16_flops is None else Interval.exact(bf16_flops),
        "device_price": None if price is None else price / HOUR_S,
    }


def together(figures: list[Interval]) -> Interval | None:
    """The first figure, between the lowest and the highest of all that were published."""
    return spanned(figures) if figures else None


def spanned(figures: list[Interval]) -> Interval:
    return Interval(
        figures[0].value,
        min(each.low for each in figures),
        max(each.high for each in figures),
    )
