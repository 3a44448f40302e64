"""What the readers of a dialect demand of a stream, told by its adapter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from attrs import Factory, frozen

from onechunk.mapping._rows import Calls, Each, Here, Into, Leaf, Object, Row, Table, Tagged, Via

__all__ = ["Demands", "table_demands"]


@frozen
class Demands:
    """What a stream of a dialect must and may have; without arguments, that of none.

    Attributes:
        end: What tells that a stream is whole: a `mark` that is no payload, an `event`, or None.
        tells: True if the event that tells so says why the answer ended as well.
        events: True if what opens the answer is an event of its own.
        again: What may be said again and again: `role`.
        created: True if every chunk repeats when the answer was created.
        pieces: True if calls come in pieces, of which the first must name the call.
        open: What a choice has in place of its finish word while it goes on.
    """

    end: Literal["mark", "event"] | None = None
    tells: bool = False
    events: bool = False
    again: frozenset[str] = frozenset()
    created: bool = True
    pieces: bool = True
    open: Object = Factory(dict[str, Any])


def table_demands(table: Table | Tagged) -> Demands:
    """Return what the rows of a dialect tell of its demands."""
    ends = [each for each in _tables(table) if each.fixed.get("done") or _row(each.rows, "done")]
    created = _row(table.rows, "created")
    finish = None if isinstance(table, Tagged) else _row(table.rows, "finish")
    away = finish.away if isinstance(finish, Via) else ...
    return Demands(
        end="event" if ends else None,
        tells=any(_row(each.rows, "finish") for each in ends),
        events=isinstance(table, Tagged),
        created=isinstance(created, Leaf) and created.envelope,
        open={finish.wire: None} if finish is not None and away is None else {},
    )


def _tables(table: Table | Tagged) -> Iterator[Table]:
    if isinstance(table, Table):
        yield table
        return
    for each in (*table.tables.values(), table.unknown):
        yield from _tables(each)


def _row(rows: tuple[Row, ...], to: str) -> Leaf | Via | None:
    """Return the row of a canonical field, however deep it stands; None if there is none."""
    for row in rows:
        found: Leaf | Via | None = None
        match row:
            case Leaf() | Via():
                found = row if row.to == to else None
            case Into():
                found = _row(row.rows, to)
            case Each() | Here() | Calls():
                found = _row(row.table.rows, to)
            case _:
                pass
        if found is not None:
            return found
    return None
