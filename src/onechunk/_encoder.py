"""Chunks to the bytes of a stream, without I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve

from onechunk._adapter import Adapter
from onechunk._chunk import Choice, Chunk, ExtraPolicy
from onechunk._codec import DEFAULTS, check_extra
from onechunk._defaults import Defaults
from onechunk._errors import UNWRITABLE, EncodeError, LossError, OnechunkError, unwritable
from onechunk._framing import FRAMINGS, Frame, write_comment_sse, write_ndjson, write_sse
from onechunk._json import dumps, dumps_exact
from onechunk._loss import Loss
from onechunk._losses import LossBook
from onechunk._marks import Json
from onechunk._parts import Text
from onechunk._registry import get_adapter
from onechunk._running import RunningWriter
from onechunk._shaper import Shaper

__all__ = ["Encoder"]

_PROBE: Final = "\N{CYRILLIC CAPITAL LETTER A}onechunk text\N{CYRILLIC CAPITAL LETTER A}"
"""Stands for the text in what is learned; a string that no vendor sends by chance."""

WRITERS: dict[str, Callable[[bytes, Frame | None], bytes]] = {
    "ndjson": write_ndjson,
    "sse": write_sse,
}


class Encoder:
    """Turns the chunks of one stream into bytes of a dialect.

    Chunks of the same dialect go home: the frames are those they were decoded from, with every
    edit. Chunks of another dialect are shaped into a stream that the dialect's readers accept.

    Args:
        dialect: Name of a dialect or profile.
        framing: `sse` or `ndjson`; None for the dialect's own.
        extra: Where residue goes.
        defaults: What the source may not say and the dialect needs.
        strict: Raise where something would be dropped or changed.

    Raises:
        UnknownDialectError: No adapter has the name.
        OnechunkError: The framing is not known.
    """

    def __init__(
        self,
        dialect: str,
        *,
        framing: str | None = None,
        extra: ExtraPolicy = "home",
        defaults: Defaults = DEFAULTS,
        strict: bool = False,
    ) -> None:
        self._adapter: Adapter = get_adapter(dialect)
        self._framing = framing or self._adapter.framing
        if self._framing not in WRITERS:
            known = ", ".join(FRAMINGS)
            message = f"unknown framing {framing!r}; known are {known}"
            raise OnechunkError(message, dialect=self._adapter.name)
        self._write = WRITERS[self._framing]
        check_extra(extra, self._adapter)
        self._extra: ExtraPolicy = extra
        # The dialect whose chunks go home: without residue no chunk does.
        self._home = "" if extra == "never" else self._adapter.name
        self._strict = strict
        self._shaper = Shaper(self._adapter.rules, defaults)
        self._book = LossBook(self._adapter, extra)
        running = self._adapter.running
        self._running = RunningWriter(running) if running else None
        self._write_away = (
            self._adapter.write_away_whole if extra == "always" else self._adapter.write_away
        )
        self._events = 0
        self._closed = False
        self._lost: LossError | None = None
        # The bytes around the text of the last chunk that was only text, and what they depend on.
        self._kind: tuple[int | str | None, ...] | None = None
        self._around: list[bytes] = []

    @property
    def dialect(self) -> str:
        """The name this encoder was made with."""
        return self._adapter.name

    @property
    def losses(self) -> list[Loss]:
        """What was lost so far: each kind of loss at each path once, as it first came."""
        return self._book.losses

    def feed(self, chunk: Chunk) -> bytes:
        """Return the bytes that *chunk* makes ready to send; they may be none yet.

        Raises:
            LossError: Only if strict; then every later call raises it too.
            EncodeError: The chunk's fields are not what they should be.
        """
        if self._closed:
            message = "the encoder was closed"
            raise EncodeError(message, dialect=self._adapter.name)
        if self._lost is not None:
            raise self._lost
        self._events += 1
        try:
            if chunk.dialect == self._home:
                return self._feed_home(chunk)
            return self._feed_away(chunk)
        except EncodeError as error:
            error.event = error.event or self._events
            if isinstance(error, LossError):
                # What is lost stays lost: strict encoding does not go on behind it.
                self._lost = error
            raise
        except UNWRITABLE as exc:
            raise unwritable(exc, self._adapter.name, self._events) from exc

    def close(self) -> bytes:
        """Return what a legal end still needs; nothing for a stream that went home.

        Raises:
            EncodeError: What was held back for the end has fields that are not what they should be.
        """
        return self._finish(empty=False)

    def abort(self) -> bytes:
        """Return what `close` does, and an end in error for a stream of which no chunk came.

        Raises:
            EncodeError: As `close` does.
        """
        return self._finish(empty=True)

    def _finish(self, *, empty: bool) -> bytes:
        if self._closed:
            return b""
        self._closed = True
        try:
            shaped = self._shaper.close(empty=empty)
            out = b"".join([self._frame(chunk) for chunk in shaped])
            self._note_shaped(shaped)
        except UNWRITABLE as exc:
            raise unwritable(exc, self._adapter.name, self._events) from exc
        return out

    def comments(self, frame: Frame | None, *, home: bool = False) -> bytes:
        """Return the bytes of keep-alive comments that stand alone, where the framing has any.

        Lines that are no field of a server-sent event go home only.
        """
        if frame is None or self._framing != "sse":
            return b""
        return write_comment_sse(frame.comments, frame.unknown if home else ())

    def _feed_home(self, chunk: Chunk) -> bytes:
        frame = chunk.frame
        if frame is None and self._running is None and not chunk.done:
            return self._write(dumps(self._adapter.write_home(chunk)), None)
        # Comments always stand alone: they may be sent before the event is there.
        head = self.comments(frame, home=True)
        if frame is not None and (frame.comments or frame.unknown):
            frame = evolve(frame, comments=(), unknown=())
        if frame is not None and frame.data is not None:
            return head + self._write(frame.data, frame)
        if frame is not None and frame.alone:
            return head
        if chunk.done and not chunk.extra and not chunk.choices:
            end = self._adapter.end
            return head if end is None else head + self._write(end, frame)
        payload: Any = self._adapter.write_home(chunk)
        if self._running is not None:
            self._running.fill(chunk, payload)
        if frame is not None and frame.field is not None and self._framing == "sse":
            payload = payload[frame.field]
        exact = frame is not None and frame.exact
        return head + self._write(dumps_exact(payload) if exact else dumps(payload), frame)

    def _feed_away(self, chunk: Chunk) -> bytes:
        shaper = self._shaper
        if shaper.is_plain(chunk):
            if not self._book.knows_plain(chunk):
                self._note(chunk)
            part: Any = chunk.choices[0].parts[0]
            if part.__class__ is Text and self._extra != "always":
                return self._write_text(chunk.choices[0].index, chunk.model, part.text)
            return self._write(dumps(self._write_away(chunk, shaper.envelope)), None)
        if not self._book.knows(chunk):
            self._note(chunk)
        head = self.comments(chunk.frame)
        shaped = shaper.feed(chunk)
        out = head + b"".join([self._frame(each) for each in shaped])
        self._note_shaped(shaped)
        return out

    def repeats(self, chunk: Chunk) -> bool:
        """Say whether a chunk like *chunk*, with other text, is written without further ado."""
        return (
            chunk.dialect != self._home
            and self._extra != "always"
            and self._shaper.is_plain(chunk)
            and self._book.knows_plain(chunk)
        )

    def feed_text(self, text: str) -> bytes:
        """Return the bytes of the last chunk with *text*; only if `repeats` said so of it."""
        self._events += 1
        # Away from home an empty text that goes on is not written.
        return self._around[0] + dumps(text) + self._around[1] if text else b""

    def _write_text(self, index: int | None, model: str | None, text: str) -> bytes:
        """Write a chunk that is only text: all its bytes but the text are those of the last one."""
        kind = (index, model)
        if kind != self._kind:
            probe = Chunk(choices=[Choice(index, parts=[Text(_PROBE)])])
            payload = dumps(self._write_away(probe, self._shaper.envelope))
            self._around = self._write(payload, None).split(dumps(_PROBE))
            self._kind = kind
        head, tail = self._around
        return head + dumps(text) + tail

    def _frame(self, chunk: Chunk) -> bytes:
        """Write one shaped chunk."""
        if chunk.done:
            return b"" if self._adapter.end is None else self._write(self._adapter.end, None)
        payload: dict[str, Json] = self._write_away(chunk, self._shaper.envelope)
        return self._write(dumps(payload), None)

    def _note(self, chunk: Chunk) -> None:
        """Enter what *chunk* loses; raise if strict."""
        new = self._book.enter(chunk, self._events)
        lost = [loss for loss in new if loss.kind != "invented"]
        if self._strict and lost:
            raise LossError(lost, dialect=self._adapter.name, event=self._events)

    def _note_shaped(self, shaped: list[Chunk]) -> None:
        """Enter what shaping made up; of the envelope, once it was first written."""
        shaper = self._shaper
        if shaper.losses:
            self._book.add(shaper.losses, self._events)
            shaper.losses.clear()
        written = any(not chunk.done for chunk in shaped)
        if written and not self._book.envelope_noted:
            self._book.envelope_noted = True
            self._book.add(shaper.made_up(), self._events)
