"""Cohere's v2 events and the canonical chunk, event by event."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Error, Json, Reasoning, Text, ToolCall
from onechunk.mapping import Into, Leaf, Object, Row, Table, Tagged, Via, finish_row, usage_row
from onechunk_adapters._events import choice, event, part, whole_block
from onechunk_adapters.cohere.citations import CITATION
from onechunk_adapters.cohere.logprobs import READ_LOGPROBS, WRITE_LOGPROBS
from onechunk_adapters.cohere.words import REASONS, USAGE, WORDS

__all__ = ["USAGE_ROW", "bare_error", "build"]

DIALECT: Final = "cohere"
BLOCK: Final = Leaf("index", "block", (int,))
CALL: Final = Leaf("index", "index", (int,))
USAGE_ROW: Final = usage_row("usage", USAGE, floats=True)


def into(key: str, *rows: Row) -> Into:
    """Return the row of an object; what is no object stays residue."""
    return Into(key, rows, lenient=True)


def message(*rows: Row) -> Into:
    """Return the row of the message that a delta adds to."""
    return into("delta", into("message", *rows))


def read_text(value: Json, rest: Object) -> Any:
    """Take the text; where thinking stands beside it, one event cannot say both."""
    if not isinstance(value, str) or isinstance(rest.get("thinking"), str):
        return None
    return rest.pop("text")


def write_text(text: Any, out: Object, _: Object) -> None:
    """Write the text."""
    out["text"] = text


def read_error(value: Json, rest: Object) -> Error | None:
    """Take what went wrong, which is plain text, and its kind."""
    if not isinstance(value, str) or not value:
        return None
    kind = rest.get("error_type")
    error = Error(rest.pop("error"))
    if isinstance(kind, str) and kind:
        error.type = rest.pop("error_type")
    return error


def write_error(error: Error, out: Object, _: Object) -> None:
    """Write what went wrong."""
    out["error"] = error.message or ""
    if error.type is not None:
        out["error_type"] = error.type


def bare_error(tag: str) -> Via:
    """Return the row of an error that is no event: an object with a message and without *tag*."""

    def read(value: Json, rest: Object) -> Error | None:
        if tag in rest or not isinstance(value, str) or not value:
            return None
        return Error(rest.pop("message"))

    def write(error: Error, out: Object, _: Object) -> None:
        out["message"] = error.message or ""

    return Via("message", "error", read, write)


TEXT: Final = Table(Text, (message(into("content", Via("text", "text", read_text, write_text))),))
THINKING: Final = Table(Reasoning, (message(into("content", Leaf("thinking", "text", silent=()))),))
PLAN: Final = Table(Reasoning, (message(Leaf("tool_plan", "text", silent=())),))
FUNCTION: Final = into("function", Leaf("name", "name"), Leaf("arguments", "arguments"))
HEAD: Final = Table(ToolCall, (message(into("tool_calls", Leaf("id", "id"), FUNCTION)),))
MORE: Final = Table(
    ToolCall,
    (message(into("tool_calls", into("function", Leaf("arguments", "arguments", silent=())))),),
)

STARTS: Final = Tagged(
    {
        "text": event(
            DIALECT,
            choice(part(Table(Text, (message(into("content", Leaf("text", "text"))),)), BLOCK)),
        ),
        "thinking": event(
            DIALECT,
            choice(
                part(Table(Reasoning, (message(into("content", Leaf("thinking", "text"))),)), BLOCK)
            ),
        ),
    },
    event(DIALECT, into("delta", into("message", choice(whole_block("content"))))),
    "delta.message.content.type",
)

EVENTS: Final = Tagged(
    {
        "message-start": event(DIALECT, Leaf("id", "id"), message(choice(Leaf("role", "role")))),
        "content-start": STARTS,
        "content-delta": event(
            DIALECT, choice(READ_LOGPROBS, part(TEXT, BLOCK), part(THINKING, BLOCK), WRITE_LOGPROBS)
        ),
        "tool-plan-delta": event(DIALECT, choice(part(PLAN))),
        "tool-call-start": event(DIALECT, choice(part(HEAD, CALL))),
        "tool-call-delta": event(DIALECT, choice(part(MORE, CALL))),
        "citation-start": event(DIALECT, choice(part(CITATION))),
        "message-end": event(
            DIALECT,
            into(
                "delta",
                USAGE_ROW,
                Via("error", "error", read_error, write_error),
                choice(finish_row("finish_reason", REASONS, WORDS)),
            ),
        ),
    },
    event(DIALECT, bare_error("type")),
)


def build() -> Tagged:
    """Return the tables of all events."""
    return EVENTS
