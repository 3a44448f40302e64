"""Anthropic's events and the canonical chunk, event by event."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Citation, Json, Other, Reasoning, Text, ToolCall
from onechunk.mapping import (
    Into,
    Leaf,
    Object,
    PartVia,
    Row,
    Table,
    Tagged,
    Via,
    error_rows,
    finish_row,
    is_object,
    usage_row,
)
from onechunk_adapters._events import choice, event, part, whole_block
from onechunk_adapters.anthropic.citations import read_delta, write_delta
from onechunk_adapters.anthropic.words import APART, REASONS, USAGE, WORDS

__all__ = ["USAGE_ROW", "build"]

DIALECT: Final = "anthropic"
BLOCK: Final = Leaf("index", "block", (int,))
USAGE_ROW: Final = usage_row("usage", USAGE, apart=APART)


def read_input(value: Json, rest: Object) -> Any:
    """Take the arguments of a call that comes whole; the empty object of others says nothing."""
    if not is_object(value) or not value:
        return None
    return rest.pop("input")


def write_input(arguments: Any, out: Object, _: Object) -> None:
    """Write the arguments of a call that came whole."""
    out["input"] = arguments


def start(kind: type[Any], *rows: Row) -> Table:
    """Return the table of a block's start."""
    return event(DIALECT, choice(part(Table(kind, (Into("content_block", rows),)), BLOCK)))


def delta(kind: type[Any], *rows: Row, also: tuple[Table, ...] = ()) -> Table:
    """Return the table of more of a block."""
    return event(DIALECT, choice(part(Table(kind, (Into("delta", rows),)), BLOCK, also=also)))


STARTS: Final = Tagged(
    {
        "text": start(Text, Leaf("text", "text")),
        "thinking": start(Reasoning, Leaf("thinking", "text"), Leaf("signature", "signature")),
        "redacted_thinking": start(Reasoning, Leaf("data", "encrypted")),
        "tool_use": start(
            ToolCall,
            Leaf("id", "id"),
            Leaf("name", "name"),
            Via("input", "arguments", read_input, write_input),
        ),
    },
    # What Anthropic's own tools do, and whatever is new, is kept whole: no client is to run it.
    event(DIALECT, choice(whole_block("content_block", BLOCK))),
    "content_block.type",
)

DELTAS: Final = Tagged(
    {
        "text_delta": delta(Text, Leaf("text", "text", silent=())),
        "thinking_delta": delta(Reasoning, Leaf("thinking", "text")),
        "signature_delta": delta(Reasoning, Leaf("signature", "signature")),
        "input_json_delta": delta(
            ToolCall,
            Leaf("partial_json", "arguments", silent=()),
            also=(Table(Other, (Into("delta", (Leaf("partial_json", "value"),)),)),),
        ),
        "citations_delta": event(
            DIALECT, choice(PartVia("delta", (Citation,), read_delta, write_delta))
        ),
    },
    event(DIALECT),
    "delta.type",
)

FINISH: Final = choice(
    finish_row("stop_reason", REASONS, WORDS),
    Leaf("stop_sequence", "stop"),
    at="delta",
)

EVENTS: Final = Tagged(
    {
        "message_start": event(
            DIALECT,
            Into(
                "message",
                (
                    Leaf("id", "id"),
                    Leaf("model", "model"),
                    USAGE_ROW,
                    choice(Leaf("role", "role")),
                ),
            ),
        ),
        "content_block_start": STARTS,
        "content_block_delta": DELTAS,
        "message_delta": event(DIALECT, FINISH, USAGE_ROW),
        "message_stop": event(DIALECT, done=True),
        "error": event(DIALECT, error_rows()[0]),
    },
    event(DIALECT),
    usual={
        Text: {"type": "content_block_delta", "delta": {"type": "text_delta"}},
        Reasoning: {"type": "content_block_delta", "delta": {"type": "thinking_delta"}},
        ToolCall: {"type": "content_block_delta", "delta": {"type": "input_json_delta"}},
        # Arguments of a call that no client runs.
        Other: {"type": "content_block_delta", "delta": {"type": "input_json_delta"}},
    },
)


def build() -> Tagged:
    """Return the tables of all events."""
    return EVENTS
