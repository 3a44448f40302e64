"""The gateway as it runs, in this process or as the command, and what it is tried with."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import IO, Any, Final

import httpx
import pytest

from onechunk.gateway import Route, create_app
from tests.support.app_server import run_app
from tests.support.streams import decode_all
from tests.support.upstream import SECONDS, Answer, Upstream

__all__ = [
    "ASK",
    "EVENT",
    "EVENTS",
    "JSON",
    "QUOTED",
    "SECRET",
    "STOP",
    "Gateway",
    "between",
    "ends_in",
    "error_of",
    "gateway",
    "is_whole",
    "run_command",
    "settle",
]

_PLACE: Final = "onechunk: http://"

ASK: Final = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "tide?"}]}
"""What a client asks."""

SECRET: Final = "sesame-4711"  # noqa: S105 - it opens nothing
"""Stands in all places where something stands that nobody may read in a log."""

QUOTED: Final = json.dumps(SECRET)
"""The same as JSON."""

EVENT: Final = (
    b'data: {"id":"a","model":"m","created":1,'
    b'"choices":[{"index":0,"delta":{"content":"tide"}}]}\n\n'
)
"""One event of OpenAI's dialect that says a word."""

STOP: Final = (
    b'data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)
"""The end of such a stream."""

EVENTS: Final = (("content-type", "text/event-stream"),)
"""Headers of such a stream."""

JSON: Final = (("content-type", "application/json"),)
"""Headers of a whole answer."""


@contextmanager
def gateway(*routes: Route, **settings: Any) -> Generator[httpx.Client]:
    """Run a gateway, and give a client of it."""
    with (
        run_app(create_app(routes, **settings), lifespan="on") as url,
        httpx.Client(base_url=url, timeout=SECONDS) as client,
    ):
        yield client


@contextmanager
def between(upstream: Upstream, answer: Answer, **settings: Any) -> Generator[httpx.Client]:
    """Run a gateway before an answer of OpenAI's dialect, for Anthropic's clients."""
    route = Route(
        upstream.add(answer), "openai", "anthropic", request=settings.pop("request", None)
    )
    with gateway(route, **settings) as client:
        yield client


def settle(client: httpx.Client) -> str:
    """Wait until nothing is being answered; return the page of metrics.

    A client has the end of its answer before the gateway is done with it.
    """
    until = time.monotonic() + SECONDS
    while "onechunk_streams_open 0.0" not in (page := client.get("/metrics").text):
        assert time.monotonic() < until, page
        time.sleep(0.01)
    return page


def error_of(response: httpx.Response) -> str:
    """Return what an error of Anthropic's form tells."""
    said = response.json()
    assert said["type"] == "error"
    message: str = said["error"]["message"]
    return message


def is_whole(data: bytes, dialect: str = "anthropic") -> bool:
    """Say whether a stream has its end, and no error."""
    chunks = decode_all(dialect, [data])
    return chunks[-1].done and not any(chunk.error for chunk in chunks)


def ends_in(data: bytes, dialect: str = "anthropic") -> str | None:
    """Return the message of the error that ends a stream."""
    errors = [chunk.error for chunk in decode_all(dialect, [data]) if chunk.error is not None]
    return errors[-1].message if errors else None


class Gateway:
    """A running `onechunk serve`.

    Attributes:
        url: Where it listens: no slash at its end.
        lines: What it wrote on standard error so far, but for the first line.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._changed = Condition()
        self._errors: IO[str] = process.stderr  # type: ignore[assignment] # it is piped
        self.lines: list[str] = []
        first = self._errors.readline()
        assert first.startswith(_PLACE), first + self._errors.read()
        self.url = first.strip().removeprefix("onechunk: ")
        self._reader = Thread(target=self._read, name="gateway")
        self._reader.start()

    @property
    def port(self) -> int:
        """The port at which it listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def records(self) -> list[dict[str, Any]]:
        """What it logged of requests so far."""
        found = [json.loads(line) for line in self.lines]
        return [each for each in found if "outcome" in each]

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait until what it has written makes *condition* true."""
        with self._changed:
            assert self._changed.wait_for(condition, SECONDS), self.lines

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait_closed(self) -> None:
        """Wait until nobody can connect to it."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                # It was closed while this connection waited to be taken.
                continue
            time.sleep(0.01)
        pytest.fail("it still listens")

    def wait_ended(self) -> int:
        """Wait until it has ended, and return its exit code."""
        code = self._process.wait(SECONDS)
        self._reader.join()
        return code

    def _read(self) -> None:
        for line in self._errors:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()


@contextmanager
def run_command(*arguments: str, **environment: str) -> Generator[Gateway]:
    """Run `onechunk serve` at a free port until the block ends."""
    command = [sys.executable, "-m", "onechunk.cli", "serve", "--port", "0", *arguments]
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So shells start what runs in their background, and so would the gateway be started.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        gateway = Gateway(process)
        try:
            yield gateway
        except BaseException:
            # It would wait for clients that the test has left as they were.
            gateway.signal(signal.SIGKILL)
            raise
        else:
            gateway.signal(signal.SIGTERM)
        finally:
            gateway.wait_ended()
