"""Work on many objects that die by themselves."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unhurried() -> Iterator[None]:
    """Without Python's search for cycles of objects, which would take half of the time.

    A batch holds some hundred thousand objects and no cycle among them. `after_batch` looks for
    those that other code made meanwhile.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def after_batch() -> None:
    """Free the young cycles. Cheap, as a batch that is gone left little behind."""
    gc.collect(0)
