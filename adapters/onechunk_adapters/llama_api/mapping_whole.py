"""Meta's body that comes whole and the canonical chunk."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk import (
    DERIVED,
    UNSET,
    Chunk,
    Defaults,
    Json,
    Loss,
    Other,
    Part,
    Refusal,
    Text,
    ToolCall,
    Usage,
)
from onechunk.mapping import (
    Calls,
    Into,
    Leaf,
    Object,
    PartVia,
    Table,
    finish_row,
    is_list,
    is_object,
)
from onechunk_adapters._events import choice
from onechunk_adapters.llama_api.errors import ERRORS
from onechunk_adapters.llama_api.metrics import METRICS, metrics_of
from onechunk_adapters.llama_api.words import REASONS, WORDS

__all__ = ["build_whole", "complete"]

_CONTENT: Final = "content"

CALL: Final = Table(
    ToolCall,
    (
        Leaf("id", "id", away=""),
        Into(
            "function",
            (
                Leaf("name", "name", away=""),
                Leaf("arguments", "arguments", (str, dict), silent=(), away="", as_text=True),
            ),
        ),
    ),
)


def read_content(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take a text, an item, or a list of items as some servers send it."""
    items: list[Json] = value if is_list(value) else [value]
    parts += map(_part_of, items)
    if is_list(value) and value:
        # One item in a list is told from one that stands alone.
        rest[_CONTENT] = DERIVED
    elif not is_list(value):
        del rest[_CONTENT]


def _part_of(item: Json) -> Part:
    if isinstance(item, str):
        return Text(item)
    kind = item.get("type") if is_object(item) else None
    if is_object(item) and kind == "text" and isinstance(item.get("text"), str):
        return Text(item.pop("text"), extra=item)
    return Other(kind if isinstance(kind, str) else None, item)


def write_content(parts: list[Any], out: Object, residue: Object) -> None:
    """Write the content in the form that it came in; several texts that stood in no list as one."""
    items = [_item_of(part) for part in parts]
    in_list = residue.get(_CONTENT) is DERIVED
    if len(items) == 1 and not in_list:
        out[_CONTENT] = items[0]
    elif in_list or any(isinstance(part, Other) for part in parts):
        out[_CONTENT] = items
    else:
        write_content_away(parts, out, residue)


def _item_of(part: Any) -> Json:
    if isinstance(part, Other):
        return part.value
    return {**part.extra, "text": part.text} if part.extra else part.text


def write_content_away(parts: list[Any], out: Object, _: Object) -> None:
    """Write all text as one."""
    out[_CONTENT] = "".join(part.text for part in parts)


def write_usage_away(usage: Usage, out: Object, _: Object) -> None:
    """Write the counts that have a name here."""
    if metrics := metrics_of(usage):
        out["metrics"] = metrics


def build_whole() -> Table:
    """Return the table."""
    content = (Text, Refusal, Other)
    message = (
        Leaf("role", "role"),
        PartVia(_CONTENT, content, read_content, write_content, write_content_away),
        Calls("tool_calls", CALL),
        finish_row("stop_reason", REASONS, WORDS, away=UNSET),
    )
    return Table(
        Chunk,
        (
            Leaf("id", "id", envelope=True),
            *ERRORS,
            choice(Into("completion_message", message)),
            evolve(METRICS, write_away=write_usage_away),
        ),
        fixed={"dialect": "llama-api.whole", "done": False, "frame": None},
    )


def complete(body: Object, defaults: Defaults) -> list[Loss]:
    """Put into *body* what readers demand though nothing came; none of it is made up."""
    del defaults  # an id is no duty, and the rest of an answer says itself
    body.setdefault("completion_message", {"role": "assistant"})
    return []
