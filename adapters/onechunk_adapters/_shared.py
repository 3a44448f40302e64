"""Facts that more than two rooms share: the shapes that OpenAI made and others took over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from onechunk import Choice, Chunk, Text, ToolCall
from onechunk.mapping import TOKEN, Const, Each, Into, Leaf, Row, Table, Via, error_rows

__all__ = ["CALL", "TEXT_ITEM", "TOKEN_ROWS", "USAGE", "WHOLE_CALL", "chunk_table"]

USAGE: Final[Mapping[str, str]] = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "total_tokens": "total_tokens",
    "prompt_tokens_details.cached_tokens": "cached_input_tokens",
    "prompt_tokens_details.cache_write_tokens": "cache_write_tokens",
    "prompt_tokens_details.audio_tokens": "input_audio_tokens",
    "completion_tokens_details.reasoning_tokens": "reasoning_tokens",
    "completion_tokens_details.audio_tokens": "output_audio_tokens",
    "completion_tokens_details.accepted_prediction_tokens": "accepted_prediction_tokens",
    "completion_tokens_details.rejected_prediction_tokens": "rejected_prediction_tokens",
}
"""Where the counts stand in a usage object."""

_CALL_ROWS: Final[tuple[Row, ...]] = (
    Leaf("id", "id"),
    Const("type", "function", when="id"),
    Into(
        "function",
        (
            Leaf("name", "name"),
            Leaf("arguments", "arguments", (str, dict), silent=(), away="", as_text=True),
        ),
    ),
)

CALL: Final = Table(ToolCall, (Leaf("index", "index", (int,)), *_CALL_ROWS))
"""A tool call, or a fragment of one, whose arguments are text."""

WHOLE_CALL: Final = Table(ToolCall, _CALL_ROWS)
"""A tool call of a body that came whole: its place in the list counts, and no key does."""

TOKEN_ROWS: Final[tuple[Row, ...]] = (
    *TOKEN,
    Leaf("bytes", "bytes", (list,), away=None),
    Leaf("token_id", "token_id", (int,), rare=True, home_only=True),
)
"""A token with its logprob; its number only where a vendor sends one."""

TEXT_ITEM: Final = Table(Text, (Leaf("text", "text", silent=(), always=True),))
"""An item of type `text` in a list of content."""


def chunk_table(dialect: str, kind: str, choice: tuple[Row, ...], usage: Via) -> Table:
    """Return the table of a chunk.

    Args:
        dialect: Name of the dialect or profile.
        kind: What the chunk says that it is, under `object`.
        choice: Rows of a choice.
        usage: Row of the usage object.
    """
    return Table(
        Chunk,
        (
            Leaf("id", "id", envelope=True),
            Const("object", kind),
            Leaf("created", "created", (int, float), envelope=True),
            Leaf("model", "model", envelope=True),
            Each("choices", "choices", Table(Choice, choice)),
            usage,
            *error_rows(),
        ),
        fixed={"dialect": dialect, "done": False, "frame": None},
    )
