"""LiteLLM's list of model prices, as LiteLLM, tokencost and others publish it.

USD per token, image or second, keyed by seller and model. The file has no date, so whoever takes
it in says of when it is. A price of zero counts only where the name says `free`.
"""

from collections.abc import Iterator

from ingest.formats import File, Head, _document
from ingest.formats._cells import stated
from ingest.readings import Issue, Row, Unreadable
from ingest.references._fact import MODEL, Fact, Origin, number

LABEL = "Model prices (LiteLLM, JSON)"
SLUG = "model-prices-json"
ORIGIN = Origin(
    "litellm-model-prices",
    "TOOL",
    "LiteLLM, model prices and context windows",
    "https://github.com/BerriAI/litellm",
    "MIT",
)

KINDS = {
    "input_cost_per_token": "INPUT_PRICE",
    "output_cost_per_token": "OUTPUT_PRICE",
    "cache_read_input_token_cost": "CACHED_INPUT_PRICE",
    "output_cost_per_image": "IMAGE_PRICE",
    "input_cost_per_second": "INPUT_SECOND_PRICE",
    "output_cost_per_second": "OUTPUT_SECOND_PRICE",
}
# An entry that explains the others.
_SPECIMEN = "sample_spec"


def matches(head: Head) -> float:
    priced = {"litellm_provider", "mode"} & head.keys and any("_cost" in key for key in head.keys)
    return head.score(1.0 if priced and "litellm_provider" in head.keys else 0, name="price")


def about(head: Head) -> str:
    return "What the APIs of models cost, as LiteLLM lists it."


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    if not isinstance(found, dict):
        raise Unreadable(Issue("record.invalid", "The file is not an object with keys."))
    entries = (pair for pair in found.items() if pair[0] not in (_SPECIMEN, _document.REPEATED))
    for number_, (name, entry) in enumerate(entries, 1):
        cells = {f"/{key}": cell for key, cell in entry.items()} if isinstance(entry, dict) else {}
        yield Row(number_, {"name": name, **cells}, file.path)


def facts(row: Row) -> Iterator[Fact]:
    name = stated(row.cells.get("name"))
    plain = name.rpartition("/")[2].removesuffix(":free")
    is_free = "free" in name.casefold()
    for key, kind in KINDS.items():
        price = number(row.cells.get(f"/{key}"))
        if name and price is not None and (price or is_free):
            seller = stated(row.cells.get("/litellm_provider"))
            names = tuple(dict.fromkeys([name, plain]))
            yield Fact(MODEL, names, kind, price, price, price, seller=seller)
