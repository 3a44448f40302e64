"""Server-sent events out of the pieces of a body."""

from typing import Final

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, too_long
from onechunk._framing._block import Block, decode_text
from onechunk._framing._lines import CR, LF, LineBuffer, TextStart

_DATA: Final = b"data: "
_EVENT: Final = b"event: "


class SSESplitter:
    """Cut the body of a `text/event-stream` into events.

    A plain `bytes` item is an event with one `data` line and nothing else; it holds no line end.

    One event, from its first line to its last, may not be longer than `limit` bytes; a line end
    between them counts one, whichever it is.

    Attributes:
        failure: Why nothing more comes; the events before it were returned.
        idle: True between events with nothing held: a whole event in one piece needs no splitting.
        limit: Most bytes of one event.
    """

    __slots__ = (
        "_after_cr",
        "_block",
        "_header",
        "_lines",
        "_name",
        "_start",
        "_width",
        "failure",
        "idle",
        "limit",
    )

    def __init__(self, limit: int = DEFAULT_FRAME_LIMIT) -> None:
        self.failure: FrameError | None = None
        self.limit = limit
        self._start = TextStart()
        self._after_cr = False
        self._lines = LineBuffer()
        self._block = Block()
        self.idle = False
        # What the last event had before its payload, and its name: the next is mostly alike.
        self._header = _DATA
        self._width = len(_DATA)
        self._name: str | None = None

    def feed(self, data: bytes) -> list[bytes | Frame]:
        """Return the events that these bytes complete; none after a failure."""
        # Slices beat startswith and endswith on 3.11 and 3.12.
        if self.idle:
            if data[: self._width] == self._header and len(data) <= self.limit:
                end = -2 if data[-2:] == b"\n\n" else -4 if data[-4:] == b"\r\n\r\n" else None
                payload = data[self._width : end]
                if LF not in payload and CR not in payload and end is not None:
                    return [payload if self._name is None else Frame(payload, self._name)]
        elif self._lines.held and LF not in data and CR not in data:
            self._lines.hold(data)
            self._check()
            return []
        events: list[bytes | Frame] = []
        if self.failure is None:
            self._split(self._normalize(data), events)
            self.idle = self._start.passed and not (
                self._after_cr or self._lines.held or self._block.size or self.failure
            )
        return events

    def close(self) -> list[bytes | Frame]:
        """Return the event that no blank line ended; the splitter is used up."""
        events: list[bytes | Frame] = []
        if self.failure is None:
            rest = self._lines.close()
            if rest:
                self._take([rest], events)
            event = self._block.close()
            if event is not None:
                events.append(event)
        return events

    def _normalize(self, data: bytes) -> bytes:
        """Make every line end a LF. A CR ends its line at once; a LF that follows it is dropped."""
        if not self._start.passed:
            data = self._start.strip(data)
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if CR in data:
            self._after_cr = data[-1] == CR
            data = data.replace(b"\r\n", b"\n")
            if CR in data:
                data = data.replace(b"\r", b"\n")
        return data

    def _split(self, data: bytes, events: list[bytes | Frame]) -> None:
        if self._lines.held + len(data) > self.limit:
            self._split_lines(data, events)
            return
        if self._block.size:
            data = self._finish(data, events)
        elif self._lines.held:
            self._lines.hold(data)
            data = self._lines.close()
        if not self._block.size:
            data = self._split_run(data, events)
        if data:
            self._split_mixed(data, events)

    def _finish(self, data: bytes, events: list[bytes | Frame]) -> bytes:
        """Take the rest of an event whose first lines were taken; return what follows it."""
        end = data.find(b"\n\n")
        if end < 0:
            self._split_lines(data, events)
            return b""
        self._split_lines(data[: end + 2], events)
        return b"" if self.failure else data[end + 2 :]

    def _split_run(self, data: bytes, events: list[bytes | Frame]) -> bytes:
        """Take the events that begin like the last one, if all do; return what follows them."""
        header, name = self._header, self._name
        if data[: self._width] != header:
            return data
        run = data[self._width :].split(b"\n\n" + header)
        rest = run.pop()
        if [payload for payload in run if LF in payload]:
            return data
        if rest[-2:] == b"\n\n" and LF not in rest[:-2]:
            run.append(rest[:-2])
            rest = b""
        else:
            rest = header + rest
        events.extend(run if name is None else [Frame(payload, name) for payload in run])
        return rest

    def _split_mixed(self, data: bytes, events: list[bytes | Frame]) -> None:
        """Take event by event, and what no event is by the line."""
        whole = data.split(b"\n\n")
        rest = whole.pop()
        for event in whole:
            payload = event[self._width :]
            if self._block.size:
                self._split_lines(event + b"\n\n", events)
            elif event[: self._width] == self._header and LF not in payload:
                events.append(payload if self._name is None else Frame(payload, self._name))
            elif not self._learn(event, events):
                self._split_lines(event + b"\n\n", events)
            if self.failure is not None:
                return
        if rest:
            self._split_lines(rest, events)

    def _learn(self, event: bytes, events: list[bytes | Frame]) -> bool:
        """Take one data line, or a name and one data line; remember what stood before the data."""
        head, found, tail = event.rpartition(b"\n")
        if tail[:6] != _DATA or (found and (head[:7] != _EVENT or LF in head)):
            return False
        self._header = head + found + _DATA
        self._width = len(self._header)
        self._name = decode_text(head[7:]) if found else None
        payload = tail[6:]
        events.append(payload if self._name is None else Frame(payload, self._name))
        return True

    def _split_lines(self, data: bytes, events: list[bytes | Frame]) -> None:
        self._take(self._lines.feed(data), events)
        self._check()

    def _take(self, lines: list[bytes], events: list[bytes | Frame]) -> None:
        block, limit = self._block, self.limit
        for line in lines:
            # A blank line ends an event of whatever length; within JSON it is a line like others.
            if block.size + len(line) > limit and (line or block.bare):
                self._fail()
                return
            event = block.feed(line)
            if event is not None:
                events.append(event)

    def _check(self) -> None:
        held = self._lines.held
        if held and self._block.size + held > self.limit:
            self._fail()

    def _fail(self) -> None:
        self.failure = too_long(self.limit)
        self._lines.close()
        self._block.close()
