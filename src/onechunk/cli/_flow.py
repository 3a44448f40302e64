"""A payload in short: JSON as it is said aloud, without what the frame before said already."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, Literal

from attrs import frozen

from onechunk._marks import Json, is_list, is_object

__all__ = ["Span", "Style", "brief", "flow"]

Style = Literal["key", "text", "number", "mark", "title"]

_LONGEST: Final = 60


@frozen
class Span:
    """A piece of a line.

    Attributes:
        glued: True if no line should break before it.
    """

    text: str
    style: Style
    glued: bool = False


def brief(payload: Json, before: Json, padding: frozenset[str]) -> Json:
    """Return what *payload* says that is new.

    Nulls, padding and top-level scalars that the payload *before* had as well are left out.
    """
    if not is_object(payload):
        return payload
    known = before if is_object(before) else {}
    return {
        key: _without_nulls(value)
        for key, value in payload.items()
        if key not in padding
        and value is not None
        and (is_object(value) or is_list(value) or value != known.get(key))
    }


def flow(value: Json) -> Iterator[Span]:
    """Yield the spans of a brief payload, members of the only choice as if they were its own."""
    if not is_object(value):
        yield from _value(value, "")
        return
    members: dict[str, Json] = {}
    for key, each in value.items():
        choice = _only_choice(key, each)
        members.update({key: each} if choice is None else choice)
    if not members:
        yield Span("{}", "mark")
    yield from _members(members, "  ")


def _without_nulls(value: Json) -> Json:
    if is_object(value):
        members = value.items()
        return {key: _without_nulls(each) for key, each in members if each is not None}
    if is_list(value):
        return [_without_nulls(each) for each in value]
    return value


def _only_choice(key: str, value: Json) -> dict[str, Json] | None:
    """Return the first of the choices if there is no other, without its number."""
    if key != "choices" or not is_list(value) or len(value) != 1:
        return None
    choice = value[0]
    if not is_object(choice) or choice.get("index", 0) != 0:
        return None
    return {key: each for key, each in choice.items() if key != "index"}


def _members(members: dict[str, Json], between: str, *, glued: bool = False) -> Iterator[Span]:
    last = len(members) - 1
    for number, (key, each) in enumerate(members.items()):
        name, value = _joined(key, each)
        yield Span(f"{name}: ", "key", glued and not number)
        yield from _value(value, between if number < last else "", glued=True)


def _joined(key: str, value: Json) -> tuple[str, Json]:
    """Return the name and the value of a member; `a: {b: 1}` is `a.b: 1`."""
    name = key if key.isidentifier() else json.dumps(key, ensure_ascii=False)
    if is_object(value) and len(value) == 1:
        ((inner, each),) = value.items()
        inner, each = _joined(inner, each)
        return f"{name}.{inner}", each
    return name, value


def _value(value: Json, end: str, *, glued: bool = False) -> Iterator[Span]:
    if is_object(value) and value:
        yield Span("{", "mark", glued)
        yield from _members(value, ", ", glued=True)
        yield Span("}" + end, "mark", glued=True)
    elif is_list(value) and value:
        yield Span("[", "mark", glued)
        for number, each in enumerate(value):
            yield from _value(each, ", " if number + 1 < len(value) else "", glued=not number)
        yield Span("]" + end, "mark", glued=True)
    else:
        text = json.dumps(value, ensure_ascii=False)
        if len(text) > _LONGEST:
            text = f'{text[: _LONGEST - 2]}…"'
        yield Span(text + end, "text" if isinstance(value, str) else "number", glued)
