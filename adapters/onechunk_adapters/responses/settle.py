"""The message of a stream of OpenAI Responses as a response that comes whole says it.

The last event of such a stream repeats the response, with marks where it repeats what was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from attrs import evolve

from onechunk import (
    DERIVED,
    UNSET,
    Chunk,
    Citation,
    Json,
    Loss,
    Media,
    Other,
    Part,
    Series,
    Text,
    ToolCall,
)
from onechunk.events import Settled
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.responses.copies import CLIENT, KINDS, copies_in_item, loose_item
from onechunk_adapters.responses.repeats import TEXT
from onechunk_adapters.responses.whole_read import LISTED, type_of
from onechunk_adapters.responses.words import STATUSES

__all__ = ["settle"]

MOST_DEPTH: Final = 10_000
"""Deeper than any parser reads."""

PASSING: Final = frozenset({"encrypted_content", "status", "type"})
"""Keys of what an item was before it was done, and of what an event is: no body says these."""


def settle(chunk: Chunk, extra: Object) -> Settled:
    """Return what the message of a stream says in a body, and what of its residue is lost.

    What the response was when it began is no loss: a body says what it is in the end.

    Args:
        chunk: What the message says; is not changed.
        extra: The message's residue with its series.
    """
    response = chunk.extra.get("response")
    body: Object = {**response} if is_object(response) else {}
    parts = [part for choice in chunk.choices for part in choice.parts]
    items = _Items(parts)
    stood = body.get("output")
    if is_list(stood):
        body["output"] = [items.take(number, item) for number, item in enumerate(stood)]
    _end(body, chunk)
    if isinstance(body.get(TEXT), str):
        body[TEXT] = DERIVED
    known = [items.known(part) for part in parts]
    ready = [part for part in known if part is not None and _has_place(part)]
    whole = [*items.whole.values()]
    # An empty text stands where a part was, so that every part keeps its number.
    heard = [Text("") if part is None else part for part in known]
    losses = [*_lost(extra, _said([body, *(other.value for other in whole)]))]
    losses += _overruled(stood, chunk)
    return Settled(_with(chunk, [*ready, *whole], body), _with(chunk, heard, {}), losses)


def _with(chunk: Chunk, parts: list[Part], extra: Object) -> Chunk:
    """Return *chunk*, which has one choice at most, with other parts and residue."""
    choices = [evolve(choice, parts=parts) for choice in chunk.choices]
    said = [each for each in choices if parts or each.role or each.finish or each.logprobs]
    return evolve(chunk, choices=said, extra=extra)


class _Items:
    """Items that are kept whole, as they were in the end.

    Args:
        parts: What the message says.

    Attributes:
        whole: By number.
    """

    def __init__(self, parts: list[Part]) -> None:
        self.whole: dict[int, Other] = {}
        self._texts = {part.block: part.text for part in parts if isinstance(part, Text)}
        self._calls = {part.block for part in parts if isinstance(part, ToolCall)}
        others = [part for part in parts if isinstance(part, Other)]
        self._begun = {part.block for part in others if part.type is not None}
        # What the server's own tools were given comes in pieces that have no type.
        self._inputs = {p.block: p.value for p in others if isinstance(p.value, str)}

    def take(self, number: int, item: Json) -> Json:
        """Return an item of the last event, or a mark where it is kept whole."""
        kind = type_of(item)
        if kind in LISTED:
            return self._marked(item, number)
        if self._is_call(item, number):
            return item
        self.whole[number] = Other(kind, self._filled(item, number), number)
        return {"type": DERIVED}

    def known(self, part: Part) -> Part | None:
        """Return *part*, an item with what its tool was given; None if another part says it."""
        if not isinstance(part, Other) or part.block is None:
            return part
        if part.block in self.whole or (part.type is None and part.block in self._begun):
            return None
        return evolve(part, value=self._filled(part.value, part.block))

    def _marked(self, item: Json, number: int) -> Json:
        """Return a message or reasoning with a mark wherever parts say what stands there.

        What the last event has otherwise than the parts would come back where they are taken out.
        """
        marked = loose_item(item)
        for copy in copies_in_item(marked, number, ""):
            value = copy.holder.get(copy.key)
            if copy.what == "logprobs" and is_list(value):
                stale = bool(value) and _spelt(value) != self._texts.get(copy.block)
            else:
                stale = copy.what in KINDS and isinstance(value, str) and bool(value)
            if stale:
                copy.holder[copy.key] = DERIVED
        return marked

    def _is_call(self, item: Json, number: int) -> bool:
        """Say whether an item is a call for the client, one that was taken out of the message too.

        The names of those that the server runs stand where they stood.
        """
        if type_of(item) not in CLIENT:
            return False
        names = item.get("call_id"), item.get("name")
        return number in self._calls or any(name is DERIVED for name in names)

    def _filled(self, item: Json, number: int) -> Json:
        """Return an item with what its tool was given."""
        filled = loose_item(item)
        for copy in copies_in_item(filled, number, ""):
            stood = copy.holder.get(copy.key)
            if copy.what == "input" and (stood is DERIVED or not stood) and number in self._inputs:
                copy.holder[copy.key] = self._inputs[number]
        return filled


def _spelt(tokens: list[Json]) -> str:
    """Return the text that tokens make."""
    found = [token.get("token") for token in tokens if is_object(token)]
    return "".join(token for token in found if isinstance(token, str))


def _has_place(part: Part) -> bool:
    """Say whether a body can say *part*."""
    if isinstance(part, Other):
        return part.type is not None and is_object(part.value)
    return not isinstance(part, Media)


def _end(body: Object, chunk: Chunk) -> None:
    """Mark where it stands why the answer ended, and what went wrong."""
    finish = chunk.choices[0].finish if chunk.choices else None
    if chunk.error is not None:
        body.pop("error", None)
    if finish is None:
        body.pop("status", None)
    else:
        explained = is_object(body.get("incomplete_details")) and finish.raw not in STATUSES
        body["status"] = UNSET if explained else DERIVED


def _overruled(output: Json, chunk: Chunk) -> Iterator[Loss]:
    """Yield what the last event says otherwise than the events before it, which count."""
    known: set[tuple[type[Any], int | None]] = set()
    for choice in chunk.choices:
        known |= {(type(part), part.block) for part in choice.parts}
    for number, item in enumerate(output if is_list(output) else ()):
        for copy in copies_in_item(item, number, ""):
            value = copy.holder.get(copy.key)
            kind = Citation if copy.what == "annotations" else KINDS.get(copy.what, ToolCall)
            other = value is not DERIVED and bool(value) and copy.key not in PASSING
            if other and copy.what != "logprobs" and (kind, copy.block) in known:
                yield Loss("dropped", f"$.extra.response.output[{number}].{copy.key}", value)


def _said(values: list[Json]) -> set[Json]:
    """Return the texts in *values*, and other scalars with their keys."""
    return {_sign(key, each) for value in values for _, key, each in _scalars("", value)}


def _sign(key: str, value: Json) -> Json:
    return value if isinstance(value, str) else (key, value)


def _lost(extra: Object, said: set[Json]) -> Iterator[Loss]:
    """Yield what residue of events says beyond what was *said*."""
    events = {key: value for key, value in extra.items() if key != "response"}
    for path, key, value in _scalars("$.extra", events):
        silent = value in ("", None, UNSET, DERIVED) or key in PASSING
        if not silent and _sign(key, value) not in said:
            yield Loss("dropped", path, value)


def _scalars(path: str, value: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield what is no object and no list in *value*: path, key and the scalar."""
    # Its depth is the sender's to choose: no recursion. A value that holds itself has no end.
    todo: list[tuple[int, str, str, Json]] = [(0, path, "", value)]
    while todo:
        depth, path, key, value = todo.pop()
        if depth > MOST_DEPTH:
            message = "nested too deeply"
            raise RecursionError(message)
        deeper = depth + 1
        if is_object(value):
            found = [(deeper, f"{path}.{name}", name, each) for name, each in value.items()]
        elif is_list(value):
            found = [(deeper, f"{path}[{n}]", key, each) for n, each in enumerate(value)]
        elif isinstance(value, Series):
            found = [(deeper, path, key, each) for each in value.values]
        else:
            yield path, key, value
            continue
        todo += reversed(found)
