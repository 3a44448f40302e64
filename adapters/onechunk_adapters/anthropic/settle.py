"""The message of a stream of Anthropic's as a body that comes whole says it."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk import DERIVED, Chunk, Defaults, Json, Loss, Usage
from onechunk.events import Settled
from onechunk.mapping import Object, is_object
from onechunk_adapters._settle import Keys, joined_input, lost, settled

__all__ = ["complete", "settle"]

SCAFFOLD: Final = frozenset({"type", "index"})
"""Keys that only say what kind of event it is, or where it belongs."""

BEGUN: Final = frozenset({"content", "stop_reason", "stop_sequence"})
"""Keys of the message at its start of which blocks and the last event say more."""

PLACES: Final[dict[Keys, str]] = {
    ("delta", "container"): "container",
    ("delta", "stop_details"): "stop_details",
    ("request_id",): "request_id",
    ("context_management",): "context_management",
    ("input_transformations",): "input_transformations",
}
"""Where events say what the body says under one key."""

SUMMARY: Final = ("content", "encrypted_content")
"""What a delta says of a compaction."""


def settle(chunk: Chunk, extra: Object) -> Settled:
    """Return what the message of a stream says in a body, and what of its residue is lost.

    What the start of a message has is the body's, unless events said more of it.

    Args:
        chunk: What the message says; is not changed.
        extra: The message's residue with its series.
    """
    message, delta = _inside(chunk.extra, "message"), _inside(chunk.extra, "delta")
    body: Object = {key: each for key, each in message.items() if key not in BEGUN}
    placed: set[Keys] = {("message", key) for key in body} | {*PLACES}
    for keys, to in PLACES.items():
        *outer, key = keys
        holder = _inside(chunk.extra, *outer)
        if holder.get(key) is not None or (key in holder and to not in body):
            body[to] = holder[key]
    if is_object(body.get("stop_details")):
        # A message of a stream has no types within residue; here there is but one.
        body["stop_details"] = {"type": "refusal", **body["stop_details"]}
    body |= {"type": "message", "content": DERIVED, "stop_reason": None, "stop_sequence": None}
    compactions = [part for choice in chunk.choices for part in choice.parts if _is_open(part)]
    summary: Object = {key: delta[key] for key in SUMMARY if isinstance(delta.get(key), str)}
    if len(compactions) == 1:
        placed |= {("delta", key) for key in summary}

    def join(value: Json, pieces: list[Json]) -> Json:
        """Return a block with the input that came in pieces; None if that was cut off."""
        if not is_object(value) or not isinstance(value.get("type"), str):
            return None
        if value["type"] == "compaction" and value.get("content") is None:
            # Of several nobody knows which summary is whose.
            return {**value, **summary} if len(compactions) == 1 else None
        if not pieces:
            return value
        given = joined_input(pieces)
        return None if given is None else {**value, "input": given}

    usage = None if chunk.usage is None else _counted(chunk.usage)
    return settled(evolve(chunk, usage=usage), body, lost(extra, placed, SCAFFOLD), join)


def _inside(value: Object, *keys: str) -> Object:
    """Return the object under *keys*; an empty one if there is none."""
    for key in keys:
        inner = value.get(key)
        value = inner if is_object(inner) else {}
    return value


def _is_open(part: Any) -> bool:
    """Say whether *part* is a compaction whose summary comes in a delta."""
    value = getattr(part, "value", None)
    return is_object(value) and value.get("type") == "compaction" and value.get("content") is None


def _counted(usage: Usage) -> Usage:
    """Return usage without the marks of counts that one event repeated for another."""
    extra: Object = {}
    for key, each in usage.extra.items():
        if is_object(each):
            extra[key] = {inner: value for inner, value in each.items() if value is not DERIVED}
        elif each is not DERIVED:
            extra[key] = each
    return evolve(usage, extra=extra)


def complete(body: Object, defaults: Defaults) -> list[Loss]:
    """Put into *body* what readers demand and nobody said; comparing tells of all of it."""
    frame: Object = {"id": None, "type": "message", "role": "assistant", "model": None}
    frame |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": None}
    said: Object = {**frame, **body}
    for name in ("id", "model"):
        if said[name] is None:
            said[name] = getattr(defaults, name)
    if said["stop_reason"] is None and "error" not in said:
        said["error"] = {"type": "incomplete_stream", "message": defaults.cut_off}
    usage: Object = {**said["usage"]} if is_object(said["usage"]) else {}
    for name in ("input_tokens", "output_tokens"):
        if type(usage.get(name)) is not int:
            usage[name] = 0
    body.clear()
    body |= {**said, "usage": usage}
    return []
