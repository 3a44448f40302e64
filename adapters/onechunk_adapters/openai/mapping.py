"""The OpenAI chat chunk and the canonical chunk, key by key."""

from __future__ import annotations

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
    finish_row,
    finite,
    group,
    logprobs_row,
    usage_row,
)
from onechunk_adapters._reasoning import reasoning_details
from onechunk_adapters._shared import CALL, TEXT_ITEM, TOKEN_ROWS, USAGE, chunk_table
from onechunk_adapters.openai.objects import ANNOTATIONS, AUDIO
from onechunk_adapters.openai.profiles import Vendor
from onechunk_adapters.openai.words import REASONS, WORDS

__all__ = ["build"]

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
    """Return the table for OpenAI, or for a vendor that speaks its dialect."""
    delta: tuple[Row, ...] = (
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
        Calls("tool_calls", CALL, legacy="function_call"),
        PartVia("audio", (Media,), *AUDIO),
        PartVia("annotations", (Citation,), *ANNOTATIONS),
    )
    choice: tuple[Row, ...] = (
        Leaf("index", "index", (int,), away=0),
        Into("delta", delta, always=True),
        Copy("message", "delta"),
        Copy("text", Text),
        finish_row("finish_reason", {**REASONS, **vendor.finish}, {**WORDS, **vendor.words}),
        logprobs_row("logprobs", token=TOKEN_ROWS, fits=is_whole),
        *(Leaf(key, "stop", (int, str), rare=True) for key in vendor.stop),
    )
    usage = usage_row("usage", USAGE, also_in=vendor.usage, apart=vendor.apart, total=True)
    return chunk_table(vendor.name, "chat.completion.chunk", choice, usage)
