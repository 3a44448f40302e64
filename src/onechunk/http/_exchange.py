"""What transports of httpx and of httpx2 have in common: one request, one translated response."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, Unpack

from attrs import frozen

from onechunk._translator import Translator
from onechunk.http._headers import Headers, encodings
from onechunk.http._options import Options
from onechunk.http._request import Rewrite, check_rewrite, rewrite_request
from onechunk.http._response import ResponseTranslator
from onechunk.http._rest import read_rest, read_rest_async

__all__ = ["AsyncBody", "Body", "Exchange", "asks_a_model", "new_exchange", "undoes"]

EXTENSION = "onechunk"
"""Under this name the response's extensions hold its `ResponseTranslator`."""

_TEXT = "latin-1"
"""Header values are bytes; so decoded they come back as they were."""


class Body:
    """The body of a response, translated as it is read; the transport mixes in its library's class.

    Args:
        response: Of httpx or httpx2; its content decoding is used.
        translator: Of the same response.
    """

    def __init__(self, response: Any, translator: ResponseTranslator) -> None:
        self._response = response
        self._translator = translator
        self._pieces: Iterator[bytes] = response.iter_bytes()
        self._head = b""

    def begin(self) -> None:
        """Read until status and headers are known."""
        while not self._translator.ready:
            self._head += self._read()

    def _read(self) -> bytes:
        try:
            piece = next(self._pieces, None)
        except BaseException:
            # An error of its content decoding would leave the response open.
            self.close()
            raise
        return self._translator.close() if piece is None else self._translator.feed(piece)

    def __iter__(self) -> Iterator[bytes]:
        """Return itself: a body is read once."""
        return self

    def __next__(self) -> bytes:
        """Return the next bytes; some are always there."""
        while not self._head and not self._translator.ended:
            self._head = self._read()
        if not self._head:
            if _is_whole(self._translator):
                read_rest(self._response, self._pieces)
            self.close()
            raise StopIteration
        out, self._head = self._head, b""
        return out

    def close(self) -> None:
        """Let go of the upstream, in the middle of its answer too."""
        self._response.close()


class AsyncBody:
    """The body of a response, as `Body`."""

    def __init__(self, response: Any, translator: ResponseTranslator) -> None:
        self._response = response
        self._translator = translator
        self._pieces: Any = response.aiter_bytes()
        self._head = b""

    async def begin(self) -> None:
        """Read until status and headers are known."""
        while not self._translator.ready:
            self._head += await self._read()

    async def _read(self) -> bytes:
        try:
            piece: bytes | None = await anext(self._pieces, None)
        except BaseException:
            await self.aclose()
            raise
        return self._translator.close() if piece is None else self._translator.feed(piece)

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return itself: a body is read once."""
        return self

    async def __anext__(self) -> bytes:
        """Return the next bytes; some are always there."""
        while not self._head and not self._translator.ended:
            self._head = await self._read()
        if not self._head:
            if _is_whole(self._translator):
                await read_rest_async(self._response, self._pieces)
            await self.aclose()
            raise StopAsyncIteration
        out, self._head = self._head, b""
        return out

    async def aclose(self) -> None:
        """Let go of the upstream, in the middle of its answer too."""
        await self._response.aclose()
        # Another task may be reading: closing the response ends that by itself.
        with suppress(RuntimeError):
            await self._pieces.aclose()


@frozen
class Exchange:
    """Translates responses of one source for one target, and lets the user rewrite requests.

    Attributes:
        library: The module `httpx` or `httpx2`.
    """

    library: Any
    source: str
    target: str
    rewrite: Rewrite | None
    options: Options

    def request(self, request: Any, body: bytes) -> Any:
        """Return the request that the user's callable makes of one that was read.

        Raises:
            OnechunkError: The callable returned no request. What it raises passes unchanged.
        """
        if self.rewrite is None:
            return request
        headers = [(name.decode(_TEXT), each.decode(_TEXT)) for name, each in request.headers.raw]
        path = request.url.raw_path.decode("ascii")
        method, path, headers, body = rewrite_request(
            self.rewrite, request.method, path, headers, body
        )
        return self.library.Request(
            method,
            request.url.copy_with(raw_path=path.encode("ascii")),
            headers=_raw(headers),
            content=body,
            extensions=request.extensions,
        )

    def translator(self, request: Any, response: Any) -> ResponseTranslator:
        """Return what translates a response."""
        headers = [(name.decode(_TEXT), each.decode(_TEXT)) for name, each in response.headers.raw]
        return ResponseTranslator(
            self.source,
            self.target,
            response.status_code,
            headers,
            method=request.method,
            awaited=asks_a_model(request.method),
            decoded=undoes(self.library, headers),
            **self.options,
        )

    def response(self, response: Any, translator: ResponseTranslator, body: Any) -> Any:
        """Return the response with *body* in place of its own."""
        extensions = {**response.extensions, EXTENSION: translator}
        if translator.status != response.status_code:
            extensions.pop("reason_phrase", None)
        return self.library.Response(
            translator.status, headers=_raw(translator.headers), stream=body, extensions=extensions
        )


def new_exchange(
    library: Any, source: str, target: str, rewrite: Rewrite | None, **options: Unpack[Options]
) -> Exchange:
    """Return an exchange whose dialects and options are known to be good.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: A framing is not known, or *rewrite* is async.
    """
    check_rewrite(rewrite)
    Translator(source, target, **options)
    return Exchange(library, source, target, rewrite, options)


def _is_whole(translator: ResponseTranslator) -> bool:
    """Say whether an answer has come to its end; else what the server still sends is waste."""
    return translator.error is None and not translator.cut_off


def asks_a_model(method: str) -> bool:
    """Say whether requests of a method ask models: all do so by POST, and mostly by that alone."""
    return method == "POST"


def undoes(library: Any, headers: Headers) -> bool:
    """Say whether reading a response undoes all that its headers say was done to its body."""
    return _decodes(library).issuperset(encodings(headers))


@cache
def _decodes(library: Any) -> frozenset[str]:
    """Return the encodings that a library can undo: it offers them itself."""
    # Nothing is sent: without certificates it is made quickly.
    with library.Client(verify=False, trust_env=False) as client:
        offered = client.headers["accept-encoding"]
    return frozenset(word.strip() for word in offered.split(","))


def _raw(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(_TEXT), value.encode(_TEXT)) for name, value in headers]
