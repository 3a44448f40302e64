"""What a server sends behind the end of its stream: mostly the end of the body.

A connection is good for another request only where that was read. Some servers never send it, so
it is waited for no longer than a moment.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from threading import Timer
from typing import Any, Final

__all__ = ["read_rest", "read_rest_async"]

MOMENT: Final = 0.25
"""Seconds: the end of the body follows on the end mark, or does not come."""


def read_rest(response: Any, pieces: Iterator[bytes]) -> None:
    """Read the rest of a body, if it comes in a moment; whatever goes wrong is no loss.

    Args:
        response: Of httpx or httpx2; it is still to be closed.
        pieces: Of its body.
    """
    if response.is_closed:
        return
    connection = _connection(response)
    if connection is None:
        # Nothing could end the reading.
        return

    def cut() -> None:
        # Of a response that was read to its end the connection is another's by now.
        if not response.is_closed:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    # The library's own timeout may be minutes, and is not to be changed any more.
    timer = Timer(MOMENT, cut)
    timer.daemon = True
    timer.start()
    try:
        for _ in pieces:
            pass
    except Exception:  # noqa: BLE001, S110 - of whichever library: the answer was whole
        pass
    finally:
        timer.cancel()


async def read_rest_async(response: Any, pieces: AsyncIterator[bytes]) -> None:
    """Read the rest of a body, as `read_rest`."""
    if response.is_closed:
        return
    # Both libraries need it themselves.
    from anyio import move_on_after

    with move_on_after(MOMENT), suppress(Exception):
        async for _ in pieces:
            pass


def _connection(response: Any) -> socket.socket | None:
    """Return the connection of a response, if it is that of no other at the same time."""
    stream = response.extensions.get("network_stream")
    if stream is None or response.extensions.get("http_version") not in {b"HTTP/1.1", b"HTTP/1.0"}:
        return None
    found = stream.get_extra_info("socket")
    return found if isinstance(found, socket.socket) else None
