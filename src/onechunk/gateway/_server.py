"""The server under `onechunk serve`: its socket, and how signals end it."""

from __future__ import annotations

import asyncio
import math
import signal
import socket
from types import FrameType
from typing import Any, Final
from weakref import WeakSet

import uvicorn

__all__ = ["listener", "run"]

_BACKLOG: Final = 2048
_MOST_MILLISECONDS: Final = 2**31 - 1
"""That a socket's option can hold."""


def listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        OSError: Nobody can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Connections have this from their listener: else each event would wait until the client has
    # acknowledged the one before. asyncio sets it only where a socket names its protocol.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def run(app: Any, sock: socket.socket, *, silence: float, grace: int) -> None:
    """Serve an app until a signal ends it, which then has its usual effect.

    Args:
        app: Of ASGI.
        sock: Listens.
        silence: Seconds after which a connection ends whose client takes nothing of what is
            written, where the system can do so.
        grace: Seconds that requests are given to end when the server is stopped.
    """
    # An answer that nobody takes has been given up by then, but the system still holds its bytes.
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = math.ceil(min(silence * 1000, _MOST_MILLISECONDS))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        # Such requests are for the app to refuse, in its words; uvicorn would warn of each.
        ws="none",
        log_level="error",
        timeout_graceful_shutdown=grace,
    )
    _Server(config).run([sock])


class _Server(uvicorn.Server):
    """Makes haste at a SIGINT that comes while it stops: every request is ended, by itself.

    uvicorn would leave them, or wait for their connections all the same, as of Python 3.12.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        # A request that is cancelled again would be cut.
        self._hastened: WeakSet[asyncio.Task[None]] = WeakSet()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if sig != signal.SIGINT or not self.should_exit:
            super().handle_exit(sig, frame)
        else:
            asyncio.get_running_loop().call_soon_threadsafe(self._end_requests)

    def _end_requests(self) -> None:
        for task in self.server_state.tasks - set(self._hastened):
            self._hastened.add(task)
            task.cancel()
