"""A server on loopback that sends each answer at its own pace, and sees who hangs up."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Literal

import attrs

__all__ = ["SECONDS", "Reply", "count_files", "serve"]

SECONDS = 20
"""How long anything is waited for that must happen; the machine may be slow."""


@attrs.define(eq=False)
class Reply:
    """What one path is answered with.

    Attributes:
        steps: Bytes to send, seconds to sleep, or an event to wait for.
        end: Whether the answer ends well, breaks off, or never ends by itself.
        gone: Set when the client has hung up before the end.
    """

    steps: Iterable[bytes | float | Event]
    end: Literal["good", "broken", "never"] = "good"
    gone: Event = attrs.Factory(Event)


class _Server(ThreadingHTTPServer):
    # So that closing the server waits for the threads that answer.
    daemon_threads = False

    def __init__(self, replies: Mapping[str, Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = replies


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = SECONDS

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        reply = self.server.replies[self.path.removeprefix("/")]
        self.send_response(200)
        # A client of 1.0 reads until the connection ends.
        self.chunked = self.request_version != "HTTP/1.0"
        if self.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for step in reply.steps:
                self._take(step)
            if reply.end == "never" and self.connection.recv(1) == b"":
                reply.gone.set()
            elif reply.end == "good" and self.chunked:
                self.wfile.write(b"0\r\n\r\n")
        except ConnectionError:
            reply.gone.set()
        self.close_connection = True

    def _take(self, step: bytes | float | Event) -> None:
        if isinstance(step, Event):
            assert step.wait(SECONDS)
        elif isinstance(step, bytes):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(step), step) if self.chunked else step)
        else:
            time.sleep(step)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep standard error clean."""


@contextmanager
def serve(replies: Mapping[str, Reply]) -> Generator[int]:
    """Give the port of a server that answers `GET /<name>`; clients must hang up before the end."""
    with _Server(replies) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def count_files() -> int:
    """Return how many files and sockets this process has open."""
    return len([*Path("/dev/fd").iterdir()])
