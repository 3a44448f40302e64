"""Bedrock's body that comes whole and the canonical chunk."""

from __future__ import annotations

from typing import Final

from attrs import evolve

from onechunk import UNSET, Chunk, Error, Json
from onechunk.mapping import Into, Leaf, Object, Table, Via, finish_row
from onechunk_adapters._bodies import content_row
from onechunk_adapters._events import choice
from onechunk_adapters.bedrock.blocks import ConverseBlocks
from onechunk_adapters.bedrock.mapping import MODEL, USAGE_ROW, inside
from onechunk_adapters.bedrock.words import REASONS, WORDS

__all__ = ["build_whole"]

_TYPE: Final = "__type"


def read_error(value: Json, rest: Object) -> Error | None:
    """Take the error of an answer that failed, which has no other key but its type."""
    if not isinstance(value, str) or not value:
        return None
    error = Error(rest.pop("message"))
    if isinstance(rest.get(_TYPE), str) and rest[_TYPE]:
        error.type = rest.pop(_TYPE)
    return error


def write_error(error: Error, out: Object, _: Object) -> None:
    """Write an error, beside what came before it if anything did."""
    for key, value in (("message", error.message), (_TYPE, error.type)):
        if value is not None:
            out[key] = value


def write_error_away(error: Error, out: Object, _: Object) -> None:
    """Write an error from elsewhere."""
    write_error(evolve(error, message=error.message or ""), out, {})


def build_whole() -> Table:
    """Return the table."""
    blocks = ConverseBlocks()
    message = (
        Leaf("role", "role"),
        content_row(blocks.read, blocks.write, blocks.write_away),
    )
    return Table(
        Chunk,
        (
            choice(
                Into("output", (Into("message", message),)),
                finish_row("stopReason", REASONS, WORDS, away=UNSET),
                inside("additionalModelResponseFields", Leaf("stop_sequence", "stop", (str, int))),
            ),
            USAGE_ROW,
            MODEL,
            Via("message", "error", read_error, write_error, write_away=write_error_away),
        ),
        fixed={"dialect": "bedrock.whole", "done": False, "frame": None},
    )
