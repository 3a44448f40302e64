"""Errors in the stream: an `error` object, or a problem of the HTTP kind that stands bare."""

from __future__ import annotations

from typing import Any, Final

from onechunk import UNSET, Error, Json
from onechunk.mapping import Leaf, Manner, Object, Table, Via, error_rows, make_reader, make_writer

__all__ = ["ERRORS"]

_PROBLEM: Final = Table(
    Error,
    (Leaf("title", "type"), Leaf("detail", "message"), Leaf("status", "code", (str, int))),
)
_OTHERS: Final = frozenset({"event", "completion_message", "error"})
"""Keys of chunks and bodies that are no problem."""

_take: Final = make_reader(_PROBLEM)
_put: Final = make_writer(_PROBLEM, Manner())
_NESTED: Final = error_rows()[0]


def _read_problem(value: Json, rest: Object) -> Error | None:
    """Take a problem by its title; the mark tells that the error did not stand under `error`."""
    if not isinstance(value, str) or not _OTHERS.isdisjoint(rest):
        return None
    flat: Object = {key: rest.pop(key) for key in ("title", "detail", "status") if key in rest}
    error: Error = _take(flat)
    # What is no text or number here stays where it stood.
    rest.update(flat)
    rest["error"] = UNSET
    error.extra = {}
    return error


def _write(error: Error, out: Object, residue: Object) -> None:
    if residue.get("error") is UNSET:
        out.update(_put(error))
    else:
        _NESTED.write(error, out, residue)


def _write_nothing(*_: Any) -> None:
    """Leave a problem to the row that writes every error."""


ERRORS: Final = (
    Via("error", "error", _NESTED.read, _write, write_away=_NESTED.write_away),
    Via("title", "error", _read_problem, _write_nothing),
)
