"""Losses are measured, not declared: what is written is read again and compared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from attrs import evolve, fields

from onechunk._adapter import Adapter, Rules, own
from onechunk._chunk import Choice, Chunk, ExtraPolicy, Logprobs
from onechunk._codec import away_payloads, is_away
from onechunk._compare import DEPTH, MOST_KEPT, compare, weight
from onechunk._errors import UNWRITABLE, EncodeError, WireError, unwritable
from onechunk._finish import Finish, FinishReason
from onechunk._loss import Loss
from onechunk._marks import MOST_DEPTH, is_list, is_object
from onechunk._parts import Part, Text, ToolCall
from onechunk._registry import get_adapter

__all__ = ["LossBook", "first_choice", "losses", "measure"]

MOST_LOSSES: Final = 1_000
"""So many losses a stream's report lists at most: keys of a hostile stream may never repeat."""

_MOST_KEY: Final = 1_000
_MOST_NODES: Final = 10_000
"""Of residue that is larger nobody looks whether all of it is empty."""

_ENVELOPE = ("$.id", "$.model", "$.created")
_PART = re.compile(r"\$\.choices\[(\d+)\]\.parts\[(\d+)\]")


def losses(dialect: str, chunk: Chunk, *, extra: ExtraPolicy = "home") -> list[Loss]:
    """Return what `encode` into *dialect* drops, changes or makes up.

    At home nothing is lost. Empty residue (null, empty strings) and padding count for nothing.

    Raises:
        EncodeError: The chunk cannot be written.
        UnknownDialectError: No adapter has the name.
    """
    return measure(get_adapter(dialect), chunk, extra=extra)


def measure(adapter: Adapter, chunk: Chunk, *, extra: ExtraPolicy = "home") -> list[Loss]:
    """Return the losses of one chunk written alone."""
    bare = chunk.done and not (chunk.choices or chunk.usage or chunk.error)
    if not is_away(adapter, chunk, extra) or bare:
        return []
    left_out: list[Loss] = []
    if adapter.rules.choices == "one":
        chunk, left_out = first_choice(chunk)
    sparing = adapter.rules.calls == "whole" or adapter.rules.tells
    if sparing:
        chunk = _sparing(chunk, adapter.rules)
    try:
        written = away_payloads(adapter, chunk, extra=extra)
        back = _read_back(adapter, written)
        if sparing:
            back = _sparing(back, adapter.rules)
        if adapter.stage is not None:
            chunk = _with_joined_calls(chunk)
        source = get_adapter(chunk.dialect) if chunk.dialect else adapter
        return left_out + compare(
            chunk,
            back,
            padding=adapter.meaningless | source.meaningless,
            constants=source.constants,
        )
    except WireError as error:
        raise EncodeError(error.message, dialect=adapter.name, path=error.path) from error
    except UNWRITABLE as exc:
        raise unwritable(exc, adapter.name) from exc


def first_choice(chunk: Chunk) -> tuple[Chunk, list[Loss]]:
    """Return *chunk* without candidates but the first, and the losses that these are."""
    indexes = [n if each.index is None else each.index for n, each in enumerate(chunk.choices)]
    others = [Loss("dropped", f"$.choices[{index}]", index) for index in indexes if index]
    if not others:
        return chunk, []
    first = [each for each, index in zip(chunk.choices, indexes, strict=True) if not index]
    return evolve(chunk, choices=first), others


def _read_back(adapter: Adapter, written: list[dict[str, Any]]) -> Chunk:
    """Read the payloads of one chunk as one chunk."""
    chunks = [adapter.read(own(payload, dialect=adapter.name)) for payload in written]
    if adapter.stage is None:
        return chunks[0]
    memory = adapter.remember()
    whole = Chunk()
    choices: dict[int, Choice] = {}
    for chunk in chunks:
        if memory is not None:
            memory.read(chunk)
        for name in ("id", "model", "created", "usage", "error"):
            if getattr(chunk, name) is not None:
                setattr(whole, name, getattr(chunk, name))
        for choice in chunk.choices:
            known = choices.setdefault(choice.index or 0, Choice(choice.index))
            for part in choice.parts:
                _join(known.parts, part)
            for name in ("role", "finish", "stop"):
                if getattr(choice, name) is not None:
                    setattr(known, name, getattr(choice, name))
            known.logprobs = _join_logprobs(known.logprobs, choice.logprobs)
    whole.choices = list(choices.values())
    return whole


def _join_logprobs(one: Logprobs | None, two: Logprobs | None) -> Logprobs | None:
    """Return the tokens of both; the residue is that of the later."""
    if one is None or two is None:
        return two if one is None else one
    joined = evolve(two)
    for name in ("content", "refusal"):
        tokens = [*(getattr(one, name) or ()), *(getattr(two, name) or ())]
        setattr(joined, name, tokens or None)
    return joined


def _join(parts: list[Part], part: Part) -> None:
    """Add *part*; a piece of a call goes to the call that is there."""
    if type(part) is ToolCall and part.id is None and part.name is None:
        for known in parts:
            if type(known) is ToolCall and known.index == part.index:
                text = part.arguments if isinstance(part.arguments, str) else ""
                known.arguments = f"{known.arguments or ''}{text}"
                return
    parts.append(part)


def _with_joined_calls(chunk: Chunk) -> Chunk:
    """Return *chunk* with the pieces of each call joined, as they are when read back.

    An empty text stands where a piece was, so that every part keeps its number.
    """
    choices: list[Choice] = []
    for choice in chunk.choices:
        parts: list[Part] = []
        for part in choice.parts:
            before = len(parts)
            # What is joined to must be a copy.
            _join(parts, evolve(part) if type(part) is ToolCall else part)
            if len(parts) == before:
                parts.append(Text(""))
        choices.append(evolve(choice, parts=parts))
    return evolve(chunk, choices=choices)


def _sparing(chunk: Chunk, rules: Rules) -> Chunk:
    """Return *chunk* without what one chunk cannot tell, and what `Shaper` reports itself.

    That is whether pieces of arguments make a whole, and whether calls came.
    """
    choices: list[Choice] = []
    for choice in chunk.choices:
        parts = choice.parts
        if rules.calls == "whole":
            parts = [whole for part in parts if (whole := _whole(part)) is not None]
        finish = choice.finish
        if rules.tells and finish is not None and finish.reason is FinishReason.TOOL_CALLS:
            finish = Finish(FinishReason.STOP)
        choices.append(evolve(choice, parts=parts, finish=finish))
    return evolve(chunk, choices=choices)


def _whole(part: Part) -> Part | None:
    """Return a call without the text of its arguments; None for a piece of them."""
    if type(part) is not ToolCall or is_object(part.arguments):
        return part
    if part.id is None and part.name is None:
        return None
    return evolve(part, arguments={})


class LossBook:
    """The losses of one stream, each kind at each path once for every class of part.

    Chunks that are alike in what they have lose alike, so only the first of a kind is measured.
    """

    def __init__(self, adapter: Adapter, extra: ExtraPolicy) -> None:
        self.losses: list[Loss] = []
        self.envelope_noted = False
        self._adapter = adapter
        self._extra: ExtraPolicy = extra
        self._entered: set[tuple[Any, ...]] = set()
        self._left = MOST_KEPT
        # Hashes: what decides may be as large as an event.
        self._known: set[int] = set()
        self._seen: dict[tuple[int | None, type[Any]], set[Any]] = {}

    def knows(self, chunk: Chunk) -> bool:
        """Say whether a chunk like *chunk* was measured."""
        return hash(_signature(chunk)) in self._known

    def knows_plain(self, chunk: Chunk) -> bool:
        """Say the same of a chunk that has one plain part; quickly, since most chunks have.

        Text and fragments of calls are lost nowhere but where no part of their class is said, so
        it is their residue that counts, key by key.
        """
        choice = chunk.choices[0]
        part: Any = choice.parts[0]
        seen = self._seen.get((choice.index, part.__class__))
        if seen is None or choice.stop is not None:
            return self.knows(chunk)
        if part.extra and any(key not in seen and _says(v) for key, v in part.extra.items()):
            return self.knows(chunk)
        for extra in (chunk.extra, choice.extra):
            for key, value in extra.items():
                known = hash((key, _shape(value))) if value.__class__ is dict else key
                if known not in seen and _says(value):
                    return False
        return True

    def _see(self, chunk: Chunk) -> None:
        """Remember the keys of the residue of a measured chunk with one plain part."""
        if len(chunk.choices) != 1 or len(chunk.choices[0].parts) != 1:
            return
        choice = chunk.choices[0]
        seen = self._seen.setdefault((choice.index, type(choice.parts[0])), set())
        for key, value in (*chunk.extra.items(), *choice.extra.items()):
            if _says(value) and len(key) < _MOST_KEY and len(seen) < MOST_LOSSES:
                seen.add(hash((key, _shape(value))) if is_object(value) else key)

    def enter(self, chunk: Chunk, event: int) -> list[Loss]:
        """Measure *chunk* and return what is new of its losses."""
        if len(self._known) < MOST_LOSSES:
            self._known.add(hash(_signature(chunk)))
            self._see(chunk)
        found = measure(self._adapter, chunk, extra=self._extra)
        # The envelope is a matter of the whole stream.
        return self.add([loss for loss in found if loss.path not in _ENVELOPE], event, chunk)

    def add(self, found: Iterable[Loss], event: int, chunk: Chunk | None = None) -> list[Loss]:
        """Enter losses, of *chunk* if one is given, and return those that are new."""
        keys = {(loss.kind, loss.path, _class_at(loss.path, chunk)): loss for loss in found}
        new = {key: loss for key, loss in keys.items() if key not in self._entered}
        for key, loss in new.items():
            if len(self.losses) < MOST_LOSSES:
                self._entered.add(key)
                self.losses.append(self._kept(loss, event))
        return list(new.values())

    def _kept(self, loss: Loss, event: int) -> Loss:
        """Return a loss as the report has it: without its value where that is too much."""
        self._left -= weight(loss.value, self._left) + len(loss.path)
        return evolve(loss, event=event, value=loss.value if self._left > 0 else None)


def _class_at(path: str, chunk: Chunk | None) -> type[Any] | None:
    """Return the class of the part that *path* leads to: another class is another loss."""
    match = None if chunk is None else _PART.match(path)
    if chunk is None or match is None:
        return None
    number = int(match[1])
    # What was read back may have a choice more.
    parts = chunk.choices[number].parts if number < len(chunk.choices) else []
    return type(parts[int(match[2])]) if int(match[2]) < len(parts) else None


def _signature(chunk: Chunk) -> Any:
    """Return what decides which losses *chunk* has, short of the values themselves."""
    choices = chunk.choices
    if len(choices) == 1 and chunk.usage is None and chunk.error is None:
        choice = choices[0]
        parts = choice.parts
        if len(parts) == 1 and choice.finish is None and choice.logprobs is None:
            part = parts[0]
            if type(part) is Text and not part.extra:
                return _shape(chunk.extra), _shape(choice.extra), choice.index, choice.stop is None
            if type(part) is ToolCall:
                return (
                    _shape(chunk.extra),
                    _shape(choice.extra),
                    _shape(part.extra),
                    choice.index,
                    # Heads are few, and some dialects read some ids as none.
                    part.id,
                    part.name is None,
                    type(part.arguments),
                    choice.stop is None,
                )
    return (
        _shape(chunk.extra),
        _filled(chunk.usage),
        _filled(chunk.error),
        tuple(
            (
                choice.index,
                choice.finish and choice.finish.reason,
                choice.stop is None,
                _tokens(choice.logprobs),
                tuple(_part(part) for part in choice.parts),
                _shape(choice.extra),
            )
            for choice in choices
        ),
    )


def _shape(extra: dict[str, Any], depth: int = DEPTH) -> tuple[Any, ...]:
    return tuple(
        [
            (key, _shape(value, depth - 1)) if value.__class__ is dict and depth else key
            for key, value in extra.items()
            if _says(value)
        ]
    )


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(a.name for a in fields(kind) if a.name != "extra")


def _filled(value: Any) -> tuple[Any, ...] | None:
    if value is None:
        return None
    found = [(name, getattr(value, name)) for name in _names(value.__class__)]
    return (
        *(name if _is_usual(each) else (name, repr(each)) for name, each in found if _says(each)),
        _shape(getattr(value, "extra", {})),
    )


def _says(value: Any) -> bool:
    """Say whether a value holds anything but nulls, empty strings and empty lists.

    Of a very large one that is taken for granted.
    """
    if value is None or value.__class__ is str:
        return bool(value)
    if not is_object(value) and not is_list(value):
        return True
    # Its depth is the sender's to choose: no recursion. A value that holds itself has no end.
    todo: list[tuple[Any, int]] = [(value, 0)]
    nodes = 0
    while todo:
        each, depth = todo.pop()
        if depth > MOST_DEPTH:
            return True
        if is_object(each) or is_list(each):
            nodes += len(each) + 1
            if nodes > _MOST_NODES:
                return True
            inner = each.values() if is_object(each) else each
            todo += [(one, depth + 1) for one in inner]
        elif each is not None and each != "":
            return True
    return False


def _is_usual(value: Any) -> bool:
    """Say whether a value is one that JSON has a word for."""
    return type(value) is not float or math.isfinite(value)


def _part(part: Part) -> tuple[Any, ...]:
    kind = getattr(part, "kind", getattr(part, "type", None))
    return (type(part), kind, getattr(part, "arguments", None).__class__, _filled(part))


def _tokens(logprobs: Any) -> Any:
    if logprobs is None:
        return None
    tokens = [*(logprobs.content or ()), *(logprobs.refusal or ())]
    return frozenset(_filled(token) for token in tokens), logprobs.refusal is None
