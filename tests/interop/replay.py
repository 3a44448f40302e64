"""A server on loopback that answers with recorded bytes."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

__all__ = ["Fixed", "Replay", "serve"]

PIECE = 1009
"""Bytes sent at a time: a prime, so that the cuts fall anywhere."""

CONTENT_TYPES = {b"\0": "application/vnd.amazon.eventstream", b"{": "application/x-ndjson"}
"""What a body is, by its first byte; any other is an event stream."""


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: dict[str, bytes] = {}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let clients hang up: they do so at the first error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers every request with the body that the first step of its path names."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server = self.server
        assert isinstance(server, _Server)
        body = server.bodies[self.path.split("/")[1]]
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPES.get(body[:1], "text/event-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for start in range(0, len(body), PIECE):
            self.wfile.write(body[start : start + PIECE])
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep standard error clean."""


class Replay:
    """Gives every body an address of its own."""

    def __init__(self, server: _Server) -> None:
        self._server = server

    def address(self, body: bytes) -> str:
        """Return the base address under which any path is answered with *body*."""
        bodies = self._server.bodies
        name = str(len(bodies))
        bodies[name] = body
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"


class Fixed(Replay):
    """Gives every body the same address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def address(self, body: bytes) -> str:
        """Return the address, whatever is to be answered there."""
        del body
        return self._url


@contextmanager
def serve() -> Generator[Replay]:
    """Run the server until the block ends; clients must have hung up by then."""
    with _Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Replay(server)
        finally:
            server.shutdown()
            thread.join()
