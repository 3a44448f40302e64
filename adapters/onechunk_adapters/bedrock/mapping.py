"""Bedrock's events and the canonical chunk, event by event."""

from __future__ import annotations

from typing import Final

from onechunk import Citation, Media, Reasoning, Text, ToolCall
from onechunk.mapping import Into, Leaf, PartVia, Row, Table, Tagged, Via, finish_row, usage_row
from onechunk_adapters._events import choice, event, part
from onechunk_adapters.bedrock.citations import read_delta, write_delta
from onechunk_adapters.bedrock.others import other_delta, other_start
from onechunk_adapters.bedrock.values import (
    read_format,
    read_thought,
    write_format,
    write_thought,
)
from onechunk_adapters.bedrock.words import APART, REASONS, USAGE, USAGE_COPIES, WORDS

__all__ = [
    "DIALECT",
    "FORMAT",
    "IMAGE",
    "MODEL",
    "SOURCE",
    "USAGE_ROW",
    "build",
    "inside",
]

DIALECT: Final = "bedrock"
BLOCK: Final = Leaf("contentBlockIndex", "block", (int,))
USAGE_ROW: Final = usage_row("usage", USAGE, also_in=USAGE_COPIES, apart=APART)

IMAGE: Final = {"kind": "image"}


def said(key: str, kind: type, *rows: Row, fixed: dict[str, str] | None = None) -> Row:
    """Return the row of the part that *rows* find in the object under *key*, at its block."""
    return part(Table(kind, (Into(key, rows, lenient=True),), fixed=fixed or {}), BLOCK)


def inside(key: str, *rows: Row) -> Into:
    """Return the row of one member of a union: another leaves it out, or sends null."""
    return Into(key, rows, lenient=True)


FORMAT: Final = Via("format", "mime_type", read_format, write_format)
SOURCE: Final = inside("source", Leaf("bytes", "data"), inside("s3Location", Leaf("uri", "url")))

MODEL: Final = inside("trace", inside("promptRouter", Leaf("invokedModelId", "model")))

# What is kept whole comes first: a call of the server's own tool is no ToolCall.
START: Final = choice(
    part(other_start, BLOCK),
    said("start", ToolCall, inside("toolUse", Leaf("toolUseId", "id"), Leaf("name", "name"))),
    said("start", Media, inside("image", FORMAT), fixed=IMAGE),
)

DELTA: Final = choice(
    part(other_delta, BLOCK),
    said("delta", Text, Leaf("text", "text", silent=())),
    said("delta", ToolCall, inside("toolUse", Leaf("input", "arguments", silent=()))),
    said(
        "delta",
        Reasoning,
        inside(
            "reasoningContent",
            Leaf("signature", "signature"),
            Leaf("redactedContent", "encrypted"),
            Via("text", "text", read_thought, write_thought),
        ),
    ),
    PartVia("delta", (Citation,), read_delta, write_delta),
    said("delta", Media, inside("image", SOURCE), fixed=IMAGE),
)

STOP: Final = choice(
    finish_row("stopReason", REASONS, WORDS),
    inside("additionalModelResponseFields", Leaf("stop_sequence", "stop")),
)

EVENTS: Final = Tagged(
    {
        "messageStart": event(DIALECT, choice(Leaf("role", "role"))),
        "contentBlockStart": event(DIALECT, START),
        "contentBlockDelta": event(DIALECT, DELTA),
        "messageStop": event(DIALECT, STOP),
        "metadata": event(
            DIALECT,
            USAGE_ROW,
            MODEL,
        ),
    },
    event(DIALECT),
    None,
)


def build() -> Tagged:
    """Return the tables of all events; exceptions need none."""
    return EVENTS
