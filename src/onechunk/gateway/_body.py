"""The body of a request, as far as it is allowed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from onechunk.asgi._types import Receive

__all__ = ["TooLargeError", "discard_body", "read_body"]


class TooLargeError(Exception):
    """The body is larger than allowed.

    Attributes:
        received: Bytes that came of it.
    """

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


async def read_body(receive: Receive, length: str | None, most: int) -> bytes | None:
    """Return the body of a request; None if the client left.

    Args:
        receive: Of the server.
        length: What the header says of it.
        most: Bytes.

    Raises:
        TooLargeError: It is larger, or says so.
    """
    if length is not None and length.isdecimal() and int(length) > most:
        raise TooLargeError(0)
    pieces: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise TooLargeError(size)
        more = message.get("more_body", False)
    return b"".join(pieces)


async def discard_body(receive: Receive, seconds: float) -> None:
    """Let the rest of a body come, as far as it does in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await receive()
                more = message["type"] != "http.disconnect" and message.get("more_body", False)
