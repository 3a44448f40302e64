"""A Starlette app that plays an answer, behind the middleware."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from threading import Event
from typing import Any, Final

import attrs
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from onechunk import Translator
from onechunk.asgi import Middleware
from tests.support.app_server import run_app
from tests.support.recordings import RECORDINGS
from tests.support.upstream import SECONDS, TYPES, Gate

__all__ = [
    "COMMENT",
    "DATA",
    "DONE",
    "END",
    "GARBAGE",
    "NEXT",
    "Played",
    "Step",
    "every_target",
    "fetch",
    "translated",
]

NEXT: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":" you"}}]}\n\n'
END: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE: Final = b"data: [DONE]\n\n"
GARBAGE: Final = b"data: {nothing\n\n"
COMMENT: Final = b": keep-alive\n\n"
DATA: Final = {recording.id: recording for recording in RECORDINGS}
every_target = pytest.mark.parametrize("target", ["anthropic", "cohere", "mistral"])

Step = bytes | float | Gate | Exception


@attrs.define
class Played:
    """A Starlette app that answers any request with the same steps, and what became of it.

    Attributes:
        steps: Bytes to send, seconds to sleep, gates to wait at, or what is raised.
        closed: Set when a body was given up, or came to its end.
        sent: How many pieces of bodies were taken.
        failures: What left the middleware.
        scopes: Those that the app was given.
        outer: Those that the middleware was given.
    """

    steps: list[Step]
    content_type: str | None = TYPES[".sse"]
    status: int = 200
    headers: dict[str, str] = attrs.Factory(dict[str, str])
    closed: Event = attrs.Factory(Event)
    sent: int = 0
    failures: list[BaseException] = attrs.Factory(list[BaseException])
    scopes: list[Any] = attrs.Factory(list[Any])
    outer: list[Any] = attrs.Factory(list[Any])

    async def body(self) -> AsyncGenerator[bytes]:
        """Give the steps."""
        try:
            for step in self.steps:
                if isinstance(step, Gate):
                    await step.passed()
                elif isinstance(step, Exception):
                    raise step
                elif isinstance(step, bytes):
                    self.sent += 1
                    yield step
                else:
                    await asyncio.sleep(step)
        finally:
            self.closed.set()

    async def answer(self, request: Request) -> Response:
        """Answer with the steps."""
        self.scopes.append(request.scope)
        return StreamingResponse(
            self.body(), self.status, headers=self.headers, media_type=self.content_type
        )

    @property
    def app(self) -> Starlette:
        """The app itself."""
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])

    def behind(self, target: str = "mistral", source: str = "openai", **options: Any) -> Any:
        """Return the app behind the middleware, and a watch before it."""
        return self.watched(Middleware(self.app, source, target, **options))

    def watched(self, app: Any) -> Any:
        """Return an app that remembers what it is asked, and what fails."""

        async def watch(scope: Any, receive: Any, send: Any) -> None:
            self.outer.append(scope)
            try:
                await app(scope, receive, send)
            except Exception as error:
                self.failures.append(error)
                raise

        return watch


def translated(*pieces: bytes, source: str = "openai", target: str = "mistral") -> bytes:
    """Return what a translator makes of a stream."""
    translator = Translator(source, target)
    return b"".join(map(translator.feed, pieces)) + translator.close()


def fetch(app: Any, method: str = "POST", path: str = "/", **request: Any) -> httpx.Response:
    """Return the whole response of an app."""
    with run_app(app) as url:
        return httpx.request(method, url + path, timeout=SECONDS, **request)
