"""What a client is sent: one response, which ends legally whatever happens."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from onechunk.asgi._keep_alive import KeepAlive, sign_of_life
from onechunk.asgi._response import raw
from onechunk.asgi._types import Send
from onechunk.gateway._record import Outcome, Record
from onechunk.http import ResponseTranslator, error_response
from onechunk.http._headers import Headers, without_body

__all__ = ["LAST_WORD", "REQUEST_ID", "Reply"]

REQUEST_ID: Final = "onechunk-request-id"
"""Header that tells the client under which id its request is logged."""

LAST_WORD: Final = 1.0
"""Seconds that a client is given to take what is being sent, and then the end of it."""

_OURS: Final = ("date", REQUEST_ID)
"""Headers that are ours to say, and the server's."""

_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
"""Servers would take a length for that of a body to come."""

_EVENTS: Final = ("content-type", "text/event-stream")


class Reply:
    """The response to one request; tells the record what was sent.

    Args:
        send: Of the server.
        record: Of the request.
        chooses: Name of the header by which the client may choose a dialect.
        keep_alive: Seconds of silence after which an event stream gets a sign of life.

    Attributes:
        translator: Of what the upstream answers, as soon as it does.
        over: True if its end was sent, or is being sent.
    """

    def __init__(
        self, send: Send, record: Record, *, chooses: str | None, keep_alive: float | None
    ) -> None:
        self._send = send
        self._record = record
        self._chooses = chooses
        self._seconds = keep_alive
        self._keep_alive: KeepAlive | None = None
        self._started = False
        self.translator: ResponseTranslator | None = None
        self.over = False

    async def begin(self, translator: ResponseTranslator, target: str) -> None:
        """Take what translates the response; send its headers if they are known."""
        self.translator = self._record.translator = translator
        self._sign = sign_of_life(target)
        await self.put(b"", more=True)

    async def put(self, out: bytes, *, more: bool) -> None:
        """Send what there is of the response, the headers before it."""
        translator, record = self.translator, self._record
        if translator is None or not translator.ready or self.over:
            return
        if not self._started:
            names = [*_OURS, "content-length"] if translator.status in _BODILESS else _OURS
            headers = without_body(translator.headers, *names)
            await self._start(translator.status, headers)
            if _EVENTS in headers and translator.kind == "stream":
                self._live()
        if not out and more:
            return
        if out and record.first_chunk is None:
            record.first_chunk = time.monotonic() - record.started
        record.sent += len(out)
        record.keep("answer_text", out)
        self.over = not more
        await self._send({"type": "http.response.body", "body": out, "more_body": more})

    async def tell(
        self, status: int, message: str, *headers: tuple[str, str], more: bool = False
    ) -> None:
        """Answer by an error of the gateway's own, in the client's words.

        Args:
            status: From 400 on.
            message: What the client is told.
            headers: That the response has besides.
            more: True if `finish` is called later.
        """
        own, body = error_response(self._record.target, status, message)
        self._record.sent, self.over = len(body), True
        await self._start(status, [*own, *headers])
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def finish(self) -> None:
        """End what was told."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def fail(
        self, outcome: Outcome, message: str, status: int, error: Exception | None = None
    ) -> None:
        """End in an error: that of a response, or that of a stream which has begun."""
        self._record.end(outcome, error)
        # Whoever does not read until then will see that the connection was cut.
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD):
                await self._break_off(message, status)

    async def stop(self) -> None:
        """Send no more signs of life."""
        if self._keep_alive is not None:
            await self._keep_alive.stop()

    async def _break_off(self, message: str, status: int) -> None:
        """Send the legal end of what has begun.

        What passes unchanged has none: the server tells of its end by that of the connection.
        """
        translator = self.translator
        if self.over:
            return
        if translator is None:
            await self.tell(status, message)
        elif not translator.passes or not self._started:
            out = translator.abort(message, status=status)
            if translator.kind == "stream" and not out:
                # The answer had come to its end: all that broke off is the connection behind it.
                self._record.outcome, self._record.error = "complete", None
            await self.put(out, more=False)

    def _live(self) -> None:
        """Let signs of life be sent while nothing else is."""
        if self._seconds is not None:
            self._keep_alive = KeepAlive(self._send, self._sign, self._seconds)
            self._send = self._keep_alive.send

    async def _start(self, status: int, headers: Headers) -> None:
        self._started = True
        self._record.status = int(status)
        pairs = [*headers, (REQUEST_ID, self._record.id)]
        if self._chooses is not None:
            # Whatever keeps responses must keep one for each choice.
            pairs.append(("vary", self._chooses))
        await self._send(
            {"type": "http.response.start", "status": int(status), "headers": raw(pairs)}
        )
