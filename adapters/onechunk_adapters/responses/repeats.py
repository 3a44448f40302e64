"""Where servers of whole responses repeat what the items say: all text, calls, summaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from onechunk import DERIVED, Json, Part, Reasoning, Text, ToolCall
from onechunk.mapping import Object, is_list, is_object

__all__ = ["mark", "put"]

Path = tuple[str, ...]

TEXT: Final = "output_text"
"""The key under which all text of the answer stands again."""

LISTS: Final[tuple[tuple[Path, type[Any], dict[Path, str]], ...]] = (
    (
        ("tool_calls",),
        ToolCall,
        {("call_id",): "id", ("function", "name"): "name", ("function", "arguments"): "arguments"},
    ),
    (("reasoning", "summary"), Reasoning, {("text",): "text"}),
)
"""Lists with an object for every part of a class: path, class, and what is repeated where."""


def mark(body: Object, parts: Iterable[Part]) -> None:
    """Put marks where *body* repeats what *parts* say."""
    said = [*parts]
    text = _text(said)
    if text and body.get(TEXT) == text:
        body[TEXT] = DERIVED
    for path, kind, places in LISTS:
        values, own = _at(body, path), [part for part in said if type(part) is kind]
        if not is_list(values) or len(values) != len(own):
            continue
        if all(_repeats(*pair, places) for pair in zip(values, own, strict=True)):
            for value in values:
                for *outer, key in places:
                    _at(value, outer)[key] = DERIVED


def put(out: Object, residue: Object, parts: Iterable[Part]) -> None:
    """Write into *out* again what *residue* has marks for."""
    said = [*parts]
    if residue.get(TEXT) is DERIVED:
        out[TEXT] = _text(said)
    for path, kind, places in LISTS:
        values, own = _at(residue, path), [part for part in said if type(part) is kind]
        if is_list(values) and any(_at(v, place) is DERIVED for v in values for place in places):
            pairs = zip(values, own, strict=False)
            _set(out, residue, path, [_filled(value, part, places) for value, part in pairs])


def _text(parts: list[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))


def _at(value: Json, path: Sequence[str]) -> Json:
    """Return what stands under *path*; None where nothing does."""
    for key in path:
        value = value.get(key) if is_object(value) else None
    return value


def _repeats(value: Json, part: Part, places: Mapping[Path, str]) -> bool:
    found = [(_at(value, path), getattr(part, name)) for path, name in places.items()]
    return all(isinstance(one, str) and one == two for one, two in found)


def _filled(value: Object, part: Part, places: Mapping[Path, str]) -> Object:
    """Return *value* with what *part* says in its places; where that is nothing, nothing."""
    out = {**value}
    for path, name in places.items():
        _set(out, out, path, getattr(part, name))
    return out


def _set(out: Object, residue: Object, path: Sequence[str], value: Json) -> None:
    """Put *value* under *path* into *out*, in copies of the objects of *residue* on the way."""
    *outer, key = path
    for step in outer:
        out[step] = residue = {**residue[step]}
        out = residue
    out[key] = value
