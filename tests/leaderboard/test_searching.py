"""Finding things by name: misspelt, by other names, in the right order, whatever is asked."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard import searching
from leaderboard.models import AIModel, Hardware
from tests.builders import (
    make_board,
    make_claim,
    make_entry,
    make_hardware,
    make_method,
    make_model,
    make_source,
    make_task,
    refresh,
)

pytestmark = pytest.mark.django_db

MODELS = {
    "Llama 3-8B": ["meta-llama/Meta-Llama-3-8B-Instruct", "Llama 3 8B"],
    "Llama 3-70B": ["Llama 3 70B"],
    "Llama 3.1-8B": ["meta-llama/Llama-3.1-8B-Instruct"],
    "Llama 2-7B": ["meta-llama/Llama-2-7b-chat-hf"],
    "Qwen3-8B": ["Qwen/Qwen3-8B"],
    "Qwen2.5-7B": ["Qwen/Qwen2.5-7B-Instruct"],
    "Mistral 7B": ["mistralai/Mistral-7B-v0.1"],
    "Mixtral 8x7B": [],
    "DeepSeek-R1": ["deepseek-ai/DeepSeek-R1"],
    "DeepSeek-V3": [],
    "Gemini 2.5 Flash": [],
    "Claude 3.5 Sonnet": [],
    "Claude Opus 4": [],
    "GPT-4o": [],
    "gpt-oss-120b": ["openai/gpt-oss-120b"],
    "Phi-4": ["microsoft/phi-4"],
    "Gemma 3 27B": [],
    "BLOOM": [],
    "Stable Diffusion XL": ["stabilityai/stable-diffusion-xl-base-1.0"],
    "Whisper large": [],
}
DEVICES = {
    "H100 SXM5 80GB": ["NVIDIA H100 80GB HBM3", "H100"],
    "H200": [],
    "A100 SXM4 40GB": [],
    "B200": [],
    "GeForce RTX 4090": ["RTX 4090"],
    "MI300X": [],
    "Jetson Orin": [],
    "TPU v5e": [],
}
TASKS = {"GPQA Diamond": [], "Text to image": ["tti"], "Summarisation": ["summarization"]}
METHODS: dict[str, list[str]] = {
    "AWQ": [],
    "Speculative decoding": [],
    "Knowledge distillation": [],
}
# What somebody types, and what they obviously mean.
MISSPELT = {
    "lama 3 8b": "Llama 3-8B",
    "llma 3.1": "Llama 3.1-8B",
    "lalma 2": "Llama 2-7B",
    "llama3 8b": "Llama 3-8B",
    "Llama-3-70b": "Llama 3-70B",
    "qwne 8b": "Qwen3-8B",
    "wqen3 8b": "Qwen3-8B",
    "qwen 3 8b": "Qwen3-8B",
    "qwen2.5": "Qwen2.5-7B",
    "mistrall": "Mistral 7B",
    "mistal 7b": "Mistral 7B",
    "mixtrall": "Mixtral 8x7B",
    "depseek r1": "DeepSeek-R1",
    "deepseekr1": "DeepSeek-R1",
    "deep seek r1": "DeepSeek-R1",
    "deepsekk v3": "DeepSeek-V3",
    "gemni flash": "Gemini 2.5 Flash",
    "clade sonnet": "Claude 3.5 Sonnet",
    "claude sonet": "Claude 3.5 Sonnet",
    "cluade opus": "Claude Opus 4",
    "gpt4o": "GPT-4o",
    "gtp 4o": "GPT-4o",
    "gptoss 120b": "gpt-oss-120b",
    "phi4": "Phi-4",
    "gema 3": "Gemma 3 27B",
    "blom": "BLOOM",
    "stable difusion": "Stable Diffusion XL",
    "stabel diffusion": "Stable Diffusion XL",
    "wisper": "Whisper large",
    "H10O": "H100 SXM5 80GB",
    "h100 80 gb": "H100 SXM5 80GB",
    "nvdia h100": "H100 SXM5 80GB",
    "Al00": "A100 SXM4 40GB",
    "a10o": "A100 SXM4 40GB",
    "b20O": "B200",
    "gefroce 4090": "GeForce RTX 4090",
    "rtx4090": "GeForce RTX 4090",
    "mi30ox": "MI300X",
    "jetsen": "Jetson Orin",
    "tpuv5e": "TPU v5e",
    "gqpa": "GPQA Diamond",
    "gpqa dimond": "GPQA Diamond",
    "text to imgae": "Text to image",
    "summarization": "Summarisation",
    "sumarisation": "Summarisation",
    "spectulative decoding": "Speculative decoding",
    "knowlege distilation": "Knowledge distillation",
    "AQW": "AWQ",
}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def catalogue():
    for name, aliases in MODELS.items():
        make_model(name, slug=slug_of(name), aliases=aliases)
    for name, aliases in DEVICES.items():
        vendor = "AMD" if name.startswith("MI") else "NVIDIA"
        make_hardware(name, slug=slug_of(name), aliases=aliases, vendor=vendor)
    for name, aliases in TASKS.items():
        make_task(name, slug=slug_of(name), aliases=aliases)
    for name, aliases in METHODS.items():
        make_method(name, slug=slug_of(name), aliases=aliases)


def slug_of(name: str) -> str:
    return name.lower().replace(" ", "-").replace(".", "-")


def found(text: str, **options) -> list[str]:
    return [hit.thing.name for hit in searching.search(text, **options).hits]


@pytest.mark.usefixtures("catalogue")
def test_what_is_obviously_meant_comes_first():
    first = {text: next(iter(found(text)), "") for text in MISSPELT}

    assert first == MISSPELT


@pytest.mark.usefixtures("catalogue")
def test_what_was_understood_is_said_only_where_nothing_has_the_words():
    assert searching.search("qwne").meant == "qwen"
    assert searching.search("nvdia h100").meant == "nvidia h100"
    assert searching.search("qwen").meant == ""
    assert searching.search("summarization").meant == ""
    assert searching.search("xyzzy plugh").groups == {}


def test_the_same_name_comes_before_aliases_beginnings_words_and_parts():
    names = ["X Orca", "Orcamini", "Big Orca", "Orca 2", "Orca", "Megaorca"]
    for name in reversed(names):
        make_model(name)
    make_model("Whale", aliases=["orca"])

    assert found("orca") == [
        *("Orca", "Whale", "Orca 2", "Big Orca", "X Orca"),
        *("Orcamini", "Megaorca"),
    ]


def test_of_equally_sure_things_the_one_with_more_entries_comes_first():
    board = make_board()
    small, large = make_model("Falcon 7B"), make_model("Falcon 9B")
    make_entry(board, model=large, quality=0.5, energy=1)
    refresh(board)

    hits = searching.search("falcon").hits

    assert [(hit.thing.name, hit.entries) for hit in hits] == [(large.name, 1), (small.name, 0)]


def test_a_hit_says_by_which_name_it_was_found():
    make_hardware("H100 SXM5", vendor="NVIDIA", aliases=["NVIDIA H100 80GB HBM3"])

    assert searching.search("hbm3").hits[0].why == "also written “NVIDIA H100 80GB HBM3”"
    assert searching.search("h100").hits[0].why == "NVIDIA"
    assert found("nvidia") == ["H100 SXM5"]


def test_a_changed_name_is_found_at_once():
    model = make_model("Old name")
    assert found("old") == ["Old name"]

    AIModel.objects.filter(pk=model.pk).update(name="New name", aliases=["Newer"])

    assert found("old") == []
    assert found("newer") == ["New name"]


def test_every_kind_is_found():
    board = make_board(title="Zebra board", task=make_task("Zebra task"))
    make_model("Zebra model")
    make_hardware("Zebra device")
    make_method("Zebra method")
    make_source(title="Zebra source", doi="10.1/zebra")

    groups = searching.search("zebra").groups

    assert list(groups) == ["board", "model", "hardware", "method", "task", "source"]
    assert groups["board"][0].thing.path == board.get_absolute_url()
    assert searching.search("10.1/zebra").hits[0].thing.kind == "source"
    assert "Node energy" in found("node energy")


def test_groups_are_cut_and_say_how_much_there_is():
    for number in range(30):
        make_model(f"Emu {number}")

    asked = searching.search("emu", most=10)

    assert (len(asked.groups["model"]), asked.totals["model"]) == (10, 30)


ABSURD = [
    "",
    " ",
    "\0",
    "a" * 10_000,
    "word " * 2_000,
    "'; DROP TABLE leaderboard_aimodel; --",
    "<script>alert(1)</script>",
    "%_\\",
    "😀😀😀",
    "\ud800",
    "²½Ⅷ" * 40,
    "a\u0301" * 500,
    "....----....",
    "\u202eevil",
    "1" * 100,
]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("text", ABSURD, ids=range(len(ABSURD)))
def test_absurd_searches_are_harmless(client, text):
    for path in ("/search/", "/search/suggest.json", "/api/v1/search/"):
        asked = text.encode("utf-8", "replace").decode()
        answer = client.get(path, {"q": asked, "kind": "model"})
        assert answer.status_code in ((200, 400) if "api" in path else (200,)), path
        is_page = answer["Content-Type"].startswith("text/html")
        assert not (is_page and b"<script>alert" in answer.content)
    assert AIModel.objects.count() == len(MODELS)


def test_the_page_says_what_it_ignored_and_how_to_go_on(client):
    make_model("Heron 7B")
    make_claim(subject="Heron pruning")

    page = client.get(
        "/search/", {"q": "heron bittern" + " " * 200, "kind": "bird"}
    ).content.decode()

    assert "kind=bird: no such kind" in page
    assert '<a href="/search/?q=heron">heron</a>' in page
    cut = client.get("/search/", {"q": "heron " * 40}).content.decode()
    assert "all after the first 100 characters" in cut
    assert "1 claim" in client.get("/search/", {"q": "heron"}).content.decode()


def test_a_misspelt_search_shows_what_it_took_it_for(client):
    make_model("Heron 7B", developer="Birds", aliases=["hern-7b"])

    page = client.get("/search/", {"q": "heorn"}).content.decode()

    assert '<a href="/search/?q=heron"><strong>heron</strong></a>' in page
    assert "no entry yet" in page


def test_suggestions_are_few_and_the_surest_first(client):
    for number in range(30):
        make_model(f"Ibis {number}", developer="Birds")

    answer = client.get("/search/suggest.json", {"q": "ibis 7"}).json()

    assert answer["suggestions"][0] == {
        "kind": "model",
        "name": "Ibis 7",
        "why": "Birds",
        "entries": 0,
        "url": AIModel.objects.get(name="Ibis 7").get_absolute_url(),
    }
    assert len(client.get("/search/suggest.json", {"q": "ibi"}).json()["suggestions"]) == 8


@pytest.mark.usefixtures("catalogue")
def test_the_api_searches_and_names_what_it_refuses(client):
    answer = client.get("/api/v1/search/", {"q": "H10O", "kind": "hardware", "limit": 1}).json()

    assert (answer["query"], answer["meant"], answer["count"]) == ("H10O", "h100", 1)
    [hit] = answer["results"]
    assert (hit["kind"], hit["slug"], hit["entries"]) == ("hardware", "h100-sxm5-80gb", 0)
    assert hit["url"] == "http://testserver/hardware/h100-sxm5-80gb/"
    refusals = {"q": "a" * 101, "kind": "bird", "limit": "0", "x": "1"}
    refused = client.get("/api/v1/search/", refusals)
    assert refused.status_code == 400
    assert {error["column"] for error in refused.json()["errors"]} == set(refusals)


def test_ten_thousand_names_are_searched_in_three_queries_at_most():
    makers = ["Meta", "Alibaba", "Google", "Mistral AI", "DeepSeek", "Microsoft", "Cohere"]
    families = ["Llama", "Qwen", "Gemma", "Mistral", "DeepSeek", "Phi", "Command", "Falcon"]
    AIModel.objects.bulk_create(
        AIModel(
            slug=f"m-{number}",
            name=f"{families[number % 8]} {number % 97}.{number % 7}-{number % 400}B v{number}",
            developer=makers[number % 7],
            aliases=[f"org{number % 50}/{families[number % 8]}-{number}-chat-hf"],
        )
        for number in range(9_000)
    )
    Hardware.objects.bulk_create(
        Hardware(slug=f"d-{number}", name=f"GPU X{number}", vendor="Vendor", kind="GPU")
        for number in range(1_000)
    )
    searching.search("warm up")
    for text in ("lama 3", "qwne", "mistrall 8.1", "GPU X77O", "falcon", "m", "deepseek chat"):
        with CaptureQueriesContext(connection) as queries:
            assert searching.search(text, most=8).total, text
        assert len(queries) <= 3
