"""Which encoding a text has, as far as its bytes tell.

A byte order mark says it, and so do the zero bytes of UTF-16. Anything else is UTF-8, or, if it
can't be, the Windows encoding of Western Europe, but only where the neighbouring code pages of
offices (Central Europe, Turkey) have the same letters and the letters stand as in words. A text
that leaves it open is refused: a guess would change names.
"""

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO, TextIO

from ingest.formats._file import File
from ingest.readings import Issue, Unreadable

BLOCK_BYTES = 2**18
WINDOWS = "cp1252"
NEIGHBOURS = ("cp1250", "cp1254")

# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PROBE_BYTES = 64


@contextmanager
def opened(file: File) -> Iterator[TextIO]:
    """The file as text, line ends as they are. Raises Unreadable if its encoding is not told."""
    with file.open() as stream:
        encoding = of(_blocks(stream))
    with file.open() as stream, io.TextIOWrapper(stream, encoding, newline="") as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            raise Unreadable(_broken(encoding, error)) from None


def decoded(source: bytes) -> str:
    """The whole as text. Raises Unreadable if its encoding is not told."""
    encoding = of(iter([source]))
    try:
        return source.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(_broken(encoding, error)) from None


def beginning(source: bytes) -> str:
    """The beginning of a file as text; what can't be told becomes replacement characters."""
    encoding = _marked(source) or ("utf-8" if _is_utf8(source) else "")
    if not encoding:
        encoding = WINDOWS if _is_windows(source) else "utf-8"
    return source.decode(encoding, "replace")


def of(blocks: Iterator[bytes]) -> str:
    """The encoding of a text that comes in blocks of whole lines. Raises Unreadable."""
    first = next(blocks, b"")
    if encoding := _marked(first):
        return encoding
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, is_plain = 1, True
    for block in chain([first], blocks):
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            if is_plain and _is_windows(block) and all(map(_is_windows, blocks)):
                return WINDOWS
            raise Unreadable(_untold(line + block[: error.start].count(b"\n"))) from None
        line += block.count(b"\n")
        is_plain = is_plain and block.isascii()
    if decoder.getstate()[0]:
        raise Unreadable(_untold(line))
    return "utf-8"


def _broken(encoding: str, error: UnicodeDecodeError) -> Issue:
    """Why a text is not of the encoding that it declares."""
    name = encoding.upper().removesuffix("-SIG")
    message = f"The file says that it is {name} and is not, at byte {error.start} of a part."
    return Issue("file.encoding", message, hint="Save it as UTF-8.")


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in blocks that end with a line, unless lines are very long."""
    while block := stream.read(BLOCK_BYTES):
        yield block + stream.readline(BLOCK_BYTES)


def _marked(source: bytes) -> str:
    """The encoding that a byte order mark or UTF-16's zero bytes tell, or nothing."""
    for mark, encoding in _MARKS:
        if source.startswith(mark):
            return encoding
    even, odd = source[:_PROBE_BYTES:2], source[1:_PROBE_BYTES:2]
    if len(odd) > 3 and not odd.strip(b"\0") and b"\0" not in even:
        return "utf-16-le"
    if len(odd) > 3 and not even.strip(b"\0") and b"\0" not in odd:
        return "utf-16-be"
    return ""


def _is_utf8(beginning: bytes) -> bool:
    """True if the beginning of a file is UTF-8, a last character that is cut off apart."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return True


def _shared(wanted: Iterable[int]) -> dict[int, str]:
    """Byte → character, for the bytes that all these code pages read alike."""
    found = {}
    for byte in wanted:
        readings = {bytes([byte]).decode(page, "replace") for page in (WINDOWS, *NEIGHBOURS)}
        if len(readings) == 1 and "�" not in readings:
            found[byte] = readings.pop()
    return found


def _pattern() -> re.Pattern[bytes]:
    """Where a byte beyond ASCII stands as its character does in words and numbers.

    The case of the neighbours matters: in other old encodings the same bytes are letters of the
    other case, or signs in the middle of a word.
    """
    letters = {byte: sign for byte, sign in _shared(range(0xC0, 0x100)).items() if sign.isalpha()}
    small = _class(byte for byte, sign in letters.items() if sign.islower())
    large = _class(byte for byte, sign in letters.items() if sign.isupper())
    signs = _class(byte for byte, sign in _shared(range(0xA0, 0x100)).items() if not sign.isalpha())
    marks = _class(byte for byte, sign in _shared(range(0x80, 0xA0)).items() if not sign.isalpha())
    micro = _class([0xB5])
    high = rb"\x80-\xff"
    return re.compile(
        rb"(?<=[A-Za-z])" + small + rb"{1,2}(?![A-Z" + high + rb"])"
        rb"|(?<![A-Za-z" + high + rb"])" + small + rb"{1,2}(?=[a-z])"
        rb"|(?<=[A-Z])" + large + rb"{1,2}(?![a-z" + high + rb"])"
        rb"|(?<![A-Za-z" + high + rb"])" + large + rb"{1,2}(?=[A-Za-z])"
        rb"|(?<![" + high + rb"])(?:" + signs + rb"|" + micro + rb")(?![" + high + rb"])"
        rb"|(?<![A-Za-z" + high + rb"])" + marks + rb"(?![" + high + rb"])"
        rb"|(?<![" + high + rb"])" + marks + rb"(?![A-Za-z" + high + rb"])"
    )


def _class(members: Iterable[int]) -> bytes:
    return b"[" + b"".join(rb"\x%02x" % byte for byte in members) + b"]"


_TOLD = _pattern()


def _is_windows(block: bytes) -> bool:
    """True if every byte beyond ASCII stands where its Western letter or sign would."""
    return block.isascii() or _TOLD.sub(b"", block).isascii()


def _untold(line: int) -> Issue:
    return Issue(
        "file.encoding",
        f"The file is not UTF-8 text, and line {line} does not tell which encoding it has.",
        hint="Save it as UTF-8; spreadsheets call this “CSV UTF-8”.",
    )
