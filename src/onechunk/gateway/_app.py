"""The gateway as an ASGI app."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, Unpack

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Router
from starlette.routing import Route as Page

from onechunk._errors import OnechunkError
from onechunk._translator import Translator
from onechunk.asgi._types import Receive, Scope, Send
from onechunk.gateway._config import Limits, Route, check_pages, checked_routes
from onechunk.gateway._exchange import Exchange
from onechunk.gateway._metrics import CONTENT_TYPE_LATEST, Metrics
from onechunk.gateway._rests import Rests
from onechunk.gateway._upstream import new_transport
from onechunk.http import Options
from onechunk.http._headers import checked_header

__all__ = ["Gateway", "create_app"]

_MOMENT: Final = 3.0
"""Seconds: more than a client is given to take what is being sent, and the end of its stream."""


class Gateway:
    """Answers every request by what an upstream answers, in the client's dialect.

    The arguments are those of `create_app`.

    Attributes:
        pages: Paths that are answered before it, where they are only read.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        limits: Limits,
        header: str | None,
        keep_alive: float | None,
        options: Options,
        *,
        log_text: bool,
    ) -> None:
        if "limit" in options:
            message = "the limit of a gateway is Limits.frame"
            raise OnechunkError(message)
        self.routes = checked_routes(routes)
        for route in self.routes:
            Translator(route.source, route.target, **options)
        if keep_alive is not None and not keep_alive > 0:
            message = f"keep_alive must be more than 0 seconds, not {keep_alive!r}"
            raise OnechunkError(message)
        self.limits = limits
        self.header = checked_header(header)
        self.keep_alive = keep_alive
        self.options: Options = {"limit": limits.frame, **options}
        self.log_text = log_text
        self.metrics = Metrics()
        self.pages: frozenset[str] = frozenset()
        self.transport = new_transport()
        self.rests = Rests()
        self._open = self._answering = 0
        self._idle = asyncio.Event()

    @contextmanager
    def place(self) -> Generator[bool]:
        """Take a place among those that are answered at a time; False if all are taken."""
        if self._answering >= self.limits.streams:
            yield False
            return
        self._answering += 1
        try:
            yield True
        finally:
            self._answering -= 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever goes wrong, the client is told in its own dialect."""
        if scope["type"] != "http":
            # Of a WebSocket's handshake: the client is answered by 403.
            await send({"type": "websocket.close"})
            return
        self._open += 1
        self._idle.clear()
        self.metrics.open.inc()
        try:
            await Exchange(self, scope, receive, send).run()
        finally:
            self.metrics.open.dec()
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def close(self) -> None:
        """Give those a moment that the server has told to stop: they still end their streams."""
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), _MOMENT)
        await self.rests.close()


class _Page(Page):
    """A page that leaves methods which are not its own to the gateway: it refuses in its words."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        return (Match.NONE, {}) if match is Match.PARTIAL else (match, child)


def create_app(
    routes: Iterable[Route],
    *,
    limits: Limits | None = None,
    header: str | None = "onechunk-to",
    keep_alive: float | None = 15.0,
    health: str | None = "/healthz",
    metrics: str | None = "/metrics",
    log_text: bool = False,
    **options: Unpack[Options],
) -> Router:
    """Return the gateway as an app that any ASGI server on asyncio can run.

    Mounted in another app it needs that app's lifespan for its own: Starlette's takes its
    `lifespan_context`.

    Args:
        routes: Where requests are sent: the longest prefix that fits counts.
        limits: How much of anything is allowed; None for `Limits()`.
        header: Name of the request header by which a client may choose another target than the
            route's; None if it may not.
        keep_alive: Seconds of silence after which a stream of server-sent events gets a comment;
            None for never.
        health: Path that answers `{"status": "ok"}`; None for no such path.
        metrics: Path that answers with Prometheus' metrics; None for no such path.
        log_text: Log bodies too, up to 64 KiB each.
        options: Keywords of `onechunk.http.Options`, without `limit`: that is `Limits.frame`.

    Raises:
        UnknownDialectError: A route names a dialect that no adapter has.
        OnechunkError: Anything else in the configuration is wrong.
    """
    gateway = Gateway(routes, limits or Limits(), header, keep_alive, options, log_text=log_text)
    check_pages(health, metrics)

    async def tell_health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def tell_metrics(_: Request) -> Response:
        return Response(gateway.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncGenerator[None]:
        async with gateway.transport:
            yield
            await gateway.close()

    own = ((health, tell_health), (metrics, tell_metrics))
    pages = [_Page(path, tell) for path, tell in own if path]
    gateway.pages = frozenset(page.path for page in pages)
    # What no page has goes to the gateway as it is: it knows more paths than a pattern would.
    return Router(pages, redirect_slashes=False, default=gateway, lifespan=lifespan)
