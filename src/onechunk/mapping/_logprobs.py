"""Log probabilities in the shape of one object a token."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from attrs import evolve

from onechunk._chunk import Logprobs, TokenLogprob
from onechunk._marks import DERIVED, UNSET, Json, is_list, is_object
from onechunk.mapping._reader import Rename, make_reader
from onechunk.mapping._rows import Leaf, Object, Row, Table, Via
from onechunk.mapping._writer import Manner, make_writer

__all__ = ["UNLIKELY", "finite", "logprobs_row"]

_LISTS = ("content", "refusal")

UNLIKELY: Final = -9999.0
"""What OpenAI writes for a token too unlikely to have a number; vLLM writes -Infinity."""


def logprobs_row(
    wire: str,
    *,
    token: tuple[Row, ...],
    top: str = "top_logprobs",
    fits: Callable[[TokenLogprob], bool] = lambda _: True,
    rename: Rename = str,
) -> Via:
    """Return the row for lists of token objects under *wire*.

    A value of another shape (a float, one object in place of a list) stays residue whole.

    Args:
        wire: Key of the logprobs object.
        token: Rows of one token, of an alternative too.
        top: Key of a token's alternatives.
        fits: Says whether a token of another dialect has all that this one demands.
        rename: From names in the tables to keys on the wire.
    """
    key, top = rename(wire), rename(top)
    table = Table(TokenLogprob, token)
    take = make_reader(table, rename)
    put_home = make_writer(table, Manner(), rename)
    put_away = make_writer(table, Manner(away=True, residue=False), rename)

    def read_token(value: Json) -> TokenLogprob:
        entry: TokenLogprob = take(value)
        if is_list(entry.extra.get(top)):
            entry.top = [read_token(each) for each in entry.extra.pop(top)]
        return entry

    def read(value: Json, rest: Object) -> Logprobs | None:
        if not _is_token_lists(value, top) or not value:
            return None
        del rest[key]
        found = Logprobs(extra=value)
        for name in _LISTS:
            if is_list(value.get(name)):
                setattr(found, name, [read_token(each) for each in value.pop(name)])
        return found

    def write_token(entry: TokenLogprob) -> Object:
        out = put_home(entry)
        if entry.top is not None:
            out[top] = [write_token(each) for each in entry.top]
        return out

    def write(logprobs: Logprobs, out: Object, _: Object) -> None:
        out[key] = inner = {
            name: [write_token(each) for each in entries]
            for name in _LISTS
            if (entries := getattr(logprobs, name)) is not None
        }
        for name, value in logprobs.extra.items():
            if name not in inner and value is not UNSET and value is not DERIVED:
                inner[name] = value

    def put_token(entry: TokenLogprob) -> Object:
        return put_away(evolve(entry, logprob=finite(entry.logprob)))

    def write_away(logprobs: Logprobs, out: Object, _: Object) -> None:
        inner: dict[str, Any] = {}
        for name in _LISTS:
            entries = getattr(logprobs, name)
            if entries is None or not all(fits(each) for each in _all(entries)):
                inner[name] = None
                continue
            inner[name] = [
                {**put_token(each), top: [put_token(other) for other in each.top or ()]}
                for each in entries
            ]
        out[key] = inner if any(inner.values()) else None

    return Via(wire, "logprobs", read, write, None, write_away)


def finite(logprob: float | None) -> float | None:
    """Return *logprob* as JSON can say it: what is less than any number is `UNLIKELY`."""
    # An int too long for a float would be an error of `isfinite`.
    if logprob is None or isinstance(logprob, int) or math.isfinite(logprob):
        return logprob
    return UNLIKELY if logprob < 0 else None


def _all(entries: list[TokenLogprob]) -> list[TokenLogprob]:
    return [*entries, *(other for each in entries for other in each.top or ())]


def _is_token_lists(value: Json, top: str) -> bool:
    """Say whether each list of *value* holds objects only, alternatives included."""
    if not is_object(value):
        return False
    entries = [each for name in _LISTS if is_list(value.get(name)) for each in value[name]]
    return all(_is_token(each, top) for each in entries)


def _is_token(value: Json, top: str) -> bool:
    if not is_object(value):
        return False
    others = value.get(top)
    return not is_list(others) or all(_is_token(each, top) for each in others)


TOKEN: tuple[Row, ...] = (
    Leaf("token", "token", silent=(), away=""),
    Leaf("logprob", "logprob", (float, int), away=None),
)
