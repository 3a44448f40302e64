"""What the annotation of a wire field allows."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from attrs import fields, frozen

from onechunk.wire._base import RARE, Wire

__all__ = ["Plan", "plans", "tag_of"]

_LEAVES = (str, int, float, bool)


@frozen
class Plan:
    """One field.

    Attributes:
        name: Attribute of the class.
        leaves: Scalar types allowed.
        one: Wire classes allowed as an object.
        many: Wire classes allowed as elements of a list.
        anything: True if any JSON value is allowed.
        rare: True if most objects lack it.
    """

    name: str
    leaves: tuple[type, ...]
    one: tuple[type[Wire], ...]
    many: tuple[type[Wire], ...]
    anything: bool
    rare: bool

    @property
    def plain(self) -> bool:
        """True if the value is the same on the wire and in the object."""
        return not self.one and not self.many


def plans(cls: type[Any]) -> tuple[Plan, ...]:
    """Return the plans of all fields of a wire class except `extra`."""
    if cls not in _PLANS:
        _PLANS[cls] = _plans(cls)
    return _PLANS[cls]


_PLANS: dict[type[Any], tuple[Plan, ...]] = {}


def _plans(cls: type[Any]) -> tuple[Plan, ...]:
    hints = get_type_hints(cls)
    return tuple(
        _plan(attribute.name, hints[attribute.name], rare=RARE in attribute.metadata)
        for attribute in fields(cls)
        if attribute.name != "extra"
    )


def _plan(name: str, hint: Any, *, rare: bool) -> Plan:
    leaves: list[type] = []
    one: list[type[Wire]] = []
    many: list[type[Wire]] = []
    anything = False
    for option in _options(hint):
        origin = get_origin(option)
        if option is Any or option is dict or origin is dict:
            anything = True
        elif origin is Literal:
            leaves += [type(value) for value in get_args(option) if type(value) in _LEAVES]
        elif option in _LEAVES:
            leaves.append(option)
        elif origin is list:
            elements = [e for e in _options(get_args(option)[0]) if _is_wire(e)]
            many += elements
            anything = anything or not elements
        elif _is_wire(option):
            one.append(option)
    return Plan(name, tuple(dict.fromkeys(leaves)), tuple(one), tuple(many), anything, rare)


def _options(hint: Any) -> list[Any]:
    if get_origin(hint) in {Union, types.UnionType}:
        return [option for part in get_args(hint) for option in _options(part)]
    return [hint]


def _is_wire(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, Wire)


def tag_of(cls: type[Wire], tag: str) -> str | None:
    """Return the literal that the field *tag* of *cls* must be; None if it may be anything."""
    option = get_type_hints(cls).get(tag)
    values = [v for o in _options(option) if get_origin(o) is Literal for v in get_args(o)]
    return next((value for value in values if isinstance(value, str)), None)
