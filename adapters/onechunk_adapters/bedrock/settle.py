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


TOTAL: Final = "totalTokens"

COUNTS: Final = {
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    TOTAL: "total_tokens",
}
"""Counts that readers need, by their names here."""

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
    """Put into *body* what readers demand and nobody said, and return what was made up."""
    losses: list[Loss] = []
    said: Object = {"output": {}, "stopReason": None, "usage": None, "metrics": None, **body}
    output = said["output"]
    message = output.get("message") if is_object(output) else None
    told = message if is_object(message) else {}
    said["output"] = {"message": {"role": "assistant", "content": [], **told}}
    if said["stopReason"] is None:
        del said["stopReason"]
        if "message" not in said:
            said |= {"message": defaults.cut_off, "__type": "incomplete_stream"}
            losses.append(Loss("invented", "$.error.message", defaults.cut_off))
    usage: Object = {**said["usage"]} if is_object(said["usage"]) else {}
    for key, name in COUNTS.items():
        if type(usage.get(key)) is not int:
            usage[key] = sum(_count(usage, each) for each in PARTS) if key == TOTAL else 0
            losses.append(Loss("invented", f"$.usage.{name}", usage[key]))
    metrics: Object = {**said["metrics"]} if is_object(said["metrics"]) else {}
    if type(metrics.get("latencyMs")) not in {int, float}:
        metrics["latencyMs"] = 0
        losses.append(Loss("invented", "$.extra.metrics.latencyMs", 0))
    body.clear()
    body |= {**said, "usage": usage, "metrics": metrics}
    return losses


def _count(usage: Object, key: str) -> int:
    value = usage.get(key)
    return value if type(value) is int else 0
