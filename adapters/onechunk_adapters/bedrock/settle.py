"""The message of a stream of Bedrock's as a body that comes whole says it."""

from __future__ import annotations

from typing import Final

from onechunk import DERIVED, Chunk, Defaults, Json, Loss
from onechunk.events import Settled
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters._settle import Keys, joined_input, lost, settled

__all__ = ["complete", "settle"]

SCAFFOLD: Final = frozenset({"contentBlockIndex", "p"})
"""Keys that only say where an event belongs, and random padding."""

ENDS: Final = ("messageStop", "metadata")
"""Events whose fields are the body's own."""


TIME: Final = "latencyMs"
TOTAL: Final = "totalTokens"
PARTS: Final = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
"""Counts that make the total."""


def settle(chunk: Chunk, extra: Object) -> Settled:
    """Return what the message of a stream says in a body, and what of its residue is lost.

    Args:
        chunk: What the message says; is not changed.
        extra: The message's residue with its series.
    """
    body: Object = {}
    placed: set[Keys] = set()
    for name in ENDS:
        said = chunk.extra.get(name)
        if is_object(said):
            body |= said
            placed.add((name,))
    body["output"] = {"message": {"content": DERIVED}}
    return settled(chunk, body, lost(extra, placed, SCAFFOLD), _join)


def _join(value: Json, pieces: list[Json]) -> Json:
    """Return a block of the server's own tool, or of a kind that has no word, whole."""
    call = value.get("toolUse") if is_object(value) else None
    if is_object(call):
        given = joined_input(pieces)
        return None if given is None else {"toolUse": {**call, "input": given}}
    result = value.get("toolResult") if is_object(value) else None
    if is_object(result):
        said = [each.get("toolResult") for each in pieces if is_object(each)]
        content = [item for each in said if is_list(each) for item in each]
        return {"toolResult": {**result, "content": content}}
    # Nobody knows how the pieces of something new go together.
    return value if is_object(value) and not pieces else None


def complete(body: Object, defaults: Defaults) -> list[Loss]:
    """Put into *body* what readers demand and nobody said, and return what was made up.

    Comparing tells of all but the time.
    """
    said: Object = {"output": {}, "stopReason": None, "usage": None, "metrics": None, **body}
    message = said["output"].get("message") if is_object(said["output"]) else None
    told: Object = message if is_object(message) else {}
    said["output"] = {"message": {"role": "assistant", "content": [], **told}}
    if said["stopReason"] is None:
        del said["stopReason"]
        if "message" not in said:
            said |= {"message": defaults.cut_off, "__type": "incomplete_stream"}
    usage: Object = {**said["usage"]} if is_object(said["usage"]) else {}
    for key in ("inputTokens", "outputTokens"):
        usage[key] = _count(usage, key)
    if type(usage.get(TOTAL)) is not int:
        usage[TOTAL] = sum(_count(usage, key) for key in PARTS)
    metrics: Object = {**said["metrics"]} if is_object(said["metrics"]) else {}
    timed = type(metrics.get(TIME)) in {int, float}
    metrics = metrics if timed else {**metrics, TIME: 0}
    body.clear()
    body |= {**said, "usage": usage, "metrics": metrics}
    return [] if timed else [Loss("invented", f"$.extra.metrics.{TIME}", 0)]


def _count(usage: Object, key: str) -> int:
    value = usage.get(key)
    return value if type(value) is int else 0
