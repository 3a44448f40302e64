"""The Llama chat chunk and the canonical chunk, key by key."""

from __future__ import annotations

from typing import Final

from onechunk import DERIVED, Json, Other, Refusal, Text
from onechunk.mapping import (
    Calls,
    Content,
    Copy,
    Into,
    Items,
    Leaf,
    Object,
    Row,
    Table,
    Via,
    finish_row,
    is_object,
    logprobs_row,
    usage_row,
)
from onechunk_adapters._reasoning import reasoning_details
from onechunk_adapters._shared import CALL, TEXT_ITEM, TOKEN_ROWS, USAGE, WHOLE_CALL, chunk_table
from onechunk_adapters.llama.words import REASONS, USAGE_COPIES, WORDS

__all__ = ["build", "build_whole"]

ITEMS = Items(
    {"text": TEXT_ITEM},
    also={Refusal: "text"},
)


def read_stop(value: Json, rest: Object) -> int | str | None:
    """Take a stop reason, bare or tagged as `{"Int": n}` or `{"String": s}`."""
    if type(value) is int or type(value) is str:
        del rest["stop_reason"]
        return value
    if is_object(value):
        for tag, kind in (("Int", int), ("String", str)):
            if type(value.get(tag)) is kind:
                stop: int | str = value[tag]
                value[tag] = DERIVED
                return stop
    return None


def write_stop(stop: int | str, out: Object, extra: Object) -> None:
    """Write a stop reason in the form that it came in."""
    tagged = extra.get("stop_reason")
    if not is_object(tagged):
        out["stop_reason"] = stop
        return
    tag = "String" if isinstance(stop, str) else "Int"
    written = {key: stop if value is DERIVED else value for key, value in tagged.items()}
    if tagged.get(tag) is not DERIVED:
        written = {tag: stop}
    out["stop_reason"] = written


def build() -> Table:
    """Return the table of a chunk."""
    copies = (Copy("message", "delta"), *COPIES)
    choice = _choice(Into("delta", _message(CALL), always=True), copies)
    return chunk_table("llama", "chat.completion.chunk", choice, USAGE_ROW)


def build_whole() -> Table:
    """Return the table of a body that comes whole."""
    choice = _choice(Into("message", _message(WHOLE_CALL), always=True), COPIES)
    return chunk_table("llama.whole", "chat.completion", choice, USAGE_ROW)


COPIES: Final[tuple[Row, ...]] = (Copy("text", Text),)
USAGE_ROW: Final = usage_row("usage", USAGE, also_in=USAGE_COPIES, total=True)


def _message(call: Table) -> tuple[Row, ...]:
    """Return the rows of a delta, or of a message."""
    return (
        Leaf("role", "role", rare=True),
        Content(
            "content",
            Text,
            ITEMS.read,
            ITEMS.write,
            ITEMS.write_away,
            parts=(Other,),
            also=(Refusal,),
        ),
        reasoning_details(("reasoning_content", "reasoning")),
        Calls("tool_calls", call, legacy="function_call"),
    )


def _choice(message: Into, copies: tuple[Row, ...]) -> tuple[Row, ...]:
    return (
        Leaf("index", "index", (int,), away=0),
        message,
        *copies,
        logprobs_row("logprobs", token=TOKEN_ROWS),
        finish_row("finish_reason", REASONS, WORDS),
        Via("stop_reason", "stop", read_stop, write_stop),
    )
