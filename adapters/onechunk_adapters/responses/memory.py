"""What a Responses stream has said, so that what it repeats is told from what is new."""

from __future__ import annotations

from io import StringIO
from typing import Any, Final

from attrs import define, field

from onechunk import (
    DERIVED,
    Choice,
    Chunk,
    Citation,
    Json,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from onechunk.events import StreamMemory
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters._events import same
from onechunk_adapters.responses.copies import CLIENT, KINDS, Copy, copies, loosen
from onechunk_adapters.responses.ends import BEGINS, ended
from onechunk_adapters.responses.pieces import (
    RAW,
    block_of,
    citation_object,
    citations,
    mended,
    names_of,
    place_of,
    token_objects,
)

__all__ = ["ResponseMemory"]

CALLS: Final = {
    *CLIENT,
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.done",
}
"""Items, and events within them, whose input is for the client."""

Place = tuple[str, int]


@define
class _Said:
    """One text as far as it has come, with the tokens and citations that came along."""

    pieces: StringIO = field(factory=StringIO)
    logprobs: list[Json] = field(factory=list[Json])
    annotations: list[Json] = field(factory=list[Json])

    @property
    def text(self) -> str:
        return mended(self.pieces.getvalue())


@define
class _Item:
    """What was said of one item.

    Attributes:
        names: Its `call_id` and `name`, and what is `sealed`.
        input: What a tool is given.
        parts: By the list that each stands in, and its number there.
    """

    names: dict[str, str] = field(factory=dict[str, str])
    input: _Said = field(factory=_Said)
    parts: dict[Place, _Said] = field(factory=dict[Place, _Said])

    def part(self, place: Place) -> _Said:
        said = self.parts.get(place)
        if said is None:
            said = self.parts[place] = _Said()
        return said


class ResponseMemory(StreamMemory):
    """Replaces what an event repeats by a mark, and makes parts of what it says beyond that."""

    plain = frozenset()

    def __init__(self) -> None:
        super().__init__(tells=True)
        self._items: dict[int, _Item] = {}
        # Custom tools that the request named; None where the response does not say.
        self._custom: set[str] | None = None
        self._servers: set[int | None] = set()

    def read(self, chunk: Chunk) -> None:
        """Find what is repeated, then complete the chunk."""
        self._disown(chunk)
        self._hear(chunk)
        new: list[Part] = []
        for copy in copies(chunk.extra):
            if copy.key in copy.holder:
                self._take(copy, chunk, new)
        if new:
            if not chunk.choices:
                chunk.choices.append(Choice())
            chunk.choices[0].parts[:0] = new
        before = chunk.id, chunk.model
        super().read(chunk)
        kind = chunk.extra.get("type")
        if kind in BEGINS or ended(kind):
            # Such an event has its own, or none.
            chunk.id, chunk.model = before
        self._forget(chunk)

    def write(self, chunk: Chunk, payload: dict[str, Json]) -> None:
        """Put what was written before wherever *chunk* has a mark."""
        self._hear(chunk)
        for key, value in chunk.extra.items():
            if value is DERIVED:
                payload.setdefault(key, DERIVED)
        loosen(payload)
        for copy in copies(payload):
            if copy.holder.get(copy.key) is DERIVED:
                said = self._said(copy)
                if said is None:
                    del copy.holder[copy.key]
                else:
                    copy.holder[copy.key] = said
        for key in [key for key, value in payload.items() if value is DERIVED]:
            del payload[key]
        self._forget(chunk)

    def _forget(self, chunk: Chunk) -> None:
        if ended(chunk.extra.get("type")):
            self._items.clear()
            self._servers.clear()

    def _disown(self, chunk: Chunk) -> None:
        """Put back the head of a custom call that is no client's: the request named no such tool.

        xAI's own search tools come as custom calls.
        """
        response = chunk.extra.get("response")
        tools = response.get("tools") if is_object(response) else None
        if is_list(tools) and chunk.extra.get("type") in BEGINS:
            self._custom = names_of(tools)
        item = chunk.extra.get("item")
        if self._custom is None or not is_object(item) or item.get("type") != "custom_tool_call":
            return
        for choice in chunk.choices:
            for part in choice.parts:
                if type(part) is ToolCall and part.name not in self._custom:
                    said = {"call_id": part.id, "name": part.name}
                    item |= {key: value for key, value in said.items() if value is not None}
                    if part.block is not None:
                        chunk.extra["output_index"] = part.block
                    choice.parts.remove(part)
                    self._servers.add(part.block)
                    self.disown(part.block or 0)
                    break
        chunk.choices = [choice for choice in chunk.choices if choice.parts]

    def _item(self, number: int) -> _Item:
        item = self._items.get(number)
        if item is None:
            item = self._items[number] = _Item()
        return item

    def _hear(self, chunk: Chunk) -> None:
        """Add what *chunk* says."""
        for choice in chunk.choices:
            for part in choice.parts:
                self._add(part, chunk.extra)
            if choice.logprobs is not None:
                first = next((part for part in choice.parts if type(part) is Text), None)
                block = None if first is None else first.block
                _, said = self._find(block, chunk.extra, "content")
                said.logprobs += token_objects(choice.logprobs)

    def _add(self, part: Part, event: Object) -> None:
        match part:
            case Text() | Refusal():
                self._find(part.block, event, "content")[1].pieces.write(part.text)
            case Reasoning():
                summed = "summary" in f"{event.get('type')}{part.extra.get('type')}"
                place, first = ("summary", 0) if summed else ("content", RAW)
                item, said = self._find(part.block, event, place, first)
                said.pieces.write(part.text)
                if part.encrypted is not None:
                    item.names["sealed"] = part.encrypted
            case Citation():
                said = self._find(part.block, event, "content")[1]
                said.annotations.append(citation_object(part))
            case ToolCall():
                item, _ = self._find(part.block, event, "content")
                for key, name in (("call_id", part.id), ("name", part.name)):
                    if name is not None:
                        item.names[key] = name
                if isinstance(part.arguments, str):
                    item.input.pieces.write(part.arguments)
            case Other(None, str() as value):
                self._find(part.block, event, "content")[0].input.pieces.write(value)
            case _:
                pass

    def _find(
        self, block: int | None, event: Object, place: str, first: int = 0
    ) -> tuple[_Item, _Said]:
        """Return the item and the part of an address; where there is none, those of the event."""
        if block is None:
            block = block_of(event.get("output_index"), event.get(f"{place}_index", 0)) or 0
        number, at = place_of(block)
        at -= first if at >= first else 0
        item = self._item(number)
        return item, item.part((place, at))

    def _said(self, copy: Copy) -> Any:
        """Return what was said in the form in which *copy* repeats it; None for nothing."""
        item = self._item(copy.item)
        if copy.what in {"call_id", "name", "sealed"}:
            return item.names.get(copy.what)
        if copy.what == "input":
            return item.input.text
        said = item.part(copy.place)
        if copy.what in KINDS:
            return said.text
        return [*(said.logprobs if copy.what == "logprobs" else said.annotations)]

    def _take(self, copy: Copy, chunk: Chunk, new: list[Part]) -> None:
        """Mark a copy, and make parts of what it says beyond what was said."""
        value = copy.holder[copy.key]
        if not value or copy.block is None:
            return
        said = self._said(copy)
        if same(value, said):
            copy.holder[copy.key] = DERIVED
            return
        if copy.item in self._servers:
            return
        found = self._beyond(copy, value, said)
        if found is None:
            return
        copy.holder[copy.key] = DERIVED
        for part in found:
            self._add(part, chunk.extra)
            if type(part) is not ToolCall or not _joined(part, [*new, *_parts(chunk)]):
                new.append(part)

    def _beyond(self, copy: Copy, value: Json, said: Any) -> list[Part] | None:
        """Return parts of what *value* says more than was *said*; None if it says otherwise."""
        block = copy.block
        if copy.what == "annotations":
            return _citations(value, said, block)
        if not isinstance(value, str) or not isinstance(said or "", str):
            return None
        if not value.startswith(said or ""):
            return None
        rest = value[len(said or "") :]
        if copy.what in KINDS:
            part = KINDS[copy.what](rest, block=block)
            if copy.place[0] == "summary":
                part.extra["type"] = "summary_text"
            return [part]
        if copy.what == "sealed":
            return None if said else [Reasoning(encrypted=value, block=copy.item)]
        return _call(copy, rest, said)


def _call(copy: Copy, rest: str, said: Any) -> list[Part] | None:
    """Return the piece of a call that was not said."""
    if copy.kind not in CALLS:
        # What the server's own tools did is no part of the answer.
        return None
    part = ToolCall(block=copy.item)
    if copy.what == "input":
        part.arguments = rest
    elif said:
        return None
    elif copy.what == "name":
        part.name = rest
    else:
        part.id = rest
    return [part]


def _parts(chunk: Chunk) -> list[Part]:
    return chunk.choices[0].parts if chunk.choices else []


def _joined(part: ToolCall, parts: list[Part]) -> bool:
    """Add *part* to what the same event says of the same call; False if that is nothing."""
    for other in parts:
        if type(other) is ToolCall and other.block == part.block:
            for name in ("id", "name", "arguments"):
                if getattr(part, name) is not None:
                    setattr(other, name, getattr(part, name))
            return True
    return False


def _citations(value: Json, said: list[Json], block: int | None) -> list[Part] | None:
    if not is_list(value) or not same(value[: len(said)], said):
        return None
    rest = value[len(said) :]
    return [*citations([*map(dict, rest)], block)] if all(map(is_object, rest)) else None
