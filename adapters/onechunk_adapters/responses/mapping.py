"""OpenAI Responses' events and the canonical chunk, event by event.

What an event repeats is left where it stands: `ResponseMemory`, which knows the stream, tells
what of it is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, get_args

from onechunk import (
    DERIVED,
    Citation,
    Json,
    Media,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from onechunk.mapping import (
    Const,
    Into,
    Leaf,
    Object,
    PartVia,
    Row,
    Table,
    Tagged,
    is_object,
    usage_row,
)
from onechunk_adapters._events import choice, event, part, whole_block
from onechunk_adapters.responses.ends import BEGINS, ENDS, ERROR, FINISH
from onechunk_adapters.responses.pieces import (
    LOGPROBS,
    MOST,
    RAW,
    address,
    block_of,
    citation_object,
    take_citation,
)
from onechunk_adapters.responses.words import USAGE

__all__ = ["ENVELOPE", "USAGE_ROW", "build"]

DIALECT: Final = "responses"
ITEM: Final = Leaf("output_index", "block", (int,))
USAGE_ROW: Final = usage_row("usage", USAGE)
ENVELOPE: Final[tuple[Row, ...]] = (
    Leaf("id", "id", envelope=True),
    Leaf("model", "model", envelope=True),
    Leaf("created_at", "created", (int, float), envelope=True),
)
RESPONSE: Final = Into(
    "response",
    (
        *ENVELOPE,
        USAGE_ROW,
        # Words that say no more than the events that hold them.
        Const("object", "response"),
        Const("role", "assistant"),
        *(Const("status", word) for word in ("queued", "in_progress", "completed")),
    ),
    lenient=True,
)


def nothing(*_: object) -> None:
    """Leave it to the memory, which takes and fills what is repeated."""


REPEATED: Final = PartVia("type", get_args(Part), nothing, nothing)
"""The row of parts that an event says because what it repeats was not said before."""


def said(kind: type[Any], at: str, *rows: Row, first: int = 0) -> Table:
    """Return the table of a piece of text, in the part of an item whose number *at* names."""
    text = Table(kind, (Leaf("delta", "text", silent=()),))
    return event(DIALECT, choice(part(text, address(at, first)), *rows))


def heard(kind: type[Any], *rows: Row, fixed: str | None = None) -> Table:
    """Return the table of a piece of anything else."""
    table = Table(kind, rows, fixed={} if fixed is None else {"kind": fixed})
    return event(DIALECT, choice(part(table, ITEM)))


def call(**rows: str) -> Table:
    """Return the table of what is said of a call, or of the server's own if the item is one."""
    leaves = tuple(Leaf(wire, to, silent=()) for wire, to in rows.items())
    others = (Table(Other, tuple(Leaf(wire, "value") for wire in rows)),)
    return event(DIALECT, choice(part(Table(ToolCall, leaves), ITEM, also=others)))


def head() -> Table:
    """Return the table of a call's head; arguments that stand there come from the memory."""
    rows = Into("item", (Leaf("call_id", "id"), Leaf("name", "name")))
    return event(DIALECT, choice(part(Table(ToolCall, (rows,)), ITEM)))


def read_citation(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take a citation; what is not of every kind of source stays with it."""
    if is_object(value):
        found: Citation = take_citation(rest.pop("annotation"))
        found.block = block_of(rest.get("output_index"), rest.get("content_index", 0))
        parts.append(found)


def write_citation(parts: Iterable[Citation], out: Object, _: Object) -> None:
    """Write a citation."""
    for each in parts:
        out["annotation"] = citation_object(each)


def read_sealed(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take what is encrypted of reasoning, which is final only now."""
    if not is_object(value) or value.get("type") != "reasoning":
        return
    encrypted = value.get("encrypted_content")
    if isinstance(encrypted, str) and encrypted:
        value["encrypted_content"] = DERIVED
        block = rest.get("output_index")
        known = type(block) is int and 0 <= block <= MOST
        parts.append(Reasoning(encrypted=encrypted, block=block if known else None))


def write_sealed(parts: Iterable[Part], out: Object, residue: Object) -> None:
    """Write what is encrypted; all else that such an event says comes from the memory."""
    item = residue.get("item")
    for each in parts:
        if is_object(item) and isinstance(each, Reasoning) and each.encrypted is not None:
            out["item"] = {**item, "encrypted_content": each.encrypted}


DELTA: Final = Leaf("delta", "value", (str, dict), silent=())
HEAD: Final = head()
CALL_DELTA: Final = call(delta="arguments")
AGAIN: Final = event(DIALECT, choice(REPEATED))
END: Final = event(DIALECT, RESPONSE, choice(FINISH, REPEATED), ERROR, done=True)
OTHER_DELTA: Final = heard(Other, DELTA)

ADDED: Final = Tagged(
    {
        "message": event(DIALECT, choice(Into("item", (Leaf("role", "role"),)), REPEATED)),
        "reasoning": AGAIN,
        "function_call": HEAD,
        "custom_tool_call": HEAD,
    },
    # What the server's own tools do, and whatever is new, is kept whole: no client is to run it.
    event(DIALECT, choice(whole_block("item", ITEM))),
    "item.type",
)

EVENTS: Final = Tagged(
    {
        **dict.fromkeys(BEGINS, event(DIALECT, RESPONSE)),
        **dict.fromkeys(ENDS, END),
        "error": event(DIALECT, ERROR),
        "response.output_item.added": ADDED,
        "response.output_item.done": event(
            DIALECT, choice(PartVia("item", get_args(Part), read_sealed, write_sealed))
        ),
        "response.output_text.delta": said(Text, "content_index", LOGPROBS),
        "response.refusal.delta": said(Refusal, "content_index"),
        "response.reasoning_text.delta": said(Reasoning, "content_index", first=RAW),
        "response.reasoning_summary_text.delta": said(Reasoning, "summary_index"),
        "response.output_text.annotation.added": event(
            DIALECT, choice(PartVia("annotation", (Citation,), read_citation, write_citation))
        ),
        "response.function_call_arguments.delta": CALL_DELTA,
        "response.custom_tool_call_input.delta": CALL_DELTA,
        "response.audio.delta": heard(Media, Leaf("delta", "data"), fixed="audio"),
        "response.audio.transcript.delta": heard(Media, Leaf("delta", "transcript"), fixed="audio"),
        "response.image_generation_call.partial_image": heard(
            Media, Leaf("partial_image_b64", "data"), fixed="image"
        ),
        "response.code_interpreter_call_code.delta": OTHER_DELTA,
        "response.mcp_call_arguments.delta": OTHER_DELTA,
        "response.shell_call_command.delta": OTHER_DELTA,
        "response.shell_call_output_content.delta": OTHER_DELTA,
        "response.apply_patch_call_operation_diff.delta": OTHER_DELTA,
        **dict.fromkeys(
            (
                "response.output_text.done",
                "response.refusal.done",
                "response.reasoning_text.done",
                "response.reasoning_summary_text.done",
                "response.content_part.added",
                "response.content_part.done",
                "response.reasoning_part.added",
                "response.reasoning_part.done",
                "response.reasoning_summary_part.added",
                "response.reasoning_summary_part.done",
                "response.function_call_arguments.done",
                "response.custom_tool_call_input.done",
                "response.mcp_call_arguments.done",
                "response.code_interpreter_call_code.done",
                "response.apply_patch_call_operation_diff.done",
            ),
            AGAIN,
        ),
    },
    event(DIALECT),
)


def build() -> Tagged:
    """Return the tables of all events."""
    return EVENTS
