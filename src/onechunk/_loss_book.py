"""The losses of a stream, each once, and what was measured of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from attrs import evolve

from onechunk._adapter import Adapter
from onechunk._alike import signature
from onechunk._chunk import Choice, Chunk, ExtraPolicy
from onechunk._compare import MOST_KEPT, weight
from onechunk._loss import Loss
from onechunk._losses import measure, silence_of
from onechunk._marks import is_list, is_object
from onechunk._parts import Other, Text, ToolCall
from onechunk._silence import Level, Silence

__all__ = ["ENVELOPE", "LossBook"]

MOST_LOSSES: Final = 1_000
"""So many losses a stream's report lists at most: keys of a hostile stream may never repeat."""

_MOST_KEY: Final = 1_000
_ANY: Final = object()
_NONE: Final = object()

ENVELOPE = ("$.id", "$.model", "$.created")
_PART = re.compile(r"\$\.choices\[(\d+)\]\.parts\[(\d+)\]")

Known = dict[Any, Any]


class LossBook:
    """The losses of one stream, each kind at each path once for every class of part.

    Chunks that are alike in what they have lose alike, so only the first of a kind is measured.
    """

    def __init__(self, adapter: Adapter, extra: ExtraPolicy) -> None:
        self.losses: list[Loss] = []
        self.envelope_noted = False
        self._adapter = adapter
        self._extra: ExtraPolicy = extra
        self._exactly = extra == "always"
        self._entered: set[tuple[Any, ...]] = set()
        self._left = MOST_KEPT
        self._silences: dict[str | None, Silence] = {}
        self._known: set[int] = set()
        # Of chunks with one plain part: the residue of the chunk, of its choice and of the part.
        self._seen: dict[tuple[Any, ...], tuple[Known, Known, Known]] = {}

    def knows(self, chunk: Chunk) -> bool:
        """Say whether a chunk that loses as *chunk* does was measured."""
        return signature(chunk, self._silence(chunk), exactly=self._exactly) in self._known

    def knows_plain(self, chunk: Chunk) -> bool:
        """Say the same of a chunk that `Shaper.is_plain`; quickly, since most chunks are.

        Text and fragments of calls are lost nowhere but where no part of their class is said, so
        it is their residue that counts, key by key.
        """
        choice = chunk.choices[0]
        part: Any = choice.parts[0]
        seen = self._seen.get((choice.index, part.__class__, chunk.dialect))
        if seen is None or choice.stop is not None:
            return self.knows(chunk)
        top, middle, inner = seen
        silence = self._silences[chunk.dialect]
        return (
            _is_known(chunk.extra, top, silence.of(Chunk))
            and _is_known(choice.extra, middle, silence.of(Choice))
            and (not part.extra or _is_known(part.extra, inner, silence.of(part.__class__)))
        )

    def enter(self, chunk: Chunk, event: int) -> list[Loss]:
        """Measure *chunk* and return what is new of its losses."""
        found = measure(self._adapter, chunk, extra=self._extra)
        if len(self._known) < MOST_LOSSES:
            kind = signature(chunk, self._silence(chunk), exactly=self._exactly)
            if kind is not None:
                self._known.add(kind)
                self._see(chunk)
        # The envelope is a matter of the whole stream.
        return self.add([loss for loss in found if loss.path not in ENVELOPE], event, chunk)

    def add(self, found: Iterable[Loss], event: int, chunk: Chunk | None = None) -> list[Loss]:
        """Enter losses, of *chunk* if one is given, and return those that are new."""
        keys = {(loss.kind, loss.path, _class_at(loss.path, chunk)): loss for loss in found}
        new = {key: loss for key, loss in keys.items() if key not in self._entered}
        for key, loss in new.items():
            if len(self.losses) < MOST_LOSSES and len(loss.path) <= self._left:
                self._entered.add(key)
                self.losses.append(self._kept(loss, event))
        return list(new.values())

    def says_more(self, chunk: Chunk, value: Chunk | Choice) -> bool:
        """Say whether the residue of *value*, *chunk* or a choice in it, says anything."""
        return bool(self._silence(chunk).of(value.__class__).shape(value.extra))

    def _silence(self, chunk: Chunk) -> Silence:
        found = self._silences.get(chunk.dialect)
        if found is None:
            found = self._silences[chunk.dialect] = silence_of(chunk)
        return found

    def _see(self, chunk: Chunk) -> None:
        """Remember the keys of the residue of a measured chunk with one part that runs on."""
        if self._exactly or len(chunk.choices) != 1 or len(chunk.choices[0].parts) != 1:
            return
        choice = chunk.choices[0]
        part: Any = choice.parts[0]
        if not (type(part) is Text and part.text) and not (
            type(part) is ToolCall and part.id is None and part.name is None
        ):
            return
        seen = self._seen.setdefault((choice.index, type(part), chunk.dialect), ({}, {}, {}))
        silence = self._silence(chunk)
        _remember(chunk.extra, seen[0], silence.of(Chunk))
        _remember(choice.extra, seen[1], silence.of(Choice))
        _remember(part.extra, seen[2], silence.of(part.__class__))

    def _kept(self, loss: Loss, event: int) -> Loss:
        """Return a loss as the report has it: without its value where that is too much."""
        self._left -= len(loss.path)
        size = weight(loss.value, self._left)
        if size > self._left:
            return evolve(loss, event=event, value=None)
        self._left -= size
        return evolve(loss, event=event)


def _is_known(extra: dict[str, Any], known: Known, level: Level) -> bool:
    """Say whether residue like *extra* was seen in the same place, or says nothing."""
    for key, value in extra.items():
        found = known.get(key, _NONE)
        if found is value or found == value:
            continue
        if value.__class__ is dict:
            if (key, level.under(key).shape(value)) in known:
                continue
        elif found is _ANY:
            continue
        if not level.covers(key, value):
            return False
    return True


def _remember(extra: dict[str, Any], known: Known, level: Level) -> None:
    """Enter the keys of *extra* that say something, and the words of the others."""
    for key, value in extra.items():
        if len(key) >= _MOST_KEY or len(known) >= MOST_LOSSES:
            continue
        if is_object(value):
            known[key, level.under(key).shape(value)] = _ANY
        elif not level.covers(key, value):
            known[key] = _ANY
        elif not is_list(value):
            known.setdefault(key, value)


def _class_at(path: str, chunk: Chunk | None) -> type[Any] | str | None:
    """Return what the part is that *path* leads to: another class is another loss.

    What has no class of its own is what the wire calls it.
    """
    match = None if chunk is None else _PART.match(path)
    if chunk is None or match is None:
        return None
    number = int(match[1])
    # What was read back may have a choice more.
    parts = chunk.choices[number].parts if number < len(chunk.choices) else []
    part = parts[int(match[2])] if int(match[2]) < len(parts) else None
    if type(part) is Other and isinstance(part.type, str):
        return part.type
    return None if part is None else type(part)
