"""Anthropic's body that comes whole and the canonical chunk."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk import Chunk, Error, Json
from onechunk.mapping import Const, Leaf, Object, Table, Via, error_rows, finish_row
from onechunk_adapters._bodies import content_row
from onechunk_adapters._events import choice
from onechunk_adapters.anthropic.blocks import MessageBlocks
from onechunk_adapters.anthropic.mapping import USAGE_ROW
from onechunk_adapters.anthropic.words import REASONS, WORDS

__all__ = ["build_whole"]

_STOPPED: Final = "stop_sequence"


def read_stop(value: Json, rest: Object) -> str | None:
    """Take the stop sequence that matched."""
    if not isinstance(value, str) or not value:
        return None
    del rest[_STOPPED]
    return value


def write_stop(stop: Any, out: Object, _: Object) -> None:
    """Write the stop sequence."""
    out[_STOPPED] = stop


def write_stop_away(stop: int | str, out: Object, _: Object) -> None:
    """Write a stop sequence and the word that says so; the id of a token has no place."""
    if isinstance(stop, str):
        out[_STOPPED] = stop
        if out["stop_reason"] == "end_turn":
            out["stop_reason"] = _STOPPED


def write_error_away(error: Error, out: Object, _: Object) -> None:
    """Write an error beside what came before it."""
    out["error"] = {"type": error.type or "api_error", "message": error.message or ""}


def build_whole() -> Table:
    """Return the table."""
    blocks = MessageBlocks()
    return Table(
        Chunk,
        (
            Leaf("id", "id", envelope=True),
            Const("type", "message"),
            Leaf("model", "model", envelope=True),
            choice(
                Leaf("role", "role"),
                content_row(blocks.read, blocks.write, blocks.write_away),
                finish_row("stop_reason", REASONS, WORDS),
                Via(_STOPPED, "stop", read_stop, write_stop, write_away=write_stop_away),
            ),
            USAGE_ROW,
            evolve(error_rows()[0], write_away=write_error_away),
        ),
        fixed={"dialect": "anthropic.whole", "done": False, "frame": None},
    )
