"""Bytes of a stream to chunks, without I/O."""

from __future__ import annotations

from typing import Any

from onechunk._adapter import Adapter
from onechunk._chunk import Chunk
from onechunk._codec import parse, read_end
from onechunk._errors import OnechunkError, WireError
from onechunk._exceptions import EXCEPTIONS, read_exception
from onechunk._framing import (
    DEFAULT_FRAME_LIMIT,
    AutoSplitter,
    Frame,
    Splitter,
    SSESplitter,
    make_splitter,
)
from onechunk._json import loads
from onechunk._registry import get_adapter
from onechunk._template import Learner, Template
from onechunk.mapping._rows import Fault

__all__ = ["Decoder"]


class Decoder:
    """Turns the bytes of one stream into chunks, wherever the bytes are cut.

    After an error it stays in error: every later call raises the same error. Chunks that were
    complete before the error are returned first; then the next call raises.

    Args:
        dialect: Name of a dialect or profile.
        framing: `sse`, `ndjson`, `json_array` or `eventstream`; None lets the first bytes tell.
        limit: Most bytes that one frame may have.

    Raises:
        UnknownDialectError: No adapter has the name.
        OnechunkError: The framing is not known.
    """

    def __init__(
        self, dialect: str, *, framing: str | None = None, limit: int = DEFAULT_FRAME_LIMIT
    ) -> None:
        self._adapter: Adapter = get_adapter(dialect)
        self._splitter = _splitter(self._adapter, framing, limit)
        self._read = self._adapter.read_payload
        self._memory = self._adapter.remember()
        # Which reading of what goes on as before the template is good for.
        self._version = 0
        # Comments, and lines that are no field, which belong before the next chunk.
        self._before: list[Frame] = []
        self._before_size = 0
        self._limit = limit
        self._error: OnechunkError | None = None
        self._events = 0
        self._closed = False
        self._id: str | None = None
        self._model: str | None = None
        # What most frames are alike in; frames that are not are `_missed`.
        self._template: Template | None = None
        self._learner = Learner(self._adapter, limit, self._memory)
        # The splitter whose work a template does too, once there is a template.
        self._sse: SSESplitter | None = None
        self._missed = 0

    @property
    def dialect(self) -> str:
        """The name this decoder was made with."""
        return self._adapter.name

    @property
    def framing(self) -> str | None:
        """The framing; None until the first bytes told it."""
        splitter = self._splitter
        return splitter.framing if isinstance(splitter, AutoSplitter) else self._framing_name

    @property
    def events(self) -> int:
        """How many frames with data came so far."""
        return self._events

    @property
    def failed(self) -> bool:
        """True as soon as the stream cannot be read any further, which the next call raises."""
        return self._error is not None

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the chunks that *data* completes.

        Raises:
            WireError: The stream is not what the dialect allows.
            OnechunkError: The decoder was closed.
        """
        if self._error is not None or self._closed:
            raise self._stopped()
        sse = self._sse
        if sse is not None and sse.idle and not self._before:
            template: Any = self._template
            said = template.event.match(data)
            if said is not None:
                self._events += 1
                return [template.chunk(*said)]
        return self._take(self._split(data), None)

    def match(self, data: bytes) -> tuple[Template, str, str | None] | None:
        """Return template, text and padding if *data* is one known event of text or arguments.

        The event then counts as read. None changes nothing: *data* is still to be fed.
        """
        sse = self._sse
        if sse is None or not sse.idle or self._before or self._closed:
            return None
        template: Any = self._template
        if not template.repeats or self._error is not None:
            return None
        said = template.event.match(data)
        if said is None:
            return None
        self._events += 1
        return template, said[0], said[1]

    def feed_objects(self, data: bytes) -> list[tuple[Any, Chunk]]:
        """Return the same chunks, each with the wire object that it was made from.

        An end mark and an empty event have no object: None stands in its place. Use either this
        or `feed` on one stream.

        Raises:
            WireError: As `feed` does.
            OnechunkError: As `feed` does.
        """
        if self._error is not None or self._closed:
            raise self._stopped()
        if not self._learner.objects:
            # What was learned before does not make objects.
            self._learner.objects = True
            self._template = self._sse = None
        sse = self._sse
        if sse is not None and sse.idle and not self._before:
            template: Any = self._template
            said = template.event.match(data)
            if said is not None:
                self._events += 1
                return [(template.object(*said), template.chunk(*said))]
        objects: list[Any] = []
        chunks = self._take(self._split(data), objects)
        return list(zip(objects, chunks, strict=True))

    def _split(self, data: bytes | bytearray | memoryview | str) -> list[bytes | Frame]:
        if isinstance(data, bytearray | memoryview):
            data = bytes(data)
        elif not isinstance(data, bytes):
            message = f"the stream must come as bytes, not {type(data).__name__}"
            raise OnechunkError(message, dialect=self._adapter.name)
        return self._splitter.feed(data)

    def _stopped(self) -> OnechunkError:
        message = "the decoder was closed"
        return self._error or OnechunkError(message, dialect=self._adapter.name)

    def close(self) -> list[Chunk]:
        """End the stream and return the chunks that only its end completes.

        Raises:
            WireError: A frame was cut off, or there was no frame at all.
        """
        if self._error is not None:
            raise self._error
        if self._closed:
            return []
        self._closed = True
        chunks = self._take(self._splitter.close(), None)
        before = self.take_comments()
        if not self._events:
            message = "the stream is empty"
            if before is not None and before.unknown:
                message += f": {before.unknown[0][:60]!r} is no server-sent event"
            self._error = WireError(message, dialect=self._adapter.name, event=0)
            raise self._error
        if before is not None:
            before.alone = True
            chunks.append(Chunk(dialect=self._adapter.name, frame=before))
        return chunks

    def take_comments(self) -> Frame | None:
        """Return the comments that came since the last chunk; they will not stand on the next."""
        if not self._before:
            return None
        frames, self._before, self._before_size = self._before, [], 0
        comments = tuple(comment for frame in frames for comment in frame.comments)
        unknown = tuple(line for frame in frames for line in frame.unknown)
        return Frame(None, comments=comments, unknown=unknown)

    def _keep_comments(self, frame: Frame) -> None:
        """Keep comments for the next chunk; together they may be as long as one frame."""
        self._before.append(frame)
        self._before_size += sum(map(len, (*frame.comments, *frame.unknown))) + 1
        if self._before_size > self._limit:
            message = f"comments are longer than the frame limit of {self._limit} bytes"
            raise WireError(message, event=self._events + 1)

    def _take(self, items: list[bytes | Frame], objects: list[Any] | None) -> list[Chunk]:
        """Read every frame; at a fault keep the error for the next call, unless there is nothing.

        This loop is what a stream spends its time in: most frames fit the template.
        """
        chunks: list[Chunk] = []
        try:
            for item in items:
                template: Any = self._template
                if template is not None and not self._before:
                    said = template.match(item)
                    if said is not None:
                        self._events += 1
                        chunks.append(template.chunk(*said))
                        if objects is not None:
                            objects.append(template.object(*said))
                        continue
                chunks += self._read_item(item, objects)
                if self._error is not None:
                    break
            failure = self._splitter.failure
            if failure is not None:
                self._fail(WireError(failure.message, event=self._events + 1), chunks)
        except Fault as fault:
            self._fail(WireError(fault.message, path=f"${fault.path}"), chunks)
        except OnechunkError as error:
            self._fail(error, chunks)
        return chunks

    def _read_item(self, item: bytes | Frame, objects: list[Any] | None) -> list[Chunk]:
        """Read a frame the long way, and learn from it what the next may be like."""
        data: Any = item
        name = None
        if isinstance(item, Frame) and self._adapter.named is not None:
            name = item.event
            data = None if name is None else item.named(name)
        if data.__class__ is bytes and not self._before:
            self._events += 1
            self._missed += 1
            try:
                value = loads(data)
            except (ValueError, RecursionError):
                frame = None if name is None else Frame(None, name)
                chunks = self._remember(self._read_odd(data, frame))
            else:
                tag = _tag(self._adapter, value)
                if objects is None:
                    chunk = self._read(value)
                else:
                    objects.append(self._adapter.structure(value))
                    chunk = self._adapter.to_chunk(objects[-1])
                if name != tag and self.framing == "sse":
                    chunk.frame = Frame(None, name)
                if self._memory is not None:
                    self._remember([chunk])
                self._share(chunk)
                matched = self._events - self._missed
                learned = self._learner.learn(data, chunk, matched, name)
                if learned is not None:
                    self._template = learned
                    self._sse = _sse(self._splitter)
                return [chunk]
        else:
            chunks = self._read_frame(item)
        if objects is not None:
            objects += [self._object(chunk) for chunk in chunks]
        return chunks

    def _remember(self, chunks: list[Chunk]) -> list[Chunk]:
        """Complete *chunks* by what came before; forget a template that is no longer right."""
        memory = self._memory
        if memory is not None:
            for chunk in chunks:
                memory.read(chunk)
            if memory.version != self._version:
                self._version = memory.version
                self._template = self._sse = None
        return chunks

    def _object(self, chunk: Chunk) -> Any:
        """Return the wire object of a chunk that was not read by way of one."""
        has_none = chunk.frame is not None and chunk.frame.data is not None
        if has_none or (chunk.done and not chunk.choices and not chunk.extra):
            return None
        return self._adapter.structure(self._adapter.write_home(chunk))

    def _share(self, chunk: Chunk) -> None:
        """Let chunks that are kept share the strings that all of them repeat."""
        if chunk.id == self._id:
            chunk.id = self._id
        else:
            self._id = chunk.id
        if chunk.model == self._model:
            chunk.model = self._model
        else:
            self._model = chunk.model

    def _fail(self, error: OnechunkError, chunks: list[Chunk]) -> None:
        """Put the decoder in error; raise only if there are no chunks to return first."""
        error.dialect = error.dialect or self._adapter.name
        error.event = self._events if error.event is None else error.event
        self._error = error
        if not chunks:
            raise error

    def _read_frame(self, item: bytes | Frame) -> list[Chunk]:
        """Read a frame of which there is more to say than its data."""
        if isinstance(item, bytes):
            item = Frame(item)
        if item.data is None:
            self._keep_comments(item)
            return []
        before = self.take_comments()
        if before is not None:
            item.comments = before.comments + item.comments
            item.unknown = before.unknown + item.unknown
        self._events += 1
        data, item.data = item.data, None
        tag = None
        try:
            value = loads(data)
        except (ValueError, RecursionError):
            chunks = self._read_odd(data, item)
        else:
            tag = _tag(self._adapter, value)
            if item.field in EXCEPTIONS and not self._adapter.wrapped:
                chunks = [read_exception(value, self._adapter.name)]
            else:
                chunks = [self._adapter.read(value, event=self._events)]
        first = chunks[0]
        if first.frame is None:
            usual = Frame(None, tag if self.framing == "sse" else None)
            first.frame = None if item == usual else item
        return self._remember(chunks)

    def _read_odd(self, data: bytes, frame: Frame | None) -> list[Chunk]:
        """Read data that the fast parser refuses: an end mark, an empty event, odd JSON."""
        adapter = self._adapter
        end = read_end(adapter, data)
        if end is None and not data.strip():
            end = Chunk(dialect=adapter.name, frame=Frame(data))
        if end is not None:
            if frame is not None:
                frame.data = None if end.frame is None else end.frame.data
                end.frame = frame
            return [end]
        try:
            value, exact = parse(data, adapter, self._events)
        except WireError:
            # Some servers part events by one line end only: then each line is a payload.
            lines = data.split(b"\n")
            if len(lines) == 1:
                raise
            return self._read_lines(lines)
        chunk = adapter.read(value, event=self._events)
        if exact:
            chunk.frame = frame or Frame(None)
            chunk.frame.exact = True
        return [chunk]

    def _read_lines(self, lines: list[bytes]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for number, line in enumerate(lines):
            self._events += number > 0
            end = read_end(self._adapter, line)
            if end is not None:
                chunks.append(end)
                continue
            try:
                value, exact = parse(line, self._adapter, self._events)
                chunk = self._adapter.read(value, event=self._events)
            except WireError as error:
                self._fail(error, chunks)
                break
            chunk.frame = Frame(None, exact=True) if exact else None
            if self._adapter.named is not None and chunk.frame is None:
                chunk.frame = Frame(None)
            chunks.append(chunk)
        return chunks

    @property
    def _framing_name(self) -> str | None:
        return type(self._splitter).__name__.removesuffix("Splitter").lower()


def _tag(adapter: Adapter, value: Any) -> str | None:
    """Return the name that a payload gives its event; None where events have no names."""
    if adapter.named is None or value.__class__ is not dict:
        return None
    tag = value.get(adapter.named)
    return tag if isinstance(tag, str) else None


def _sse(splitter: Splitter) -> SSESplitter | None:
    inner = splitter.splitter if isinstance(splitter, AutoSplitter) else splitter
    return inner if isinstance(inner, SSESplitter) else None


def _splitter(adapter: Adapter, framing: str | None, limit: int) -> Splitter:
    try:
        if framing is None:
            return AutoSplitter(limit, adapter.framings)
        return make_splitter(framing, limit)
    except ValueError as exc:
        raise OnechunkError(str(exc), dialect=adapter.name) from exc
