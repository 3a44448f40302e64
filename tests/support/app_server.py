"""A real uvicorn on loopback that serves an ASGI app."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

import uvicorn

__all__ = ["run_app"]

_GRACE: Final = 1
"""Seconds that connections are given which a test left open."""


@contextmanager
def run_app(app: Any, **config: Any) -> Generator[str]:
    """Serve *app*, in a thread with a loop of its own, until the block ends; give its address.

    Args:
        app: Any ASGI app.
        config: More of `uvicorn.Config`.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    # As `onechunk serve` does.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    settings: dict[str, Any] = {
        "lifespan": "off",
        "log_config": None,
        "timeout_graceful_shutdown": _GRACE,
        **config,
    }
    server = uvicorn.Server(uvicorn.Config(app, **settings))
    # Whoever connects before it runs waits in the listener's queue.
    thread = Thread(target=server.run, args=([listener],), name="app")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
