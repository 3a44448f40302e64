"""The text completion and the canonical chunk, key by key."""

from __future__ import annotations

from onechunk import Choice, Chunk, Refusal, Text
from onechunk.mapping import (
    Const,
    Each,
    Leaf,
    Says,
    Table,
    error_rows,
    finish_row,
    usage_row,
)
from onechunk_adapters.completions.logprobs import LOGPROBS
from onechunk_adapters.completions.words import REASONS, USAGE, WORDS

__all__ = ["build"]


def build() -> Table:
    """Return the table."""
    choice = Table(
        Choice,
        (
            Says("text", Text, also=(Refusal,), away=""),
            Leaf("index", "index", (int,), away=0),
            LOGPROBS,
            finish_row("finish_reason", REASONS, WORDS),
            Leaf("stop_reason", "stop", (int, str), rare=True, home_only=True),
        ),
    )
    return Table(
        Chunk,
        (
            Leaf("id", "id", envelope=True),
            Const("object", "text_completion"),
            Leaf("created", "created", (int, float), envelope=True),
            Leaf("model", "model", envelope=True),
            Each("choices", "choices", choice),
            usage_row("usage", USAGE),
            *error_rows(),
        ),
        fixed={"dialect": "completions", "done": False, "frame": None},
    )
