"""The lines of one server-sent event, taken one by one.

By https://html.spec.whatwg.org/multipage/server-sent-events.html (9.2.6), from which the
quotations are. What differs from it on purpose: comments are kept, `id` and `retry` are kept as
sent, lines that are to be ignored are kept, and JSON that stands where an event would begin is an
event of its own.
"""

from typing import Final

from onechunk._frame import Frame
from onechunk._framing._scan import BracketScanner

_KEPT: Final = frozenset({b"event", b"id", b"retry"})


def decode_text(value: bytes) -> str:
    """Decode what is not data, so that encoding gives the same bytes."""
    return value.decode("utf-8", "surrogateescape")


class Block:
    """Collect the lines of one event, then of the next.

    Attributes:
        size: Bytes taken, with one for each line end; 0 between events.
        bare: The lines are those of a JSON text without `data:`.
    """

    __slots__ = ("_comments", "_field", "_fields", "_lines", "_scanner", "_unknown", "bare", "size")

    def __init__(self) -> None:
        self.size = 0
        self.bare = False
        self._lines: list[bytes] = []
        self._fields: dict[bytes, str] = {}
        self._comments: list[str] = []
        self._unknown: list[str] = []
        self._field: str | None = None
        self._scanner = BracketScanner()

    def feed(self, line: bytes) -> bytes | Frame | None:
        """Return the event that this line completes, if it completes one."""
        if not line and not self.bare:
            return self.close()
        self.size += len(line) + 1
        if self.bare:
            return self._feed_bare(line)
        name, _, value = line.partition(b":")
        # "If value starts with a U+0020 SPACE character, remove it from value."
        value = value.removeprefix(b" ")
        if name == b"data":
            self._lines.append(value)
        elif name in _KEPT:
            self._fields[name] = decode_text(value)
        elif not name:
            self._comments.append(decode_text(line[1:]))
        elif not self._lines and line.lstrip(b" \t")[:1] in (b"{", b"["):
            self.bare = True
            return self._feed_bare(line)
        elif name == b"error" and not self._lines and value[:1] == b"{":
            self._field = "error"
            self._lines.append(b'{"error":' + value + b"}")
        else:
            # "Otherwise, the field is ignored."
            self._unknown.append(decode_text(line))
        return None

    def _feed_bare(self, line: bytes) -> bytes | Frame | None:
        self._lines.append(line)
        return self.close() if self._scanner.feed(line) else None

    def close(self) -> bytes | Frame | None:
        """Return the event as far as it came; None if it has neither data nor comments."""
        lines, fields, comments = self._lines, self._fields, self._comments
        unknown = self._unknown
        event: bytes | Frame | None = None
        if len(lines) == 1 and not (fields or comments or self.bare or unknown or self._field):
            event = lines[0]
        elif lines:
            event = Frame(
                b"\n".join(lines),
                fields.get(b"event"),
                fields.get(b"id"),
                fields.get(b"retry"),
                tuple(comments),
                self.bare,
                tuple(unknown),
                self._field,
            )
        elif comments or unknown:
            # "If the data buffer is an empty string" nothing is dispatched; comments stay.
            event = Frame(None, comments=tuple(comments), unknown=tuple(unknown))
        self.size = 0
        self.bare = False
        lines.clear()
        fields.clear()
        comments.clear()
        unknown.clear()
        self._field = None
        return event
