"""Chunks to the bytes of a stream, without I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from onechunk._adapter import Adapter
from onechunk._chunk import Choice, Chunk, ExtraPolicy
from onechunk._codec import DEFAULTS, away_payloads, check_defaults, check_extra
from onechunk._defaults import Defaults
from onechunk._errors import UNWRITABLE, EncodeError, LossError, OnechunkError, unwritable
from onechunk._exceptions import EXCEPTIONS, write_exception
from onechunk._framing import FRAMINGS, Frame, escape_lines, make_writer, write_comment_sse
from onechunk._json import dumps, dumps_exact
from onechunk._loss import Loss
from onechunk._loss_book import ENVELOPE, LossBook
from onechunk._marks import Json
from onechunk._parts import Text, ToolCall
from onechunk._prepare import message_of
from onechunk._problem import Problem
from onechunk._registry import get_adapter
from onechunk._shaper import Shaper
from onechunk.mapping._rows import Unsaid

if TYPE_CHECKING:
    from onechunk._repairer import Repairer

__all__ = ["Encoder"]

_PROBE: Final = "\N{CYRILLIC CAPITAL LETTER A}onechunk text\N{CYRILLIC CAPITAL LETTER A}"
"""Stands for the text in what is learned; a string that no vendor sends by chance."""


class Encoder:
    """Turns the chunks of one stream into bytes of a dialect.

    Chunks of the same dialect go home: the frames are those they were decoded from, with every
    edit. Chunks of another dialect are shaped into a stream that the dialect's readers accept.

    Args:
        dialect: Name of a dialect or profile.
        framing: `sse`, `ndjson`, `json_array` or `eventstream`; None for the dialect's own.
        extra: Where residue goes.
        defaults: What the source may not say and the dialect needs.
        strict: Raise where something would be dropped or changed of what the stream says; what
            every chunk repeats (id, model, created) is reported only.
        repair: Write a stream that its readers accept and that always ends, at home too: see
            `Repairer`.

    Raises:
        UnknownDialectError: No adapter has the name.
        OnechunkError: The framing or another option is not known.
    """

    def __init__(
        self,
        dialect: str,
        *,
        framing: str | None = None,
        extra: ExtraPolicy = "home",
        defaults: Defaults = DEFAULTS,
        strict: bool = False,
        repair: bool = False,
    ) -> None:
        self._adapter: Adapter = get_adapter(dialect)
        self._framing = framing or self._adapter.framing
        if self._framing not in FRAMINGS:
            known = ", ".join(FRAMINGS)
            message = f"unknown framing {framing!r}; known are {known}"
            raise OnechunkError(message, dialect=self._adapter.name)
        self._write = make_writer(self._framing, wrapped=self._adapter.wrapped)
        self._named = self._adapter.named if self._framing == "sse" else None
        check_extra(extra, self._adapter)
        check_defaults(defaults, self._adapter)
        self._extra: ExtraPolicy = extra
        # The dialect whose chunks go home: without residue no chunk does.
        self._home = "" if extra == "never" else self._adapter.name
        self._strict = strict
        mark = self._adapter.end is not None
        self._shaper = Shaper(self._adapter.rules, defaults, mark=mark)
        self._repairer: Repairer | None = None
        if repair:
            from onechunk._repairer import Repairer

            self._repairer = Repairer(dialect, defaults=defaults, home=extra != "never")
            self._shaper = self._repairer.shaper
        self._book = LossBook(self._adapter, extra)
        if extra == "always" and self._adapter.stage is None:
            self._shaper.keeps = self._book.says_more
        self._memory = self._adapter.remember()
        make = self._adapter.stage
        self._stage = None if make is None else make(self._shaper.envelope)
        self._write_away = (
            self._adapter.write_away_whole if extra == "always" else self._adapter.write_away
        )
        # Whether chunks of text may be written by the bytes around the text.
        self._repeating = (
            extra != "always" and self._stage is None and self._framing in {"sse", "ndjson"}
        )
        self._string = _string_of_a_line if self._framing == "ndjson" else dumps
        self._events = 0
        self._closed = False
        self._cut_off = False
        self._lost: LossError | None = None
        # What a chunk at which strict encoding ended had made already: the end follows on it.
        self._unsent = b""
        # The bytes around the text of the last chunk that was only text, and what they depend on.
        self._kind: tuple[type[Any] | int | str | None, ...] | None = None
        self._around: list[bytes] = []
        self._skips_empty = True

    @property
    def dialect(self) -> str:
        """The name this encoder was made with."""
        return self._adapter.name

    @property
    def losses(self) -> list[Loss]:
        """What was lost so far: each kind of loss at each path once, as it first came."""
        return self._book.losses

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with the chunks, and was repaired; nothing without `repair`."""
        return [] if self._repairer is None else self._repairer.problems

    @property
    def cut_off(self) -> bool:
        """True if the stream was ended in an error because its source had not ended it."""
        return self._cut_off

    @property
    def ended(self) -> bool:
        """True once the end of the stream was written, behind which readers go no further.

        A stream that goes home ends by `close` alone: what stands behind its end mark goes along.
        """
        return self._closed or self._shaper.ended

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
            if self._repairer is not None:
                return self._feed_repaired(chunk, self._repairer)
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

        With `repair` that is what `abort` returns.

        Raises:
            LossError: Only if strict; `abort` then returns the end.
            EncodeError: What was held back for the end has fields that are not what they should be.
        """
        return self.finish(empty=False)

    def finish(self, *, empty: bool) -> bytes:
        """Do as `close`, but if *empty* end a stream too of which no chunk came.

        Raises:
            LossError: As `close` does.
            EncodeError: As `close` does.
        """
        told = self._lost is not None
        out = self._finish(None, empty=empty)
        if self._lost is not None and not told:
            self._unsent = out
            raise self._lost
        return out

    def abort(self, error: OnechunkError | str | None = None) -> bytes:
        """Return what `close` does, and an end in error for a stream of which no chunk came.

        Args:
            error: What the stream says of an answer that broke off; None for `Defaults.cut_off`.

        Raises:
            EncodeError: As `close` does.
        """
        return self._finish(error, empty=True)

    def _finish(self, error: OnechunkError | str | None, *, empty: bool) -> bytes:
        before, self._unsent = self._unsent, b""
        if self._closed:
            return before
        self._closed = True
        repairer = self._repairer
        try:
            if repairer is not None and repairer.at_home:
                chunks = repairer.abort(error)
                self._cut_off = _says_error(chunks)
                home = [self._feed_home(chunk) for chunk in chunks]
                return before + b"".join(home) + self._write.close()
            if repairer is not None:
                shaped = repairer.abort(error)
            else:
                shaped = self._shaper.close(empty=empty, message=message_of(error))
            self._cut_off = _says_error(shaped)
            out = b"".join([self._frame(chunk) for chunk in shaped])
            lost = self._note_shaped(shaped)
        except UNWRITABLE as exc:
            raise unwritable(exc, self._adapter.name, self._events) from exc
        if self._lost is None:
            self._lost = lost
        return before + out + self._write.close()

    def comments(self, frame: Frame | None, *, home: bool = False) -> bytes:
        """Return the bytes of keep-alive comments that stand alone, where readers take any.

        Lines that are no field of a server-sent event go home only.
        """
        if frame is None or self._framing != "sse" or not (home or self._adapter.comments):
            return b""
        return write_comment_sse(frame.comments, frame.unknown if home else ())

    def _feed_repaired(self, chunk: Chunk, repairer: Repairer) -> bytes:
        if repairer.stays(chunk):
            return b"".join([self._feed_home(each) for each in repairer.feed(chunk)])
        repairer.watch(chunk)
        away = chunk.dialect != self._home
        return self._feed_away(chunk if away else evolve(chunk, dialect=None))

    def _feed_home(self, chunk: Chunk) -> bytes:
        frame = chunk.frame
        if frame is None and self._memory is None and not chunk.done:
            return self._put(self._adapter.write_home(chunk), None)
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
        payload: Any
        if frame is not None and frame.field in EXCEPTIONS and not self._adapter.wrapped:
            if self._framing != "eventstream":
                # An exception is no event of the dialect: elsewhere its own form says the error.
                said = away_payloads(self._adapter, Chunk(error=chunk.error), extra="never")
                return head + b"".join([self._put(each, None) for each in said])
            payload = write_exception(chunk)
        else:
            try:
                payload = self._adapter.write_home(chunk)
            except Unsaid:
                return head
            if self._memory is not None:
                self._memory.write(chunk, payload)
        if frame is not None and frame.field == "error" and self._framing == "sse":
            payload = payload[frame.field]
        return head + self._put(payload, frame)

    def _put(self, payload: Any, frame: Frame | None) -> bytes:
        """Frame a payload; where events have names, it names its own unless *frame* does."""
        exact = frame is not None and frame.exact
        data = dumps_exact(payload) if exact else dumps(payload)
        if self._named is not None and frame is None:
            name = payload.get(self._named)
            frame = Frame(None, name if isinstance(name, str) else None)
        return self._write(data, frame)

    def _put_away(self, payload: dict[str, Json]) -> bytes:
        """Frame what a stage wrote; an error may need a name that others do not have."""
        name = self._adapter.error_event if "error" in payload else None
        return self._put(payload, None if name is None else Frame(None, name))

    def _feed_away(self, chunk: Chunk) -> bytes:
        shaper = self._shaper
        if shaper.is_plain(chunk):
            if not self._book.knows_plain(chunk):
                self._note(chunk)
            part: Any = chunk.choices[0].parts[0]
            if self._stage is not None:
                return self._frame(chunk)
            if self._repeating:
                if part.__class__ is Text:
                    return self._write_like(chunk, part, part.text)
                if part.arguments.__class__ is str:
                    return self._write_like(chunk, part, part.arguments)
            return self._write(dumps(self._write_away(chunk, shaper.envelope)), None)
        if not self._book.knows(chunk):
            self._note(chunk)
        head = self.comments(chunk.frame)
        shaped = shaper.feed(chunk)
        out = head + b"".join([self._frame(each) for each in shaped])
        lost = self._note_shaped(shaped)
        if lost is not None:
            self._unsent = out
            raise lost
        return out

    def repeats(self, chunk: Chunk) -> bool:
        """Say whether a chunk like *chunk*, with other text, is written without further ado."""
        return (
            chunk.dialect != self._home
            and self._repeating
            # Whoever watches must see every chunk.
            and self._repairer is None
            and self._shaper.is_plain(chunk)
            and self._book.knows_plain(chunk)
        )

    def feed_text(self, text: str) -> bytes:
        """Return the bytes of the last chunk with *text*; only if `repeats` said so of it."""
        self._events += 1
        if not text and self._skips_empty:
            return b""
        return self._around[0] + self._string(text) + self._around[1]

    def _write_like(self, chunk: Chunk, part: Any, text: str) -> bytes:
        """Write a chunk that is only *text*: all other bytes are those of the last one like it."""
        index = chunk.choices[0].index
        call = part.index if part.__class__ is ToolCall else None
        kind = (part.__class__, index, chunk.model, call)
        if kind != self._kind:
            like = Text(_PROBE) if part.__class__ is Text else ToolCall(call, arguments=_PROBE)
            probe = Chunk(choices=[Choice(index, parts=[like])])
            payload = dumps(self._write_away(probe, self._shaper.envelope))
            self._around = self._write(payload, None).split(dumps(_PROBE))
            self._kind = kind
            # Away from home an empty text that goes on is not written.
            self._skips_empty = part.__class__ is Text
        head, tail = self._around
        return head + self._string(text) + tail

    def _frame(self, chunk: Chunk) -> bytes:
        """Write one shaped chunk."""
        out = b""
        if self._stage is not None:
            out = b"".join([self._put_away(payload) for payload in self._stage.feed(chunk)])
        if chunk.done:
            return out if self._adapter.end is None else out + self._write(self._adapter.end, None)
        if self._stage is not None:
            return out
        payload: dict[str, Json] = self._write_away(chunk, self._shaper.envelope)
        return self._write(dumps(payload), None)

    def _note(self, chunk: Chunk) -> None:
        """Enter what *chunk* loses; raise if strict."""
        new = self._book.enter(chunk, self._events)
        lost = [loss for loss in new if loss.kind != "invented"]
        if self._strict and lost:
            raise LossError(lost, dialect=self._adapter.name, event=self._events)

    def _note_shaped(self, shaped: list[Chunk]) -> LossError | None:
        """Enter what shaping bent or made up; of the envelope, once it was first written.

        Returns:
            What strict encoding ends at, if there is anything.
        """
        shaper = self._shaper
        new: list[Loss] = []
        for found in (shaper.losses, [] if self._stage is None else self._stage.losses):
            if found:
                new += self._book.add(found, self._events)
                found.clear()
        written = any(not chunk.done for chunk in shaped)
        if written and not self._book.envelope_noted:
            self._book.envelope_noted = True
            self._book.add(shaper.head.made_up(), self._events)
        lost = [loss for loss in new if loss.kind != "invented" and loss.path not in ENVELOPE]
        if not self._strict or not lost:
            return None
        return LossError(lost, dialect=self._adapter.name, event=self._events)


def _string_of_a_line(text: str) -> bytes:
    return escape_lines(dumps(text))


def _says_error(chunks: list[Chunk]) -> bool:
    return any(chunk.error is not None for chunk in chunks)
