"""Generated hooks between a payload and its wire object, registered on a cattrs converter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from cattrs import Converter

from onechunk._errors import WireError
from onechunk._marks import UNSET
from onechunk.mapping._reader import Rename
from onechunk.mapping._rows import Fault, expected
from onechunk.mapping._source import Source
from onechunk.wire._base import Wire
from onechunk.wire._plan import Plan, plans, tag_of

__all__ = ["Hooks"]

Object = dict[str, Any]

TAG = "type"
"""Key that tells the classes of a union apart."""


class Hooks:
    """The hooks of one converter, made when first asked for.

    Args:
        rename: From attribute to key on the wire.
        dialect: Named in errors.
    """

    def __init__(self, rename: Rename = str, *, dialect: str | None = None) -> None:
        self._rename = rename
        self._dialect = dialect
        self._made: dict[object, Callable[[Any], Any]] = {}

    def register(self, converter: Converter) -> None:
        """Register factories for every wire class, and for unions of them, on *converter*."""
        converter.register_structure_hook_factory(_is_wire, self._structure_hook)
        converter.register_unstructure_hook_factory(_is_wire, self.unstructure)
        converter.register_structure_hook_factory(_is_wire_union, self._structure_hook)
        converter.register_unstructure_hook_factory(_is_wire_union, self._to_json_hook)

    def _structure_hook(self, cls: Any) -> Callable[[Any, Any], Any]:
        options = tuple(get_args(cls)) or (cls,)
        structure = self._of(options, keep=True)

        def hook(value: Any, _: Any) -> Any:
            try:
                return structure(value)
            except Fault as fault:
                path = f"${fault.path}"
                raise WireError(fault.message, dialect=self._dialect, path=path) from None

        return hook

    def _to_json_hook(self, _: Any) -> Callable[[Any], Any]:
        return self.to_json

    def structure(self, cls: type[Wire], *, keep: bool = False) -> Callable[[Any], Any]:
        """Return a function from payload to *cls*; it raises `Fault`.

        Without *keep* it uses the payload up: what no field takes becomes `extra`, the same dict.
        """
        return self._cached(("structure", cls, keep), lambda: self._make_structure(cls, keep=keep))

    def structure_any(self, wire: Any) -> Callable[[Any], Any]:
        """Return the function from payload to a wire class, or to one of a union of them."""
        options = tuple(get_args(wire)) or (wire,)
        return self._cached(("any", options), lambda: self._of(options, keep=False))

    def unstructure(self, cls: type[Wire]) -> Callable[[Any], Object]:
        """Return a function from *cls* to a payload."""
        return self._cached(("unstructure", cls), lambda: self._make_unstructure(cls))

    def to_json(self, value: Any) -> Any:
        """Return the payload of a wire object, of a list of them, or of any other value."""
        if isinstance(value, Wire):
            return self.unstructure(type(value))(value)
        if issubclass(value.__class__, list):
            return list(map(self.to_json, value))
        return value

    def _cached(self, key: object, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        if key not in self._made:

            def later(value: Any) -> Any:
                return self._made[key](value)

            # A class may hold itself: the name must stand before the function is made.
            self._made[key] = later
            self._made[key] = make()
        return self._made[key]

    def _of(self, options: tuple[type[Wire], ...], *, keep: bool) -> Callable[[Any], Any]:
        """Return the structure function for one class or for a union told apart by its tag."""
        if len(options) == 1:
            return self.structure(options[0], keep=keep)
        tags = [(tag_of(cls, TAG), cls) for cls in options]
        classes = {tag: cls for tag, cls in tags if tag is not None}
        # Most streams have few of the kinds that there are: each is made when it first comes.
        by_tag: dict[str, Callable[[Any], Any]] = {}
        others = [cls for tag, cls in tags if tag is None]
        unknown = self.structure(others[0], keep=keep) if others else None
        key = self._rename(TAG)

        def structure(value: Any) -> Any:
            if value.__class__ is not dict:
                if unknown is not None:
                    return value
                raise expected("an object", value)
            tag = value.get(key)
            known = by_tag.get(tag) if isinstance(tag, str) else None
            if known is None and isinstance(tag, str) and tag in classes:
                known = by_tag[tag] = self.structure(classes[tag], keep=True)
            if known is not None and unknown is None:
                return known(value)
            if unknown is None:
                message = f"no class for the type {tag!r}"
                raise Fault(message, f".{key}")
            if known is not None:
                try:
                    return known(value)
                except Fault:
                    pass  # a type that is known in a form that is not: kept whole
            return unknown(value)

        return structure

    def _make_structure(self, cls: type[Wire], *, keep: bool) -> Callable[[Any], Any]:
        s = Source("structure(d)")
        s.scope |= {"UNSET": UNSET, "Fault": Fault, "expected": expected}
        s.scope |= {"new": object.__new__, "Make": cls}
        s("if type(d) is not dict:", "    raise expected('an object', d)")
        if keep:
            s("d = d.copy()")
        s("o = new(Make)", "pop = d.pop")
        rare = [plan for plan in plans(cls) if plan.rare]
        for plan in plans(cls):
            if not plan.rare:
                s("try:", f"    v = pop({self._rename(plan.name)!r})")
                s("except KeyError:", "    v = UNSET")
                self._structure_field(s, plan, keep=keep)
        if rare:
            with s.indent("if d:"):
                for plan in rare:
                    key = self._rename(plan.name)
                    with s.indent(f"if {key!r} in d:"):
                        s(f"v = pop({key!r})")
                        self._structure_field(s, plan, keep=keep)
                    s("else:", f"    o.{plan.name} = UNSET")
            s("else:", f"    {' = '.join(f'o.{plan.name}' for plan in rare)} = UNSET")
        s("o.extra = d", "return o")
        return s.function()

    def _structure_field(self, s: Source, plan: Plan, *, keep: bool) -> None:
        """Write what becomes of a value `v`: common kinds first, then what may not be."""
        key = self._rename(plan.name)
        if plan.anything:
            s(f"o.{plan.name} = v")
            return
        keyword = "if"
        if plan.many:
            self._structure_list(s, key, plan, keep=keep)
            keyword = "elif"
        if plan.one:
            one = s.name(self._of(plan.one, keep=keep))
            with s.indent(f"{keyword} v.__class__ is dict:"):
                s("try:", f"    o.{plan.name} = {one}(v)")
                s("except Fault as fault:", f"    raise fault.inside({'.' + key!r})")
            keyword = "elif"
        tests = [f"v.__class__ is {kind.__name__}" for kind in plan.leaves]
        tests += ["v is None", "v is UNSET"]
        s(f"{keyword} {' or '.join(tests)}:", f"    o.{plan.name} = v")
        with s.indent("else:"):
            if plan.plain:
                s(f"d[{key!r}] = v", f"o.{plan.name} = UNSET")
            else:
                s(f"raise expected({_what(plan)!r}, v, {'.' + key!r})")

    def _structure_list(self, s: Source, key: str, plan: Plan, *, keep: bool) -> None:
        each = s.name(self._of(plan.many, keep=keep))
        with s.indent("if v.__class__ is list:"):
            s(f"o.{plan.name} = values = []")
            s("try:", "    for x in v:", f"        values.append({each}(x))")
            s("except Fault as fault:", f"    raise fault.inside(f'.{key}[{{len(values)}}]')")

    def _make_unstructure(self, cls: type[Wire]) -> Callable[[Any], Object]:
        s = Source("unstructure(o)")
        s.scope |= {"UNSET": UNSET, "to_json": self.to_json}
        s("d = {}")
        for plan in plans(cls):
            key = self._rename(plan.name)
            s(f"v = o.{plan.name}")
            value = "v" if plan.plain else "to_json(v)"
            s("if v is not UNSET:", f"    d[{key!r}] = {value}")
        s("x = o.extra", "if x:", "    for k in x:", "        if k not in d:")
        s("            d[k] = x[k]")
        s("return d")
        return s.function()


def _what(plan: Plan) -> str:
    kinds = [_NAMES[kind] for kind in plan.leaves]
    kinds += ["an object"] if plan.one else []
    kinds += ["a list"] if plan.many else []
    return ", ".join([*kinds[:-1], f"{kinds[-1]} or null"]) if kinds else "null"


_NAMES = {str: "a string", int: "a number", float: "a number", bool: "a boolean"}


def _is_wire(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Wire)


def _is_wire_union(cls: Any) -> bool:
    options = get_args(cls)
    return len(options) > 1 and all(_is_wire(option) for option in options)
