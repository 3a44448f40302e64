"""From a wire object to the canonical value, by the same rows as from a payload.

Scalars, lists of objects and nested objects are read from attributes; the rest of an object is
laid out as residue first and then read as if it were a payload.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from onechunk.mapping._reader import Reader, Rename, is_leaf, make_reader, start
from onechunk.mapping._rows import Content, Copy, Each, Here, Into, Leaf, Row, Table, Tagged

__all__ = ["make_object_reader"]


class _Plan(Protocol):
    """What is needed to know of a field of a wire class."""

    @property
    def name(self) -> str: ...
    @property
    def one(self) -> tuple[type[Any], ...]: ...
    @property
    def many(self) -> tuple[type[Any], ...]: ...
    @property
    def plain(self) -> bool: ...
    @property
    def anything(self) -> bool: ...


def make_object_reader(
    table: Table | Tagged,
    cls: type[Any],
    rename: Rename,
    *,
    plans: Callable[[type[Any]], tuple[_Plan, ...]],
    to_json: Callable[[Any], Any],
) -> Callable[[Any], Any]:
    """Return a function from an object of *cls* to the canonical value of *table*.

    Args:
        table: The rows of the object.
        cls: Wire class.
        rename: From attribute to key on the wire.
        plans: Fields of a wire class.
        to_json: Payload of a nested wire object, or a copy of another value.
    """
    if isinstance(table, Tagged) or any(isinstance(row, Here) for row in table.rows):
        # Events are small: a way of their own would save little.
        whole = make_reader(table, rename)
        return lambda o: whole(to_json(o))
    s = start(table, "read(o)")
    s.scope["to_json"] = to_json
    reader = _ObjectReader(s, rename)
    reader.plans, reader.to_json = plans, to_json
    reader.copies(table, rename)
    s("c = new(Make)")
    reader.defaults(table)
    reader.object(table.rows, cls, "o", "d")
    s("c.extra = d", "return c")
    return s.function()


class _ObjectReader(Reader):
    plans: Callable[[type[Any]], tuple[_Plan, ...]]
    to_json: Callable[[Any], Any]

    def copies(self, table: Table, rename: Rename) -> None:
        """Read an object that repeats what a sibling says from its payload, before it is taken."""
        keys = [rename(r.wire) for r in table.rows if isinstance(r, Copy) and isinstance(r.of, str)]
        if keys:
            whole = self.s.name(make_reader(table, rename))
            test = " or ".join(f"{key!r} in o.extra" for key in keys)
            self.s(f"if {test}:", f"    return {whole}(to_json(o))")

    def object(self, rows: tuple[Row, ...], cls: type[Any], o: str, d: str) -> None:
        """Write the lines over the object named *o*; its residue is laid out in *d*."""
        names = {plan.name for plan in self.plans(cls)}
        common = [row for row in rows if isinstance(row, Leaf | Each | Into | Content)]
        direct = {row.wire: row for row in common if row.wire in names}
        # What reading takes out of nested residue must stay in the object.
        self.s(f"{d} = to_json({o}.extra) if {o}.extra else {{}}")
        for plan in self.plans(cls):
            row = direct.get(plan.name)
            key = repr(self.rename(plan.name))
            self.s(f"v = {o}.{plan.name}")
            value = "v" if plan.plain and not plan.anything else "to_json(v)"
            match row:
                case Leaf():
                    self.s(f"if {is_leaf(row, 'v', self.s)}:", f"    c.{row.to} = v")
                    with self.s.indent("else:"):
                        if not row.rare:
                            self.s(f"c.{row.to} = None")
                        self.s("if v is not UNSET:", f"    {d}[{key}] = {value}")
                case Content():
                    with self.s.indent("if v.__class__ is str:"):
                        self.new_part(row.part, "v")
                        self.s("parts.append(p)")
                    self.s("elif v is not UNSET:", f"    {d}[{key}] = {value}")
                case Each() if plan.many:
                    self._each(row, plan.many[0], key, d)
                case Into() if plan.one:
                    self._into(row, plan.one[0], key, d)
                case _:
                    self.s("if v is not UNSET:", f"    {d}[{key}] = {value}")
        read = tuple(
            row for row in rows if direct.get(row.wire) is not row or isinstance(row, Content)
        )
        self.rows(read, d)

    def _each(self, row: Each, cls: type[Any], key: str, d: str) -> None:
        read = make_object_reader(
            row.table, cls, self.rename, plans=self.plans, to_json=self.to_json
        )
        name = self.s.name(read)
        self.s("if v.__class__ is list:", f"    c.{row.to} = [{name}(x) for x in v]")
        self.s("else:", f"    c.{row.to} = []", f"    {d}[{key}] = v")

    def _into(self, row: Into, cls: type[Any], key: str, d: str) -> None:
        inner, residue = self.s.variable("o"), self.s.variable("d")
        self.s(f"{inner} = v")
        with self.s.indent(f"if {inner} is not UNSET and {inner} is not None:"):
            self.object(row.rows, cls, inner, residue)
            empty = f"if {residue}:" if row.always else f"if {residue} or not to_json({inner}):"
            self.s(empty, f"    {d}[{key}] = {residue}")
        marked = "else:" if row.always else f"elif {inner} is None:"
        self.s(marked, f"    {d}[{key}] = {inner}")
