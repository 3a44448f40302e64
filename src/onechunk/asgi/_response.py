"""One response of an app, translated while it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from onechunk._errors import OnechunkError
from onechunk.asgi._keep_alive import KeepAlive, sign_of_life
from onechunk.asgi._scope import CHANGED, hears_of_leaving, scope_for_app
from onechunk.asgi._types import App, Message, Receive, Scope, Send
from onechunk.http import Options, ResponseTranslator, error_response
from onechunk.http._headers import without_body, without_connection

__all__ = ["Response", "raw"]

_TEXT: Final = "latin-1"
_EVENTS: Final = "text/event-stream"


class _LeftError(OSError):
    """Tells the app that nobody waits for more of its body."""


class Response:
    """Runs an app for one request, and translates what it sends.

    Args:
        scope: Of the request; under `onechunk` it will hold the `ResponseTranslator`.
        send: Of the server.
        source: Dialect or profile of the app.
        target: Dialect or profile of the client.
        more: Headers that the response will have besides.
        keep_alive: Seconds of silence after which an event stream gets a comment.
        options: Of `ResponseTranslator`.
    """

    def __init__(
        self,
        scope: Scope,
        send: Send,
        source: str,
        target: str,
        *,
        more: Iterable[tuple[bytes, bytes]],
        keep_alive: float | None,
        options: Options,
    ) -> None:
        self._scope = scope
        self._send = send
        self._source = source
        self._target = target
        self._more = [*more]
        self._seconds = keep_alive
        self._options = options
        self._keep_alive: KeepAlive | None = None
        self._translator: ResponseTranslator | None = None
        # What the app began with, until that or something in its place was sent.
        self._start: Message | None = None
        self._over = False
        self._left = False

    async def run(self, app: App, receive: Receive) -> None:
        """Run the app; what it raises passes, after a legal end of what it began."""
        scope = scope_for_app(self._scope)
        try:
            await app(scope, receive, self._sent)
            await self._cut_off()
        except GeneratorExit:
            # Nothing can be sent any more.
            raise
        except BaseException as error:
            if self._left and _is_of_leaving(error):
                return
            with suppress(OSError):
                await self._cut_off()
            raise
        finally:
            # Whatever stands before us reads there what the app has found: its route and the like.
            self._scope.update((key, each) for key, each in scope.items() if key not in CHANGED)
            if self._keep_alive is not None:
                await self._keep_alive.stop()

    async def _sent(self, message: Message) -> None:
        """Take a message of the app."""
        kind = message["type"]
        if self._left:
            # The client has heard its end, and waits no longer: as if it had left. An app that says
            # no more than that this was all has no need to hear of it.
            if message.get("more_body", False) and hears_of_leaving(self._scope):
                raise _LeftError("the response has ended already")
        elif kind == "http.response.start" and self._translator is None:
            await self._begin(message)
        elif kind == "http.response.body" and self._translator is not None:
            await self._feed(self._translator, message)
        else:
            # What is not for us, or comes at the wrong time, which is the server's to say.
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        pairs = [*message.get("headers", ())]
        headers = [(key.decode(_TEXT), value.decode(_TEXT)) for key, value in pairs]
        status: int = message["status"]
        try:
            translator = ResponseTranslator(
                self._source,
                self._target,
                status,
                headers,
                method=self._scope["method"],
                **self._options,
            )
        except OnechunkError as error:
            await self._refuse(status, headers, error)
            return
        self._translator = self._scope["onechunk"] = translator
        self._start = {**message, "headers": pairs}
        if translator.ready:
            await self._begin_sending(translator)

    async def _refuse(
        self, status: int, headers: list[tuple[str, str]], error: OnechunkError
    ) -> None:
        """Answer by an error in place of a body that cannot be read: it is compressed."""
        status = status if status >= HTTPStatus.BAD_REQUEST else HTTPStatus.BAD_GATEWAY
        own, body = error_response(self._target, status, error.message)
        pairs = [*without_body(without_connection(headers)), *own]
        self._left = True
        await self._send(
            {
                "type": "http.response.start",
                "status": int(status),
                "headers": [*raw(pairs), *self._more],
            }
        )
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _feed(self, translator: ResponseTranslator, message: Message) -> None:
        if translator.passes and self._start is None:
            await self._send(message)
            return
        if self._over:
            # The server says what it thinks of that; nothing leaves untranslated.
            await self._send({**message, "body": b""})
            return
        more = bool(message.get("more_body", False))
        # Joined, as `bytes` would make something of a number.
        out = translator.feed(b"".join([message.get("body", b"")]))
        if not more:
            out += translator.close()
        elif translator.ended:
            self._left = True
            more = False
        await self._put(translator, out, more=more)

    async def _cut_off(self) -> None:
        """End legally what the app began and did not end."""
        translator = self._translator
        if translator is None or self._over or translator.passes:
            return
        out = translator.abort(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        await self._put(translator, out, more=False)

    async def _put(self, translator: ResponseTranslator, out: bytes, *, more: bool) -> None:
        """Send what is there to be sent."""
        if translator.ready:
            await self._begin_sending(translator)
        if not out and more:
            return
        self._over = not more
        send = self._send if self._keep_alive is None else self._keep_alive.send
        try:
            await send({"type": "http.response.body", "body": out, "more_body": more})
        except BaseException:
            # What was being sent may be missing: no end may stand behind that gap.
            self._over = True
            raise

    async def _begin_sending(self, translator: ResponseTranslator) -> None:
        """Send status and headers, if that was not done yet."""
        message, self._start = self._start, None
        if message is None:
            return
        headers: Any = message["headers"]
        if not translator.passes:
            headers = raw(translator.headers)
            message["status"] = translator.status
            # They were not offered, and nothing could follow the translated body.
            message.pop("trailers", None)
        await self._send({**message, "headers": [*headers, *self._more]})
        events = ("content-type", _EVENTS) in translator.headers and translator.kind == "stream"
        if events and self._seconds is not None:
            self._keep_alive = KeepAlive(self._send, sign_of_life(self._target), self._seconds)


def _is_of_leaving(error: BaseException) -> bool:
    """Say whether an error tells only that the app heard of the end: frameworks have their own.

    A fault that befell the app as it cleaned up behind that is one of its own.
    """
    each: BaseException | None = error
    while isinstance(each, Exception) and not isinstance(each, _LeftError):
        tells = isinstance(each, OSError) or "disconnect" in type(each).__name__.lower()
        each = each.__cause__ or (each.__context__ if tells else None)
    return isinstance(each, _LeftError)


def raw(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI has them."""
    return [(key.lower().encode(_TEXT), value.encode(_TEXT)) for key, value in headers]
