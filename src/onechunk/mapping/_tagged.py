"""Tables of events: which of them reads or writes one, its kind says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from onechunk._exceptions import read_exception, says_exception, write_exception
from onechunk._marks import is_object
from onechunk.mapping._rows import Fault, Table, Tagged, Unsaid, expected, goes_on

__all__ = ["Rename", "make_tagged_reader", "make_tagged_writer"]

Rename = Callable[[str], str]
"""From the name in the wire class to the key on the wire."""

Read = Callable[[Any], Any]
Write = Callable[..., dict[str, Any]]
Make = Callable[[Table | Tagged], Callable[..., Any]]


def make_tagged_reader(table: Tagged, rename: Rename, make: Make) -> Read:
    """Return the reader that looks at the kind first; *make* makes that of each kind."""
    read = _tagged_reader(table, rename, make)
    return _without_usual(read, table) if table.usual else read


def _tagged_reader(table: Tagged, rename: Rename, make: Make) -> Read:
    readers = _each_once(table.tables, make)
    unknown = make(table.unknown)
    if table.tag is None:
        return _unwrapping(readers, unknown, table.unknown.fixed.get("dialect"))
    *outer, key = (rename(step) for step in table.tag.split("."))

    def read(d: Any) -> Any:
        if d.__class__ is not dict:
            raise expected("an object", d)
        holder: Any = d
        for step in outer:
            holder = holder.get(step)
            if holder.__class__ is not dict:
                return unknown(d)
        tag = holder.get(key)
        return (readers.get(tag, unknown) if tag.__class__ is str else unknown)(d)

    return read


def _each_once(tables: Mapping[str, Table | Tagged], make: Make) -> dict[Any, Callable[..., Any]]:
    """Return what *make* makes of *tables*, once for all names of the same table."""
    made = {key: make(each) for key, each in {id(each): each for each in tables.values()}.items()}
    return {name: made[id(each)] for name, each in tables.items()}


def _without_usual(read: Read, table: Tagged) -> Read:
    def read_usual(d: Any) -> Any:
        c = read(d)
        kind = goes_on(c.choices)
        if kind is not None and c.extra == table.usual.get(kind):
            c.extra = {}
        return c

    return read_usual


def _unwrapping(readers: dict[Any, Read], unknown: Read, dialect: Any) -> Read:
    def read(d: Any) -> Any:
        if d.__class__ is not dict:
            raise expected("an object", d)
        name = _event_name(d, readers)
        if name is None or d[name].__class__ is not dict:
            if len(d) == 1 and says_exception(d):
                return read_exception(d, dialect)
            return unknown(d)
        try:
            c = readers[name](d[name])
        except Fault as fault:
            raise fault.inside(f".{name}") from None
        # What is left of the event stands where it stood.
        c.extra = d
        return c

    return read


def _event_name(d: Mapping[str, Any], known: Mapping[Any, Any]) -> str | None:
    """Return the name of the event in *d*; None if it is not known, or one of several.

    Keys beside it are no events: Bedrock puts its metrics there when it passes a model's events on.
    """
    names = [name for name in d if name in known]
    return names[0] if len(names) == 1 else None


def make_tagged_writer(table: Tagged, rename: Rename, make: Make) -> Write:
    """Return the writer of events at home, whose residue tells their kind."""
    write = _tagged_writer(table, rename, make)
    return _with_usual(write, table) if table.usual else write


def _tagged_writer(table: Tagged, rename: Rename, make: Make) -> Write:
    writers: Mapping[str, Write] = _each_once(table.tables, make)
    unknown = _without_kind(table.unknown, make)
    if table.tag is None:
        return _wrapping(writers, unknown)
    *outer, key = (rename(step) for step in table.tag.split("."))

    def write(c: Any, _: Any = None) -> dict[str, Any]:
        holder = c.extra
        for step in outer:
            holder = holder.get(step)
            if not is_object(holder):
                break
        else:
            tag = holder.get(key)
            known = writers.get(tag) if isinstance(tag, str) else None
            if known is not None:
                return known(c)
        return unknown(c)

    return write


def _with_usual(write: Write, table: Tagged) -> Write:
    def write_usual(c: Any, _: Any = None) -> dict[str, Any]:
        if not c.extra:
            kind = goes_on(c.choices)
            usual = None if kind is None else table.usual.get(kind)
            if usual is not None:
                c = evolve(c, extra=usual)
        return write(c)

    return write_usual


def _wrapping(writers: Mapping[str, Write], unknown: Write) -> Write:
    def write(c: Any, _: Any = None) -> dict[str, Any]:
        extra = c.extra
        name = _event_name(extra, writers)
        if name is None or not is_object(extra[name]):
            return write_exception(c) if c.error is not None and not extra else unknown(c)
        return {**extra, name: writers[name](evolve(c, extra=extra[name]))}

    return write


def _without_kind(table: Table, make: Make) -> Write:
    """Return the writer of events whose residue names no kind; only rows can say anything."""
    write: Write = make(table)
    if table.rows:
        return write

    def write_residue(c: Any) -> dict[str, Any]:
        if c.choices and not any(map(_speaks, c.choices)):
            raise Unsaid
        if c.choices or c.usage is not None or c.error is not None:
            raise TypeError("the residue names no kind of event that could say this")
        return write(c)

    return write_residue


def _speaks(choice: Any) -> bool:
    said = choice.role, choice.finish, choice.stop, choice.logprobs
    return bool(choice.parts) or any(each is not None for each in said)
