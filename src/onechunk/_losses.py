"""Losses are measured, not declared: what is written is read again and compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import evolve, fields

from onechunk._adapter import Adapter, own
from onechunk._chunk import Chunk, ExtraPolicy
from onechunk._codec import is_away, payload_of
from onechunk._compare import compare
from onechunk._loss import Loss
from onechunk._parts import Part, Text, ToolCall
from onechunk._registry import get_adapter

__all__ = ["LossBook", "losses", "measure"]

MOST_LOSSES: Final = 1_000
"""So many losses a stream's report lists at most: keys of a hostile stream may never repeat."""

_ENVELOPE = ("$.id", "$.model", "$.created")


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
    if not is_away(adapter, chunk, extra) or (chunk.done and not chunk.choices):
        return []
    back = adapter.read(own(payload_of(adapter, chunk, extra=extra)))
    return compare(chunk, back, padding=adapter.padding | _padding_of(chunk))


def _padding_of(chunk: Chunk) -> frozenset[str]:
    return get_adapter(chunk.dialect).padding if chunk.dialect else frozenset()


class LossBook:
    """The losses of one stream, each kind at each path once.

    Chunks that are alike in what they have lose alike, so only the first of a kind is measured.
    """

    def __init__(self, adapter: Adapter, extra: ExtraPolicy) -> None:
        self.losses: list[Loss] = []
        self.envelope_noted = False
        self._adapter = adapter
        self._extra: ExtraPolicy = extra
        self._entered: set[tuple[str, str]] = set()
        self._known: set[Any] = set()

    def knows(self, chunk: Chunk) -> bool:
        """Say whether a chunk like *chunk* was measured."""
        return _signature(chunk) in self._known

    def enter(self, chunk: Chunk, event: int) -> list[Loss]:
        """Measure *chunk* and return what is new of its losses."""
        if len(self._known) < MOST_LOSSES:
            self._known.add(_signature(chunk))
        found = measure(self._adapter, chunk, extra=self._extra)
        # The envelope is a matter of the whole stream.
        return self.add([loss for loss in found if loss.path not in _ENVELOPE], event)

    def add(self, found: Iterable[Loss], event: int) -> list[Loss]:
        """Enter losses and return those that are new."""
        new = [loss for loss in found if (loss.kind, loss.path) not in self._entered]
        for loss in new:
            if len(self.losses) < MOST_LOSSES:
                self._entered.add((loss.kind, loss.path))
                self.losses.append(evolve(loss, event=event))
        return new


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


def _shape(extra: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        [
            (key, _shape(value)) if type(value) is dict else key
            for key, value in extra.items()
            if value is not None
        ]
    )


def _filled(value: Any) -> tuple[Any, ...] | None:
    if value is None:
        return None
    found = [(a.name, getattr(value, a.name)) for a in fields(type(value)) if a.name != "extra"]
    return (
        *(name for name, each in found if each is not None),
        _shape(getattr(value, "extra", {})),
    )


def _part(part: Part) -> tuple[Any, ...]:
    kind = getattr(part, "kind", getattr(part, "type", None))
    return (type(part), kind, type(getattr(part, "arguments", None)), _filled(part))


def _tokens(logprobs: Any) -> Any:
    if logprobs is None:
        return None
    tokens = [*(logprobs.content or ()), *(logprobs.refusal or ())]
    return frozenset(_filled(token) for token in tokens), logprobs.refusal is None
