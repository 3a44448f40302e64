"""One request: what the client asked, what the upstream answers, and every way in which it ends."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote
from uuid import uuid4

import httpx2

from onechunk._errors import OnechunkError
from onechunk._registry import load_adapters
from onechunk.asgi._types import Receive, Scope, Send
from onechunk.gateway._body import TooLargeError, discard_body, read_body
from onechunk.gateway._config import Route
from onechunk.gateway._paths import below, path_of, route_of
from onechunk.gateway._record import Outcome, Record
from onechunk.gateway._reply import LAST_WORD, Reply
from onechunk.gateway._upstream import (
    ENCODED,
    NO_ANSWER,
    NO_REQUEST,
    UNANSWERED,
    PathError,
    failure_of,
    is_for_upstream,
    request_for,
)
from onechunk.http import ResponseTranslator
from onechunk.http._exchange import asks_a_model, undoes
from onechunk.http._headers import Headers, first

if TYPE_CHECKING:
    from onechunk.gateway._app import Gateway

__all__ = ["Exchange"]

_TEXT: Final = "latin-1"
_STATUSES: Final = range(200, 600)
"""What a server may answer with; those below are for the connection."""

_RETRY: Final = ("retry-after", "1")
_READ: Final = ("allow", "GET, HEAD")
_CLOSE: Final = ("connection", "close")

_STOPPED: Final = "the gateway was shut down"
_FAULT: Final = "the gateway failed"


class Exchange:
    """Answers one request.

    Args:
        gateway: Says what is allowed, and counts.
        scope: Of the request.
        receive: Of the server.
        send: Of the server.
    """

    def __init__(self, gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
        self._gateway = gateway
        self._receive = receive
        self._headers: Headers = [(k.decode(_TEXT), v.decode(_TEXT)) for k, v in scope["headers"]]
        self._query: str = scope["query_string"].decode(_TEXT)
        self._version: str = scope["http_version"]
        path = path_of(scope)
        self._path = below(scope.get("root_path", ""), path)
        self._record = Record(
            id=uuid4().hex,
            method=scope["method"],
            path=path,
            started=time.monotonic(),
            target=gateway.routes[0].target,
            texts={} if gateway.log_text else None,
        )
        self._reply = Reply(
            send, self._record, chooses=gateway.header, keep_alive=gateway.keep_alive
        )
        # True if the client may still be sending the body of its request.
        self._unread = any(
            first(self._headers, name) not in {None, "0"}
            for name in ("content-length", "transfer-encoding")
        )
        self._tasks: list[asyncio.Task[Any]] = []
        # True while the upstream is waited for, and nothing is being sent.
        self._reading = False
        self._ending = False
        # True if the rest of the upstream's body is no longer for us to close.
        self._handed_on = False

    async def run(self) -> None:
        """Answer, and tell metrics and log how it went."""
        record = self._record
        try:
            await self._run()
        except OSError:
            # A server may tell so that the client has left.
            record.outcome = "left"
        except asyncio.CancelledError:
            await self._end("stopped", _STOPPED, HTTPStatus.SERVICE_UNAVAILABLE)
            raise
        except BaseException as error:
            # A fault of ours, or `SystemExit` of a callable: the server answers, if it can.
            record.end("failed", error)
            raise
        finally:
            try:
                await self._let_go()
            finally:
                record.close(time.monotonic())
                self._gateway.metrics.add(record)
                record.log()

    async def _run(self) -> None:
        gateway, record = self._gateway, self._record
        if not is_for_upstream(record.method):
            message = f"the method {record.method} is for no upstream"
            await self._refuse(HTTPStatus.NOT_IMPLEMENTED, message)
            return
        if unquote(self._path) in gateway.pages:
            message = "this page of the gateway answers GET and HEAD alone"
            await self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, message, _READ)
            return
        route = record.route = route_of(gateway.routes, self._path)
        if route is None:
            await self._refuse(HTTPStatus.NOT_FOUND, "no route of this gateway has the path")
            return
        record.target = route.target
        with gateway.place() as free:
            if free:
                await self._admit(route)
                return
        message = f"the gateway answers {gateway.limits.streams} requests already"
        await self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, message, _RETRY)

    async def _admit(self, route: Route) -> None:
        """Answer a request for which there is a place."""
        gateway, record = self._gateway, self._record
        if (self._header("upgrade") or "").lower() == "websocket":
            await self._refuse(HTTPStatus.FORBIDDEN, "the gateway answers no WebSockets")
            return
        chosen = self._header(gateway.header)
        if chosen is not None and chosen not in load_adapters():
            message = f"the header {gateway.header} names no dialect that is known here"
            await self._refuse(HTTPStatus.BAD_REQUEST, message)
            return
        record.target = chosen or route.target
        request = await self._request(route)
        if request is not None:
            await self._watched(route, request)

    def _header(self, name: str | None) -> str | None:
        """Return the value of a request header; None if there is none, or no such name."""
        return next((value.strip() for key, value in self._headers if key == name), None)

    async def _request(self, route: Route) -> httpx2.Request | None:
        """Return the request to send; None if there is none, and the client was told."""
        record, limits = self._record, self._gateway.limits
        seconds = min(limits.upload, limits.total)
        try:
            async with asyncio.timeout(seconds):
                body = await read_body(self._receive, self._header("content-length"), limits.body)
        except TimeoutError:
            message = f"the body of the request took longer than {seconds:g} s"
            await self._refuse(HTTPStatus.REQUEST_TIMEOUT, message)
            return None
        except TooLargeError as error:
            record.received = error.received
            message = f"the body of the request is longer than {limits.body} bytes"
            await self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
            return None
        if body is None:
            record.outcome = "left"
            return None
        self._unread = False
        record.received = len(body)
        record.keep("request_text", body)
        path = self._path.removeprefix(route.prefix)
        path = f"{path}?{self._query}" if self._query else path
        headers = [pair for pair in self._headers if pair[0] != self._gateway.header]
        try:
            return request_for(route, limits, record.method, path, headers=headers, body=body)
        except PathError as error:
            await self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except Exception as error:  # noqa: BLE001 - of the operator's callable: any at all
            record.error = type(error).__name__
            await self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, NO_REQUEST)
        return None

    async def _watched(self, route: Route, request: httpx2.Request) -> None:
        """Answer, for as long as the client is there, and no longer than all of it may take."""
        limits = self._gateway.limits
        answering = asyncio.create_task(self._relay(route, request))
        watching = asyncio.create_task(self._left())
        self._tasks = [answering, watching]
        left = limits.total - (time.monotonic() - self._record.started)
        await asyncio.wait(self._tasks, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            answering.result()
        elif watching.done():
            watching.result()
            self._record.outcome = "left"
        else:
            message = f"the answer took longer than {limits.total:g} s"
            await self._end("total", message, HTTPStatus.GATEWAY_TIMEOUT)

    async def _left(self) -> None:
        """Return when the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _end(self, outcome: Outcome, message: str, status: int) -> None:
        """End legally whatever is going on.

        What is being sent is never given up: a server may not have begun with it, and what follows
        would tear a hole. If the client does not take it, nothing follows.
        """
        self._ending = True
        answering = self._tasks[:1]
        if answering:
            if self._reading:
                answering[0].cancel()
            try:
                await asyncio.wait(answering, timeout=LAST_WORD)
            finally:
                # Said in any case: a second stop may come while the first waits.
                if not answering[0].done():
                    self._record.end(outcome)
            if not answering[0].done():
                return
        if self._reply.over:
            return
        if self._unread:
            self._record.end(outcome)
            await self._tell(status, message)
        else:
            await self._reply.fail(outcome, message, status)

    async def _let_go(self) -> None:
        """Stop whatever still runs."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        for task in self._tasks:
            if not task.cancelled():
                # What went wrong in one that nobody waits for is nobody's to hear.
                task.exception()
        await self._reply.stop()

    async def _relay(self, route: Route, request: httpx2.Request) -> None:
        """Ask the upstream and send what it answers; whatever goes wrong ends it legally."""
        response: httpx2.Response | None = None
        try:
            self._reading = True
            response = await self._gateway.transport.handle_async_request(request)
            self._reading = False
            await self._give(route, response, request.method)
        except httpx2.RequestError as error:
            begun = response is not None
            outcome, message, status = failure_of(error, self._gateway.limits, begun=begun)
            await self._reply.fail(outcome, message, status, error)
            if message == UNANSWERED:
                # Classes of errors do not tell it from what is no HTTP.
                self._record.error = "unanswered"
        except OSError:
            # The client has left.
            raise
        except Exception as error:
            # A fault of ours or of an adapter's: the client has its end before the server hears.
            await self._reply.fail("failed", _FAULT, HTTPStatus.INTERNAL_SERVER_ERROR, error)
            raise
        finally:
            if response is not None and not self._handed_on:
                await response.aclose()

    async def _give(self, route: Route, response: httpx2.Response, method: str) -> None:
        """Send what the upstream answers, piece by piece: none is read before the last is sent."""
        record, reply = self._record, self._reply
        record.upstream_status = response.status_code
        if response.status_code not in _STATUSES:
            await reply.fail("failed", NO_ANSWER, HTTPStatus.BAD_GATEWAY)
            return
        headers = [(k.decode(_TEXT), v.decode(_TEXT)) for k, v in response.headers.raw]
        decoded = undoes(httpx2, headers)
        try:
            translator = ResponseTranslator(
                route.source,
                record.target,
                response.status_code,
                headers,
                method=method,
                awaited=asks_a_model(method),
                decoded=decoded,
                **self._gateway.options,
            )
        except OnechunkError as error:
            await reply.fail("unreadable", ENCODED, HTTPStatus.BAD_GATEWAY, error)
            return
        pieces = response.aiter_bytes() if decoded else response.aiter_raw()
        await reply.begin(translator, record.target)
        while not translator.ended and not self._ending:
            self._reading = True
            piece = await anext(pieces, None)
            self._reading = False
            out = translator.close() if piece is None else translator.feed(piece)
            await reply.put(out, more=not translator.ended)
        if translator.ended and not reply.over:
            # What answers HEAD has ended before anything was read.
            await reply.put(b"", more=False)
        if translator.error is not None:
            record.end("unreadable", translator.error)
        elif translator.cut_off:
            record.outcome, record.error = "broken", "incomplete_stream"
        elif translator.ended and not response.is_closed:
            self._handed_on = True
            self._gateway.rests.read(response, pieces)

    async def _refuse(self, status: int, message: str, *headers: tuple[str, str]) -> None:
        """Answer by an error of the gateway's own."""
        self._record.outcome = "refused"
        self._record.error = self._record.error or f"status_{int(status)}"
        await self._tell(status, message, *headers)

    async def _tell(self, status: int, message: str, *headers: tuple[str, str]) -> None:
        """Answer in the client's words, and hear the rest of what it asks."""
        if not self._unread:
            await self._reply.tell(status, message, *headers)
            return
        # Whatever else the client sends is not read as its next request; but a connection that is
        # closed at once takes along what was sent, so that the client would not hear why.
        close = [_CLOSE] if self._version.startswith("1.") else []
        await self._reply.tell(status, message, *headers, *close, more=True)
        await discard_body(self._receive, LAST_WORD)
        await self._reply.finish()
