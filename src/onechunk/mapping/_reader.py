"""From a wire object, as a dict or as an attrs object, to the canonical value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import NOTHING, Factory, fields

from onechunk._marks import DERIVED, UNSET
from onechunk._parts import ToolCall
from onechunk.mapping._rows import (
    Calls,
    Const,
    Content,
    Copy,
    Each,
    Fault,
    Here,
    Into,
    Leaf,
    PartVia,
    Row,
    Says,
    Table,
    Tagged,
    Via,
    expected,
)
from onechunk.mapping._source import Source
from onechunk.mapping._tagged import Rename, make_tagged_reader

__all__ = [
    "Reader",
    "Rename",
    "is_leaf",
    "joined",
    "make_reader",
    "said_by",
    "start",
]


def make_reader(table: Table | Tagged, rename: Rename = str) -> Callable[[dict[str, Any]], Any]:
    """Return a function that turns a payload into the canonical value and keeps the payload.

    What the rows take out is gone from the dict; what remains becomes `extra`, the same object.
    It raises `Fault`.
    """
    if isinstance(table, Tagged):
        return make_tagged_reader(table, rename, lambda each: make_reader(each, rename))
    s = start(table, "read(d)")
    s("if type(d) is not dict:", "    raise expected('an object', d)")
    Reader(s, rename).table(table)
    s("return c")
    return s.function()


def start(table: Table, signature: str) -> Source:
    s = Source(signature)
    s.scope |= {
        "UNSET": UNSET,
        "DERIVED": DERIVED,
        "Fault": Fault,
        "expected": expected,
        "new": object.__new__,
        "said": _said,
        "joined": joined,
        "mark_copy": _mark_copy,
        "ToolCall": ToolCall,
    }
    s.scope["Make"] = table.make
    return s


class Reader:
    """Writes the lines for one table; `c` is the canonical value, `parts` its parts."""

    def __init__(self, source: Source, rename: Rename) -> None:
        self.s = source
        self.rename = rename

    def table(self, table: Table) -> None:
        """Write creation, defaults and all rows over the dict `d`."""
        self.s("c = new(Make)")
        self.defaults(table)
        self.rows(table.rows, "d")
        if "extra" in _names(table.make):
            self.s("c.extra = d")

    def defaults(self, table: Table) -> None:
        """Store what a canonical value holds where no row says otherwise."""
        set_by_rows = {
            row.to for row in table.rows if isinstance(row, Each | Leaf) and _is_common(row)
        }
        unsaid = _leaves(table.rows)
        for attribute in fields(table.make):
            name = attribute.name
            if name in table.fixed:
                self.s(f"c.{name} = {_literal(table.fixed[name])}")
            elif name == "parts":
                self.s("c.parts = parts = []")
            elif name != "extra" and name not in set_by_rows:
                default = None if name in unsaid else attribute.default
                self.s(f"c.{name} = {_literal(default)}")

    def rows(self, rows: tuple[Row, ...], d: str) -> None:
        """Write the lines of *rows* over the dict named *d*, common keys first."""
        copies = [row for row in rows if isinstance(row, Copy)]
        for copy in copies:
            if isinstance(copy.of, str):
                self.copy(copy, d)
        common = [row for row in rows if _is_common(row)]
        for row in common:
            self.row(row, d)
        rare = [row for row in rows if row not in common and row not in copies]
        rare += [row for row in copies if not isinstance(row.of, str)]
        if any(not isinstance(row, Const) for row in rare):
            with self.s.indent(f"if {d}:"):
                for row in rare:
                    self.row(row, d)

    def row(self, row: Row, d: str) -> None:
        """Write the lines of one row."""
        match row:
            case Leaf():
                self.leaf(row, d)
            case Via():
                self.via(row, d)
            case Each():
                self.each(row, d)
            case Into():
                self.into(row, d)
            case Says():
                self.says(row, d)
            case Content():
                self.content(row, d)
            case Calls():
                self.calls(row, d)
            case PartVia():
                self.part_via(row, d)
            case Copy():
                self.copy(row, d)
            case Here():
                self.here(row, d)
            case Const():
                pass

    def pop(self, v: str, d: str, key: str) -> None:
        """Take a key that is nearly always there: a `try` costs nothing until it fails."""
        self.s("try:", f"    {v} = {d}.pop({key})", "except KeyError:", f"    {v} = UNSET")

    def leaf(self, row: Leaf, d: str) -> None:
        key = repr(self.rename(row.wire))
        condition = is_leaf(row, "v", self.s)
        if row.rare:
            with self.s.indent(f"if {key} in {d}:"):
                self.s(f"v = {d}[{key}]")
                self.s(f"if {condition}:", f"    c.{row.to} = v", f"    del {d}[{key}]")
            return
        self.pop("v", d, key)
        self.s(f"if {condition}:", f"    c.{row.to} = v")
        with self.s.indent("else:"):
            empty = "''" if row.always else "None"
            self.s(f"c.{row.to} = {empty}")
            if row.always:
                self.s(f"{d}[{key}] = v")
            else:
                self.s("if v is not UNSET:", f"    {d}[{key}] = v")

    def via(self, row: Via, d: str) -> None:
        key = self.rename(row.wire)
        with self.s.indent(f"if {key!r} in {d} and {d}[{key!r}] is not None:"):
            self._guarded(key, f"r = {self.s.name(row.read)}({d}[{key!r}], {d})")
            self.s("if r is not None:", f"    c.{row.to} = r")

    def part_via(self, row: PartVia, d: str) -> None:
        key = self.rename(row.wire)
        keys = [key, *(self.rename(at) for at in row.also_at)]
        test = " or ".join(f"{each!r} in {d}" for each in keys)
        with self.s.indent(f"if {test}:"):
            self.s(f"v = {d}.get({key!r})")
            known = "if True:" if row.also_at else "if v is not None:"
            with self.s.indent(known):
                self._guarded(key, f"{self.s.name(row.read)}(v, {d}, parts)")

    def _guarded(self, key: str, line: str) -> None:
        self.s("try:", f"    {line}")
        self.s("except Fault as fault:", f"    raise fault.inside({'.' + key!r})")

    def each(self, row: Each, d: str) -> None:
        key = self.rename(row.wire)
        read = self.s.name(make_reader(row.table, self.rename))
        self.pop("v", d, repr(key))
        self.s(f"c.{row.to} = values = []")
        with self.s.indent("if v.__class__ is list:"):
            self._loop(key, "v", f"values.append({read}(x))")
        self._missing(key, "a list", d)

    def _loop(self, key: str, values: str, line: str) -> None:
        """Loop over a list; on a fault the number of values read tells the place."""
        self.s("try:", f"    for x in {values}:", f"        {line}")
        with self.s.indent("except Fault as fault:"):
            self.s(f"raise fault.inside(f'.{key}[{{len(values)}}]')")

    def _missing(self, key: str, what: str, d: str, v: str = "v") -> None:
        """Write what follows the usual branch of a value that the dialect always sends."""
        self.s(
            f"elif {v} is None or {v} is UNSET:",
            f"    {d}[{key!r}] = {v}",
            "else:",
            f"    raise expected({what!r}, {v}, {'.' + key!r})",
        )

    def into(self, row: Into, d: str) -> None:
        key = self.rename(row.wire)
        inner = self.s.variable("d")
        if row.always:
            self.pop(inner, d, repr(key))
            with self.s.indent(f"if {inner}.__class__ is dict:"):
                self._inner(row, key, inner)
                self.s(f"if {inner}:", f"    {d}[{key!r}] = {inner}")
            self._missing(key, "an object", d, inner)
            return
        with self.s.indent(f"if {key!r} in {d}:"):
            self.s(f"{inner} = {d}[{key!r}]")
            with self.s.indent(f"if {inner}.__class__ is dict and {inner}:"):
                self._inner(row, key, inner)
                self.s(f"if not {inner}:", f"    del {d}[{key!r}]")
            if not row.lenient:
                self.s(f"elif {inner} is not None and {inner}.__class__ is not dict:")
                self.s(f"    raise expected('an object', {inner}, {'.' + key!r})")

    def _inner(self, row: Into, key: str, inner: str) -> None:
        with self.s.indent("try:"):
            self.rows(row.rows, inner)
        self.s("except Fault as fault:", f"    raise fault.inside({'.' + key!r})")

    def says(self, row: Says, d: str) -> None:
        keys = tuple(self.rename(key) for key in (row.wire, *row.also_in))
        part = self.s.name(row.part)
        put = "parts.insert(0, {})" if row.first else "parts.append({})"
        if len(keys) == 1:
            with self.s.indent(f"if {keys[0]!r} in {d}:"):
                self.s(f"v = {d}[{keys[0]!r}]", "if v.__class__ is str:")
                self.s(f"    {put.format(f'{part}(v)')}", f"    del {d}[{keys[0]!r}]")
        else:
            with self.s.indent(f"if {' or '.join(f'{key!r} in {d}' for key in keys)}:"):
                self.s(f"v = said({d}, {keys!r})")
                self.s("if v is not None:", f"    {put.format(f'{part}(v)')}")

    def content(self, row: Content, d: str) -> None:
        key = self.rename(row.wire)
        self.pop("v", d, repr(key))
        with self.s.indent("if v.__class__ is str:"):
            self.new_part(row.part, "v")
            self.s("parts.append(p)")
        with self.s.indent("elif v is not UNSET:"):
            self.s("if v is not None and v.__class__ is not list:")
            self.s(f"    raise expected('a string, a list or null', v, {'.' + key!r})")
            self.s("if v:")
            with self.s:
                self._guarded(key, f"{self.s.name(row.read)}(v, parts)")
            self.s("else:", f"    {d}[{key!r}] = v")

    def new_part(self, part: type[Any], text: str) -> None:
        """Write the creation of a part that has only text, past `__init__`, for speed."""
        self.s(f"p = new({self.s.name(part)})")
        for attribute in fields(part):
            name = attribute.name
            self.s(f"p.{name} = {text if name == 'text' else _literal(attribute.default)}")

    def calls(self, row: Calls, d: str) -> None:
        key = self.rename(row.wire)
        read = self.s.name(make_reader(row.table, self.rename))
        with self.s.indent(f"if {key!r} in {d}:"):
            self.s(f"v = {d}[{key!r}]")
            with self.s.indent("if v.__class__ is list:"), self.s.indent("if v:"):
                self.s("values = []")
                self._loop(key, "v", f"values.append({read}(x))")
                self.s("parts += values", f"del {d}[{key!r}]")
            with self.s.indent("elif v.__class__ is dict:"):
                self._guarded(key, f"parts.append({read}(v))")
                self.s(f"{d}[{key!r}] = DERIVED")
            self.s("elif v is not None:", f"    raise expected('a list', v, {'.' + key!r})")
        if row.legacy is not None:
            legacy = self.rename(row.legacy)
            with self.s.indent(f"if {legacy!r} in {d} and type({d}[{legacy!r}]) is dict:"):
                function = repr(self.rename(row.function))
                self._guarded(legacy, f"parts.append({read}({{{function}: {d}[{legacy!r}]}}))")
                self.s(f"{d}[{legacy!r}] = DERIVED")

    def here(self, row: Here, d: str) -> None:
        outer = self.s.variable("c")
        self.s(f"{outer} = c", f"c = new({self.s.name(row.table.make)})")
        self.defaults(row.table)
        self.s("c.extra = {}")
        self.rows(row.table.rows, d)
        with self.s.indent(f"if {said_by(row)}:"):
            # Fields that are never None: a row that found nothing has left them so.
            for name in (a.name for a in fields(row.table.make) if a.default == ""):
                self.s(f"if c.{name} is None:", f"    c.{name} = ''")
            for address in row.address:
                self.row(address, d)
            self.s(f"{outer}.{row.to}.append(c)")
        for into in row.table.rows:
            # Where nothing was said, an object of which nothing is left was empty.
            if isinstance(into, Into) and into.always:
                key = repr(self.rename(into.wire))
                self.s(f"elif {key} not in {d}:", f"    {d}[{key}] = {{}}")
        self.s(f"c = {outer}")

    def copy(self, row: Copy, d: str) -> None:
        key = self.rename(row.wire)
        with self.s.indent(f"if {key!r} in {d}:"):
            if isinstance(row.of, str):
                self.s(f"mark_copy({d}, {key!r}, {self.rename(row.of)!r})")
            else:
                part = self.s.name(row.of)
                self.s(f"v = {d}[{key!r}]")
                self.s(f"if v.__class__ is str and v == joined(parts, {part}):")
                self.s(f"    {d}[{key!r}] = DERIVED")


def said_by(row: Here) -> str:
    """Return the condition under which the value `c` of *row* says anything."""
    names = dict.fromkeys(_targets(row.table.rows))
    return " or ".join("c.parts" if name == "parts" else f"c.{name} is not None" for name in names)


def _targets(rows: tuple[Row, ...]) -> Iterator[str]:
    for row in rows:
        if isinstance(row, Into):
            yield from _targets(row.rows)
        elif isinstance(row, Leaf | Via | Each | Here):
            yield row.to
        elif not isinstance(row, Const | Copy):
            yield "parts"


def is_leaf(row: Leaf, v: str, s: Source) -> str:
    """Return the condition under which *v* is this row's value and not residue."""
    known = " or ".join(f"{v}.__class__ is {kind.__name__}" for kind in row.kinds)
    if str not in row.kinds or not row.silent:
        return known
    if row.silent == ("",):
        return (
            f"{v}.__class__ is str and {v}" if row.kinds == (str,) else f"({known}) and {v} != ''"
        )
    return f"({known}) and {v} not in {s.name(row.silent)}"


def _said(d: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    """Take the text under the first of *keys*; under the others it is a copy, or stands alone."""
    main, *others = keys
    text = d.get(main)
    if type(text) is str:
        del d[main]
    else:
        text = next((d[key] for key in others if type(d.get(key)) is str), None)
        if text is None:
            return None
        if main not in d:
            d[main] = UNSET
    for key in others:
        if d.get(key) == text:
            d[key] = DERIVED
    return text


def joined(parts: list[Any], kind: type[Any]) -> str | None:
    """Return the text of all parts of one class; None if there is none."""
    texts = [part.text for part in parts if type(part) is kind]
    return "".join(texts) if texts else None


def _mark_copy(d: dict[str, Any], key: str, of: str) -> None:
    if d[key] is not None and d[key] == d.get(of):
        d[key] = DERIVED


def _is_common(row: Row) -> bool:
    """Say whether the key stands on most objects; the rest is looked for if keys are left."""
    return isinstance(row, Each | Into | Content) or (isinstance(row, Leaf) and not row.rare)


def _leaves(rows: tuple[Row, ...]) -> set[str]:
    """Return the fields that are None where the wire does not say them."""
    inner = [_leaves(row.rows) for row in rows if isinstance(row, Into)]
    return {row.to for row in rows if isinstance(row, Leaf | Via)}.union(*inner)


def _names(make: type[Any]) -> list[str]:
    return [attribute.name for attribute in fields(make)]


def _literal(default: object) -> str:
    if isinstance(default, Factory):  # type: ignore[arg-type]
        return "{}" if default.factory is dict or "dict" in repr(default.factory) else "[]"  # type: ignore[attr-defined]
    return "None" if default is NOTHING else repr(default)
