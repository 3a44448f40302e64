"""The text completion and the canonical chunk, key by key."""

from __future__ import annotations

from onechunk import Refusal, Text
from onechunk.mapping import (
    Leaf,
    Row,
    Says,
    Table,
    finish_row,
    usage_row,
)
from onechunk_adapters._shared import USAGE, chunk_table
from onechunk_adapters.completions.logprobs import LOGPROBS
from onechunk_adapters.completions.words import REASONS, WORDS

__all__ = ["build"]


def build(name: str) -> Table:
    """Return the table of a chunk, or of a body that comes whole: they are alike."""
    choice: tuple[Row, ...] = (
        Says("text", Text, also=(Refusal,), away=""),
        Leaf("index", "index", (int,), away=0),
        LOGPROBS,
        finish_row("finish_reason", REASONS, WORDS),
        Leaf("stop_reason", "stop", (int, str), rare=True, home_only=True),
    )
    return chunk_table(name, "text_completion", choice, usage_row("usage", USAGE, total=True))
