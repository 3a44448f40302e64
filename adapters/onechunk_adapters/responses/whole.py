"""What a response object must hold that no chunk says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from onechunk import Defaults, Json, Loss
from onechunk.events import Envelope
from onechunk.mapping import Object, is_list, is_object

__all__ = ["ASKED", "PREFIXES", "complete", "complete_item", "fill", "response"]

ASKED: Final[Object] = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
"""What readers want to know of the request, as if nothing had been asked for."""

PREFIXES: Final = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "custom_tool_call": "ctc",
}
"""What the ids of items begin with."""

COUNTS: Final = (
    ("", "input_tokens", "input_tokens"),
    ("input_tokens_details", "cached_tokens", "cached_input_tokens"),
    ("input_tokens_details", "cache_write_tokens", "cache_write_tokens"),
    ("", "output_tokens", "output_tokens"),
    ("output_tokens_details", "reasoning_tokens", "reasoning_tokens"),
    ("", "total_tokens", "total_tokens"),
)
"""Counts that readers take without asking whether they are there: object, key, canonical name."""

DEMANDED: Final[dict[str, Object]] = {
    "message": {"role": "assistant", "content": []},
    "reasoning": {"summary": []},
    "function_call": {"call_id": "", "name": "", "arguments": ""},
    "custom_tool_call": {"call_id": "", "name": "", "input": ""},
}
"""What readers want to find in an item."""


def response(envelope: Envelope, said: Object) -> Object:
    """Return the response object, in which *said* comes before what nobody said."""
    return {
        "id": envelope.id,
        "object": "response",
        "created_at": envelope.created,
        "model": envelope.model,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        **ASKED,
        "temperature": None,
        "top_p": None,
        "usage": None,
        **said,
    }


def complete(body: Object, defaults: Defaults) -> list[Loss]:
    """Put into *body* what readers demand and nobody said, and return what was made up."""
    losses: list[Loss] = []
    for key, name in (("id", "id"), ("created_at", "created"), ("model", "model")):
        if body.get(key) is None:
            body[key] = getattr(defaults, name)
            losses.append(Loss("invented", f"$.{name}", body[key]))
    losses += [
        Loss("invented", f"$.extra.{key}", value) for key, value in ASKED.items() if key not in body
    ]
    said: Object = {"object": "response", "output": [], **ASKED}
    for key, value in said.items():
        body.setdefault(key, [*value] if is_list(value) else value)
    losses += _complete_end(body, defaults)
    items: Json = body["output"]
    for number, item in enumerate(items if is_list(items) else ()):
        if is_object(item):
            ends = number == len(items) - 1 and body["status"] != "completed"
            status = "incomplete" if ends else "completed"
            made = complete_item(item, body["id"], number, status)
            path = f"$.extra.output[{number}]"
            losses += [Loss("invented", f"{path}.{key}", value) for key, value in made]
    return losses


def _complete_end(body: Object, defaults: Defaults) -> Iterator[Loss]:
    """Say how an answer ended that nobody finished, and of which kind its error is."""
    error = body.get("error")
    if not isinstance(body.get("status"), str):
        body["status"] = "failed"
        if error is None:
            error = body["error"] = {"message": defaults.cut_off}
            yield Loss("invented", "$.error.message", defaults.cut_off)
    if is_object(error):
        if error.get("code") is None:
            error["code"] = "server_error"
            yield Loss("invented", "$.error.code", error["code"])
        error.setdefault("message", "")


def complete_item(item: Object, answer: Json, number: int, status: str) -> list[tuple[str, Json]]:
    """Put into *item* what readers demand, and return what was made up: keys and values.

    Args:
        item: Is changed.
        answer: The answer's id.
        number: The item's place.
        status: How the item ended.
    """
    kind: Json = item.get("type")
    if not isinstance(kind, str) or kind not in DEMANDED:
        return []
    made: list[tuple[str, Json]] = []
    if item.get("id") is None:
        made.append(("id", f"{PREFIXES[kind]}_{answer}_{number}"))
    if kind == "function_call" and status == "completed" and _is_blank(item.get("arguments")):
        # Readers parse arguments as JSON.
        made.append(("arguments", "{}"))
    item.update(made)
    if kind != "reasoning":
        item.setdefault("status", status)
    for key, value in DEMANDED[kind].items():
        item.setdefault(key, [*value] if is_list(value) else value)
    parts: Json = item.get("content")
    for part in parts if is_list(parts) else ():
        if is_object(part) and part.get("type") == "output_text":
            part.setdefault("annotations", [])
    return made


def _is_blank(arguments: Json) -> bool:
    return arguments is None or (isinstance(arguments, str) and not arguments.strip())


def fill(usage: Object) -> list[Loss]:
    """Put the counts that are missing into *usage*, and return what was made up."""
    losses: list[Loss] = []
    for outer, key, name in COUNTS:
        if outer and not is_object(usage.get(outer)):
            usage[outer] = {}
        holder: Object = usage[outer] if outer else usage
        if holder.get(key) is None:
            known = [usage.get(name) for name in ("input_tokens", "output_tokens")]
            total = sum(count for count in known if type(count) is int)
            holder[key] = total if key == "total_tokens" else 0
            losses.append(Loss("invented", f"$.usage.{name}", holder[key]))
    return losses
