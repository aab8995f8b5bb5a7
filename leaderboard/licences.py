"""Under which licence rows and figures leave the site: LICENSE-DATA.md, by their metrics."""

from collections.abc import Iterable
from dataclasses import dataclass

from leaderboard.core import derive


@dataclass(frozen=True)
class Licence:
    """A licence of the selection and arrangement; single numbers are nobody's property."""

    name: str
    url: str
    credit: str


CREDIT = "Efficiency Frontier and the sources that its entries name"
CC_BY = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", CREDIT)
CC_BY_SA = Licence(
    "CC BY-SA 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/",
    f"{CREDIT}; ADEME, Tide and Hubblo, life-cycle data of GPUs, 2026; Falk et al., "
    "arXiv 2509.00093; Boavizta",
)
# Facts of devices of which some stand in our share-alike files.
SHARE_ALIKE_FACTS = frozenset(
    {"device_mass", "device_embodied_carbon", "device_abiotic_depletion", "device_toxic_mass"}
)
# What those facts make, and what follows from that.
MADE_OF_SHARE_ALIKE = frozenset().union(
    *(derive.following(slug) for slug in ("material", "toxic_material")),
    *(derive.following(slug) for slug in ("embodied_carbon", "abiotic_depletion")),
)


def of(metrics: Iterable[str]) -> Licence:
    """The licence of a table or figure with these metrics: share-alike where any of them asks."""
    return CC_BY_SA if MADE_OF_SHARE_ALIKE.intersection(metrics) else CC_BY
