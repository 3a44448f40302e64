"""What rooms share that write the message of their own stream as a body that comes whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from attrs import evolve, fields

from onechunk import (
    DERIVED,
    UNSET,
    ArgumentsError,
    Choice,
    Chunk,
    Json,
    Loss,
    Media,
    Other,
    Part,
    Series,
    Text,
    ToolCall,
)
from onechunk.events import Settled
from onechunk.mapping import Object, is_object
from onechunk_adapters._bodies import with_object

__all__ = ["Join", "joined_input", "lost", "settled"]

Join = Callable[[Json, list[Json]], Json]
"""From the first value that a block keeps whole, and those behind it, to all in one; None where
they make no whole block."""

Keys = tuple[str, ...]

_SILENT: Final[tuple[Json, ...]] = (None, "", UNSET, DERIVED)


def settled(chunk: Chunk, body: Object, losses: list[Loss], join: Join) -> Settled:
    """Return what a stream said with its parts as a body has them.

    A call that was cut short is left out: it must not look like one that can be run.

    Args:
        chunk: What the stream said.
        body: Residue in its places in the body.
        losses: Residue that has none.
        join: Makes one of what a block said in pieces.
    """
    choices: list[Choice] = []
    heard: list[Choice] = []
    for choice in chunk.choices:
        ready, told = _settled_parts(choice.parts, join)
        choices.append(evolve(choice, parts=ready))
        heard.append(evolve(choice, parts=told))
    return Settled(
        evolve(chunk, choices=choices, extra=body), evolve(chunk, choices=heard, extra={}), losses
    )


def _settled_parts(parts: list[Part], join: Join) -> tuple[list[Part], list[Part]]:
    """Return the parts of a body, and what the stream said of each, in its old place."""
    keys = [_key(number, part) for number, part in enumerate(parts)]
    groups: dict[object, list[Part]] = {}
    for key, part in zip(keys, parts, strict=True):
        groups.setdefault(key, []).append(part)
    whole = {key: _whole(group, join) for key, group in groups.items()}
    heard: list[Part] = []
    for key, part in zip(keys, parts, strict=True):
        made = whole[key]
        if made is None or isinstance(part, ToolCall):
            heard.append(part)
        else:
            # An empty text stands in place of a piece, so that every part keeps its number.
            heard.append(made if groups[key][0] is part else Text(""))
    return [made for made in whole.values() if made is not None], heard


def _key(number: int, part: Part) -> object:
    """Return what the pieces of one thing have in common."""
    pieces = isinstance(part, Other | Media) and part.block is not None
    return (type(part), part.block) if pieces else number


def _whole(group: list[Any], join: Join) -> Part | None:
    """Return the part that pieces make; None if it must not stand in a body."""
    head: Part = group[0]
    match head:
        case Other(value=value):
            value = join(value, [each.value for each in group[1:]])
            return None if value is None else evolve(head, value=value)
        case Media():
            names = [each.name for each in fields(Media) if each.default is None]
            media = evolve(head)
            for name in names:
                values = (getattr(each, name) for each in group)
                setattr(media, name, next((value for value in values if value), None))
            return None if media.data is None and media.url is None else media
        case ToolCall(arguments=arguments):
            given = _object_of(arguments or "{}")
            return None if given is None else evolve(head, arguments=given)
        case _:
            return head


def joined_input(pieces: list[Json]) -> Object | None:
    """Return the object that *pieces* are the JSON text of; None if they were cut off."""
    return _object_of("".join(piece for piece in pieces if isinstance(piece, str)) or "{}")


def _object_of(arguments: Json) -> Object | None:
    """Return the object that arguments are; None if they are none, or no JSON, as NaN is none."""
    try:
        given = with_object(ToolCall(arguments=arguments)).arguments
        json.dumps(given, allow_nan=False)
    except (ArgumentsError, TypeError, ValueError, RecursionError):
        return None
    return given if is_object(given) else None


def lost(extra: Object, placed: Collection[Keys], silent: frozenset[str]) -> list[Loss]:
    """Return what says anything in residue that has no place.

    Args:
        extra: The message's, series included.
        placed: Keys that lead to what has one; of a series only its last value has.
        silent: Keys that say nothing.
    """
    return [*_lost(extra, placed, silent)]


def _lost(extra: Object, placed: Collection[Keys], silent: frozenset[str]) -> Iterator[Loss]:
    # Its depth is the sender's to choose: no recursion.
    todo: list[tuple[Keys, Json, bool]] = [((), extra, False)]
    while todo:
        keys, value, kept = todo.pop()
        kept = kept or keys in placed
        if is_object(value):
            inner = [((*keys, key), each, kept) for key, each in value.items() if key not in silent]
            todo += reversed(inner)
            continue
        values = value.values if isinstance(value, Series) else (value,)
        path = ".".join(("$.extra", *keys))
        for each in values[: len(values) - kept]:
            if not any(each is mark or each == mark for mark in _SILENT) and each not in ([], {}):
                yield Loss("dropped", path, each)
