"""Mistral's chat chunk and the canonical chunk, key by key."""

from __future__ import annotations

from onechunk import (
    Citation,
    Media,
    Other,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
)
from onechunk.mapping import (
    TOKEN,
    Calls,
    Const,
    Content,
    Into,
    Leaf,
    Rename,
    Row,
    Table,
    Via,
    finish_row,
    finite,
    logprobs_row,
    usage_row,
)
from onechunk_adapters._shared import USAGE, chunk_table
from onechunk_adapters.mistral.items import make_items
from onechunk_adapters.mistral.words import REASONS, USAGE_COPIES, WORDS

__all__ = ["build", "build_whole"]

_CALL_ROWS: tuple[Row, ...] = (
    # The letters "null" are what the SDKs write where no id came.
    Leaf("id", "id", silent=("", "null")),
    Const("type", "function", when="id"),
    Into(
        "function",
        (
            Leaf("name", "name", away=""),
            Leaf("arguments", "arguments", (str, dict), silent=(), away=""),
        ),
    ),
)
CALL = Table(ToolCall, (*_CALL_ROWS, Leaf("index", "index", (int,))))
WHOLE_CALL = Table(ToolCall, _CALL_ROWS)
"""Of a body that came whole: its place in the list counts; a number that some have is residue."""

TOKEN_ROWS: tuple[Row, ...] = (
    *TOKEN,
    Leaf("bytes", "bytes", (list,)),
    Leaf("token_id", "token_id", (int,)),
)


def is_whole(token: TokenLogprob) -> bool:
    """Say whether a token has all that Mistral's SDK demands of one."""
    said = (token.token, finite(token.logprob), token.token_id, token.bytes)
    return all(each is not None for each in said)


def build(name: str, rename: Rename) -> Table:
    """Return the table of a chunk, for the wire or for an SDK's form of it that *rename* names."""
    kind = "chat.completion.chunk"
    return chunk_table(name, kind, _choice("delta", CALL, rename), _usage(rename))


def build_whole(name: str, rename: Rename) -> Table:
    """Return the table of a body that comes whole."""
    kind = "chat.completion"
    return chunk_table(
        f"{name}.whole", kind, _choice("message", WHOLE_CALL, rename), _usage(rename)
    )


def _choice(key: str, call: Table, rename: Rename) -> tuple[Row, ...]:
    """Return the rows of a choice whose message, or what is new of it, stands under *key*."""
    items = make_items(rename)
    message: tuple[Row, ...] = (
        Leaf("role", "role", rare=True),
        Content(
            "content",
            Text,
            items.read,
            items.write,
            items.write_away,
            parts=(Reasoning, Citation, Media, Other),
            also=(Refusal,),
        ),
        Calls("tool_calls", call),
    )
    return (
        Leaf("index", "index", (int,), away=0),
        Into(key, message, always=True),
        finish_row("finish_reason", REASONS, WORDS, rename=rename),
        logprobs_row("logprobs", token=TOKEN_ROWS, fits=is_whole, rename=rename),
    )


def _usage(rename: Rename) -> Via:
    return usage_row("usage", USAGE, also_in=USAGE_COPIES, total=True, rename=rename)
