"""What tests in a real browser share: opening a page, waiting for it, and what axe finds."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import expect

# A machine with other work draws slowly; what never comes still fails.
expect.set_options(timeout=15_000)
AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
WIDE, PHONE, SMALL = (1440, 900), (390, 844), (320, 700)


def opened(page, url, *, size=WIDE, theme="light"):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme)
    page.goto(url)
    return page


def drawn(page):
    page.wait_for_selector(".plot.is-drawn .main-svg")
    return page.locator(".plotly-box")


def follow(link) -> None:
    """Click what leads to another page, and wait until that page is whole."""
    with link.page.expect_navigation():
        link.click()


def becomes(page, condition) -> bool:
    """Whether a condition that `expect` has no word for holds within some seconds."""
    return any(condition() or page.wait_for_timeout(100) for _ in range(150))


def faults(page) -> list[str]:
    """What axe finds, each fault as one line."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document).then(result => result.violations)")
    return [
        f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"][:3]
    ]


@contextmanager
def page_elsewhere(text: str) -> Iterator[str]:
    """The address of a page on another server, which holds this."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *words):
            """Keeps quiet."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
