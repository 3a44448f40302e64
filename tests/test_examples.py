"""The gateways that `docs/in-your-gateway.md` shows, before a real server on loopback."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from socketserver import ThreadingMixIn
from threading import Event, Thread
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest
from aiohttp import web

from onechunk import Translator
from tests.support.app_server import run_app
from tests.support.legal import check_legal
from tests.support.recordings import RECORDINGS
from tests.support.upstream import SECONDS, Answer, Gate, Upstream, cut

DATA: Final = {recording.id: recording.data for recording in RECORDINGS}
TALK: Final = DATA["mistral/thinking-twice-in-one-delta"]
TEXT: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
MORE: Final = TEXT.replace(b"Hi", b" you")


@contextmanager
def run_aiohttp(app: web.Application) -> Generator[str]:
    """Serve an app of aiohttp, in a thread with a loop of its own, until the block ends."""
    ready, stop = Event(), asyncio.Event()
    running: list[Any] = []

    async def run() -> None:
        # Else nothing tells an app of a client that leaves while the server is silent.
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        running.extend((asyncio.get_running_loop(), runner.addresses[0][1]))
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = Thread(target=lambda: asyncio.run(run()), name="aiohttp")
    thread.start()
    assert ready.wait(SECONDS)
    loop, port = running
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep standard error clean."""


@contextmanager
def run_wsgi(app: Any) -> Generator[str]:
    """Serve a WSGI app by the standard library's server until the block ends."""
    with make_server("127.0.0.1", 0, app, _Server, _Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


RUNNERS: Final[dict[str, Callable[[Any], AbstractContextManager[str]]]] = {
    "aiohttp": run_aiohttp,
    "starlette": partial(run_app, lifespan="on"),
    "wsgi": run_wsgi,
}
every_gateway = pytest.mark.parametrize("name", RUNNERS)

Run = Callable[[str, Answer], AbstractContextManager[str]]


@pytest.fixture
def run(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the gateway of a name before an answer; give the address to ask."""

    @contextmanager
    def run(name: str, answer: Answer) -> Generator[str]:
        url = upstream.add(answer)
        monkeypatch.setenv("UPSTREAM", f"{url}/v1/chat/completions")
        # Each has a loop of its own, and connections to the server that belong to it.
        module = f"docs.examples.{name}_gateway"
        sys.modules.pop(module, None)
        loaded = importlib.import_module(module)
        with RUNNERS[name](loaded.app) as gateway:
            yield f"{gateway}/v1/chat/completions"
        if name == "wsgi":
            loaded.client.close()

    return run


def ask(url: str) -> httpx.Response:
    """Return the whole answer of a gateway."""
    return httpx.post(url, content=b'{"model":"m"}', timeout=SECONDS)


def translated(*pieces: bytes) -> bytes:
    """Return what a translator makes of a stream."""
    translator = Translator("mistral", "openai")
    return b"".join(map(translator.feed, pieces)) + translator.close()


@every_gateway
def test_stream(name: str, run: Run, upstream: Upstream) -> None:
    """The client hears the server in its own dialect, and the server what the client asked."""
    with run(name, Answer(cut(TALK, 50))) as url:
        response = ask(url)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.content == translated(TALK)
    assert upstream.requests[-1].body == b'{"model":"m"}'


@every_gateway
def test_stream_is_not_held(name: str, run: Run) -> None:
    """Each event arrives before the server sends the next."""
    gate = Gate()
    with (
        run(name, Answer([TEXT, gate, MORE])) as url,
        httpx.stream("POST", url, timeout=SECONDS) as response,
    ):
        pieces = response.iter_bytes()
        head = b""
        while b'"content":"Hi"' not in head:
            head += next(pieces)
        gate.open()
        assert b'"content":" you"' in b"".join(pieces)


BROKEN: Final = {
    "cut": Answer([TEXT], end="cut"),
    "garbage": Answer([TEXT, b"data: {nothing\n\n"]),
    "length": Answer([TEXT], body="length", end="cut"),
    "reset": Answer([TEXT, 0.1], end="reset"),
    "unfinished": Answer([TEXT]),
}


@every_gateway
@pytest.mark.parametrize("end", BROKEN)
def test_server_dies(name: str, end: str, run: Run) -> None:
    """However the server fails in its answer, the client's stream ends legally, in an error."""
    with run(name, BROKEN[end]) as url:
        response = ask(url)
    check_legal(response.content, "openai")
    assert b'"content":"Hi"' in response.content
    assert b'"error":{' in response.content


@every_gateway
def test_server_refuses(name: str, run: Run) -> None:
    """A server that answers by an error, or not at all, is an error in the stream."""
    with run(name, Answer([b"{}"], status=503)) as url:
        response = ask(url)
    check_legal(response.content, "openai")
    assert b'"message":"the upstream failed"' in response.content


@every_gateway
def test_client_leaves(name: str, run: Run, upstream: Upstream) -> None:
    """The server is let go of when the client hangs up; by WSGI at the next piece."""
    quiet = name != "wsgi"
    more: list[bytes | float | Gate] = [0.01, MORE]
    steps = [TEXT, *([Gate()] if quiet else more * 2000)]
    answer = Answer(steps, end="never")
    with run(name, answer) as url:
        with httpx.stream("POST", url, timeout=SECONDS) as response:
            pieces = response.iter_bytes()
            assert next(pieces)
        upstream.wait(lambda: answer.left == 1)
    assert answer.finished == 0
