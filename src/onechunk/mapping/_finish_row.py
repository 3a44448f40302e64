"""Finish words as two tables: every word's reason, and every reason's word."""

from __future__ import annotations

from collections.abc import Mapping

from onechunk._finish import Finish, FinishReason
from onechunk._marks import UNSET, Json
from onechunk.mapping._reader import Rename
from onechunk.mapping._rows import Object, Via

__all__ = ["finish_row"]


def finish_row(
    wire: str,
    reasons: Mapping[str, FinishReason],
    words: Mapping[FinishReason, str | None],
    *,
    away: Json = None,
    tells: bool = False,
    rename: Rename = str,
) -> Via:
    """Return the row for the finish word under *wire*.

    Args:
        wire: Key of the word.
        reasons: Meaning of every word that the dialect knows; another word is `OTHER`.
        words: The dialect's word for every reason; None where it has none.
        away: What stands there while the choice goes on; UNSET for nothing.
        tells: True if calls of tools end with the word for stop; `StreamMemory` knows of the calls.
        rename: From names in the tables to keys on the wire.
    """
    key = rename(wire)

    def read(value: Json, rest: Object) -> Finish | None:
        # The letters "null" are what DashScope and some relays write where no word came.
        if type(value) is not str or not value or value == "null":
            return None
        del rest[key]
        return Finish(reasons.get(value, FinishReason.OTHER), value)

    def means(raw: str, reason: FinishReason) -> bool:
        known = reasons.get(raw, FinishReason.OTHER)
        if tells and known is FinishReason.STOP and reason is FinishReason.TOOL_CALLS:
            return True
        return known is reason

    def write(finish: Finish, out: Object, _: Object) -> None:
        raw = finish.raw
        if raw is not None and means(raw, finish.reason):
            out[key] = raw
        else:
            out[key] = words[finish.reason]

    def write_away(finish: Finish, out: Object, _: Object) -> None:
        word = words[finish.reason]
        if word is not None:
            out[key] = word
        elif away is not UNSET:
            out[key] = away

    return Via(wire, "finish", read, write, away, write_away)
