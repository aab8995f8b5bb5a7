"""Reading what was sent in a process of its own, whose memory, time and end are bounded."""

import json
import logging
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import msgspec
from django.conf import settings

from ingest.frames import Frame
from ingest.readings import Issue
from ingest.spool import Spool

FRAME_BYTES = 2**26
log = logging.getLogger(__name__)

# Path → row → column → what somebody wrote over the cell.
Patches = dict[str, dict[int, dict[str, Any]]]


def frames(spool: Spool, *, format: str = "", patches: Patches | None = None) -> Iterator[Frame]:
    """What a child finds in the spool, in order. A child that ends early gives an issue.

    `format` is the slug of a known format, or empty to have it recognised.
    """
    decoder = msgspec.msgpack.Decoder(Frame)
    request = {
        "format": format,
        "patches": patches or {},
        "spool": spool.file.fileno(),
        "parts": [asdict(part) for part in spool.parts],
        "limits": settings.LIMITS,
    }
    child = started(spool)
    # The child waits while its parent writes, so the clock gives more than its own time.
    clock = threading.Timer(settings.LIMITS["wall_seconds"], stop, [child])
    clock.start()
    try:
        assert child.stdin
        child.stdin.write(json.dumps(request).encode())
        child.stdin.close()
        is_done = False
        while payload := read_frame(child):
            frame = decoder.decode(payload)
            is_done = frame.is_last
            yield frame
        if not is_done:
            yield Frame(issues=[cause(child)], is_last=True)
    except (BrokenPipeError, msgspec.DecodeError):
        yield Frame(issues=[cause(child)], is_last=True)
    finally:
        clock.cancel()
        stop(child)
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()
        child.wait()


def started(spool: Spool) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-s", "-m", "ingest.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[spool.file.fileno()],
        cwd=settings.BASE_DIR,
        env={"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )


def read_frame(child: subprocess.Popen) -> bytes:
    """The next frame's bytes; nothing at the end, or when the child does not keep to the form."""
    assert child.stdout
    head = child.stdout.read(4)
    if len(head) < 4:
        return b""
    (size,) = struct.unpack(">I", head)
    if size > FRAME_BYTES:
        return b""
    payload = child.stdout.read(size)
    return payload if len(payload) == size else b""


def stop(child: subprocess.Popen) -> None:
    """End the child and all that it may have started."""
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def cause(child: subprocess.Popen) -> Issue:
    """Why a child ended before it was done, as an issue of what was sent."""
    stop(child)
    seconds = settings.LIMITS["parse_seconds"]
    memory = settings.LIMITS["memory_bytes"] / 2**20
    log.warning("a reading child ended with %s", child.wait())
    return Issue(
        "file.limits",
        f"Reading this took more than {seconds} s or {memory:,.0f} MiB of memory.",
        hint="Send it in smaller parts.",
    )
