"""The Llama chat chunk and the canonical chunk, key by key."""

from __future__ import annotations

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
from onechunk_adapters._shared import CALL, TEXT_ITEM, TOKEN_ROWS, USAGE, chunk_table
from onechunk_adapters.llama.words import REASONS, USAGE_COPIES, WORDS

__all__ = ["build"]

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
    """Return the table."""
    delta: tuple[Row, ...] = (
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
        Calls("tool_calls", CALL, legacy="function_call"),
    )
    choice: tuple[Row, ...] = (
        Leaf("index", "index", (int,), away=0),
        Into("delta", delta, always=True),
        Copy("message", "delta"),
        Copy("text", Text),
        logprobs_row("logprobs", token=TOKEN_ROWS),
        finish_row("finish_reason", REASONS, WORDS),
        Via("stop_reason", "stop", read_stop, write_stop),
    )
    usage = usage_row("usage", USAGE, also_in=USAGE_COPIES, total=True)
    return chunk_table("llama", "chat.completion.chunk", choice, usage)
