"""Sources for `merge`, and what it must not leave behind."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from threading import Semaphore, get_ident

from onechunk import Chunk
from tests.support.loopback import SECONDS

__all__ = ["Watched", "await_no_threads", "chunks", "failing", "no_threads"]


def chunks(name: str, count: int) -> list[Chunk]:
    """Return chunks that tell their source and number."""
    return [Chunk(id=f"{name}{number}") for number in range(count)]


def no_threads() -> bool:
    """Say whether no thread of a merge runs."""
    return not [each for each in threading.enumerate() if each.name.startswith("onechunk")]


def await_no_threads() -> None:
    """Wait for threads that nobody has waited for."""
    for each in threading.enumerate():
        if each.name.startswith("onechunk"):
            each.join(SECONDS)
    assert no_threads()


class Watched:
    """A source that goes on until it is closed, and remembers which threads did what.

    Args:
        ready: Set by the source when it was read.
    """

    def __init__(self) -> None:
        self.pulled = 0
        self.read_by: set[int] = set()
        self.closed_by: list[int] = []
        self.ready = Semaphore(0)

    def chunks(self, most: int = 1_000_000) -> Generator[Chunk]:
        """Yield chunks."""
        try:
            for number in range(most):
                self.read_by.add(get_ident())
                self.pulled += 1
                self.ready.release()
                yield Chunk(id=str(number))
        finally:
            self.closed_by.append(get_ident())


def failing(error: BaseException, count: int = 2) -> Iterator[Chunk]:
    """Yield some chunks, then fail."""
    yield from chunks("f", count)
    raise error
