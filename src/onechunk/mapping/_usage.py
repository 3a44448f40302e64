"""Usage as a table of paths: every number has one home, and places that repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from onechunk._chunk import Usage
from onechunk._marks import DERIVED, UNSET, Json, is_object
from onechunk.mapping._floats import mark_floats, put_floats, take_floats
from onechunk.mapping._reader import Rename, make_reader
from onechunk.mapping._rows import Into, Leaf, Object, Row, Table, Via, expected
from onechunk.mapping._writer import Manner, make_writer

__all__ = ["carry_usage", "usage_row", "usage_table"]

Apart = Mapping[str, tuple[str, ...]]
"""Fields of `Usage` whose number on the wire leaves others out, and which others."""


def usage_table(paths: Mapping[str, str]) -> Table:
    """Return the table for *paths*: `"details.cached_tokens": "cached_input_tokens"`."""
    rows: list[Row] = []
    nested: dict[str, list[Row]] = {}
    for path, to in paths.items():
        outer, _, inner = path.rpartition(".")
        target = nested.setdefault(outer, []) if outer else rows
        target.append(Leaf(inner, to, (int,), rare=bool(outer)))
    rows += [Into(outer, tuple(leaves), lenient=True) for outer, leaves in nested.items()]
    return Table(Usage, tuple(rows))


def usage_row(
    wire: str,
    paths: Mapping[str, str],
    *,
    also_in: Mapping[str, str] | None = None,
    apart: Apart | None = None,
    total: bool = False,
    floats: bool = False,
    rename: Rename = str,
) -> Via:
    """Return the row for the usage object under *wire*.

    Args:
        wire: Key of the object.
        paths: Dotted path in the object to field of `Usage`; the place where each is written.
        also_in: More paths: a number there is a copy, or stands in where the first is missing.
        apart: Counts that the vendor leaves out of others, which include them here.
        total: True if readers need the total: away from home it is the sum where nobody said it.
        floats: True if servers write counts as floats too; not together with `carry_usage`.
        rename: From names in the tables to keys on the wire.
    """
    table = usage_table(paths)
    take = make_reader(table, rename)
    home = {to: path for path, to in paths.items()}
    places = [
        (_keys(path, rename), to, _keys(home[to], rename)) for path, to in (also_in or {}).items()
    ]
    put = make_writer(table, Manner(), rename)
    put_away = make_writer(table, Manner(away=True, residue=False), rename)
    key = rename(wire)
    leaves_out = apart or {}
    mains = [_keys(path, rename) for path in paths]

    def read(value: Json, rest: Object) -> Usage | None:
        if not is_object(value):
            raise expected("an object or null", value)
        if not value:
            return None
        found = take_floats(value, mains) if floats else ()
        usage: Usage = take(value)
        mark_floats(usage.extra, found)
        for keys, to, main in places:
            _take_copy(usage, keys, to, main)
        _shift(usage, 1, leaves_out)
        del rest[key]
        return usage

    def write(usage: Usage, out: Object, _: Object) -> None:
        out[key] = target = put(_apart(usage, leaves_out))
        for keys, to, main in places:
            _put_copy(usage, keys, to, main, target)
        if floats:
            put_floats(target, usage.extra, mains)
            return
        for keys in mains:
            _drop_carried(target, usage.extra, keys)

    def write_away(usage: Usage, out: Object, _: Object) -> None:
        ready = _apart(usage, leaves_out, least=0)
        if total and ready.total_tokens is None:
            counts = usage.input_tokens, usage.output_tokens
            ready.total_tokens = None if None in counts else sum(filter(None, counts))
        out[key] = put_away(ready)

    return Via(wire, "usage", read, write, write_away=write_away)


def _keys(path: str, rename: Rename) -> tuple[str, ...]:
    return tuple(rename(key) for key in path.split("."))


def _take_copy(usage: Usage, keys: tuple[str, ...], to: str, main: tuple[str, ...]) -> None:
    """Mark the number under *keys* as derived if it is this field's value, or stands in for it."""
    holder = _holder(usage.extra, keys)
    value = None if holder is None else holder.get(keys[-1])
    if holder is None or type(value) is not int:
        return
    known = getattr(usage, to)
    if known is None:
        if _is_taken(usage.extra, main):
            return
        setattr(usage, to, value)
        _mark_missing(usage.extra, main)
    elif known != value:
        return
    holder[keys[-1]] = DERIVED


def _holder(extra: Object, keys: tuple[str, ...]) -> Object | None:
    for key in keys[:-1]:
        inner = extra.get(key)
        if not is_object(inner):
            return None
        extra = inner
    return extra


def _is_taken(extra: Object, main: tuple[str, ...]) -> bool:
    """Say whether something that is no count stands at the usual place, or on the way to it."""
    for key in main[:-1]:
        inner = extra.get(key)
        if not is_object(inner):
            return inner is not None and inner is not UNSET
        extra = inner
    return extra.get(main[-1]) is not None


def _mark_missing(extra: Object, main: tuple[str, ...]) -> None:
    """Say that the usual place of a number was not there, at the outermost key that was not."""
    for key in main:
        if not is_object(extra.get(key)):
            extra.setdefault(key, UNSET)
            return
        extra = extra[key]


def _put_copy(
    usage: Usage, keys: tuple[str, ...], to: str, main: tuple[str, ...], out: Object
) -> None:
    """Write a copy where a mark is; where the usual place was not there, only the copy."""
    holder = _holder(usage.extra, keys)
    if holder is None or holder.get(keys[-1]) is not DERIVED:
        return
    value = getattr(usage, to)
    if _is_missing(usage.extra, main):
        _take_away(out, main, usage.extra)
    for key in keys[:-1]:
        # Residue is shared with the chunk: what is written into it must be a copy.
        out[key] = {k: v for k, v in out.get(key, {}).items() if v is not DERIVED}
        out = out[key]
    if value is not None:
        out[keys[-1]] = value


def _is_missing(extra: Object, main: tuple[str, ...]) -> bool:
    for key in main:
        value = extra.get(key)
        if not is_object(value):
            return value is UNSET or (value is None and key in extra)
        extra = value
    return False


def _take_away(out: Object, main: tuple[str, ...], extra: Object) -> None:
    """Put back at the usual place what stood there: nothing, null, or an object without it."""
    key, *inner = main
    stood = extra.get(key, UNSET)
    rest: Json = stood
    if inner and is_object(out.get(key)):
        # Residue is shared with the chunk: what is written into it must be a copy.
        rest = {**out[key]}
        _take_away(rest, tuple(inner), stood if is_object(stood) else {})
        rest = rest if rest or is_object(stood) else stood
    if rest is UNSET:
        out.pop(key, None)
    else:
        out[key] = rest


def carry_usage(
    usage: Usage, before: Usage, paths: Mapping[str, str], apart: Apart, rename: Rename = str
) -> None:
    """Fill what *usage* leaves out with what the same stream said *before*.

    It is a total of which the wire only says what changed. What is filled in is marked, so that
    it is not written where the wire did not have it.
    """
    raw, old = _apart(usage, apart), _apart(before, apart)
    # Objects of which reading left nothing are on the wire all the same.
    there = {path.partition(".")[0] for path, to in paths.items() if getattr(raw, to) is not None}
    for path, to in paths.items():
        value = getattr(old, to)
        keys = _keys(path, rename)
        if value is None or getattr(raw, to) is not None or _is_taken(usage.extra, keys):
            continue
        setattr(raw, to, value)
        if len(keys) > 1 and keys[0] in there:
            usage.extra.setdefault(keys[0], {})
        _mark_carried(usage.extra, keys)
    _shift(raw, 1, apart)
    for to in paths.values():
        setattr(usage, to, getattr(raw, to))


def _mark_carried(extra: Object, keys: tuple[str, ...]) -> None:
    """Mark the outermost key under *keys* that the wire did not have."""
    for step in keys[:-1]:
        if step not in extra:
            extra[step] = DERIVED
            return
        if not is_object(extra[step]):
            return
        extra = extra[step]
    extra[keys[-1]] = DERIVED


def _drop_carried(out: Object, extra: Object, keys: tuple[str, ...]) -> None:
    """Take out what stands under *keys* if the wire did not have it."""
    for step in keys[:-1]:
        if extra.get(step) is DERIVED:
            out.pop(step, None)
        if not is_object(extra.get(step)) or not is_object(out.get(step)):
            return
        extra, out = extra[step], out[step]
    if extra.get(keys[-1]) is DERIVED:
        out.pop(keys[-1], None)


def _shift(usage: Any, sign: int, apart: Apart) -> None:
    for field, others in apart.items():
        count = getattr(usage, field)
        if count is not None:
            shift = sum(getattr(usage, other) or 0 for other in others)
            setattr(usage, field, count + sign * shift)


def _apart(usage: Usage, apart: Apart, least: int | None = None) -> Any:
    """Return a copy of *usage* with the numbers of the wire, none below *least*."""
    copied = evolve(usage)
    _shift(copied, -1, apart)
    if least is not None:
        for field in apart:
            count = getattr(copied, field)
            setattr(copied, field, None if count is None else max(least, count))
    return copied
