"""The transports of `httpx2`, sync and async."""

from __future__ import annotations

from types import TracebackType
from typing import Self, Unpack

from onechunk._errors import OnechunkError
from onechunk.http._exchange import AsyncBody, Body, new_exchange
from onechunk.http._options import Options
from onechunk.http._request import Rewrite

try:
    import httpx2
except ImportError as exc:  # pragma: no cover - there is no environment of the tests without it
    message = "onechunk.httpx2 needs httpx2: pip install 'onechunk[httpx2]'"
    raise ImportError(message, name="httpx2") from exc

__all__ = ["AsyncTransport", "Transport"]


class _Body(Body, httpx2.SyncByteStream):
    pass


class _AsyncBody(AsyncBody, httpx2.AsyncByteStream):
    pass


class Transport(httpx2.BaseTransport):
    """Sends requests by another transport, and translates what is answered.

    Args:
        source: Dialect or profile of the server.
        target: Dialect or profile of the client.
        transport: Sends the requests; None for a new `httpx2.HTTPTransport()`. It is closed with
            this one.
        request: Makes of method, path with query, headers (a dict of names in lower case) and body
            those to send; None to send requests as they are.
        options: Keywords of `onechunk.http.Options`.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: A framing is not known, or *request* is async.
    """

    def __init__(
        self,
        source: str,
        target: str,
        transport: httpx2.BaseTransport | None = None,
        *,
        request: Rewrite | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._exchange = new_exchange(httpx2, source, target, request, **options)
        self._transport = httpx2.HTTPTransport() if transport is None else transport

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the translated response to a request, as soon as its headers are known.

        Raises:
            OnechunkError: The user's callable returned no request, or the body is encoded in a way
                that cannot be undone here. What the callable and the transport raise passes
                unchanged.
        """
        exchange = self._exchange
        if exchange.rewrite is not None:
            request = exchange.request(request, request.read())
        response = self._transport.handle_request(request)
        try:
            translator = exchange.translator(request, response)
        except OnechunkError:
            response.close()
            raise
        if translator.passes:
            return response
        body = _Body(response, translator)
        body.begin()
        translated: httpx2.Response = exchange.response(response, translator, body)
        return translated

    def __enter__(self) -> Self:
        """Enter the transport that sends."""
        self._transport.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave the transport that sends."""
        self._transport.__exit__(exc_type, exc_value, traceback)

    def close(self) -> None:
        """Close the transport that sends."""
        self._transport.close()


class AsyncTransport(httpx2.AsyncBaseTransport):
    """Sends requests by another transport, and translates what is answered; as `Transport`.

    Args:
        source: Dialect or profile of the server.
        target: Dialect or profile of the client.
        transport: Sends the requests; None for a new `httpx2.AsyncHTTPTransport()`.
        request: As for `Transport`; it is not async.
        options: As for `Transport`.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: A framing is not known, or *request* is async.
    """

    def __init__(
        self,
        source: str,
        target: str,
        transport: httpx2.AsyncBaseTransport | None = None,
        *,
        request: Rewrite | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._exchange = new_exchange(httpx2, source, target, request, **options)
        self._transport = httpx2.AsyncHTTPTransport() if transport is None else transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the translated response to a request; as `Transport.handle_request`."""
        exchange = self._exchange
        if exchange.rewrite is not None:
            request = exchange.request(request, await request.aread())
        response = await self._transport.handle_async_request(request)
        try:
            translator = exchange.translator(request, response)
        except OnechunkError:
            await response.aclose()
            raise
        if translator.passes:
            return response
        body = _AsyncBody(response, translator)
        await body.begin()
        translated: httpx2.Response = exchange.response(response, translator, body)
        return translated

    async def __aenter__(self) -> Self:
        """Enter the transport that sends."""
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Leave the transport that sends."""
        await self._transport.__aexit__(exc_type, exc_value, traceback)

    async def aclose(self) -> None:
        """Close the transport that sends."""
        await self._transport.aclose()
