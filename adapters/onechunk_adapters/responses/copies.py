"""Where events of OpenAI Responses repeat what the stream said before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from attrs import frozen

from onechunk import Json, Reasoning, Refusal, Text
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.responses.ends import ENDS
from onechunk_adapters.responses.pieces import RAW, block_of

__all__ = [
    "CLIENT",
    "ITEM_KEYS",
    "KINDS",
    "LISTS",
    "PART_KEYS",
    "Copy",
    "What",
    "copies",
    "copies_in_item",
    "copies_in_part",
    "loose_item",
    "loosen",
]

What = Literal[
    "text", "refusal", "reasoning", "logprobs", "annotations", "input", "call_id", "name", "sealed"
]

TEXTS: Final[Mapping[str, tuple[str, What, str]]] = {
    "response.output_text.done": ("text", "text", "content"),
    "response.refusal.done": ("refusal", "refusal", "content"),
    "response.reasoning_text.done": ("text", "reasoning", "content"),
    "response.reasoning_summary_text.done": ("text", "reasoning", "summary"),
}
"""Events that repeat the text of a part: its key, what it is, and the list it stands in."""

INPUTS: Final[Mapping[str, str]] = {
    "response.function_call_arguments.done": "arguments",
    "response.custom_tool_call_input.done": "input",
    "response.mcp_call_arguments.done": "arguments",
    "response.code_interpreter_call_code.done": "code",
    "response.apply_patch_call_operation_diff.done": "diff",
}
"""Events that repeat the input of a tool, and its key."""

PARTS: Final[Mapping[str, str]] = {
    "response.content_part.added": "content",
    "response.content_part.done": "content",
    "response.reasoning_part.added": "content",
    "response.reasoning_part.done": "content",
    "response.reasoning_summary_part.added": "summary",
    "response.reasoning_summary_part.done": "summary",
}
"""Events that repeat a part, and the list it stands in."""

PART_KEYS: Final[Mapping[str, tuple[tuple[str, What], ...]]] = {
    "output_text": (("text", "text"), ("logprobs", "logprobs"), ("annotations", "annotations")),
    "refusal": (("refusal", "refusal"),),
    "reasoning_text": (("text", "reasoning"),),
    "summary_text": (("text", "reasoning"),),
}
"""What the parts of an item repeat."""

ITEM_KEYS: Final[Mapping[str, tuple[tuple[str, What], ...]]] = {
    "function_call": (("call_id", "call_id"), ("name", "name"), ("arguments", "input")),
    "custom_tool_call": (("call_id", "call_id"), ("name", "name"), ("input", "input")),
    "mcp_call": (("arguments", "input"),),
    "code_interpreter_call": (("code", "input"),),
    "reasoning": (("encrypted_content", "sealed"),),
}
"""What items repeat beside their parts."""

CLIENT: Final = frozenset({"function_call", "custom_tool_call"})
"""Items whose input is for the client."""

LISTS: Final = ("summary", "content")
"""Lists of parts in an item."""

KINDS: Final[Mapping[str, type[Any]]] = {"text": Text, "refusal": Refusal, "reasoning": Reasoning}
"""Classes of what parts of an item say."""

_RAW: Final = ("content", "reasoning")


@frozen
class Copy:
    """One place in an event.

    Attributes:
        holder: The object that it stands in.
        key: Its key there.
        what: What is repeated.
        item: Number of the item of which it was said.
        place: The list of the item's parts, and the number in it.
        kind: Type of the item, if it is known here.
    """

    holder: Object
    key: str
    what: What
    item: int
    place: tuple[str, int] = ("content", 0)
    kind: Json = None

    @property
    def block(self) -> int | None:
        """The address of the part that is repeated."""
        place, at = self.place
        return block_of(self.item, at + RAW if (place, self.what) == _RAW else at)


def copies(event: Object) -> Iterator[Copy]:
    """Yield every place of *event* that may repeat something, heads before what belongs to them."""
    kind = event.get("type")
    if not isinstance(kind, str):
        return
    if kind in ENDS:
        response = event.get("response")
        output = response.get("output") if is_object(response) else None
        for at, item in enumerate(output if is_list(output) else ()):
            yield from copies_in_item(item, at, kind)
        return
    number: Json = event.get("output_index")
    if type(number) is not int:
        return
    if kind in TEXTS:
        key, what, place = TEXTS[kind]
        within = place, _number(event, place)
        yield Copy(event, key, what, number, within)
        yield Copy(event, "logprobs", "logprobs", number, within)
    elif kind in INPUTS:
        yield Copy(event, "name", "name", number)
        yield Copy(event, INPUTS[kind], "input", number, kind=kind)
    elif kind in PARTS:
        within = PARTS[kind], _number(event, PARTS[kind])
        yield from copies_in_part(event.get("part"), number, within)
    elif kind in {"response.output_item.added", "response.output_item.done"}:
        yield from copies_in_item(event.get("item"), number, kind)


def _number(event: Object, place: str) -> int:
    number = event.get(f"{place}_index")
    return number if type(number) is int else 0


def copies_in_item(item: Json, number: int, event: str) -> Iterator[Copy]:
    """Yield every place of an item that may repeat something, as an event has it."""
    kind = item.get("type") if is_object(item) else None
    if not isinstance(kind, str):
        return
    for key, what in ITEM_KEYS.get(kind, ()):
        # What is encrypted of reasoning is not final before the item is done.
        if what != "sealed" or event != "response.output_item.added":
            yield Copy(item, key, what, number, kind=kind)
    operation = item.get("operation")
    if kind == "apply_patch_call" and is_object(operation):
        yield Copy(operation, "diff", "input", number, kind=kind)
    for place in LISTS if kind in {"message", "reasoning"} else ():
        parts = item.get(place)
        for at, part in enumerate(parts if is_list(parts) else ()):
            yield from copies_in_part(part, number, (place, at))


def copies_in_part(part: Json, item: int, at: tuple[str, int]) -> Iterator[Copy]:
    """Yield every place of a part that may repeat something, its text first."""
    kind = part.get("type") if is_object(part) else None
    for key, what in PART_KEYS.get(kind, ()) if isinstance(kind, str) else ():
        yield Copy(part, key, what, item, at)


def loosen(event: Object) -> None:
    """Give *event* its own copy of all that `copies` finds in it."""
    for key, loose in (("part", dict), ("item", loose_item)):
        if is_object(event.get(key)):
            event[key] = loose(event[key])
    response = event.get("response")
    if is_object(response) and is_list(response.get("output")):
        items = [loose_item(each) for each in response["output"]]
        event["response"] = {**response, "output": items}


def loose_item(item: Json) -> Json:
    """Return an item with its own copy of all that `copies_in_item` finds in it."""
    if not is_object(item):
        return item
    loose = dict(item)
    for place in LISTS:
        if is_list(item.get(place)):
            loose[place] = [dict(each) if is_object(each) else each for each in item[place]]
    if is_object(item.get("operation")):
        loose["operation"] = dict(item["operation"])
    return loose
