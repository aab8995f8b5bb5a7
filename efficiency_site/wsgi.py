"""The WSGI application."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
django = get_wsgi_application()
# All pages are loaded before the first is asked for, and what stays for good is left out of the
# search for garbage, which took a fifth of a page's time.
assert get_resolver().url_patterns
gc.collect()
gc.freeze()


# More are no length, but a number that takes long to read.
LENGTH_DIGITS = 20


class Entire:
    """A body that fails when it ends before its announced length.

    A server shows a sender who left as the end of the body, and a part of a file is a file, too.
    """

    def __init__(self, stream: Any, length: int) -> None:
        self.stream, self.left = stream, length

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        found = b""
        while len(found) < wanted:
            found += self.taken(self.stream.read(wanted - len(found)))
        return found

    def readline(self, size: int = -1) -> bytes:
        return self.taken(self.stream.readline(size)) if self.left else b""

    def taken(self, part: bytes) -> bytes:
        """The part, counted. Raises OSError at the end of a body that is not entire."""
        if not part:
            raise OSError("the body broke off")
        self.left -= len(part)
        return part


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit() and len(length) <= LENGTH_DIGITS:
        environ["wsgi.input"] = Entire(environ["wsgi.input"], int(length))
    return django(environ, start_response)
