"""What strict readers demand of a Responses stream, in which everything is said twice."""

from typing import Any

import attrs

from tests.support.characters import characters
from tests.support.legal_blocks import named_events

__all__ = ["check_responses"]

Payload = dict[str, Any]

TERMINALS = {"response.completed", "response.incomplete", "response.failed"}
ENDS = [
    *([name] for name in sorted(TERMINALS)),
    ["error"],
    ["error", "response.failed"],
]
REASONS = {"max_output_tokens", "content_filter", "max_messages", "steered"}

TEXTS = {
    "response.output_text": ("content", "output_text", "text"),
    "response.refusal": ("content", "refusal", "refusal"),
    "response.reasoning_text": ("content", "reasoning_text", "text"),
    "response.reasoning_summary_text": ("summary", "summary_text", "text"),
}
"""The list that a text's part stands in, the part's type, and the field of the text."""

PARTS = {"response.content_part": "content", "response.reasoning_summary_part": "summary"}
ARGUMENTS = "response.function_call_arguments"
COUNTS = ("input_tokens", "output_tokens", "total_tokens")


@attrs.define
class _Part:
    """One part of an item.

    Attributes:
        said: The text that was streamed.
        told: True once the text was repeated.
        done: True once the part was repeated.
    """

    kind: str
    said: str = ""
    annotations: list[Any] = attrs.field(factory=list[Any])
    told: bool = False
    done: bool = False


@attrs.define
class _Item:
    """One item of the output.

    Attributes:
        arguments: What was streamed.
        told: True once the arguments were repeated.
        whole: The item as it was repeated; None before.
    """

    id: str
    kind: str
    parts: dict[tuple[str, int], _Part] = attrs.field(factory=dict[tuple[str, int], _Part])
    arguments: str = ""
    told: bool = False
    whole: Payload | None = None


def check_responses(data: bytes) -> None:
    """Assert the numbers, the pairs, that repetitions are true, and one end."""
    written = named_events(data)
    assert [event["sequence_number"] for event in written] == [*range(len(written))]
    names = [event["type"] for event in written]
    assert names[:2] == ["response.created", "response.in_progress"]
    ends = [name for name in names if name in TERMINALS or name == "error"]
    assert ends in ENDS
    assert names[-len(ends) :] == ends
    failed = ends[0] in {"error", "response.failed"}
    items: list[_Item] = []
    for event in written[2 : -len(ends)]:
        _check_event(event, items)
    assert failed or all(item.whole is not None for item in items)
    last = written[-1]
    heads = [written[0]["response"], written[1]["response"]]
    for head in heads:
        assert head["status"] == "in_progress"
        assert head["output"] == []
    if ends[-1] != "error":
        _check_end(last, items)
        heads.append(last["response"])
    else:
        assert type(last["message"]) is str
    for response in heads:
        assert response["object"] == "response"
        assert type(response["id"]) is str
        assert type(response["model"]) is str
        assert type(response["created_at"]) in (int, float)
    assert len({response["id"] for response in heads}) == 1


def _check_end(event: Payload, items: list[_Item]) -> None:
    """The end repeats every item that was repeated, and tells why it is the end."""
    response = event["response"]
    status = response["status"]
    assert event["type"] == f"response.{status}"
    assert response["output"] == [item.whole for item in items if item.whole is not None]
    details = response["incomplete_details"]
    assert (details is not None) == (status == "incomplete")
    assert details is None or details["reason"] in REASONS
    assert (response["error"] is not None) == (status == "failed")
    if response["error"] is not None:
        assert type(response["error"]["code"]) is str
        assert type(response["error"]["message"]) is str
    usage = response["usage"]
    assert usage is None or [type(usage[name]) for name in COUNTS] == [int] * 3


def _check_event(event: Payload, items: list[_Item]) -> None:
    name, _, state = event["type"].rpartition(".")
    index: int = event["output_index"]
    if name == "response.output_item" and state == "added":
        assert index == len(items)
        _begin_item(event["item"], items)
        return
    item = items[index]
    assert item.whole is None
    if name == "response.output_item":
        assert state == "done"
        _end_item(event["item"], item)
        return
    assert event["item_id"] == item.id
    if name in PARTS:
        _check_part(event, item, PARTS[name], state)
    elif name in TEXTS:
        _check_text(event, item, name, state)
    elif name == "response.output_text.annotation":
        part = item.parts["content", event["content_index"]]
        assert event["annotation_index"] == len(part.annotations)
        part.annotations.append(event["annotation"])
    else:
        assert name == ARGUMENTS
        assert item.kind == "function_call"
        assert not item.told
        if state == "delta":
            item.arguments += event["delta"]
        else:
            assert state == "done"
            assert characters(event["arguments"]) == characters(item.arguments)
            item.told = True


def _begin_item(item: Payload, items: list[_Item]) -> None:
    """An item begins empty, with an id that no other has."""
    assert type(item["id"]) is str
    assert item["id"] not in {other.id for other in items}
    if item["type"] == "message":
        assert (item["role"], item["content"]) == ("assistant", [])
    elif item["type"] == "function_call":
        assert item["arguments"] == ""
        assert type(item["call_id"]) is str
        assert item["call_id"]
        assert type(item["name"]) is str
    elif item["type"] == "reasoning":
        assert item["summary"] == []
        assert not item.get("content")
    items.append(_Item(item["id"], item["type"]))


def _end_item(whole: Payload, item: _Item) -> None:
    assert (whole["id"], whole["type"]) == (item.id, item.kind)
    assert all(part.done for part in item.parts.values())
    if item.kind == "function_call":
        assert item.told
        assert characters(whole["arguments"]) == characters(item.arguments)
    for place in ("content", "summary"):
        parts = [part for (where, _), part in item.parts.items() if where == place]
        said = [(part.kind, characters(part.said)) for part in parts]
        listed: list[Payload] = whole.get(place) or []
        found = [(part["type"], characters(_text(part))) for part in listed]
        assert found == said
    item.whole = whole


def _text(part: Payload) -> str:
    text = part["refusal" if part["type"] == "refusal" else "text"]
    assert type(text) is str
    return text


def _check_part(event: Payload, item: _Item, place: str, state: str) -> None:
    """Parts of a list are numbered from 0; each is added empty and repeated whole."""
    index, given = event[f"{place}_index"], event["part"]
    if state == "added":
        assert index == sum(where == place for where, _ in item.parts)
        assert _text(given) == ""
        item.parts[place, index] = _Part(given["type"])
        return
    assert state == "done"
    part = item.parts[place, index]
    assert part.told
    assert not part.done
    assert given["type"] == part.kind
    assert characters(_text(given)) == characters(part.said)
    assert given.get("annotations", []) == part.annotations
    part.done = True


def _check_text(event: Payload, item: _Item, name: str, state: str) -> None:
    place, kind, field = TEXTS[name]
    part = item.parts[place, event[f"{place}_index"]]
    assert part.kind == kind
    assert not part.told
    if state == "delta":
        part.said += event["delta"]
    else:
        assert state == "done"
        assert characters(event[field]) == characters(part.said)
        part.told = True
