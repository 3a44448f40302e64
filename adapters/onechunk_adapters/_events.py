"""What the rooms of event dialects share: pieces of tables."""

from __future__ import annotations

from typing import Any

from onechunk import Choice, Chunk, Json, Other
from onechunk.mapping import Here, Into, Leaf, Object, Row, Table, Via, is_list, is_object

__all__ = ["choice", "event", "part", "same", "whole_block"]


def event(dialect: str, *rows: Row, done: bool = False) -> Table:
    """Return the table of one kind of event.

    Args:
        dialect: Name of the dialect.
        rows: What it says; whatever they leave is residue.
        done: True for the stream's end mark.
    """
    return Table(Chunk, rows, fixed={"dialect": dialect, "done": done, "frame": None})


def choice(*rows: Row, at: str | None = None) -> Here:
    """Return the row of the one choice that an event speaks of, under the key *at* if given."""
    inner = rows if at is None else (Into(at, rows),)
    return Here("choices", Table(Choice, inner, fixed={"index": 0}))


def part(table: Table, *address: Leaf | Via, also: tuple[Table, ...] = ()) -> Here:
    """Return the row of the one part that an event says."""
    return Here("parts", table, address, also)


def whole_block(key: str, *address: Leaf | Via) -> Here:
    """Return the row of content without a word here: the object under *key*, kept whole."""

    def read_type(value: Json, _: Object) -> Any:
        kind = value.get("type") if is_object(value) else None
        return kind if isinstance(kind, str) else None

    def read(value: Json, rest: Object) -> Any:
        return rest.pop(key) if is_object(value) else None

    def write(value: Json, out: Object, _: Object) -> None:
        out[key] = value

    def write_nothing(*_: object) -> None:
        """Leave the type to the object that holds it."""

    rows = (Via(key, "type", read_type, write_nothing), Via(key, "value", read, write))
    return part(Table(Other, rows), *address)


def same(one: Json, two: Json) -> bool:
    """Say whether two JSON values are the same, `1` and `1.0` being two."""
    if is_object(one) and is_object(two):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    if is_list(one) and is_list(two):
        return len(one) == len(two) and all(map(same, one, two))
    return type(one) is type(two) and bool(one == two)
