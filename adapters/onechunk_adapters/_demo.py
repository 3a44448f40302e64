"""The recorded stream that each room brings along for `onechunk demo`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

__all__ = ["demo"]


def demo(room: str) -> Callable[[], bytes]:
    """Return a function that reads the stream `demo` of the package *room*."""

    def read() -> bytes:
        found = next(file for file in files(room).iterdir() if file.name.startswith("demo."))
        return found.read_bytes()

    return read
