"""Whole visits to a board in a real browser, with script and by forms alone.

Framing a view in a page of somebody else is walked in test_sharing_browser.py.
"""

import csv
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import Count
from playwright.sync_api import expect
from pyarrow import parquet

from deploy.bench_boards import board_of
from leaderboard.core import units
from leaderboard.models import Entry, Estimate
from tests.browsing import PHONE, SMALL, WIDE, becomes, drawn, faults, follow, opened
from tests.builders import make_board, make_entry, make_hardware, make_model, make_task, refresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Model, quality, energy of an answer in kJ, its cost in dollars.
ROWS = {
    "Ant": (0.42, 100, 0.30),
    "Bee": (0.50, 140, 0.55),
    "Cat": (0.55, 260, 0.20),
    "Dog": (0.62, 300, 0.90),
    "Eel": (0.66, 900, 0.80),
    "Fox": (0.70, 520, 1.40),
    "Gnu": (0.75, 2_000, 1.10),
    "Hen": (0.79, 1_300, 2.50),
    "Ibis": (0.83, 4_000, 2.00),
    "Jay": (0.84, 2_600, 4.00),
}
LATER = {"Koi": (0.835, 1_500, 3.00), "Lynx": (0.78, 400, 1.00)}


def beats(one, other) -> bool:
    """By the definition: nowhere worse and somewhere better. More quality is better, less else."""
    pairs = [(-one[0], -other[0]), (one[1], other[1]), (one[2], other[2])]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def beaten_by(name: str, rows) -> set[str]:
    return {other for other in rows if beats(rows[other], rows[name])}


def greenest_near_best(rows) -> str:
    best = max(quality for quality, _, _ in rows.values())
    near = {name: row for name, row in rows.items() if row[0] >= best - 0.02}
    return min(near, key=lambda name: near[name][1])


def cheapest(rows) -> str:
    return min(rows, key=lambda name: rows[name][2])


def add(board, rows) -> None:
    devices = [make_hardware(f"{name} {len(rows)}", vendor=name) for name in ("NVIDIA", "AMD")]
    for number, (name, (quality, energy, cost)) in enumerate(rows.items()):
        make_entry(
            board,
            model=make_model(name, developer=f"Maker {number % 3}"),
            hardware=devices[number % 2],
            quality=quality,
            energy=1000 * energy,
            cost=cost,
            latency=1 + number,
        )
    refresh(board)


@pytest.fixture
def board(transactional_db):
    """Ten entries in version 1 and twelve in version 2, three objectives."""
    task = make_task("Trivia", unit_noun="answer")
    board = make_board("quality", "node_energy", "cost", task=task, title="Trivia")
    add(board, ROWS)
    add(board, LATER)
    board.refresh_from_db()
    return board


@pytest.fixture
def url(live_server, board) -> str:
    return f"{live_server.url}{board.get_absolute_url()}"


@pytest.fixture
def silent(browser):
    """A page of a browser whose script is off."""
    context = browser.new_context(java_script_enabled=False, accept_downloads=True)
    yield context.new_page()
    context.close()


def models(page) -> list[str]:
    return page.locator("#table tbody th a").all_inner_texts()


def asked(page) -> dict[str, str]:
    """The question in the address."""
    return {name: ",".join(values) for name, values in parse_qs(urlsplit(page.url).query).items()}


def seen(page) -> dict[str, object]:
    """What a view says: its rows, its points, what holds, what counts."""
    drawn(page)
    return {
        "rows": [row.split("\n") for row in page.locator("#table tbody tr").all_inner_texts()],
        "points": page.locator(".scatterlayer .point").count(),
        "chips": page.locator(".chip").all_inner_texts(),
        "weights": [one.input_value() for one in page.locator(".weight input").all()],
        "advice": page.locator(".advice").all_inner_texts(),
        "count": page.locator(".sentence .count strong").inner_text(),
    }


def change(page, act, parameter: str) -> None:
    """Do something that puts a parameter into the address, and wait for the page that follows."""
    act()
    assert becomes(page, lambda: parameter in asked(page)), page.url
    drawn(page)


def drag(page, field, share: float) -> None:
    """Pull a range control to a share of its way by the mouse."""
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    middle = box["y"] + box["height"] / 2
    start = box["x"] + 8 + (box["width"] - 16) * int(field.input_value()) / 1000
    page.mouse.move(start, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 8 + (box["width"] - 16) * share, middle, steps=5)
    page.mouse.up()


def test_a_reader_chooses_axes_limits_weights_and_takes_advice(url, watched):
    rows = ROWS | LATER
    opened(watched, url)
    drawn(watched)

    change(watched, lambda: watched.get_by_label("Across").select_option("cost"), "x")
    change(watched, lambda: watched.locator("#size").select_option("node_energy"), "size")
    change(watched, lambda: watched.get_by_label("Lines").select_option("2"), "layers")
    legend = watched.locator(".figure .legend").first.inner_text()
    assert watched.get_by_role("heading", name="Quality against cost").is_visible()
    assert "Layer 2" in legend
    assert "The larger, the more node energy" in legend
    sizes = watched.locator(".scatterlayer .point").evaluate_all(
        "points => points.map(point => Math.round(point.getBBox().width))"
    )
    assert len(set(sizes)) > 3

    slider = watched.get_by_role("slider", name="Quality, at least")
    change(watched, lambda: drag(watched, slider, 0.4), "quality_min")
    limit = float(asked(watched)["quality_min"].removesuffix("%")) / 100
    left = {name: row for name, row in rows.items() if row[0] >= limit}
    assert 0 < len(left) < len(rows)
    assert set(models(watched)) == set(left)
    assert watched.get_by_label("Quality, at least", exact=True).first.input_value()

    change(watched, lambda: watched.locator("#w_quality").press("End"), "w_quality")
    change(watched, lambda: watched.locator("#w_cost").press("End"), "w_cost")
    podium = watched.locator(".podium a").all_inner_texts()
    assert models(watched)[0] == podium[0].split(",")[0]
    expect(watched.locator(".weight output")).to_have_text(["100", "0", "100"])

    advice = watched.locator(".advice", has_text="What to take")
    assert greenest_near_best(left) in advice.inner_text()
    change(watched, lambda: watched.get_by_label("Looking for").select_option("cheapest"), "pick")
    assert cheapest(left) in advice.inner_text()
    assert watched.complaints == []


def test_who_beats_an_entry_is_a_click_away_from_row_and_chart(url, watched):
    rows = ROWS | LATER
    loser = next(name for name in rows if len(beaten_by(name, rows)) > 0)
    opened(watched, url)
    drawn(watched)
    row = watched.locator("#table tbody tr", has=watched.get_by_role("link", name=loser))
    entry = row.get_attribute("data-entry")

    follow(row.locator("a.layer"))
    watched.wait_for_url(f"**/why/?entry={entry}")
    table = watched.get_by_role("region", name="Who beats it").locator("tbody th")
    assert {told.split(",")[0] for told in table.all_inner_texts()} == beaten_by(loser, rows)
    assert watched.get_by_role("heading", name="What it would need").is_visible()
    told = watched.url
    follow(watched.get_by_role("link", name="Back to the board"))

    drawn(watched)
    watched.mouse.move(0, 0)  # Else the row that scrolls below the pointer would light up.
    row.locator("th a").focus()
    ring = watched.locator(".plotly-box .ring")
    ring.wait_for(state="visible")
    ring.scroll_into_view_if_needed()
    box = ring.bounding_box()
    watched.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    strip = watched.locator(".linked-entry")
    strip.wait_for(state="visible")
    assert strip.inner_text().startswith(loser)
    expect(row).to_have_attribute("class", "is-linked")
    follow(strip.get_by_role("link", name="By how much"))
    watched.wait_for_url("**/why/**")
    expect(watched).to_have_url(told)
    assert watched.complaints == []


SHARED = (
    "?x=cost&layers=2&developer=maker-0,maker-1&quality_min=45+%25&w_quality=60&w_cost=40"
    "&own_electricity=0.30&columns=quality,cost,latency,vendor&density=roomy&sort=-quality"
)


def test_a_view_is_the_same_for_whom_it_is_sent_to(url, watched, browser):
    opened(watched, url + SHARED)
    mine = seen(watched)
    kept = {name for name, number in zip(ROWS, range(99), strict=False) if number % 3 < 2}
    kept |= {"Koi", "Lynx"}
    assert set(models(watched)) == kept - {"Ant"}
    assert mine["chips"] == ["Only by Maker 0 or Maker 1 ×"]
    watched.get_by_role("button", name="Make a short link").click()
    short = watched.locator("dt:text('Short link') + dd code").inner_text()
    view = watched.locator("dt:text('This view') + dd code").inner_text()

    for address in (view, short):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        other = context.new_page()
        other.goto(address)
        assert seen(other) == mine
        context.close()

    with watched.expect_download() as csv_file:
        watched.get_by_role("link", name="CSV", exact=True).click()
    with watched.expect_download() as parquet_file:
        watched.get_by_role("link", name="Parquet").click()
    lines = list(csv.DictReader(csv_file.value.path().open(encoding="utf-8")))
    table = parquet.read_table(parquet_file.value.path()).to_pylist()
    assert [line["model"] for line in lines] == models(watched)
    assert [line["model"] for line in table] == models(watched)
    assert watched.complaints == []


def test_a_frozen_view_stays_while_the_board_goes_on(board, url, watched):
    first = {name for name in ROWS if not beaten_by(name, ROWS)}
    opened(watched, f"{url}?at=1")
    frontier = watched.locator(".first-layer th a")
    assert set(frontier.all_inner_texts()) == first
    before = watched.locator("#table").inner_text()

    make_entry(board, model="Moth", quality=0.95, energy=1, cost=0.01)
    refresh(board)
    watched.reload()

    now = watched.locator("#table").inner_text()
    assert set(frontier.all_inner_texts()) == first
    # Only what became of them since is told anew.
    assert re.sub(r"\t[^\t\n]*\n", "\n", before) == re.sub(r"\t[^\t\n]*\n", "\n", now)
    opened(watched, url)
    expect(watched.locator(".first-layer th a")).to_have_text(["Moth"])


# Each row's model and the number that is marked as the reader's.
OWN_COSTS = """[...document.querySelectorAll("#table tbody tr")].map(row => [
  row.querySelector("th a").textContent,
  Number(row.querySelector(".own").lastChild.textContent)])"""


def test_three_are_compared_history_is_stepped_through_prices_are_the_readers(url, watched):
    opened(watched, url)
    drawn(watched)
    for name in ("Fox", "Gnu", "Hen"):
        watched.get_by_role("checkbox", name=f"Compare {name}").check()
    follow(watched.get_by_role("button", name="Compare the ticked entries"))
    expect(watched.locator(".compare thead .letter")).to_have_count(3)
    heads = watched.locator(".compare thead .letter + a").all_inner_texts()
    assert set(heads) == {"Fox", "Gnu", "Hen"}

    opened(watched, f"{url}history/")
    title = watched.locator("#frontier")
    expect(title).to_contain_text("version 2")
    watched.get_by_role("slider", name="Version").press("Home")
    expect(title).to_contain_text("version 1")
    watched.get_by_role("link", name="After").click()
    expect(title).to_contain_text("version 2")
    gone = {name for name in ROWS if not beaten_by(name, ROWS)} & {
        name for name in ROWS if beaten_by(name, ROWS | LATER)
    }
    moves = watched.locator("h3:has-text('left') + .moves li > a").all_inner_texts()
    assert {told.split(",")[0] for told in moves} == gone

    opened(watched, url)
    drawn(watched)
    watched.get_by_text("Your own scenario").click()
    watched.get_by_label("Electricity price").fill("0.30 USD/kWh")
    change(watched, lambda: watched.keyboard.press("Enter"), "own_electricity")
    expect(watched.locator(".notice").first).to_contain_text("electricity price 0.3 USD/kWh")
    expect(watched.get_by_label("Electricity price")).to_be_visible()
    # Without a price of devices the cost is that of the energy alone.
    own = dict(watched.evaluate(OWN_COSTS))
    expected = {name: 0.30 * energy / 3600 for name, (_, energy, _) in (ROWS | LATER).items()}
    assert own == pytest.approx(expected, rel=0.01)
    watched.get_by_role("link", name="Back to the numbers as published").click()
    drawn(watched)
    expect(watched.locator(".own")).to_have_count(0)
    assert watched.complaints == []


@pytest.fixture
def crowd(transactional_db):
    """A board of 1,200 random entries."""
    return board_of(1_200)


@pytest.fixture
def crowd_url(live_server, crowd) -> str:
    return f"{live_server.url}{crowd.get_absolute_url()}"


def test_facets_columns_pages_and_keys_of_a_large_board(crowd, crowd_url, watched):
    opened(watched, crowd_url)
    drawn(watched)
    first = watched.locator("#table tbody tr").evaluate_all("all => all.map(r => r.dataset.entry)")
    watched.get_by_role("link", name="Rows after").click()
    watched.wait_for_url("**after=*")
    second = watched.locator("#table tbody tr").evaluate_all("all => all.map(r => r.dataset.entry)")
    assert len({*first, *second}) == 200
    watched.get_by_role("link", name="Rows before").click()
    watched.wait_for_url(lambda url: "after=" not in url)

    watched.get_by_text("More filters").click()
    box = watched.get_by_role("group", name="Vendor")
    told = dict(re.findall(r"Vendor (\d)\s+(\d+)", box.inner_text()))
    in_truth = Entry.objects.filter(task=crowd.task).values_list("hardware__vendor")
    assert told == {
        vendor.removeprefix("Vendor "): str(number)
        for vendor, number in in_truth.annotate(Count("pk"))
    }
    change(watched, lambda: box.get_by_label("Vendor 1").check(), "vendor")
    box.get_by_label("Vendor 2").check()
    chip = watched.locator(".chip")
    expect(chip).to_contain_text("Vendor 1 or Vendor 2")
    both = int(told["1"]) + int(told["2"])
    expect(watched.locator(".count")).to_contain_text(f"{both} of 1,200 entries")
    expect(box).to_be_visible()
    chip.get_by_role("link").click()
    watched.wait_for_url(lambda url: "vendor" not in url)
    expect(chip).to_have_count(0)

    drawn(watched)
    watched.get_by_text("Columns", exact=True).click()
    change(watched, lambda: watched.get_by_label("Output throughput").last.check(), "columns")
    heads = watched.locator("#table thead .objective").all_inner_texts()
    assert heads == ["Quality", "Node energy", "Output throughput"]
    watched.get_by_role("link", name="Roomy rows").click()
    watched.wait_for_url("**density=roomy**")
    expect(watched.locator("table.roomy")).to_have_count(1)
    assert "columns" in asked(watched)

    rows = watched.locator("#table tbody tr")
    rows.first.locator("th a").focus()
    watched.keyboard.press("ArrowDown")
    focused = "document.activeElement.closest('tr').dataset.entry"
    assert watched.evaluate(focused) == rows.nth(1).get_attribute("data-entry")
    expect(rows.nth(1)).to_have_attribute("class", "is-linked")
    watched.keyboard.press("ArrowUp")
    assert watched.evaluate(focused) == rows.first.get_attribute("data-entry")
    assert watched.complaints == []


# Where points are, by Plotly's own axes.
PIXELS = """([x, y]) => {
  const { xaxis, yaxis } = document.querySelector(".plotly-box")._fullLayout;
  return [x.map(value => xaxis._offset + xaxis.d2p(value)),
          y.map(value => yaxis._offset + yaxis.d2p(value))];
}"""


def test_a_dot_of_a_crowd_knows_its_entry_and_its_row(crowd, crowd_url, watched):
    opened(watched, crowd_url)
    box = drawn(watched)
    watched.wait_for_selector(".plotly-box[data-crowd=drawn]")
    numbers = {
        metric: dict(
            Estimate.objects.filter(task=crowd.task, metric=metric).values_list("entry", "value")
        )
        for metric in ("quality", "node_energy")
    }
    unit = watched.evaluate(
        "JSON.parse(document.getElementById('figure').textContent).layout.meta.x.unit"
    )
    ids = list(numbers["quality"])
    x = [numbers["node_energy"][one] / units.factor(unit, "J") for one in ids]
    y = [100 * numbers["quality"][one] for one in ids]
    across, down = watched.evaluate(PIXELS, [x, y])

    def apart(place: int) -> float:
        """How far the next point is."""
        return min(
            (across[place] - across[other]) ** 2 + (down[place] - down[other]) ** 2
            for other in range(len(ids))
            if other != place
        )

    on_line = {ids[place] for place in range(len(ids)) if is_first(place, x, y)}
    shown = watched.locator("#table tbody tr").evaluate_all("all => all.map(r => +r.dataset.entry)")
    lonely = max(
        (place for place in range(len(ids)) if ids[place] in shown and ids[place] not in on_line),
        key=apart,
    )
    box.evaluate("box => box.scrollIntoView({ block: 'center' })")
    corner = box.bounding_box()
    watched.mouse.move(corner["x"] + across[lonely], corner["y"] + down[lonely])

    strip = watched.locator(".linked-entry")
    strip.wait_for(state="visible")
    entry = ids[lonely]
    expect(strip.locator("a.button")).to_have_attribute("href", f"/entries/{entry}/")
    row = watched.locator(f"#table tr[data-entry='{entry}']")
    expect(row).to_have_attribute("class", "is-linked")
    ring = watched.locator(".ring").bounding_box()
    assert ring["x"] + ring["width"] / 2 == pytest.approx(corner["x"] + across[lonely], abs=1)
    assert ring["y"] + ring["height"] / 2 == pytest.approx(corner["y"] + down[lonely], abs=1)
    assert watched.complaints == []


def is_first(place: int, x: list[float], y: list[float]) -> bool:
    return not any(
        x[other] <= x[place]
        and y[other] >= y[place]
        and (x[other], y[other]) != (x[place], y[place])
        for other in range(len(x))
    )


def test_all_of_it_goes_by_forms_without_script(url, silent):
    rows = ROWS | LATER
    page = opened(silent, url)

    def apply() -> None:
        follow(page.get_by_role("button", name="Apply").first)

    assert page.locator(".plot > svg.only-wide .point").count() >= len(rows)
    page.get_by_label("Across").select_option("cost")
    page.locator("#size").select_option("node_energy")
    page.get_by_label("Lines").select_option("2")
    page.get_by_label("Quality, at least", exact=True).first.fill("60 %")
    page.locator("#w_quality").press("End")
    page.locator("#w_cost").press("End")
    page.get_by_label("Looking for").select_option("cheapest")
    apply()
    left = {name: row for name, row in rows.items() if row[0] >= 0.6}
    assert set(models(page)) == set(left)
    assert page.get_by_role("heading", name="Quality against cost").is_visible()
    expect(page.locator(".plot > svg.only-wide .step.layer")).to_have_count(1)
    assert cheapest(left) in page.locator(".advice", has_text="What to take").inner_text()
    assert page.locator(".podium a").first.inner_text().split(",")[0] == models(page)[0]

    page.get_by_text("More filters").click()
    for maker in ("Maker 0", "Maker 1"):
        page.get_by_role("group", name="Developer").get_by_label(maker).check()
    page.get_by_text("Columns", exact=True).click()
    page.locator("#table").get_by_label("Latency").check()
    apply()
    expect(page.locator(".chip")).to_contain_text("Only by Maker 0 or Maker 1")
    expect(page.locator("#table thead")).to_contain_text("Latency")
    narrowed = models(page)
    assert 0 < len(narrowed) < len(left)
    follow(page.get_by_role("button", name="Make a short link"))
    page.goto(page.locator("dt:text('Short link') + dd code").inner_text())
    assert models(page) == narrowed
    with page.expect_download() as file:
        page.get_by_role("link", name="CSV", exact=True).click()
    lines = list(csv.DictReader(file.value.path().open(encoding="utf-8")))
    assert [line["model"] for line in lines] == narrowed
    follow(page.get_by_role("link", name="Give up: only by Maker 0 or Maker 1"))
    assert set(models(page)) == set(left)
    follow(page.get_by_role("link", name="Roomy rows"))
    expect(page.locator("table.roomy")).to_have_count(1)

    page.goto(url)
    page.get_by_text("Your own scenario").click()
    page.get_by_label("Electricity price").fill("0.30")
    apply()
    expect(page.locator(".notice").first).to_contain_text("electricity price 0.3 USD/kWh")

    page.goto(url)
    loser = next(name for name in rows if beaten_by(name, rows))
    row = page.locator("#table tbody tr", has=page.get_by_role("link", name=loser))
    follow(row.locator("a.layer"))
    beaters = page.get_by_role("region", name="Who beats it").locator("tbody th")
    assert {told.split(",")[0] for told in beaters.all_inner_texts()} == beaten_by(loser, rows)
    follow(page.get_by_role("link", name="Back to the board"))
    for name in ("Fox", "Gnu"):
        page.get_by_role("checkbox", name=f"Compare {name}").check()
    follow(page.get_by_role("button", name="Compare the ticked entries"))
    expect(page.locator(".compare thead .letter")).to_have_count(2)
    page.goto(f"{url}history/")
    page.get_by_role("slider", name="Version").press("Home")
    follow(page.get_by_role("button", name="Show"))
    expect(page.locator("#frontier")).to_contain_text("version 1")


EVERYTHING = f"{SHARED}&size=node_energy&vendor=nvidia,amd&q=e&ranks=points&pick=cheapest"
# Groups of pages and states; those that test_browser.py has are not repeated.
STATES = {
    "board": ("", EVERYTHING.replace("q=e", "q=b"), "?layers=3&w_quality=50&w_cost=50"),
    "board that says what is wrong": (
        "?quality_min=99+%25",
        "?vendor=nobody&x=1",
        "?at=1",
        "?at=9",
    ),
    "around a board": ("why/?entry={loser}", "why/?entry={winner}", "history/?at=1"),
    "catalogue": ("{model}", "{hardware}", "{method}", "/search/?q=zzzzzz", "/tasks/"),
    "frame": ("/embed{path}?layers=2", "/embed{path}?quality_min=99+%25"),
}


@pytest.mark.parametrize("group", STATES)
def test_axe_and_a_small_screen_find_nothing_in_any_state(board, url, watched, group):
    rows = ROWS | LATER
    loser = next(name for name in rows if beaten_by(name, rows))
    winner = next(name for name in rows if not beaten_by(name, rows))
    entries = {entry.model.name: entry for entry in board.task.entries.select_related("model")}
    entry = entries[loser]
    places = {
        "loser": entry.pk,
        "winner": entries[winner].pk,
        "path": board.get_absolute_url(),
        "model": entry.model.get_absolute_url(),
        "hardware": entry.hardware.get_absolute_url(),
        "method": entry.method.get_absolute_url(),
    }
    for state in STATES[group]:
        path = state.format(**places)
        root = url.removesuffix(board.get_absolute_url()) if path[:1] == "/" else url
        for size, theme in ((WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")):
            if (size, theme) == (WIDE, "light"):
                opened(watched, root + path)
                for fold in watched.locator("main details:not([open]) > summary").all():
                    if fold.is_visible():
                        fold.click()
            watched.set_viewport_size({"width": size[0], "height": size[1]})
            # Without motion colours change at once, not while axe looks.
            watched.emulate_media(color_scheme=theme, reduced_motion="reduce")
            assert faults(watched) == [], (state, size, theme)
        watched.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
        assert becomes(
            watched, lambda: watched.evaluate("document.documentElement.scrollWidth") <= SMALL[0]
        ), state
        assert [text for text in watched.complaints if "404" not in text] == [], state


def test_axe_finds_nothing_on_a_crowd(crowd_url, watched):
    for size, theme in ((WIDE, "light"), (PHONE, "dark")):
        opened(watched, crowd_url, size=size, theme=theme)
        watched.wait_for_selector(".plotly-box[data-crowd=drawn]")
        assert faults(watched) == []
        assert watched.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert watched.complaints == []
