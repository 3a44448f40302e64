"""Bytes from files and pipes as they come, and to them."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from typing import BinaryIO, Final

import click

from onechunk._json import dumps, dumps_exact
from onechunk._marks import Json

__all__ = ["check_distinct", "json_line", "open_output", "pieces"]

PIECE: Final = 64 * 1024
"""Most bytes read at once: what a pipe on Linux holds."""


def pieces(stream: BufferedIOBase) -> Iterator[bytes]:
    """Yield what has come so far, without waiting for more than that."""
    while piece := stream.read1(PIECE):
        yield piece


@contextmanager
def open_output(path: str) -> Generator[BinaryIO]:
    """Open *path* for writing, `-` being standard output, and flush it at the end.

    Raises:
        OSError: It cannot be opened or written.
    """
    if path != "-":
        with open(path, "wb") as output:  # noqa: PTH123 - the path is as the user wrote it
            yield output
        return
    try:
        yield sys.stdout.buffer
    finally:
        sys.stdout.buffer.flush()


def json_line(value: Json) -> bytes:
    """Write a line of JSON; NaN and infinities as Python does, for JSON has no word for them."""
    exact = dumps_exact(value)
    return (exact if b"NaN" in exact or b"Infinity" in exact else dumps(value)) + b"\n"


def check_distinct(stream: BufferedIOBase, *paths: str | None) -> None:
    """Refuse to write over what is being read.

    Raises:
        UsageError: One of *paths* is the file that *stream* reads.
    """
    name = getattr(stream, "name", None)
    if not isinstance(name, str) or not os.path.isfile(name):  # noqa: PTH113
        return
    for path in paths:
        if path is not None and os.path.isfile(path) and os.path.samefile(name, path):  # noqa: PTH113, PTH121
            message = f"{path} is both read and written"
            raise click.UsageError(message)
