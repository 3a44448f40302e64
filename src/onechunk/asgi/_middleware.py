"""The middleware: which requests it takes, and in which dialect they are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Unpack

from onechunk._errors import OnechunkError
from onechunk._registry import load_adapters
from onechunk._translator import Translator
from onechunk.asgi._response import Response, raw
from onechunk.asgi._scope import header_of
from onechunk.asgi._types import App, Receive, Scope, Send
from onechunk.http import Options, error_response
from onechunk.http._headers import checked_header

__all__ = ["Middleware"]

_BAD_REQUEST: Final = 400


class Middleware:
    """Translates the HTTP responses of the app that it wraps.

    Args:
        app: Any ASGI app. It is asked for bodies that are not compressed.
        source: Dialect or profile that the app speaks.
        target: Dialect or profile of the client.
        header: Name of a request header by which the client may choose another target; None if it
            may not. A name that no adapter has is answered by status 400.
        when: Is given the scope of a request, and says whether its response is translated; None
            for all. Responses that are no answers of a model pass in any case.
        keep_alive: Seconds of silence after which a stream of server-sent events gets a comment,
            so that nobody between takes it for dead; a blank line where the target's readers take
            no comments. None for never. It needs asyncio.
        options: Keywords of `onechunk.http.Options`.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: *keep_alive* is no time, *header* no name of one, or a framing not known.
    """

    def __init__(
        self,
        app: App,
        source: str,
        target: str,
        *,
        header: str | None = None,
        when: Callable[[Scope], bool] | None = None,
        keep_alive: float | None = None,
        **options: Unpack[Options],
    ) -> None:
        Translator(source, target, **options)
        if keep_alive is not None and not keep_alive > 0:
            raise OnechunkError(f"keep_alive must be more than 0 seconds, not {keep_alive!r}")
        self._app = app
        self._source = source
        self._target = target
        self._header = checked_header(header)
        self._when = when
        self._keep_alive = keep_alive
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the app's response in the client's dialect.

        Other scopes, such as those of WebSockets and of the app's lifespan, are the app's alone.
        What the app raises passes, after a legal end of what it had begun; so does a cancellation,
        but what is being sent then is given up, and has no end.
        """
        if scope["type"] != "http" or (self._when is not None and not self._when(scope)):
            await self._app(scope, receive, send)
            return
        target, more = self._target, list[tuple[bytes, bytes]]()
        if self._header is not None:
            # Whatever keeps responses must keep one for each choice.
            more = raw([("vary", self._header)])
            chosen = header_of(scope, more[0][1])
            if chosen is not None and chosen not in load_adapters():
                await self._refuse(send, more)
                return
            target = target if chosen is None else chosen
        response = Response(
            scope,
            send,
            self._source,
            target,
            more=more,
            keep_alive=self._keep_alive,
            options=self._options,
        )
        await response.run(self._app, receive)

    async def _refuse(self, send: Send, more: list[tuple[bytes, bytes]]) -> None:
        """Tell the client that it chose no dialect."""
        message = f"the header {self._header} names no dialect that is known here"
        headers, body = error_response(self._target, _BAD_REQUEST, message)
        start = {"status": _BAD_REQUEST, "headers": [*raw(headers), *more]}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": body, "more_body": False})
