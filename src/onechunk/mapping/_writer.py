"""From the canonical value to the payload, at home with its residue and away without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from attrs import evolve, field, frozen

from onechunk._json import dumps
from onechunk._marks import DERIVED, MOST_DEPTH, UNSET, is_object
from onechunk._parts import Part
from onechunk.mapping._reader import joined, said_by
from onechunk.mapping._rows import (
    Calls,
    Const,
    Content,
    Copy,
    Each,
    Here,
    Into,
    Leaf,
    PartVia,
    Row,
    Says,
    Table,
    Tagged,
    Unsaid,
    Via,
)
from onechunk.mapping._source import Source
from onechunk.mapping._tagged import Rename, make_tagged_writer

__all__ = ["Manner", "make_writer"]

_NOTHING: Mapping[str, Any] = {}


@frozen
class Manner:
    """How a chunk is written.

    Attributes:
        away: True for a chunk of another dialect: keys that this dialect always sends are filled
            and the envelope comes as a second argument.
        residue: True if `extra` is written.
    """

    away: bool = False
    residue: bool = field(default=True)


def make_writer(
    table: Table | Tagged, manner: Manner, rename: Rename = str
) -> Callable[..., dict[str, Any]]:
    """Return a function that turns the canonical value into a fresh payload.

    Away from home its second argument is an envelope: an object with the attributes that rows
    marked `envelope` name. Nested residue is shared with the canonical value, not copied.
    """
    if isinstance(table, Tagged):
        # Events are written at home only: their residue tells their kind.
        return make_tagged_writer(table, rename, lambda each: make_writer(each, Manner(), rename))
    s = Source("write(c, envelope=None)")
    s.scope |= {
        "UNSET": UNSET,
        "DERIVED": DERIVED,
        "NOTHING": _NOTHING,
        "place": _place,
        "joined": joined,
        "bare": bare,
        "PARTS": frozenset(get_args(Part)),
        "dumps": dumps,
        "Unsaid": Unsaid,
        "only": _only,
        "begun": _begun,
    }
    writer = _Writer(s, manner, rename)
    s("x = c.extra" if manner.residue else "x = NOTHING")
    s("out = {}")
    writer.rows(table.rows, "out", "x")
    s("return out")
    return s.function()


class _Writer:
    """Writes the lines for one table; `c` is the canonical value, `x` its residue."""

    def __init__(self, source: Source, manner: Manner, rename: Rename) -> None:
        self.s = source
        self.manner = manner
        self.rename = rename
        # Whether several parts may be said in the same nested object.
        self._joins = False

    def rows(self, rows: tuple[Row, ...], out: str, x: str) -> None:
        """Write the lines of *rows* into the dict named *out*, then the residue that is left."""
        self.fields(rows, out, x)
        if self.manner.residue:
            with self.s.indent(f"for k in {x}:"), self.s.indent(f"if k not in {out}:"):
                self.s(f"v = {x}[k]")
                # Marks below this level mean something to the writer of their own dialect only.
                value = "bare(v)" if self.manner.away else "v"
                self.s("if v is not UNSET and v is not DERIVED:", f"    {out}[k] = {value}")

    def fields(self, rows: tuple[Row, ...], out: str, x: str) -> None:
        """Write the lines of *rows* into the dict named *out*."""
        part_rows = [row for row in rows if _takes_parts(row)]
        names = self.sort_parts(part_rows) if part_rows else {}
        self._joins = self._joins or sum(isinstance(row, Here) for row in part_rows) > 1
        for row in rows:
            self.row(row, out, x, names)

    def row(self, row: Row, out: str, x: str, names: dict[int, str]) -> None:
        """Write the lines of one row."""
        key = self.rename(row.wire)
        match row:
            case Leaf():
                self.leaf(row, key, out, x)
            case Const():
                if self.manner.away:
                    when = f"if c.{row.when} is not None: " if row.when else ""
                    self.s(f"{when}{out}[{key!r}] = {row.value!r}")
            case Via():
                self.s(f"v = c.{row.to}")
                write = row.write_away if self.manner.away and row.write_away else row.write
                self.s("if v is not None:", f"    {self.s.name(write)}(v, {out}, {x})")
                self.away_default(row.away, key, out)
            case Each():
                self.each(row, key, out, x)
            case Into():
                self.into(row, key, out, x)
            case Copy():
                self.copy(row, key, out, x)
            case Here(to="choices"):
                self.choice(row, out, x)
            case _:
                self.parts(row, key, out, x, names[id(row)])

    def parts(
        self,
        row: Says | Content | Calls | PartVia | Here,
        key: str,
        out: str,
        x: str,
        said: str,
    ) -> None:
        """Write the lines of a row that says the parts in the variable *said*."""
        match row:
            case Says():
                self.says(row, key, out, x, said)
            case Content():
                self.content(row, key, out, said)
            case Calls():
                self.calls(row, key, out, x, said)
            case PartVia():
                write = row.write_away if self.manner.away and row.write_away else row.write
                self.s(f"if {said} is not None:")
                self.s(f"    {self.s.name(write)}({said}, {out}, {x})")
            case Here():
                self.part(row, out, x, said)

    def choice(self, row: Here, out: str, x: str) -> None:
        outer = self.s.variable("c")
        self.s(f"{outer} = c", "c = only(c.choices)")
        with self.s.indent("if c is not None:"):
            self.s(f"if not ({said_by(row)}):", "    raise Unsaid")
            self.fields(row.table.rows, out, x)
        self.s(f"c = {outer}")

    def part(self, row: Here, out: str, x: str, said: str) -> None:
        outer = self.s.variable("c")
        with self.s.indent(f"if {said} is not None:"):
            self.s(f"{outer} = c", f"c = only({said})")
            keyword = "if"
            for table in (row.table, *row.also):
                with self.s.indent(f"{keyword} type(c) is {self.s.name(table.make)}:"):
                    self.fields((*table.rows, *row.address), out, x)
                keyword = "elif"
            self.s(f"c = {outer}")

    def missing(self, key: str, x: str) -> str:
        """Return the test whether residue has nothing to say of a key that is always there.

        Away, that the source's wire left it out says nothing.
        """
        return "True" if self.manner.away else f"{key!r} not in {x}"

    def leaf(self, row: Leaf, key: str, out: str, x: str) -> None:
        if self.manner.away and row.home_only:
            return
        if self.manner.away and row.envelope:
            self.s(f"{out}[{key!r}] = envelope.{row.to}")
            return
        value = "dumps(v).decode() if type(v) is dict else v"
        value = value if self.manner.away and row.as_text else "v"
        test = f"v or {self.missing(key, x)}" if row.always else "v is not None"
        self.s(f"v = c.{row.to}", f"if {test}:", f"    {out}[{key!r}] = {value}")
        self.away_default(row.away, key, out)

    def away_default(self, value: object, key: str, out: str) -> None:
        if self.manner.away and value is not UNSET:
            self.s("else:", f"    {out}[{key!r}] = {value!r}")

    def each(self, row: Each, key: str, out: str, x: str) -> None:
        write = self.s.name(make_writer(row.table, self.manner, self.rename))
        self.s(f"v = c.{row.to}")
        self.s(f"if v or {self.missing(key, x)}:", f"    {out}[{key!r}] = [{write}(e) for e in v]")

    def into(self, row: Into, key: str, out: str, x: str) -> None:
        inner = self.s.variable("out")
        residue = self.s.variable("x")
        if self.manner.residue:
            self.s(f"{residue} = {x}.get({key!r})")
            self.s(f"if type({residue}) is not dict:", f"    {residue} = NOTHING")
        else:
            self.s(f"{residue} = NOTHING")
        self.s(f"{inner} = {f'begun({out}.get({key!r}))' if self._joins else '{}'}")
        self.rows(row.rows, inner, residue)
        test = f"if {inner} or {residue} is not NOTHING"
        test += f" or {self.missing(key, x)}:" if row.always else ":"
        self.s(test, f"    {out}[{key!r}] = {inner}")

    def sort_parts(self, rows: list[Any]) -> dict[int, str]:
        """Write the loop that gives every part to the row that can say it."""
        names = {id(row): self.s.variable("said") for row in rows}
        for name in names.values():
            self.s(f"{name} = None")
        with self.s.indent("for p in c.parts:"):
            self.s("t = type(p)")
            keyword = "if"
            for row in rows:
                name = names[id(row)]
                test = " or ".join(f"t is {self.s.name(part)}" for part in self.accepted(row))
                if isinstance(row, Content) and row.tags and not self.manner.away:
                    tag = repr(self.rename(row.tag))
                    test += f" or p.extra.get({tag}) in {self.s.name((*row.tags, DERIVED))}"
                with self.s.indent(f"{keyword} {test}:"):
                    if isinstance(row, Says):
                        self.s(f"{name} = p.text if {name} is None else {name} + p.text")
                    else:
                        self.s(f"if {name} is None:", f"    {name} = [p]")
                        self.s("else:", f"    {name}.append(p)")
                keyword = "elif"
            # Away a part may have no place, which is measured as a loss. No chunk is decoded with
            # one that has none at home.
            self.s("elif t not in PARTS:" if self.manner.away else "else:")
            self.s("    raise TypeError(f'there is no place for a {t.__name__}')")
        return names

    def accepted(self, row: Says | Content | Calls | PartVia | Here) -> tuple[type[Any], ...]:
        """Return the classes of parts that *row* writes, the usual one first."""
        match row:
            case Says():
                return (row.part, *(row.also if self.manner.away else ()))
            case Content():
                return (row.part, *row.parts, *(row.also if self.manner.away else ()))
            case Calls():
                return (row.part,)
            case PartVia():
                return row.parts
            case Here():
                return (row.table.make, *(table.make for table in row.also))

    def says(self, row: Says, key: str, out: str, x: str, said: str) -> None:
        with self.s.indent(f"if {said} is not None:"):
            if row.also_in and self.manner.residue:
                keys = (key, *(self.rename(other) for other in row.also_in))
                self.s(f"place({out}, {x}, {keys!r}, {said})")
            else:
                self.s(f"{out}[{key!r}] = {said}")
        self.away_default(row.away, key, out)

    def content(self, row: Content, key: str, out: str, said: str) -> None:
        part = self.s.name(row.part)
        write = self.s.name(row.write_away if self.manner.away else row.write)
        plain = f"{part}" if not self.manner.residue else f"{part} and not p.extra"
        with self.s.indent(f"if {said} is not None:"):
            self.s(f"p = {said}[0]")
            self.s(f"if len({said}) == 1 and type(p) is {plain}:", f"    {out}[{key!r}] = p.text")
            self.s("else:", f"    {out}[{key!r}] = {write}({said})")

    def calls(self, row: Calls, key: str, out: str, x: str, said: str) -> None:
        write = self.s.name(make_writer(row.table, self.manner, self.rename))
        with self.s.indent(f"if {said} is not None:"):
            self.s(f"v = [{write}(e) for e in {said}]")
            if self.manner.residue:
                if row.legacy is not None:
                    legacy = self.rename(row.legacy)
                    with self.s.indent(f"if {x}.get({legacy!r}) is DERIVED:"):
                        function = self.rename(row.function)
                        self.s(f"{out}[{legacy!r}] = v.pop().get({function!r}, {{}})")
                self.s(f"if {x}.get({key!r}) is DERIVED and len(v) == 1:")
                self.s(f"    {out}[{key!r}] = v[0]")
            self.s(f"{'elif' if self.manner.residue else 'if'} v:", f"    {out}[{key!r}] = v")

    def copy(self, row: Copy, key: str, out: str, x: str) -> None:
        if not self.manner.residue:
            return
        with self.s.indent(f"if {x}.get({key!r}) is DERIVED:"):
            if isinstance(row.of, str):
                of = self.rename(row.of)
                self.s(f"if {of!r} in {out}:", f"    {out}[{key!r}] = dict({out}[{of!r}])")
            else:
                self.s(f"v = joined(c.parts, {self.s.name(row.of)})")
                self.s("if v is not None:", f"    {out}[{key!r}] = v")


def _takes_parts(row: Row) -> bool:
    return isinstance(row, Says | Content | Calls | PartVia) or (
        isinstance(row, Here) and row.to == "parts"
    )


def _only(values: list[Any]) -> Any:
    """Return the one value that an event says; pieces of one text are joined; None if none."""
    if len(values) < 2:  # noqa: PLR2004
        return values[0] if values else None
    first = values[0]
    if not hasattr(first, "text") or any(type(each) is not type(first) for each in values):
        raise TypeError(f"one event cannot say {len(values)} of {type(first).__name__}")
    return evolve(first, text="".join(each.text for each in values))


def _begun(value: Any) -> dict[str, Any]:
    """Return a copy of an object that another part has begun, since residue in it is shared."""
    return {**value} if is_object(value) else {}


def _place(out: dict[str, Any], x: Mapping[str, Any], keys: tuple[str, ...], said: str) -> None:
    """Write *said* where it stood: under the first key, and where a copy of it was."""
    main, *others = keys
    copies = [key for key in others if x.get(key) is DERIVED]
    if not copies or x.get(main, DERIVED) is DERIVED:
        out[main] = said
    for key in copies:
        out[key] = said


def bare(value: Any) -> Any:
    """Return a copy of *value* without the marks that stand in it."""
    root: list[Any] = [value]
    # Its depth is the sender's to choose: no recursion. A value that holds itself has no end.
    todo: list[tuple[Any, int]] = [(root, 0)]
    while todo:
        holder, depth = todo.pop()
        if depth > MOST_DEPTH:
            raise RecursionError("nested too deeply")
        places: list[Any] = list(holder if holder.__class__ is dict else range(len(holder)))
        for place in places:
            each: Any = holder[place]
            if each.__class__ is dict or each.__class__ is list:
                holder[place] = each.copy()
                todo.append((holder[place], depth + 1))
            elif holder.__class__ is dict and (each is UNSET or each is DERIVED):
                del holder[place]
    return root[0]
