"""Sharing a view as a reader does, in a real browser."""

import csv
import re

import pytest
from playwright.sync_api import expect
from pyarrow import parquet

from tests.browsing import follow, page_elsewhere
from tests.builders import make_board, make_entry, refresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_view_is_shared_framed_and_frozen(live_server, new_context):
    """The short link shows the same to a reader without script; so does a frame elsewhere."""
    board = make_board("quality", "node_energy", title="Trivia")
    for number, quality in enumerate((0.4, 0.5, 0.6, 0.7, 0.8, 0.9)):
        make_entry(board, model=f"Model {number}", quality=quality, energy=10 + number)
    refresh(board)
    sender = new_context().new_page()
    reader = new_context(java_script_enabled=False).new_page()
    errors: list[str] = []
    sender.on("pageerror", lambda error: errors.append(str(error)))

    def models(page):
        return page.locator("table.data tbody th").all_inner_texts()

    sender.goto(f"{live_server.url}{board.get_absolute_url()}?quality_min=45+%25&sort=-quality")
    sender.get_by_role("button", name="Make a short link").click()
    short = sender.locator("dt:text('Short link') + dd code").inner_text()
    frame = sender.locator("dt:text('Embed') + dd code").inner_text()
    reader.goto(short)

    assert re.fullmatch(rf"{live_server.url}/v/\w{{10}}/", short)
    assert models(reader) == models(sender)
    assert len(models(reader)) == 5
    with reader.expect_download() as csv_file:
        reader.get_by_role("link", name="CSV", exact=True).click()
    with reader.expect_download() as parquet_file:
        reader.get_by_role("link", name="Parquet").click()
    lines = list(csv.DictReader(csv_file.value.path().open(encoding="utf-8")))
    rows = parquet.read_table(parquet_file.value.path()).to_pylist()
    assert csv_file.value.suggested_filename == f"{board.slug}-v1.csv"
    assert [int(line["entry"]) for line in lines] == [row["entry"] for row in rows]
    assert [row["model"] for row in rows] == models(reader)

    with page_elsewhere(f"<h1>A page of somebody else</h1>{frame}") as elsewhere:
        reader.goto(elsewhere)
        framed = reader.frame_locator("iframe")
        framed.get_by_text("quality at least 45.0").wait_for()
        expect(framed.locator("svg.chart .point").first).to_be_visible()

    follow(sender.get_by_role("link", name="Version 1, as published"))
    assert sender.get_by_role("heading", level=1).inner_text() == "Trivia, version 1"
    # The limit goes along: it is on values that are kept.
    assert len(models(sender)) == 5
    assert errors == []
