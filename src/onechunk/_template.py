"""A fast way for what most of a stream is: the same chunk again with other text.

Of two such payloads only one JSON string differs (two, where a vendor pads). JSON is free of
context, so a payload that has the same bytes around that string is the same value around it, and
need not be parsed. A template is never guessed: a payload with a probe in place of the text is
read the long way and must give what the template gives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from onechunk._adapter import Adapter
from onechunk._chunk import Chunk
from onechunk._copier import Copier, chunk_copier
from onechunk._frame import Frame
from onechunk._json import dumps, loads
from onechunk._memory import Memory
from onechunk._parts import Reasoning, Text, ToolCall
from onechunk.wire._copier import object_copier

__all__ = ["Learner", "Template"]

_TEXT: Final = "onechunk\N{CYRILLIC SMALL LETTER A}text"
_PAD: Final = "onechunkpad"
"""Probes; a stream that holds them is only read more slowly."""

_MOST_AROUND: Final = 1 << 16
"""Bytes around a text: of more no template is made, which costs more than all of them are worth."""

# `34 in data` is a tenth of the price of `b'"' in data`.
_QUOTE: Final = 0x22
_BACKSLASH: Final = 0x5C


class Around:
    """The bytes around the text of one kind of payload.

    Args:
        head: Bytes before the text.
        tail: Bytes behind it, up to the padding if there is any.
        end: Bytes behind the padding; None if there is no padding.
        most: How long the whole may be.
    """

    __slots__ = ("_end", "_end_width", "_head", "_least", "_most", "_tail", "_tail_width", "_width")

    def __init__(self, head: bytes, tail: bytes, end: bytes | None, most: int) -> None:
        self._head = head
        self._width = len(head)
        self._tail = tail
        self._tail_width = len(tail)
        self._end = end
        self._end_width = len(end or b"")
        # Shorter than this, head and tail would share bytes.
        self._least = self._width + self._tail_width + self._end_width
        self._most = most

    def match(self, data: bytes) -> tuple[str, str | None] | None:
        """Return the text and the padding of *data*; None if it is of another kind."""
        if data[: self._width] != self._head or not self._least <= len(data) <= self._most:
            return None
        if self._end is None:
            if data[-self._tail_width :] != self._tail:
                return None
            text = data[self._width : -self._tail_width]
            pad = None
        else:
            text, _, rest = data.partition(self._tail)
            if rest[-self._end_width :] != self._end or len(text) < self._width:
                return None
            text = text[self._width :]
            # Padding is drawn from letters and digits; other padding is read the long way.
            raw = rest[: -self._end_width]
            if not raw.isalnum():
                return None
            pad = raw.decode()
        if _BACKSLASH not in text and _QUOTE not in text:
            try:
                said = text.decode()
            except UnicodeDecodeError:
                return None
            # What is printable needs no escape in JSON.
            if said.isprintable():
                return said, pad
        try:
            return loads(b'"' + text + b'"'), pad
        except (ValueError, RecursionError):
            return None


class Template:
    """One kind of payload, and what it means.

    Args:
        pieces: Bytes before the text, behind it, and behind the padding if there is any.
        chunk: Makes the chunk of a text and its padding.
        make_object: Makes the wire object; None where none is asked for.
        most: How long an event may be.
        repeats: True if what changes is text or a piece of arguments, and not reasoning.
        name: Name of the event around the payload.

    Attributes:
        payload: Matches payloads.
        event: Matches whole server-sent events that hold nothing but such a payload.
        object: Makes the wire object of a text and its padding.
    """

    __slots__ = ("chunk", "event", "name", "object", "payload", "repeats")

    def __init__(
        self,
        pieces: list[bytes],
        chunk: Copier,
        make_object: Copier | None,
        *,
        most: int,
        repeats: bool,
        name: str | None,
    ) -> None:
        head, tail, *ends = pieces
        end = ends[0] if ends else None
        self.payload = Around(head, tail, end, most)
        before = b"data: " if name is None else b"event: " + name.encode() + b"\ndata: "
        after = b"\n\n"
        self.event = Around(
            before + head,
            tail + after if end is None else tail,
            None if end is None else end + after,
            most,
        )
        self.chunk: Callable[[str, str | None], Chunk] = chunk
        self.object = make_object
        self.repeats = repeats
        self.name = name

    def match(self, item: bytes | Frame) -> tuple[str, str | None] | None:
        """Return the text and the padding of a frame; None if it is of another kind."""
        if self.name is None:
            return self.payload.match(item) if isinstance(item, bytes) else None
        data = None if isinstance(item, bytes) else item.named(self.name)
        return None if data is None else self.payload.match(data)


class Learner:
    """Learns templates while a stream flows, and gives up where nothing repeats.

    Args:
        adapter: Reads the stream.
        limit: How long an event may be.
        memory: What the decoder remembers of the stream.

    Attributes:
        objects: True if the templates must make wire objects as well.
    """

    def __init__(self, adapter: Adapter, limit: int, memory: Memory | None = None) -> None:
        self._adapter = adapter
        self._memory = memory
        self._limit = limit
        self._tries = 0
        self.objects = False

    def learn(
        self, payload: bytes, chunk: Chunk, matched: int, name: str | None = None
    ) -> Template | None:
        """Return the template for payloads like *payload*, which was read as *chunk*.

        *name* is that of the event.

        Learning costs as much as three payloads. A stream whose every chunk differs pays for four
        attempts; each twenty payloads that *matched* an earlier template earn one more.
        """
        if self._tries >= 4 + matched // 20 or not self._is_plain(chunk):
            return None
        self._tries += 1
        part: Any = chunk.choices[0].parts[0]
        said: Any = part.arguments if type(part) is ToolCall else part.text
        pads = [key for key in self._adapter.padding if isinstance(chunk.extra.get(key), str)]
        pad = pads[0] if len(pads) == 1 else None
        pieces = _cut(payload, [said] if pad is None else [said, chunk.extra[pad]])
        if pieces is None or sum(map(len, pieces)) > _MOST_AROUND:
            return None
        return self._proven(pieces, pad, name)

    def _proven(self, pieces: list[bytes], pad: str | None, name: str | None) -> Template | None:
        """Return the template if the long way reads a probe just as the template does."""
        holes = [_TEXT.encode()] if pad is None else [_TEXT.encode(), _PAD.encode()]
        probe = b"".join([x for pair in zip(pieces, [*holes, b""], strict=True) for x in pair])
        chunk = self._adapter.read(loads(probe))
        if self._memory is not None and self._is_plain(chunk):
            self._memory.read(chunk)
        if not self._is_plain(chunk):
            return None
        make_object = None
        if self.objects:
            make_object = object_copier(self._adapter.structure(loads(probe)), _TEXT, _PAD)
            if make_object is None:
                return None
        repeats = type(chunk.choices[0].parts[0]) is not Reasoning
        make = chunk_copier(chunk, pad or "")
        made = Template(pieces, make, make_object, most=self._limit, repeats=repeats, name=name)
        said = made.payload.match(probe)
        return made if said is not None and made.chunk(*said) == chunk else None

    def _is_plain(self, chunk: Chunk) -> bool:
        """Say whether *chunk* is one string, its residue, and nothing else."""
        choices = chunk.choices
        if len(choices) != 1 or len(choices[0].parts) != 1:
            return False
        choice = choices[0]
        part: Any = choice.parts[0]
        kind = part.__class__
        if kind is ToolCall:
            plain = part.id is None and part.name is None and type(part.arguments) is str
        else:
            plain = kind is Text or (
                kind is Reasoning and part.signature is None and part.encrypted is None
            )
        if self._memory is not None and kind not in self._memory.plain:
            return False
        if not plain or choice.finish or choice.role or choice.logprobs:
            return False
        if chunk.usage or chunk.error or chunk.done or chunk.frame or choice.stop is not None:
            return False
        # Where another key may repeat the text, each text decides anew what is a copy.
        return self._adapter.copies.isdisjoint(choice.extra)


def _cut(payload: bytes, said: list[str]) -> list[bytes] | None:
    """Cut *payload* at the strings *said*, each of which must stand there once, in this order."""
    pieces: list[bytes] = []
    for text in said:
        try:
            needle = dumps(text)
        except ValueError:
            return None
        if payload.count(needle) != 1:
            return None
        before, payload = payload.split(needle)
        pieces.append(before + b'"')
        payload = b'"' + payload
    return [*pieces, payload]
