"""The OpenAI chat chunk and the canonical chunk, key by key."""

from __future__ import annotations

from typing import Final

from onechunk import (
    Citation,
    Media,
    Other,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
)
from onechunk.mapping import (
    Calls,
    Content,
    Copy,
    Into,
    Items,
    Leaf,
    PartVia,
    Row,
    Says,
    Table,
    Via,
    finish_row,
    finite,
    group,
    logprobs_row,
    usage_row,
)
from onechunk_adapters._reasoning import reasoning_details
from onechunk_adapters._shared import CALL, TEXT_ITEM, TOKEN_ROWS, USAGE, WHOLE_CALL, chunk_table
from onechunk_adapters.openai.objects import ANNOTATIONS, AUDIO
from onechunk_adapters.openai.profiles import Vendor
from onechunk_adapters.openai.words import REASONS, WORDS

__all__ = ["build", "build_whole"]

SUMMARY = Items(
    {
        "summary_text": Table(
            Reasoning,
            (Leaf("text", "text", silent=(), always=True), Leaf("signature", "signature")),
        )
    }
)

# OpenAI sends strings; Databricks lists, whose reasoning is made of summaries.
ITEMS = Items(
    {
        "text": TEXT_ITEM,
        "reasoning": group("reasoning", "summary", SUMMARY),
    }
)


def is_whole(token: TokenLogprob) -> bool:
    """Say whether a token has all that OpenAI's SDK demands of one."""
    return token.token is not None and finite(token.logprob) is not None


def build(vendor: Vendor) -> Table:
    """Return the table of a chunk, for OpenAI or for a vendor that speaks its dialect."""
    choice = _choice(vendor, Into("delta", _message(vendor, CALL), always=True), CHUNK_COPIES)
    return chunk_table(vendor.name, "chat.completion.chunk", choice, _usage(vendor))


def build_whole(vendor: Vendor) -> Table:
    """Return the table of a body that comes whole."""
    choice = _choice(vendor, Into("message", _message(vendor, WHOLE_CALL), always=True), COPIES)
    return chunk_table(f"{vendor.name}.whole", "chat.completion", choice, _usage(vendor))


COPIES: Final[tuple[Row, ...]] = (Copy("text", Text),)
CHUNK_COPIES: Final[tuple[Row, ...]] = (Copy("message", "delta"), *COPIES)


def _message(vendor: Vendor, call: Table) -> tuple[Row, ...]:
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
            tags=frozenset({"reasoning"}),
        ),
        reasoning_details(vendor.reasoning),
        Says("refusal", Refusal),
        Calls("tool_calls", call, legacy="function_call"),
        PartVia("audio", (Media,), *AUDIO),
        PartVia("annotations", (Citation,), *ANNOTATIONS),
    )


def _choice(vendor: Vendor, message: Into, copies: tuple[Row, ...]) -> tuple[Row, ...]:
    return (
        Leaf("index", "index", (int,), away=0),
        message,
        *copies,
        finish_row("finish_reason", {**REASONS, **vendor.finish}, {**WORDS, **vendor.words}),
        logprobs_row("logprobs", token=TOKEN_ROWS, fits=is_whole),
        *(Leaf(key, "stop", (int, str), rare=True) for key in vendor.stop),
    )


def _usage(vendor: Vendor) -> Via:
    return usage_row("usage", USAGE, also_in=vendor.usage, apart=vendor.apart, total=True)
