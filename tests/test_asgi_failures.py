"""The middleware, asked without a server: every way in which a response can be given up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from onechunk import OnechunkError
from onechunk.asgi import Middleware
from tests.support.asgi import GARBAGE, NEXT
from tests.support.legal import check_legal
from tests.support.upstream import SECONDS
from tests.test_http import SSE, TEXT

Sending = Callable[[Any], Awaitable[None]]


class Client:
    """Has what was sent, and takes no more than it is told to.

    Attributes:
        sent: Messages that it took.
        full: Set when it was sent more than it takes.
    """

    def __init__(self, most: int = 100) -> None:
        self.sent: list[Any] = []
        self.full = asyncio.Event()
        self._most = most

    async def ask(self, app: Any, scope: dict[str, Any] | None = None) -> None:
        """Ask an app of OpenAI's dialect, as a client of Anthropic's."""
        usual: dict[str, Any] = {"type": "http", "method": "POST", "headers": []}
        usual["asgi"] = {"spec_version": "2.4"}
        middleware = Middleware(app, "openai", "anthropic")
        await middleware(usual if scope is None else scope, self._receive, self._send)

    async def _receive(self) -> Any:
        await asyncio.Event().wait()

    async def _send(self, message: Any) -> None:
        if len(self.sent) == self._most:
            self.full.set()
            await asyncio.Event().wait()
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        """The body, which must have its end."""
        assert not self.sent[-1]["more_body"]
        return b"".join(message["body"] for message in self.sent[1:])


def begins(*pieces: bytes, then: BaseException | asyncio.Event | None = None) -> Any:
    """Return an app that begins a stream, and then fails, or tells of it and waits."""

    async def app(scope: Any, receive: Any, send: Sending) -> None:
        del scope, receive
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if isinstance(then, BaseException):
            raise then
        if then is not None:
            then.set()
        await asyncio.Event().wait()

    return app


@pytest.mark.parametrize(
    "failure",
    [SystemExit(1), BaseExceptionGroup("several", [KeyboardInterrupt()]), OSError("a disk")],
    ids=lambda failure: type(failure).__name__,
)
def test_whatever_is_raised(failure: BaseException) -> None:
    """The stream ends legally, and what was raised goes on."""
    client = Client()

    async def main() -> None:
        with pytest.raises(type(failure)) as caught:
            await client.ask(begins(TEXT, then=failure))
        assert caught.value is failure

    asyncio.run(main())
    check_legal(client.body, "anthropic")


def test_a_request_is_cancelled() -> None:
    """The stream ends legally, and the cancellation goes on."""
    client = Client()

    async def main() -> None:
        waiting = asyncio.Event()
        task = asyncio.create_task(client.ask(begins(TEXT, then=waiting)))
        await waiting.wait()
        task.cancel()
        await asyncio.wait({task}, timeout=SECONDS)
        assert task.cancelled()

    asyncio.run(main())
    check_legal(client.body, "anthropic")


def test_what_is_being_sent_is_cancelled() -> None:
    """It may be missing, so no end follows that would hide the gap."""
    client = Client(most=2)

    async def main() -> None:
        task = asyncio.create_task(client.ask(begins(TEXT, NEXT)))
        await client.full.wait()
        task.cancel()
        await asyncio.wait({task}, timeout=SECONDS)
        assert task.cancelled()

    asyncio.run(main())
    assert [message.get("more_body") for message in client.sent] == [None, True]


def test_a_framework_s_own_word_for_leaving() -> None:
    """Frameworks raise errors of their own where sending fails; nobody is told of a failure."""

    class GoneError(Exception):
        """The framework's word."""

    async def app(scope: Any, receive: Any, send: Sending) -> None:
        try:
            await begins(TEXT, GARBAGE, NEXT, NEXT)(scope, receive, send)
        except OSError as error:
            raise GoneError from error

    client = Client()
    asyncio.run(client.ask(app))
    check_legal(client.body, "anthropic")


class ClientDisconnectedError(Exception):
    """Says by its name what it is."""


async def whole(scope: Any, receive: Any, send: Sending) -> None:
    """Go on to the end, whoever hears it."""
    await begins(TEXT, GARBAGE, NEXT, NEXT)(scope, receive, send)


@pytest.mark.parametrize("word", [ClientDisconnectedError, ConnectionError])
def test_a_word_without_its_cause(word: type[Exception]) -> None:
    """It may stand behind ours without saying that it comes from there."""

    async def app(scope: Any, receive: Any, send: Sending) -> None:
        try:
            await whole(scope, receive, send)
        except OSError:
            raise word  # noqa: B904 - as some frameworks do

    client = Client()
    asyncio.run(client.ask(app))
    check_legal(client.body, "anthropic")


@pytest.mark.parametrize("fault", [KeyError, SystemExit, asyncio.CancelledError])
def test_a_fault_behind_the_end(fault: type[BaseException]) -> None:
    """What goes wrong as the app cleans up is told; it is no word for leaving."""

    async def app(scope: Any, receive: Any, send: Sending) -> None:
        try:
            await whole(scope, receive, send)
        except OSError:
            raise fault  # noqa: B904 - Python notes what came before

    client = Client()
    with pytest.raises(fault):
        asyncio.run(client.ask(app))
    check_legal(client.body, "anthropic")


async def found(request: Request) -> Response:
    """Answer with what no client of a model asked for."""
    return Response(str(request.url), media_type="text/plain")


def test_what_the_app_finds_is_told_outside() -> None:
    """Whoever stands before the middleware sees the route, and the headers that the client sent."""
    headers = [(b"accept-encoding", b"br")]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/a",
        "query_string": b"",
        "headers": headers,
        "server": ("x", 80),
        "scheme": "http",
    }
    asyncio.run(Client().ask(Starlette(routes=[Route("/{name}", found)]), scope))
    assert (scope["path_params"], scope["endpoint"]) == ({"name": "a"}, found)
    assert scope["headers"] is headers


@pytest.mark.parametrize("body", [5, "text", None])
def test_a_body_that_is_none(body: object) -> None:
    """It is the app's mistake, and told to it; the client has a legal end."""
    client, wrong = Client(), body
    app: Any = begins(TEXT, wrong)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError):
        asyncio.run(client.ask(app))
    check_legal(client.body, "anthropic")


def test_a_header_that_is_none() -> None:
    """It is refused before anything runs."""
    with pytest.raises(OnechunkError, match="no header can have the name 'a b'"):
        Middleware(begins(), "openai", "anthropic", header="a b")
