"""One request: what the client asked, what the upstream answers, and every way in which it ends."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import httpx2

from onechunk._registry import load_adapters
from onechunk.asgi._keep_alive import KeepAlive, sign_of_life
from onechunk.asgi._types import Receive, Scope, Send
from onechunk.gateway._body import TooLargeError, read_body
from onechunk.gateway._config import Route
from onechunk.gateway._paths import path_of, route_of
from onechunk.gateway._record import Outcome, Record
from onechunk.gateway._upstream import PathError, request_for
from onechunk.http import ResponseTranslator, error_response
from onechunk.http._headers import Headers

if TYPE_CHECKING:
    from onechunk.gateway._app import Gateway

__all__ = ["REQUEST_ID", "Exchange"]

REQUEST_ID: Final = "onechunk-request-id"
"""Header that tells the client under which id its request is logged."""

_TEXT: Final = "latin-1"
_STATUSES: Final = range(200, 600)
"""What a server may answer with; those below are for the connection."""

_EVENTS: Final = ("content-type", "text/event-stream")
_RETRY: Final = ("retry-after", "1")

_LAST_WORD: Final = 1.0
"""Seconds that a client is given to take the end of a stream that a limit ended."""

_NO_REQUEST: Final = "the gateway could not make a request of this one"
_NO_ANSWER: Final = "the upstream gave no answer, or none that is HTTP"
_BROKE_OFF: Final = "the upstream's answer broke off"
_STOPPED: Final = "the gateway was shut down"


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
        self._server_send = self._send = send
        self._headers: Headers = [(k.decode(_TEXT), v.decode(_TEXT)) for k, v in scope["headers"]]
        self._query: str = scope["query_string"].decode(_TEXT)
        self._keep_alive: KeepAlive | None = None
        self._translator: ResponseTranslator | None = None
        self._started = False
        self._over = False
        self._record = Record(
            id=uuid4().hex,
            method=scope["method"],
            path=path_of(scope),
            started=time.monotonic(),
            texts={} if gateway.log_text else None,
        )

    async def run(self, task: asyncio.Task[Any]) -> None:
        """Answer, and tell metrics and log how it went.

        Args:
            task: The one that this runs in.
        """
        record, gateway = self._record, self._gateway
        try:
            await self._run()
        except OSError:
            # A server may tell so that the client has left.
            record.outcome = "left"
        except asyncio.CancelledError:
            # The server shuts down. All is ended as it wants: it would only log that as an error.
            await self._fail("stopped", _STOPPED, HTTPStatus.SERVICE_UNAVAILABLE)
            task.uncancel()
        except BaseException as error:
            # A fault of ours, or `SystemExit` of a callable: the server answers, if it can.
            record.outcome, record.error = "failed", type(error).__name__
            raise
        finally:
            if self._keep_alive is not None:
                await self._keep_alive.stop()
            record.close(time.monotonic())
            gateway.metrics.add(record)
            record.log()

    async def _run(self) -> None:
        gateway, record = self._gateway, self._record
        route = record.route = route_of(gateway.routes, record.path)
        record.target = gateway.routes[0].target if route is None else route.target
        if route is None:
            await self._refuse(HTTPStatus.NOT_FOUND, "no route of this gateway has the path")
            return
        if gateway.full:
            message = f"the gateway answers {gateway.limits.streams} requests already"
            await self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, message, _RETRY)
            return
        chosen = self._header(gateway.header)
        if chosen is not None and chosen not in load_adapters():
            message = f"the header {gateway.header} names no dialect that is known here"
            await self._refuse(HTTPStatus.BAD_REQUEST, message)
            return
        record.target = chosen or route.target
        request = await self._request(route)
        if request is not None:
            await self._watched(request)

    def _header(self, name: str | None) -> str | None:
        """Return the value of a request header; None if there is none, or no such name."""
        return next((value.strip() for key, value in self._headers if key == name), None)

    async def _request(self, route: Route) -> httpx2.Request | None:
        """Return the request to send; None if there is none, and the client was told."""
        record, limits = self._record, self._gateway.limits
        try:
            async with asyncio.timeout(limits.upload):
                body = await read_body(self._receive, self._header("content-length"), limits.body)
        except TimeoutError:
            message = f"the body of the request took longer than {limits.upload:g} s"
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
        record.received = len(body)
        record.keep("request_text", body)
        path = record.path.removeprefix(route.prefix)
        path = f"{path}?{self._query}" if self._query else path
        headers = [pair for pair in self._headers if pair[0] != self._gateway.header]
        try:
            return request_for(route, limits, record.method, path, headers=headers, body=body)
        except PathError as error:
            await self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except Exception as error:  # noqa: BLE001 - of the operator's callable: any at all
            record.error = type(error).__name__
            await self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, _NO_REQUEST)
        return None

    async def _watched(self, request: httpx2.Request) -> None:
        """Answer, for as long as the client is there and the gateway runs."""
        answering = asyncio.create_task(self._answer(request))
        watching = asyncio.create_task(self._left())
        tasks: set[asyncio.Task[Any]] = {answering, watching}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self._record.outcome = "left"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not answering.cancelled():
            answering.result()

    async def _left(self) -> None:
        """Return when the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _answer(self, request: httpx2.Request) -> None:
        """Ask the upstream and send what it answers; a limit for all of it ends it legally."""
        limits = self._gateway.limits
        spent = time.monotonic() - self._record.started
        try:
            async with asyncio.timeout(limits.total - spent):
                await self._relay(request)
        except TimeoutError:
            message = f"the answer took longer than {limits.total:g} s"
            await self._fail("total", message, HTTPStatus.GATEWAY_TIMEOUT)

    async def _relay(self, request: httpx2.Request) -> None:
        """Ask the upstream and send what it answers; whatever goes wrong ends it legally."""
        limits = self._gateway.limits
        response: httpx2.Response | None = None
        try:
            response = await self._gateway.transport.handle_async_request(request)
            await self._give(response)
        except httpx2.ReadTimeout as error:
            message = f"the upstream was silent for longer than {limits.idle:g} s"
            await self._fail("idle", message, HTTPStatus.GATEWAY_TIMEOUT, error)
        except httpx2.TimeoutException as error:
            message = "the upstream could not be reached in time"
            await self._fail("failed", message, HTTPStatus.GATEWAY_TIMEOUT, error)
        except httpx2.LocalProtocolError as error:
            await self._fail("failed", _NO_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR, error)
        except httpx2.ConnectError as error:
            message = "the upstream could not be reached"
            await self._fail("failed", message, HTTPStatus.BAD_GATEWAY, error)
        except httpx2.RequestError as error:
            outcome: Outcome = "failed" if response is None else "broken"
            message = _NO_ANSWER if response is None else _BROKE_OFF
            await self._fail(outcome, message, HTTPStatus.BAD_GATEWAY, error)
        finally:
            if response is not None:
                await response.aclose()

    async def _give(self, response: httpx2.Response) -> None:
        """Send what the upstream answers, piece by piece: none is read before the last is sent."""
        record, gateway = self._record, self._gateway
        route = record.route
        if route is None or record.target is None:
            return
        record.upstream_status = response.status_code
        if response.status_code not in _STATUSES:
            await self._fail("failed", _NO_ANSWER, HTTPStatus.BAD_GATEWAY)
            return
        translator = record.translator = self._translator = ResponseTranslator(
            route.source,
            record.target,
            response.status_code,
            [(k.decode(_TEXT), v.decode(_TEXT)) for k, v in response.headers.raw],
            method=record.method,
            decoded=True,
            **gateway.options,
        )
        pieces = response.aiter_bytes()
        if translator.ready:
            await self._put(b"", more=True)
        while not translator.ended:
            piece = await anext(pieces, None)
            out = translator.close() if piece is None else translator.feed(piece)
            await self._put(out, more=not translator.ended)
        if translator.error is not None:
            record.outcome, record.error = "unreadable", type(translator.error).__name__
        elif _is_cut_off(translator):
            record.outcome, record.error = "broken", "incomplete_stream"

    async def _put(self, out: bytes, *, more: bool) -> None:
        """Send what there is of the response, the headers before it."""
        translator, record = self._translator, self._record
        if translator is None or not translator.ready or self._over:
            return
        if not self._started:
            await self._start(translator.status, translator.headers)
            if _EVENTS in translator.headers and translator.kind == "stream":
                self._keep_alive_now(record.target or "")
        if not out and more:
            return
        if out and record.first_chunk is None:
            record.first_chunk = time.monotonic() - record.started
        record.sent += len(out)
        record.keep("answer_text", out)
        self._over = not more
        await self._send({"type": "http.response.body", "body": out, "more_body": more})

    def _keep_alive_now(self, target: str) -> None:
        """Let signs of life be sent while nothing else is."""
        seconds = self._gateway.keep_alive
        if seconds is not None:
            self._keep_alive = KeepAlive(self._server_send, sign_of_life(target), seconds)
            self._send = self._keep_alive.send

    async def _start(self, status: int, headers: Headers) -> None:
        self._started = True
        self._record.status = int(status)
        pairs = [*headers, (REQUEST_ID, self._record.id)]
        if self._gateway.header is not None:
            # Whatever keeps responses must keep one for each choice.
            pairs.append(("vary", self._gateway.header))
        raw = [(key.lower().encode(_TEXT), value.encode(_TEXT)) for key, value in pairs]
        await self._send({"type": "http.response.start", "status": int(status), "headers": raw})

    async def _fail(
        self, outcome: Outcome, message: str, status: int, error: Exception | None = None
    ) -> None:
        """End in an error: that of a response, or that of a stream which has begun."""
        self._record.outcome = outcome
        self._record.error = outcome if error is None else type(error).__name__
        try:
            async with asyncio.timeout(_LAST_WORD):
                await self._break_off(message, status)
        except TimeoutError:
            # It was written, and the client does not read.
            return

    async def _break_off(self, message: str, status: int) -> None:
        """Send the legal end of what has begun.

        What passes unchanged has none: the server tells of its end by that of the connection.
        """
        translator = self._translator
        if self._over:
            return
        if translator is None:
            await self._tell(status, message)
        elif not translator.passes or not self._started:
            out = translator.abort(message, status=status)
            if translator.kind == "stream" and not out:
                # The answer had come to its end: all that broke off is the connection behind it.
                self._record.outcome, self._record.error = "complete", None
            await self._put(out, more=False)

    async def _refuse(self, status: int, message: str, *more: tuple[str, str]) -> None:
        """Answer by an error of the gateway's own."""
        self._record.outcome = "refused"
        self._record.error = self._record.error or f"status_{int(status)}"
        await self._tell(status, message, *more)

    async def _tell(self, status: int, message: str, *more: tuple[str, str]) -> None:
        headers, body = error_response(self._record.target or "openai", status, message)
        self._record.sent, self._over = len(body), True
        await self._start(status, [*headers, *more])
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _is_cut_off(translator: ResponseTranslator) -> bool:
    """Say whether a stream came to its end before the answer did."""
    made_up = ("invented", "$.error.message")
    return any((loss.kind, loss.path) == made_up for loss in translator.losses) or any(
        problem.kind == "missing_finish" for problem in translator.problems
    )
