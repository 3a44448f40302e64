"""Items of a whole response for parts that stood in none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from onechunk import DERIVED, Citation, Json, Other, Part, Reasoning, Refusal, Text, ToolCall
from onechunk.mapping import Leaf, Manner, Object, Table, is_list, is_object, make_writer
from onechunk_adapters.responses.copies import CLIENT, ITEM_KEYS
from onechunk_adapters.responses.pieces import RAW, away_citation, citation_object, place_of

__all__ = ["SAID", "add_part", "away_items", "call_writers", "cited", "new_items"]

SAID: Final[dict[type[Any], tuple[str, str]]] = {
    Text: ("output_text", "text"),
    Refusal: ("refusal", "refusal"),
    Reasoning: ("summary_text", "text"),
}
"""Type and key of what a part is in an item."""

_CALL: Final = {"call_id": "id", "name": "name", "input": "arguments"}


def call_writers(manner: Manner) -> dict[str, Callable[..., Object]]:
    """Return what writes a call, by type of its item."""
    return {
        kind: make_writer(
            Table(
                ToolCall,
                tuple(
                    Leaf(key, _CALL[what], away="", as_text=True) for key, what in ITEM_KEYS[kind]
                ),
            ),
            manner,
        )
        for kind in sorted(CLIENT)
    }


_put_call: Final = call_writers(Manner(away=True, residue=False))["function_call"]


def new_items(parts: Iterable[Part]) -> list[Object]:
    """Return items in which parts of one address stand together; their ids are yet to be made.

    Raises:
        TypeError: No item can say a part.
    """
    items: list[Object] = []
    number: int | None = None
    for part in parts:
        before, number = number, None if part.block is None else place_of(part.block)[0]
        if isinstance(part, Other) and is_object(part.value):
            items.append(part.value)
        elif isinstance(part, ToolCall):
            items.append({"id": DERIVED, "type": "function_call", **_put_call(part)})
        elif type(part) in SAID or isinstance(part, Citation):
            kind = "reasoning" if isinstance(part, Reasoning) else "message"
            if not items or number != before or items[-1].get("type") != kind:
                items.append({"id": DERIVED, **_begun(kind)})
            add_part(items[-1], part, cited)
        else:
            message = f"there is no place for a {type(part).__name__} like this"
            raise TypeError(message)
    return items


def away_items(parts: Iterable[Part]) -> list[Object]:
    """Return the items of parts of another dialect; texts in a row are one message.

    What says nothing, or has no place, is left out.
    """
    items: list[Object] = []
    for part in parts:
        match part:
            case ToolCall():
                items.append({"type": "function_call", **_put_call(part)})
            case Reasoning(text, encrypted=encrypted):
                if text or encrypted is not None:
                    items.append(_begun("reasoning"))
                    add_part(items[-1], part, away_citation)
            case Text(text) | Refusal(text):
                if text:
                    add_part(_message(items), part, away_citation)
            case Citation(url, title):
                # One without either would name no source.
                if url or title:
                    add_part(_message(items), part, away_citation)
            case _:
                pass
    return items


def add_part(item: Object, part: Any, cite: Callable[[Citation], Object]) -> None:
    """Put a part behind what the lists of an item hold, which are its own."""
    if type(part) is Citation:
        _add_citation(item, cite(part))
        return
    kind, key = SAID[type(part)]
    place = "content"
    if type(part) is Reasoning:
        if part.encrypted is not None:
            item["encrypted_content"] = part.encrypted
        if not part.text:
            return
        raw = part.block is not None and place_of(part.block)[1] >= RAW
        kind, place = ("reasoning_text", place) if raw else (kind, "summary")
    entry: Object = {"type": kind, key: part.text}
    if type(part) is Text:
        entry |= {"annotations": [], "logprobs": []}
    _list(item, place).append(entry)


def cited(part: Citation) -> Object:
    """Return a citation with its residue; one that was put in by hand is that of a page."""
    said: Object = citation_object(part)
    return said if "type" in part.extra else {**away_citation(part), **said}


def _message(items: list[Object]) -> Object:
    """Return the message that the last item is, or a new one."""
    if not items or items[-1]["type"] != "message":
        items.append(_begun("message"))
    return items[-1]


def _begun(kind: str) -> Object:
    if kind == "reasoning":
        return {"type": kind, "summary": []}
    return {"type": kind, "role": "assistant", "content": []}


def _add_citation(item: Object, citation: Object) -> None:
    """Put a citation to the last text of an item, or to an empty one."""
    content = _list(item, "content")
    if not content or not is_object(content[-1]) or content[-1].get("type") != "output_text":
        content.append({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
    _list(content[-1], "annotations").append(citation)


def _list(holder: Object, key: str) -> list[Json]:
    """Return the list under a key; where there is none, a new one that stands there."""
    if not is_list(holder.get(key)):
        holder[key] = []
    values: list[Json] = holder[key]
    return values
