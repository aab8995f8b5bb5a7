"""Pages in a real browser: the chart, the themes, the keyboard, and what axe finds."""

import pytest
from playwright.sync_api import expect

from ingest import files, fixing
from leaderboard.models import HardwareFact, Submission
from tests.browsing import PHONE, SMALL, WIDE, becomes, drawn, faults, follow, opened
from tests.builders import (
    PASSWORD,
    make_board,
    make_claim,
    make_entry,
    make_hardware,
    make_model,
    make_submission,
    make_task,
    make_user,
    refresh,
)
from tests.ingest.files import csv, make_catalogue, row, sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CANARY = "<img src=x onerror=window.hacked=1>"


@pytest.fixture
def site(live_server):
    """A board with a few entries, one of them with a hostile name."""
    board = make_board(
        "quality",
        "node_energy",
        "cost",
        task=make_task("Trivia", unit_noun="question"),
        title="Trivia",
        blurb="How many answers, for how much energy?",
        counted="The node",
    )
    hardware = make_hardware("H100", tdp_w=700)
    HardwareFact.objects.create(
        hardware=hardware,
        kind="MODULE_MASS",
        value=1.2,
        low=1.1,
        high=1.3,
        is_preferred=True,
        citation="Weighed",
    )
    rows = [(0.4, 10, 3), (0.6, (18, 20, 25), 2), (0.8, 90, 9), (0.5, 60, 8), (0.7, 200, 1)]
    for number, (quality, energy, cost) in enumerate(rows):
        make_entry(
            board,
            model=make_model(f"Model {'ABCDE'[number]}"),
            hardware=hardware,
            device_count=number + 1,
            quality=quality,
            energy=energy,
            cost=cost,
        )
    make_entry(board, model=CANARY, quality=0.9, energy=400, cost=20)
    make_entry(board, model="Unmeasured", quality=0.3)
    refresh(board)
    make_claim(subject=CANARY, technique="QUANTISATION", contradiction="Its numbers say 39 %.")
    make_claim(is_upper_bound=True, technique="CACHING", baseline="no cache")
    make_claim(kind="RANGE", value=None, low=23, high=50)
    live_server.board = board
    return live_server


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_board_draws_its_chart_without_complaints(site, watched, size, theme):
    opened(watched, site.url + site.board.get_absolute_url(), size=size, theme=theme)
    box = drawn(watched)

    assert box.locator(".scatterlayer .point").count() >= 6
    expect(watched.locator(".plot > svg").first).not_to_be_visible()
    assert watched.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert watched.evaluate("window.hacked") is None
    assert watched.complaints == []


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_claims_draw_their_chart_without_complaints(site, watched, size):
    opened(watched, f"{site.url}/claims/?topic=energy", size=size)
    box = drawn(watched)

    # Three claims, one of them a range with two ends.
    expect(box.locator(".scatterlayer .point")).to_have_count(4)
    assert watched.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert watched.evaluate("window.hacked") is None
    assert watched.complaints == []


def test_the_chart_follows_the_theme(site, watched):
    opened(watched, site.url + site.board.get_absolute_url(), theme="light")
    drawn(watched)
    colour = "getComputedStyle(document.querySelector('.scatterlayer .js-line')).stroke"
    light = watched.evaluate(colour)

    watched.emulate_media(color_scheme="dark")

    assert becomes(watched, lambda: watched.evaluate(colour) != light)
    assert watched.complaints == []


def test_the_theme_button_keeps_its_choice(site, watched):
    opened(watched, site.url + site.board.get_absolute_url(), theme="light")

    watched.get_by_role("button", name="Switch between light and dark").click()
    watched.wait_for_selector("html[data-theme=dark]")
    watched.reload()

    expect(watched.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_filter_changes_chart_table_and_address(site, watched):
    opened(watched, site.url + site.board.get_absolute_url())
    drawn(watched)

    watched.get_by_label("Up").select_option("cost")
    watched.wait_for_url("**?y=cost")
    drawn(watched)

    assert watched.url.endswith(f"{site.board.get_absolute_url()}?y=cost")
    assert watched.get_by_role("heading", name="Cost against node energy").is_visible()
    watched.go_back()
    watched.get_by_role("heading", name="Quality against node energy").wait_for()
    assert watched.complaints == []


def test_a_hovered_point_is_told_in_words_and_its_row_lights_up(site, watched):
    opened(watched, site.url + site.board.get_absolute_url())
    drawn(watched)

    watched.locator(".scatterlayer .trace").last.locator(".point").first.hover(force=True)

    strip = watched.locator(".linked-entry")
    strip.wait_for(state="visible")
    expect(strip).to_contain_text("Layer")
    expect(watched.locator("tr.is-linked")).to_have_count(1)


def test_without_script_there_are_chart_table_and_filters(site, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(site.url + site.board.get_absolute_url())

    expect(page.locator(".plot > svg.only-narrow")).to_be_visible()
    expect(page.locator("#table tbody tr")).to_have_count(6)
    page.locator("select[name=origin]").select_option("measured")
    follow(page.locator(".sentence button"))
    assert "origin=measured" in page.url
    context.close()


def test_the_keyboard_reaches_everything_that_matters(site, watched):
    opened(watched, site.url + site.board.get_absolute_url())
    drawn(watched)
    reached = []
    for _ in range(60):
        watched.keyboard.press("Tab")
        reached.append(
            watched.evaluate(
                "(e => e.name || e.className || e.getAttribute('href') || e.tagName)"
                "(document.activeElement)"
            )
        )

    for name in ("skip", "site-name", "model", "origin", "x", "y", "objectives", "quality_min"):
        assert name in reached, name
    assert any(f"/entries/{entry.pk}/" in reached for entry in site.board.task.entries.all())


def compared(site, *names: str) -> str:
    entries = site.board.task.entries.filter(model__name__in=names)
    return "/compare/?" + "&".join(f"entry={entry.pk}" for entry in entries.order_by("pk"))


PAGES = {
    "home": lambda site: "/",
    "boards": lambda site: "/boards/",
    "board": lambda site: site.board.get_absolute_url(),
    "nothing left": lambda site: f"{site.board.get_absolute_url()}?quality_min=0.99",
    "history": lambda site: f"{site.board.get_absolute_url()}history/",
    "frozen": lambda site: f"{site.board.get_absolute_url()}?at=1",
    "frame": lambda site: f"/embed{site.board.get_absolute_url()}",
    "entry": lambda site: site.board.task.entries.first().get_absolute_url(),
    "hardware": lambda site: site.board.task.entries.first().hardware.get_absolute_url(),
    "models": lambda site: "/models/",
    "model": lambda site: site.board.task.entries.first().model.get_absolute_url(),
    "task": lambda site: site.board.task.get_absolute_url(),
    "metric": lambda site: "/metrics/material/",
    "metrics": lambda site: "/metrics/",
    "metric tried": lambda site: (
        "/metrics/cost_of_pass/?recipe=cost_of_pass.from_totals/1&cost=1+J&quality=0.5"
    ),
    "analyses": lambda site: "/analyses/",
    "analysis": lambda site: "/analyses/preference/",
    "footprint": lambda site: "/footprint/?composition=Cu:716g,Au:0.3g&mfu=0",
    "compare": lambda site: compared(site, "Model A", "Model B", "Model C"),
    "compare nothing": lambda site: "/compare/?entry=0&q=model",
    "changes": lambda site: "/changes/?q=model",
    "sources": lambda site: "/sources/",
    "claims": lambda site: "/claims/",
    "claims of a topic": lambda site: "/claims/?topic=energy",
    "methods": lambda site: "/methods/",
    "submit": lambda site: "/submit/",
    "sign in": lambda site: "/accounts/login/",
    "search": lambda site: "/search/?q=model",
    "not found": lambda site: "/nothing/here/",
}


def test_suggestions_are_chosen_by_keyboard(site, watched):
    opened(watched, f"{site.url}/models/")
    field = watched.locator(".site-search input")
    options = watched.locator(".site-search [role=option]")

    field.press_sequentially("modle b")
    options.first.wait_for()
    assert options.first.inner_text().splitlines() == ["Model B", "model, 1 entry"]
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    assert faults(watched) == []
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("modle b")
    field.press("ArrowDown")
    options.first.wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    watched.wait_for_url("**/models/model-*/")

    expect(watched.locator("h1")).to_have_text("Model B")
    assert watched.evaluate("window.hacked") is None
    assert watched.complaints == []


def test_hostile_names_are_text_in_suggestions(site, watched):
    opened(watched, site.url)
    field = watched.locator(".search-large input")

    field.press_sequentially("onerror")

    watched.locator(".search-large [role=option]").first.wait_for()
    assert watched.locator(".search-large [role=option] img").count() == 0
    assert watched.evaluate("window.hacked") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(site, watched, name, theme):
    opened(watched, site.url + PAGES[name](site), theme=theme)
    if name == "board":
        drawn(watched)

    assert faults(watched) == []


@pytest.mark.parametrize(
    "name",
    [*("home", "board", "entry", "history", "compare"), *("footprint", "submit", "analysis")],
)
def test_axe_finds_nothing_on_a_phone(site, watched, name):
    opened(watched, site.url + PAGES[name](site), size=PHONE)

    assert faults(watched) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_small_screen(site, watched, name):
    opened(watched, site.url + PAGES[name](site), size=SMALL)

    assert watched.evaluate("document.documentElement.scrollWidth") <= SMALL[0]


def test_names_stay_and_cover_no_half_of_a_rank_when_the_table_moves_sideways(site, watched):
    opened(watched, site.url + site.board.get_absolute_url(), size=PHONE)
    left, right = (
        "cell => Math.round(cell.getBoundingClientRect().left)",
        "cell => Math.round(cell.getBoundingClientRect().right)",
    )
    table = watched.locator("#table .table-scroll")
    rank = watched.locator("#table tbody .rank").first
    name = watched.locator("#table tbody .second").first
    assert rank.evaluate(right) <= name.evaluate(left)

    table.evaluate("box => { box.scrollLeft = 300; }")

    assert name.evaluate(left) == table.evaluate(left)
    assert rank.evaluate(right) <= table.evaluate(left)


def test_three_entries_are_compared_by_searching_and_adding(site, watched):
    entry = site.board.task.entries.get(model__name="Model A")
    opened(watched, site.url + entry.get_absolute_url())
    follow(watched.get_by_role("link", name="Compare with others"))
    for name in ("Model B", "Model C"):
        watched.get_by_role("searchbox", name="entry to add").fill(name)
        follow(watched.get_by_role("button", name="Find"))
        follow(watched.get_by_role("link", name=f"Add {name}"))

    assert (
        watched.get_by_role("heading", level=1).inner_text() == "Trivia: three entries side by side"
    )
    expect(watched.locator(".compare thead .letter")).to_have_text(["A", "B", "C"])
    expect(watched.locator(".lede")).to_contain_text("B has 20.0 points more quality than A")
    follow(watched.get_by_role("link", name="Put first C"))
    expect(watched.locator(".compare thead .letter + a").first).to_have_text("Model C")
    follow(watched.get_by_role("link", name="Remove B"))
    expect(watched.locator(".compare thead .letter")).to_have_text(["A", "B"])
    assert watched.complaints == []


@pytest.fixture
def moved(site):
    """The board after three more versions."""
    for number in (1, 2, 3):
        model = make_model(f"Later {number}")
        make_entry(site.board, model=model, quality=0.8 + number / 50, energy=9, cost=1 / number)
        refresh(site.board)
    site.history = f"{site.url}{site.board.get_absolute_url()}history/"
    return site


def test_the_slider_steps_through_history_and_keeps_the_address(moved, watched):
    opened(watched, moved.history)
    expect(watched.locator("#frontier")).to_contain_text("version 4")

    watched.locator("#at").focus()
    watched.keyboard.press("ArrowLeft")
    expect(watched.locator("#frontier")).to_contain_text("version 3")
    expect(watched).to_have_url(f"{moved.history}?at=3")
    expect(watched.locator(".moves").first).to_contain_text("Later 2")
    watched.get_by_role("link", name="Before").click()
    expect(watched.locator("#frontier")).to_contain_text("version 2")
    watched.go_back()
    expect(watched.locator("#frontier")).to_contain_text("version 3")
    expect(watched.locator("#at")).to_have_value("3")
    expect(watched.locator("#slider output")).to_have_text("3 of 4")
    assert faults(watched) == []
    assert watched.complaints == []


def test_without_script_history_and_comparison_are_forms(moved, browser):
    context = browser.new_context(java_script_enabled=False)
    page = opened(context.new_page(), moved.history)
    page.locator("#at").focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    follow(page.get_by_role("button", name="Show"))
    expect(page.locator("#frontier")).to_contain_text("version 2")
    follow(page.get_by_role("link", name="After"))
    expect(page.locator("#frontier")).to_contain_text("version 3")

    page.goto(moved.url + compared(moved, "Model A"))
    page.get_by_role("searchbox", name="entry to add").fill("later 3")
    follow(page.get_by_role("button", name="Find"))
    follow(page.get_by_role("link", name="Add Later 3"))
    expect(page.locator(".compare thead .letter")).to_have_text(["A", "B"])
    context.close()


@pytest.fixture
def explorer(site):
    """The footprint explorer with the device that the paper studied."""
    make_hardware("A100", slug="nvidia-a100-sxm4-40gb", bf16_flops=312e12, tdp_w=400)
    return f"{site.url}/footprint/?run=gpt-4"


def chosen(page) -> str:
    return page.locator(".heat-map .chosen").first.inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE, SMALL], ids=["wide", "phone", "small"])
def test_the_footprint_explorer_is_clean(explorer, watched, size, theme):
    opened(watched, explorer, size=size, theme=theme)

    assert chosen(watched) == "2,515"
    assert faults(watched) == []
    assert watched.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert watched.complaints == []


def test_sliders_and_cells_change_the_footprint_and_its_address(explorer, watched):
    opened(watched, explorer)

    watched.get_by_label("Device life", exact=True).press("Home")
    watched.wait_for_url("**life=1*")
    assert becomes(watched, lambda: chosen(watched) == "5,029")
    assert watched.locator("output[for=life]").inner_text() == "1 year"

    watched.get_by_role("link", name="8,800").first.click()
    watched.wait_for_url("**mfu=0.2&life=1*")
    assert becomes(watched, lambda: chosen(watched) == "8,800")
    expect(watched.get_by_label("Compute utilisation (MFU)")).to_have_value("0.2")
    assert watched.complaints == []


def test_the_footprint_explorer_works_without_script(explorer, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(explorer)

    page.locator("#flop1").fill("8.4e23")
    follow(page.get_by_role("button", name="Apply").first)
    expect(page.locator(".heat-map")).to_have_count(2)
    follow(page.get_by_role("link", name="8,800").first)
    assert chosen(page) == "8,800"

    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"element,mass (g)\nCu,716\n"}
    page.locator("#file").set_input_files(file)
    follow(page.get_by_role("button", name="Read it"))
    assert "composition=Cu:716g" in page.url
    copper = page.get_by_role("region", name="Elements").get_by_role("row", name="Copper Cu")
    expect(copper.get_by_role("cell").first).to_have_text("716")
    context.close()


def test_a_submission_page_is_clean(site, watched):
    sender = make_user()
    submission = make_submission(
        state="CHECKED",
        submitted_by=sender,
        filename="results.csv",
        summary={
            "rows": 3,
            "runs": 2,
            "entries": 2,
            "errors": 1,
            "warnings": 1,
            "tasks": ["trivia"],
            "asked": {"hardware": {"CITIC": 2}, "samples": {"": 3}},
        },
        issues=[
            {
                "row": 1,
                "column": "hardware",
                "code": "hardware.unknown",
                "severity": severity,
                "message": "“CITIC” is not a device of the catalogue.",
                "given": "CITIC",
                "expected": ["h100"],
                "hint": "Map it.",
                "path": "",
                "count": 2,
                "also_rows": [2],
            }
            for severity in ("error", "warning", "info")
        ],
    )
    submission.rows.create(row=1, sent={"hardware": "CITIC", "quality [%]": "70"}, issues=[])
    signed_in(watched, site, sender)

    for theme in ("light", "dark"):
        for size in (WIDE, SMALL):
            opened(watched, site.url + submission.get_absolute_url(), size=size, theme=theme)
            assert faults(watched) == []
            assert watched.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert watched.complaints == []


def signed_in(page, site, user):
    opened(page, f"{site.url}/accounts/login/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/submit/")


@pytest.fixture
def mistaken(site, watched):
    """A checked file with mistakes in five rows, before its sender."""
    make_catalogue()
    sender = make_user()
    rows = [row(n, quality="x") for n in range(1, 6)] + [row(6), row(7, latency="a" * 90)]
    submission = sent(csv(*rows), by=sender, publish="NO")
    signed_in(watched, site, sender)
    return submission


@pytest.mark.parametrize("view", ["", "rows/", "rows/1/"])
def test_the_pages_of_rows_are_clean(site, watched, mistaken, view):
    fixing.fix(mistaken.pk, row=1, cells={"quality [%]": "50", "latency [s]": "soon"})

    for theme in ("light", "dark"):
        for size in (WIDE, PHONE, SMALL):
            address = site.url + mistaken.get_absolute_url() + view
            opened(watched, address, size=size, theme=theme)
            assert faults(watched) == []
            assert watched.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert watched.complaints == []


def test_five_cells_are_fixed_by_the_keyboard_alone(site, watched, mistaken):
    opened(watched, f"{site.url}{mistaken.get_absolute_url()}rows/")
    keys = watched.keyboard
    first = watched.locator("td[data-column='quality [%]']").first
    watched.locator("td[tabindex='0']").focus()

    assert watched.evaluate("document.activeElement.dataset.column") == "quality [%]"
    for number in range(1, 6):
        keys.press("Enter")
        keys.type(f"{number}0")
        keys.press("Enter")
        keys.press("ArrowDown")
    watched.get_by_text("Saved and checked: 1 error left.").wait_for()

    assert becomes(watched, lambda: first.inner_text().split() == ["sent:", "x", "10"])
    expect(watched.locator(".filters")).to_contain_text("Errors 1")
    fixed = mistaken.rows.fixed().in_order()
    assert [one.patched for one in fixed] == [{"quality [%]": f"{n}0"} for n in range(1, 6)]
    assert watched.complaints == []


def test_esc_leaves_a_cell_as_it_was_and_tab_saves_and_goes_on(site, watched, mistaken):
    opened(watched, f"{site.url}{mistaken.get_absolute_url()}rows/")
    keys = watched.keyboard
    watched.locator("td[data-column='model']").nth(1).click()

    keys.type("other")
    keys.press("Escape")
    assert watched.locator("td[data-column='model']").nth(1).inner_text() == "tiny"
    keys.press("Enter")
    keys.type("acme/tiny")
    keys.press("Tab")
    assert watched.evaluate("document.activeElement.value") == "riddles"
    keys.press("Escape")
    watched.get_by_text("Saved and checked").wait_for()

    assert [(one.row, one.patched) for one in mistaken.rows.fixed()] == [
        (2, {"model": "acme/tiny"})
    ]


def test_without_script_a_row_is_fixed_by_its_form(site, watched, mistaken, browser):
    context = browser.new_context(
        java_script_enabled=False, storage_state=watched.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{site.url}{mistaken.get_absolute_url()}rows/?show=error")

    follow(page.get_by_role("link", name="fix: quality [%]").first)
    page.get_by_label("quality [%]").fill("50")
    follow(page.get_by_role("button", name="Fix this row"))

    expect(page.get_by_role("status").first).to_contain_text("Checked again: 5 errors left.")
    assert mistaken.rows.get(row=1).patched == {"quality [%]": "50"}
    context.close()


def test_a_folder_is_sent_with_the_paths_of_its_files(site, watched, mistaken, tmp_path):
    for device in ("H100", "L4"):
        (tmp_path / "runs" / device).mkdir(parents=True)
        (tmp_path / "runs" / device / "results.csv").write_bytes(csv(row(len(device))))
    opened(watched, f"{site.url}/submit/")

    with watched.expect_file_chooser() as chooser:
        watched.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(tmp_path / "runs")
    watched.get_by_text("2 files chosen.").wait_for()
    watched.get_by_role("button", name="Check the file").click()
    watched.wait_for_url("**/submissions/**")

    submission = Submission.objects.latest("pk")
    assert files.paths(submission) == ["runs/H100/results.csv", "runs/L4/results.csv"]
    assert submission.filename == "runs"


def walk_to(page, thing) -> None:
    """Press Tab until it has the focus."""
    for _ in range(80):
        if thing.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {thing}.")


def press(page, name: str) -> None:
    walk_to(page, page.get_by_role("button", name=name))
    page.keyboard.press("Enter")


def test_a_file_goes_from_the_browser_to_the_frontier_by_keyboard_alone(site, watched, worker):
    keys = watched.keyboard
    opened(watched, f"{site.url}/accounts/signup/?next=/submit/")
    for label, text in (
        ("Username", "newcomer"),
        ("Password", PASSWORD),
        ("Password confirmation", PASSWORD),
    ):
        walk_to(watched, watched.get_by_label(label, exact=True))
        keys.type(text)
    press(watched, "Create the account")
    watched.wait_for_url(f"{site.url}/submit/")
    rows = (
        "model,hardware,device_count,task,quality [%],node_energy [J],cost [USD]\n"
        "Model A,H100,8,Quiz,95,5,0.5\n"
    )
    file = {"name": "results.csv", "mimeType": "text/csv", "buffer": rows.encode()}

    walk_to(watched, watched.get_by_label("Drop a file here"))
    # From here on the dialog is the system's.
    watched.get_by_label("Drop a file here").set_input_files(file)
    press(watched, "Check the file")
    walk_to(watched, watched.get_by_label("“Quiz” is the task"))
    keys.type(site.board.task.slug)
    press(watched, "Check again")
    press(watched, "Publish 1 run")
    watched.get_by_text("Published. Its numbers count").wait_for()

    def leads() -> bool:
        watched.goto(site.url + site.board.get_absolute_url())
        return "ahead on both: 95.0" in watched.locator(".lede").inner_text()

    assert becomes(watched, leads)
    assert watched.complaints == []
