"""Content as a list of typed items: each type a table, unknown types kept whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, frozen

from onechunk._marks import DERIVED, Json, is_object
from onechunk._parts import Other, Part, Text
from onechunk.mapping._reader import Rename, make_reader
from onechunk.mapping._rows import Leaf, Object, Table
from onechunk.mapping._writer import Manner, make_writer

__all__ = ["Item", "Items"]


@frozen
class Item:
    """An item type that no table can say: several parts may be one item.

    Attributes:
        part: Class of part that is written as this item where it comes from elsewhere.
        read: From the item to its parts; None where the item has another form than its type.
        write: From one part to an item.
        join: Puts a part into the item before it, of which it is a continuation.
        fits: Says whether a part of the class, from elsewhere, can be this item.
    """

    part: type[Any]
    read: Callable[[Object], list[Part] | None]
    write: Callable[[Any], Object]
    join: Callable[[Object, Any], None]
    fits: Callable[[Any], Any] = bool


class Items:
    """Reads and writes a list of items that are told apart by *tag*.

    Args:
        tables: Item type to its table, or to functions.
        tag: Key of the item's type.
        plain: Item type that a plain string stands for.
        also: Parts of other classes, and the item type that says them away from home.
        rename: From names in the tables to keys on the wire.
    """

    def __init__(
        self,
        tables: Mapping[str, Table | Item],
        *,
        tag: str = "type",
        plain: str = "text",
        also: Mapping[type[Any], str] | None = None,
        rename: Rename = str,
    ) -> None:
        self._tag = rename(tag)
        self._plain = plain
        self._also = dict(also or {})
        self._read: dict[Json, Callable[[Object], list[Part] | None]] = {}
        self._write: dict[Json, Callable[[Any], Object]] = {}
        self._join: dict[Json, Callable[[Object, Any], None]] = {}
        self._write_away: dict[Json, Callable[[Any], Object]] = {}
        self._kinds: list[tuple[str, type[Any], Callable[[Any], Any]]] = []
        for name, table in tables.items():
            if isinstance(table, Item):
                self._read[name] = table.read
                self._write[name] = table.write
                self._write_away[name] = _without_residue(table.write)
                self._join[name] = table.join
                self._kinds.append((name, table.part, table.fits))
            else:
                take = make_reader(table, rename)
                self._read[name] = lambda value, take=take: [take(value)]  # type: ignore[misc]
                self._write[name] = make_writer(table, Manner(), rename)
                self._write_away[name] = make_writer(
                    table, Manner(away=True, residue=False), rename
                )
                self._kinds.append((name, table.make, _fits(table)))

    def read(self, values: list[Json], parts: list[Part]) -> None:
        """Append the parts of every item to *parts*; what has no known type is kept whole."""
        for value in values:
            tag = value.get(self._tag) if is_object(value) else None
            read = self._read.get(tag) if isinstance(tag, str) else None
            found = None if read is None else read(value)
            if found is None:
                found = [Other(tag if isinstance(tag, str) else None, value)]
            parts += found

    def write(self, parts: list[Any]) -> str | list[Json]:
        """Return the items of *parts* with their residue; text alone and plain is a string."""
        if all(type(part) is Text and not part.extra for part in parts):
            return "".join(part.text for part in parts)
        out: list[Json] = []
        for part in parts:
            if part.extra.get(self._tag) is DERIVED and out:
                self._join[out[-1][self._tag]](out[-1], part)
            elif isinstance(part, Other):
                out.append(part.value)
            elif items := self.write_one(part, part.extra):
                out += items
            else:
                # No part that was decoded; what goes home goes home whole.
                message = f"there is no place for a {type(part).__name__} like this"
                raise TypeError(message)
        return out

    def write_one(self, part: Any, extra: Object) -> list[Json]:
        """Return the item of one part, with *extra* for its residue; nothing if none can say it."""
        tag = extra.get(self._tag)
        if tag not in self._write:
            tag = self._usual(part)
        if tag is None:
            return []
        own = part if part.extra is extra else evolve(part, extra=extra)
        item = self._write[tag](own)
        return [{self._tag: item.pop(self._tag, tag), **item}]

    def write_away(self, parts: list[Any]) -> str | list[Json]:
        """Return the items of *parts* of another dialect; text alone is a string.

        A part that says nothing, or that no item type can say, is left out.
        """
        tags = [self._usual(part) if _speaks(part) else None for part in parts]
        if all(tag is None or tag == self._plain for tag in tags):
            return "".join(part.text for part, tag in zip(parts, tags, strict=True) if tag)
        return [
            {self._tag: tag, **self._write_away[tag](part)}
            for part, tag in zip(parts, tags, strict=True)
            if tag is not None
        ]

    def _usual(self, part: Any) -> str | None:
        """Return the item type that says *part* where it did not come from a list."""
        if type(part) in self._also:
            return self._also[type(part)]
        for name, kind, fits in self._kinds:
            if type(part) is kind and fits(part):
                return name
        return None


def _without_residue(write: Callable[[Any], Object]) -> Callable[[Any], Object]:
    """Return *write* for parts of another dialect, whose residue means nothing here."""
    return lambda part: write(evolve(part, extra={}))


def _speaks(part: Any) -> bool:
    """Say whether *part* holds anything."""
    return bool(
        getattr(part, "text", True)
        or getattr(part, "signature", None)
        or getattr(part, "encrypted", None)
    )


def _fits(table: Table) -> Callable[[Any], bool]:
    """Return the test whether a part has the table's constants and one of its fields."""
    fields = [row.to for row in table.rows if isinstance(row, Leaf)]

    def fits(part: Any) -> bool:
        return all(getattr(part, key) == value for key, value in table.fixed.items()) and any(
            getattr(part, name) is not None for name in fields
        )

    return fits
