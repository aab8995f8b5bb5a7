"""Take the screenshots of docs/screens/ from a running site: python -m deploy.screens [ADDRESS].

Each is written smaller than Chromium writes it: few colours are enough for a page of text.
"""

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ADDRESS = "http://127.0.0.1:8000"
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screens"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
COLOURS = 192
LARGEST_BYTES = 150_000


def board(page: Page) -> None:
    """A board as everybody first sees it."""
    page.goto("/boards/training/")
    drawn(page)


def question(page: Page) -> None:
    """A board under a reader's own question: layers, sizes, weights and an entry asked about."""
    page.goto("/boards/api/?layers=2&size=cost&w_quality=60&w_cost=40&developer=google,openai")
    drawn(page)
    page.locator("#table tbody").nth(1).locator("tr").first.locator("th a").focus()
    page.evaluate("document.querySelector('.figure').scrollIntoView()")
    ring = page.locator(".ring").bounding_box()
    assert ring is not None
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.locator(".linked-entry").wait_for()


def table(page: Page) -> None:
    """The table with ranks as ranges, bounds, chances and levels."""
    board(page)
    page.evaluate("document.querySelector('#table-title').scrollIntoView()")


def why(page: Page) -> None:
    """Who beats an entry, by how much, and what it would need."""
    board(page)
    page.locator("#table tbody").nth(1).locator("a.layer").first.click()
    page.wait_for_url("**/why/**")


def compare(page: Page) -> None:
    """Three entries of a frontier side by side."""
    page.goto("/boards/api/")
    drawn(page)
    boxes = page.locator("#table input[name=entry]")
    for place in (0, 3, 6):
        boxes.nth(place).check()
    page.get_by_role("button", name="Compare the ticked entries").click()
    page.wait_for_url("**/compare/**")


@dataclass(frozen=True)
class Screen:
    """What is shown, how large in pixels, and in which theme."""

    show: Callable[[Page], None]
    width: int = 1440
    height: int = 1000
    theme: str = "light"


SCREENS = {
    "board": Screen(board, height=1180),
    "question": Screen(question, height=1040, theme="dark"),
    "table": Screen(table, height=760),
    "why": Screen(why, height=760),
    "compare": Screen(compare, height=1000),
}


def drawn(page: Page) -> None:
    page.wait_for_selector(".plot.is-drawn .main-svg")


def small(picture: bytes) -> bytes:
    """The same picture with a palette."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    written = io.BytesIO()
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        written, "PNG", optimize=True
    )
    return written.getvalue()


@contextmanager
def browser(address: str) -> Iterator[Callable[[Screen], Page]]:
    """A function that opens a page for a screen."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)

        def opened(screen: Screen) -> Page:
            return chromium.new_page(
                base_url=address,
                viewport={"width": screen.width, "height": screen.height},
                color_scheme="dark" if screen.theme == "dark" else "light",
                reduced_motion="reduce",
            )

        yield opened
        chromium.close()


def main() -> int:
    address = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    FOLDER.mkdir(exist_ok=True)
    with browser(address) as opened:
        for name, screen in SCREENS.items():
            page = opened(screen)
            screen.show(page)
            picture = small(page.screenshot())
            page.close()
            if len(picture) > LARGEST_BYTES:
                print(f"{name}.png would have {len(picture):,} bytes", file=sys.stderr)
                return 1
            (FOLDER / f"{name}.png").write_bytes(picture)
            print(f"docs/screens/{name}.png: {len(picture):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
