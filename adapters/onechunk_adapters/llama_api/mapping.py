"""Meta's chunks and the canonical chunk."""

from __future__ import annotations

from typing import Final

from onechunk import Text, ToolCall
from onechunk.mapping import Into, Leaf, Row, Table, Tagged, finish_row
from onechunk_adapters._events import choice, event, part, whole_block
from onechunk_adapters.llama_api.errors import ERRORS
from onechunk_adapters.llama_api.metrics import METRICS
from onechunk_adapters.llama_api.words import REASONS, WORDS

__all__ = ["DIALECT", "build"]

DIALECT: Final = "llama-api"


def chunk(said: Row) -> Table:
    """Return the table of a chunk whose delta says one thing; any may finish and count as well."""
    finish = finish_row("stop_reason", REASONS, WORDS)
    rows = (METRICS, choice(finish, said))
    return event(DIALECT, Leaf("id", "id"), *ERRORS, Into("event", rows, lenient=True))


def delta(kind: type, *rows: Row) -> Row:
    """Return the row of the part that the delta says."""
    return part(Table(kind, (Into("delta", rows),)))


CHUNKS: Final = Tagged(
    {
        "text": chunk(delta(Text, Leaf("text", "text", silent=()))),
        "tool_call": chunk(
            delta(
                ToolCall,
                Leaf("id", "id"),
                Into(
                    "function",
                    (Leaf("name", "name"), Leaf("arguments", "arguments", silent=())),
                    lenient=True,
                ),
            )
        ),
    },
    chunk(whole_block("delta")),
    "event.delta.type",
)


def build() -> Tagged:
    """Return the tables of all chunks."""
    return CHUNKS
