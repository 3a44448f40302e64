"""The recorded stream that each room brings along for `onechunk demo`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

__all__ = ["demo"]


def demo(room: str, file: str = "demo.sse") -> Callable[[], bytes]:
    """Return a function that reads *file* of the package *room*."""

    def read() -> bytes:
        return files(room).joinpath(file).read_bytes()

    return read
