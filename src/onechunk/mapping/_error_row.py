"""Errors under HTTP 200: an `error` object or string, or a flat object that calls itself one."""

from __future__ import annotations

from onechunk._chunk import Error
from onechunk._marks import DERIVED, Json, is_object
from onechunk.mapping._reader import make_reader
from onechunk.mapping._rows import Leaf, Object, Table, Via
from onechunk.mapping._writer import Manner, make_writer

__all__ = ["error_rows"]

_FIELDS = Table(
    Error,
    (
        Leaf("message", "message", away=""),
        Leaf("type", "type", away=None),
        Leaf("param", "param", away=None),
        Leaf("code", "code", (str, int), away=None),
    ),
)
_take = make_reader(_FIELDS)
_put = make_writer(_FIELDS, Manner())
_put_away = make_writer(_FIELDS, Manner(away=True, residue=False))


def error_rows() -> tuple[Via, Via]:
    """Return the rows for `error` and for the flat form (`object` is `error`).

    A string is the message; the flat form keeps its other keys as residue of the chunk.
    """
    return Via("error", "error", _read, _write, write_away=_write_away), Via(
        "message", "error", _read_flat, _write_nothing
    )


def _read(value: Json, rest: Object) -> Error | None:
    if is_object(value):
        del rest["error"]
        error: Error = _take(value)
        return error
    if isinstance(value, str) and value:
        rest["error"] = DERIVED
        return Error(value)
    return None


def _read_flat(_: Json, rest: Object) -> Error | None:
    if rest.get("object") != "error":
        return None
    flat: Object = {
        key: rest.pop(key) for key in ("message", "type", "param", "code") if key in rest
    }
    error: Error = _take(flat)
    rest.update(flat)
    error.extra = {}
    return error


def _write(error: Error, out: Object, extra: Object) -> None:
    if extra.get("object") == "error":
        out.update(_put(error))
    elif extra.get("error") is DERIVED:
        out["error"] = error.message or ""
    else:
        out["error"] = _put(error)


def _write_away(error: Error, out: Object, _: Object) -> None:
    out["error"] = _put_away(error)


def _write_nothing(*_: object) -> None:
    """Leave the flat form to the row that writes every error."""
