"""What of Gemini's stream only the stream knows: calls in pieces, and copies of the text."""

from __future__ import annotations

from typing import Any, Literal

from onechunk import DERIVED, Choice, Chunk, Json, Part, Text, ToolCall
from onechunk.events import StreamMemory
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.gemini.calls import KEY, goes_on, write_as_text
from onechunk_adapters.gemini.partial_args import PathWriter, is_root, read_pieces
from onechunk_adapters.gemini.parts import is_on_wire

__all__ = ["GeminiMemory"]


class _Said:
    """The bytes of a candidate's text, in little more room than they need."""

    __slots__ = ("_new", "_whole")

    def __init__(self) -> None:
        self._whole = b""
        self._new = bytearray()

    def add(self, text: str) -> None:
        self._new += text.encode(errors="surrogatepass")
        # The share of what is copied each time keeps the whole linear.
        if len(self._new) > 64 + len(self._whole) // 16:
            self._whole += self._new
            self._new = bytearray()

    def between(self, start: int, end: int) -> str:
        width = len(self._whole)
        new = self._new[max(0, start - width) : max(0, end - width)]
        return (self._whole[start:end] + new).decode(errors="ignore")


class GeminiMemory(StreamMemory):
    """Joins the pieces of calls, and derives the passages that grounding repeats.

    A passage is told by its place in the bytes of the candidate's text. Where that is what it says
    it is `DERIVED`, and goes home as the bytes that stand there then.
    """

    # Every text counts, wherever it stands.
    plain: frozenset[type[Any]] = frozenset()

    def __init__(self, *, calls: Literal["come", "each"] = "come") -> None:
        super().__init__(calls=calls, tells=True)
        self._writers: dict[int, PathWriter] = {}
        self._said: dict[int, _Said] = {}
        self._edited: set[int] = set()

    def read(self, chunk: Chunk) -> None:
        """Complete the pieces of calls, and mark what repeats the text."""
        for number, choice in enumerate(chunk.choices):
            index = number if choice.index is None else choice.index
            self._join(index, choice)
            text = self._add(index, choice)
            for segment in _segments(choice.extra):
                if _repeats(segment, text):
                    segment["text"] = DERIVED
        # Id and model stand on every record, or on none.
        own = chunk.id, chunk.model
        super().read(chunk)
        chunk.id, chunk.model = own

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put the passages of what was really written where the marks are."""
        written: Json = payload.get("candidates") or []
        for number, choice in enumerate(chunk.choices):
            index = number if choice.index is None else choice.index
            text = self._add(index, choice)
            self._write_calls(index, choice, written[number : number + 1])
            if any(segment.get("text") is DERIVED for segment in _segments(choice.extra)):
                target = written[number]
                target["groundingMetadata"] = _filled(target["groundingMetadata"], text)

    def _add(self, index: int, choice: Choice) -> _Said:
        text = self._said.setdefault(index, _Said())
        for part in choice.parts:
            if type(part) is Text:
                text.add(part.text)
        return text

    def _join(self, index: int, choice: Choice) -> None:
        """Give every piece its text, and every call that ends what is missing to it."""
        if self._each or not (
            self._writers or any(type(part) is ToolCall for part in choice.parts)
        ):
            return
        parts: list[Part] = []
        for part in choice.parts:
            if type(part) is ToolCall:
                if part.name is not None or part.id is not None:
                    self._end(index, parts)
                self._piece(index, part)
            parts.append(part)
        if choice.finish is not None:
            self._end(index, parts)
        choice.parts = parts

    def _piece(self, index: int, call: ToolCall) -> None:
        value = call.extra.get(KEY)
        residue: Object = value if is_object(value) else {}
        pieces = residue.get("partialArgs")
        writer = self._writers.get(index)
        if writer is None:
            if (
                call.name is None
                or is_object(call.arguments)
                or not (goes_on(residue) or is_list(pieces))
            ):
                return
            writer = self._writers[index] = PathWriter()
        if is_list(pieces) and isinstance(call.arguments, str):
            # Alone it was read as the first piece of its call.
            alone = read_pieces(call.arguments, pieces)
            if alone is not None:
                residue["partialArgs"] = alone
                call.arguments = writer.add(alone)
        if not goes_on(residue):
            del self._writers[index]
            if not isinstance(call.arguments, dict):
                call.arguments = (call.arguments or "") + writer.close()

    def _end(self, index: int, parts: list[Part]) -> None:
        """End a call that no piece ended; what that adds stands nowhere on the wire."""
        writer = self._writers.pop(index, None)
        if writer is not None:
            parts.append(ToolCall(arguments=writer.close(), extra={KEY: DERIVED}))

    def _write_calls(self, index: int, choice: Choice, written: list[Json]) -> None:
        """Write what is left of an edited call without paths too: they repeat what is gone."""
        parts = [part for part in choice.parts if is_on_wire(part)]
        content = written[0].get("content") if written else None
        items: Json = content.get("parts") if is_object(content) else None
        for part, item in zip(parts, items if is_list(items) else (), strict=False):
            if type(part) is not ToolCall:
                continue
            if part.name is not None or part.id is not None:
                self._edited.discard(index)
            residue: Json = part.extra.get(KEY)
            came = is_object(residue) and is_root(residue.get("partialArgs"))
            if index in self._edited and not isinstance(part.arguments, dict):
                write_as_text(item, part.arguments or "")
            elif is_root(item[KEY].get("partialArgs")) and not came:
                self._edited.add(index)


def _segments(extra: Object) -> list[Object]:
    """Return the places of the text that grounding names."""
    metadata = extra.get("groundingMetadata")
    supports: Json = metadata.get("groundingSupports") if is_object(metadata) else None
    if not is_list(supports):
        return []
    found = (
        [each.get("segment") for each in supports if is_object(each)] if is_list(supports) else []
    )
    return [segment for segment in found if is_object(segment)]


def _repeats(segment: Object, text: _Said) -> bool:
    """Say whether a segment has the passage at its place, which is as long as it says."""
    said = segment.get("text")
    if not isinstance(said, str) or not said:
        return False
    start, end = segment.get("startIndex", 0), segment.get("endIndex")
    if type(start) is not int or type(end) is not int or end - start > 4 * len(said):
        return False
    return said == _passage(text, segment)


def _passage(text: _Said, segment: Object) -> str | None:
    start, end = segment.get("startIndex", 0), segment.get("endIndex")
    if type(start) is not int or type(end) is not int or not 0 <= start <= end:
        return None
    return text.between(start, end)


def _filled(metadata: Object, text: _Said) -> Object:
    """Return a copy of *metadata* in which the marks are filled."""
    supports: list[Json] = []
    for each in metadata["groundingSupports"]:
        segment = each.get("segment") if is_object(each) else None
        if is_object(segment) and segment.get("text") is DERIVED:
            supports.append({**each, "segment": {**segment, "text": _passage(text, segment) or ""}})
        else:
            supports.append(each)
    return {**metadata, "groundingSupports": supports}
