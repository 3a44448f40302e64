"""Bytes of one dialect to bytes of another."""

from __future__ import annotations

from onechunk._chunk import Chunk, ExtraPolicy
from onechunk._codec import DEFAULTS
from onechunk._decoder import Decoder
from onechunk._defaults import Defaults
from onechunk._encoder import Encoder
from onechunk._errors import EncodeError, LossError, OnechunkError
from onechunk._frame import DEFAULT_FRAME_LIMIT
from onechunk._loss import Loss
from onechunk._problem import Problem
from onechunk._template import Template

__all__ = ["Translator"]


class Translator:
    """Translates one stream while it flows: bytes in, bytes out.

    Args:
        source: Dialect or profile of the bytes that come.
        target: Dialect or profile of the bytes that go.
        framing: Framing of the bytes that come; None lets the first bytes tell.
        to_framing: Framing of the bytes that go; None for the target's own.
        limit: Most bytes that one frame may have.
        extra: Where residue goes.
        defaults: What the source may not say and the target needs.
        strict: Raise where something would be dropped or changed.
        repair: Write a stream that its readers accept and that always ends, at home too: see
            `Repairer`.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: A framing is not known.
    """

    def __init__(
        self,
        source: str,
        target: str,
        *,
        framing: str | None = None,
        to_framing: str | None = None,
        limit: int = DEFAULT_FRAME_LIMIT,
        extra: ExtraPolicy = "home",
        defaults: Defaults = DEFAULTS,
        strict: bool = False,
        repair: bool = False,
    ) -> None:
        self._decoder = Decoder(source, framing=framing, limit=limit)
        self._encoder = Encoder(
            target,
            framing=to_framing,
            extra=extra,
            defaults=defaults,
            strict=strict,
            repair=repair,
        )
        self._repair = repair
        # The kind of chunk that was written last, if the next of its kind is written alike.
        self._repeated: Template | None = None
        self._error: EncodeError | None = None
        # What the source's end completed, where strict encoding ended behind it.
        self._rest = b""

    @property
    def losses(self) -> list[Loss]:
        """What was lost so far: each kind of loss at each path once, as it first came."""
        return self._encoder.losses

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with the source's stream, and was repaired; nothing without `repair`."""
        return self._encoder.problems

    @property
    def events(self) -> int:
        """How many events with data came so far."""
        return self._decoder.events

    @property
    def cut_off(self) -> bool:
        """True if `close` or `abort` ended the stream in an error: its source had not ended it."""
        return self._encoder.cut_off

    @property
    def ended(self) -> bool:
        """True once the end of the target's stream was written; `close` may still frame it.

        What the source sends behind its end mark is for nobody then, and it may send nothing and
        keep its connection open. A stream that stays in its dialect ends by `close` or `abort`
        alone.
        """
        return self._encoder.ended

    @property
    def failed(self) -> bool:
        """True as soon as the stream cannot go on, which the next call raises."""
        return self._error is not None or self._decoder.failed

    def feed(self, data: bytes) -> bytes:
        """Return the bytes to send for *data*; a comment passes at once.

        Raises:
            WireError: The source is not what its dialect allows. What came before the error was
                returned by the call before.
            LossError: Only if strict; after what came before it, as above.
        """
        if self._error is not None:
            raise self._error
        said = self._decoder.match(data)
        if said is not None:
            return self._feed_text(*said)
        # Whatever else comes may change what the next text needs.
        self._repeated = None
        out = self._encode(self._decoder.feed(data))
        before = self._decoder.take_comments()
        if before is None:
            return out
        home = self._decoder.dialect == self._encoder.dialect
        return out + self._encoder.comments(before, home=home)

    def _feed_text(self, template: Template, text: str, pad: str | None) -> bytes:
        """Write the same chunk again with other text, as most of a stream is."""
        if template is self._repeated:
            return self._encoder.feed_text(text)
        chunk = template.chunk(text, pad)
        out = self._encoder.feed(chunk)
        if self._encoder.repeats(chunk):
            self._repeated = template
        return out

    def _encode(self, chunks: list[Chunk]) -> bytes:
        """Write every chunk; at an error keep it for the next call, unless there is nothing."""
        out: list[bytes] = []
        for chunk in chunks:
            try:
                out.append(self._encoder.feed(chunk))
            except EncodeError as error:
                if not any(out):
                    raise
                self._error = error
                break
        return b"".join(out)

    def close(self) -> bytes:
        """Return the last bytes: what the source's end completes, and the target's legal end.

        Raises:
            WireError: The source was cut off in the middle of a frame. `abort` still ends the
                target legally.
            LossError: Only if strict. `abort` does so, too.
        """
        if self._error is not None:
            raise self._error
        out = self._encode(self._decoder.close())
        if self._error is not None:
            raise self._error
        away = self._decoder.dialect != self._encoder.dialect
        try:
            return out + self._encoder.finish(empty=away or self._repair)
        except LossError:
            self._rest = out
            raise

    def abort(self, error: OnechunkError | str | None = None) -> bytes:
        """Return the target's legal end without waiting for the source's, as after an error.

        Args:
            error: What the stream says of an answer that broke off; None for `Defaults.cut_off`.
        """
        self._repeated = None
        rest, self._rest = self._rest, b""
        away = self._decoder.dialect != self._encoder.dialect
        end = self._encoder.abort(error) if away or self._repair else self._encoder.close()
        return rest + end
