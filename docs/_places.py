"""Where each canonical field stands on the wire, found by changing the wire value by value.

A payload is decoded as often as it has strings and numbers, each time with another of them
changed; the canonical field that has changed is the one that the value belongs to. The payloads
are those of the recordings, and what the adapter writes for canonical values that hold everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from attrs import evolve, fields, has

from docs._samples import samples
from onechunk import (
    Adapter,
    EncodeError,
    Finish,
    Json,
    Media,
    OnechunkError,
    decode,
    encode,
    load_adapters,
)
from tests.support.frames import payloads
from tests.support.recordings import RECORDINGS

__all__ = ["Places", "find_places"]

Places = dict[tuple[str, str], list[str]]
"""From class and field to paths on the wire, the usual one first."""

_TAGGED = frozenset({"content", "thinking", "summary", "reasoning_details"})
"""Lists whose items are told apart by their type."""

MOST_PROBES = 100
"""So often one path is probed at most: what it says once it says in all payloads like it."""

_PROBES: dict[type[Any], Any] = {str: "probe-7001", int: 7001, float: -7001.5}


def find_places(dialect: str) -> Places:
    """Return the places of every canonical field in a dialect."""
    found: Places = {}
    probed: Counter[str] = Counter()
    for payload in _payloads(dialect):
        event = _event_of(payload, load_adapters()[dialect])
        for inside, holder, key, value in _leaves(payload):
            path = f"{event}{inside}"
            probed[path] += 1
            if probed[path] > MOST_PROBES:
                continue
            holder[key] = probe = _PROBES[type(value)]
            try:
                chunk = decode(dialect, payload)
            except OnechunkError:
                continue
            finally:
                holder[key] = value
            for field in _fields_with(chunk, probe):
                paths = found.setdefault(field, [])
                if path not in paths:
                    paths.append(path)
    return found


def _event_of(payload: dict[str, Json], adapter: Adapter) -> str:
    """Return the kind of an event, to stand before the paths in it."""
    kind = payload.get(adapter.named) if adapter.named is not None else None
    return f"{kind}: " if isinstance(kind, str) else ""


def _payloads(dialect: str) -> Iterator[dict[str, Json]]:
    dialects = {adapter.dialect for adapter in load_adapters().values()}
    for chunk in samples():
        # At home what has no place is an error, away a loss; some chunks are several events.
        with suppress(EncodeError):
            yield encode(dialect, evolve(chunk, dialect=dialect))
        with suppress(EncodeError):
            yield encode(dialect, chunk)
    for recording in RECORDINGS:
        if recording.dialect in dialects:
            yield from payloads(recording.data)


def _leaves(holder: Any, path: str = "") -> Iterator[tuple[str, Any, Any, Json]]:
    """Yield every string and number with its path, and where it is kept."""
    keys: list[Any] = list(holder if holder.__class__ is dict else range(len(holder)))
    for key in keys:
        value = holder[key]
        here = _step(path, key, value)
        if value.__class__ in {dict, list}:
            yield from _leaves(value, here)
        elif value.__class__ in _PROBES and "top_logprobs" not in here:
            yield here, holder, key, value


def _step(path: str, key: str | int, value: Any) -> str:
    if isinstance(key, str):
        return f"{path}.{key}" if path else key
    tag = value.get("type") if value.__class__ is dict else None
    return f"{path}[{tag}]" if tag and path.rpartition(".")[2] in _TAGGED else f"{path}[]"


def _fields_with(value: Any, probe: Any, field: tuple[str, str] = ("", "")) -> Iterator[Any]:
    """Yield the class and the field of every canonical value that is the probe."""
    kind: type[Any] = value.__class__
    if has(kind):
        name = f"Media, {value.kind}" if kind is Media else kind.__name__
        for attribute in fields(kind):
            if attribute.name not in {"extra", "frame"}:
                inner = ("Choice", "finish") if kind is Finish else (name, attribute.name)
                yield from _fields_with(getattr(value, attribute.name), probe, inner)
    elif kind is list:
        for each in value:
            yield from _fields_with(each, probe, field)
    elif kind is type(probe) and value == probe:
        yield field
