"""One HTTP response to one of another dialect: status, headers and body."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final, Unpack

from onechunk._chunk import Error
from onechunk._codec import DEFAULTS
from onechunk._errors import OnechunkError, WireError
from onechunk._frame import DEFAULT_FRAME_LIMIT
from onechunk._loss import Loss
from onechunk._prepare import message_of
from onechunk._problem import Problem
from onechunk._registry import get_adapter
from onechunk._translator import Translator
from onechunk.http._bodies import ErrorBody, WholeBody
from onechunk.http._errors import meaning, own_error, status_of
from onechunk.http._headers import (
    BYTES,
    encodings,
    first,
    without_body,
    without_connection,
)
from onechunk.http._kinds import CONTENT_TYPES, BodyKind, kind_of, kind_of_text, says_json
from onechunk.http._options import Options

__all__ = ["BodyKind", "ResponseTranslator"]

_JSON: Final = "application/json"


class ResponseTranslator:
    """Translates one HTTP response while it comes: bytes in, bytes out, nothing raised on the way.

    A body is a `stream`, an answer that comes `whole`, an `error` under an HTTP status that says
    so, or something `other`, which passes unchanged. A stream that cannot be read any further ends
    in an error of the target's; a whole body that cannot be read becomes an HTTP error of 502.

    Args:
        source: Dialect or profile of the response that comes.
        target: Dialect or profile of the response that goes.
        status: Of the response that comes.
        headers: Its headers; what is no ASCII as if it were Latin-1.
        method: Of the request. What answers `HEAD` has no body, and has `ended`.
        awaited: True if a model was asked: JSON that is neither an object nor a stream is an error
            then, and so is nothing where JSON was promised. Otherwise these pass.
        decoded: True if whoever feeds the body undoes what `Content-Encoding` says was done to it.
        options: Keywords of `Options`.

    Attributes:
        kind: What the body is; None as long as only its first bytes can tell.
        ready: True as soon as `status` and `headers` are final; nothing is to be sent before that,
            and `feed` returns nothing. Of a stream that is at once.
        status: To send.
        headers: To send, without those that are for the next hop only.
        passes: True if the body goes as it comes.
        ended: True if nothing more is to be read of the body that comes: it is over, or the end
            mark of a stream was read that goes to another dialect, and all is written.
        error: Why the body could not be translated, or not to its end; None if it could.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: The body is encoded and not *decoded*, or a framing is not known.
    """

    def __init__(
        self,
        source: str,
        target: str,
        status: int,
        headers: Iterable[tuple[str, str]],
        *,
        method: str = "GET",
        awaited: bool = False,
        decoded: bool = False,
        **options: Unpack[Options],
    ) -> None:
        self._source = get_adapter(source)
        self._target = get_adapter(target)
        self._at_home = self._source.name == self._target.name
        self._options = options
        self._limit = options.get("limit", DEFAULT_FRAME_LIMIT)
        self._translator: Translator | None = None
        self._body: WholeBody | ErrorBody | None = None
        self._held: list[bytes] = []
        self._size = 0
        self.status = status
        headers = [*headers]
        self.headers = without_connection(headers)
        self.kind: BodyKind | None = None
        self.ready = self.passes = self.ended = False
        self.error: OnechunkError | None = None
        content_type = first(self.headers, "content-type")
        kind = kind_of(status, content_type, method)
        self._awaited = awaited and says_json(content_type)
        encoded = encodings(headers)
        if encoded and not decoded and kind != "other":
            message = f"the body is encoded: undo {', '.join(encoded)} first, and say so"
            raise OnechunkError(message, dialect=self._source.name)
        if encoded and decoded:
            self.headers = without_body(self.headers, "content-encoding", "content-length")
        if method == "HEAD" and self._would_translate(kind_of(status, content_type, "GET")):
            self.headers = without_body(self.headers, *BYTES)
            self.kind, self.ready, self.ended = "other", True, True
        elif kind is not None:
            self._begin(kind)

    @property
    def events(self) -> int:
        """How many events of a stream came so far; what comes whole has none."""
        return 0 if self._translator is None else self._translator.events

    @property
    def cut_off(self) -> bool:
        """True if a stream was ended in an error: its source had not ended it."""
        return self._translator is not None and self._translator.cut_off

    @property
    def losses(self) -> list[Loss]:
        """What was lost so far; of a body that came whole, once it was read."""
        if self._translator is not None:
            return self._translator.losses
        return [] if self._body is None else self._body.losses

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with a stream, and was repaired."""
        return [] if self._translator is None else self._translator.problems

    def feed(self, data: bytes) -> bytes:
        """Return the bytes to send for *data*; nothing more once it has `ended`."""
        if self.ended:
            return b""
        if self.kind is None:
            kind = kind_of_text(data, self._source, awaited=self._awaited)
            if kind is None:
                return self._hold(data)
            data, self._held = b"".join([*self._held, data]), []
            self._begin(kind)
        if self._translator is not None:
            return self._feed(self._translator, data)
        return data if self.passes else self._hold(data)

    def close(self) -> bytes:
        """Return the last bytes, now that the body has come to its end."""
        if self.ended:
            return b""
        if self._translator is not None:
            try:
                out = self._translator.close()
            except OnechunkError as error:
                return self._fail(error)
            self.ended = True
            return out
        self.ended = True
        held = b"".join(self._held)
        if self.kind is None:
            if self._awaited and not self._at_home:
                message = "the body is empty"
                empty = WireError(message, dialect=self._source.name)
                return self._refuse(empty, HTTPStatus.BAD_GATEWAY)
            self._pass("other")
            return held
        return b"" if self._body is None else self._translate(self._body, held)

    def abort(
        self, error: OnechunkError | str | None = None, *, status: int = HTTPStatus.BAD_GATEWAY
    ) -> bytes:
        """Return the last bytes of a body that broke off, or that nobody waits for any longer.

        Of an HTTP error its status stays. What passes unchanged just ends.

        Args:
            error: What the client is told; None for `Defaults.cut_off`.
            status: To send, if none was sent yet and none tells of an error.
        """
        if self.ended:
            return b""
        failure = error if isinstance(error, OnechunkError) else OnechunkError(self._text(error))
        return self._fail(failure, status)

    def _would_translate(self, kind: BodyKind | None) -> bool:
        """Say whether a body of that kind is translated; None is one that most likely is whole."""
        return kind == "stream" if self._at_home else kind != "other"

    def _begin(self, kind: BodyKind) -> None:
        if not self._would_translate(kind):
            self._pass(kind)
            return
        self.kind = kind
        if kind == "stream":
            # A stream that stays in its dialect can end legally only if it may be mended.
            options = self._options.copy()
            options["repair"] = self._at_home or options.get("repair", False)
            self._translator = Translator(self._source.name, self._target.name, **options)
            framing = self._options.get("to_framing") or self._target.framing
            self._send(CONTENT_TYPES[framing])
        elif kind == "error":
            self._body = ErrorBody(self._source, self._target, self.status)
        else:
            kept = {"strict", "extra", "defaults"}
            keywords = {key: each for key, each in self._options.items() if key in kept}
            self._body = WholeBody(self._source, self._target, keywords)

    def _feed(self, translator: Translator, data: bytes) -> bytes:
        out = b""
        try:
            out = translator.feed(data)
            if translator.failed:
                # Nobody should wait for the next piece to hear of it: there may be none.
                translator.feed(b"")
        except OnechunkError as error:
            # What cannot be read behind the end mark is for nobody, wherever the bytes are cut.
            if not (translator.ended and isinstance(error, WireError)):
                return out + self._fail(error)
        if translator.ended:
            # Some servers keep the connection open behind it: nobody should wait for them.
            self.ended = True
            out += translator.abort()
        return out

    def _hold(self, data: bytes) -> bytes:
        """Keep a piece for later; return what is to be sent if that is too much."""
        self._held.append(data)
        self._size += len(data)
        if self._size <= self._limit:
            return b""
        message = f"the body is longer than the limit of {self._limit} bytes"
        return self._fail(WireError(message, dialect=self._source.name))

    def _translate(self, body: WholeBody | ErrorBody, held: bytes) -> bytes:
        try:
            out = body.translate(held)
        except OnechunkError as error:
            return self._refuse(error, HTTPStatus.BAD_GATEWAY)
        if out is None:
            self._pass("other")
            return held
        if isinstance(body, WholeBody) and body.error is not None:
            return self._tell(body.error, status_of(body.error))
        self._send(_JSON, len(out))
        return out

    def _fail(self, error: OnechunkError, status: int = HTTPStatus.BAD_GATEWAY) -> bytes:
        """End in an error."""
        self.ended = True
        if self._translator is not None:
            self.error = error
            return self._translator.abort(error)
        if self.passes:
            self.error = error
            return b""
        return self._refuse(error, status)

    def _refuse(self, error: OnechunkError, status: int) -> bytes:
        """Answer by an HTTP error in place of a body that cannot be given on."""
        self.error = error
        self._held = []
        message = error.message
        if self.kind == "error":
            status, message = self.status, meaning(self.status)
        out = self._tell(own_error(status, message), status)
        # It is no conversion of anything, which could lose something.
        self._body = None
        return out

    def _tell(self, error: Error, status: int) -> bytes:
        """Answer by an HTTP error that says *error*."""
        self.kind, self.status = "error", status
        body = self._body = ErrorBody(self._source, self._target, status)
        out = body.write(error, status)
        self._send(_JSON, len(out))
        return out

    def _pass(self, kind: BodyKind) -> None:
        self.kind = kind
        self._body = None
        self.passes = self.ready = True

    def _send(self, content_type: str, length: int | None = None) -> None:
        """Complete the headers of a body that was translated."""
        self.headers = [*without_body(self.headers), ("content-type", content_type)]
        if length is not None:
            self.headers.append(("content-length", str(length)))
        self.ready = True

    def _text(self, error: OnechunkError | str | None) -> str:
        said = message_of(error)
        return self._options.get("defaults", DEFAULTS).cut_off if said is None else said
