"""Chunks that lose alike: where one of a kind was measured, no other needs to be."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

from attrs import fields

from onechunk._chunk import Chunk, Usage
from onechunk._marks import is_object
from onechunk._parts import Part, Reasoning, Refusal, Text, ToolCall
from onechunk._silence import Silence

__all__ = ["signature"]

_counts_of: Final = attrgetter(*(a.name for a in fields(Usage) if a.name != "extra"))
_in_input: Final = attrgetter("cached_input_tokens", "cache_write_tokens", "input_audio_tokens")
_in_output: Final = attrgetter("reasoning_tokens", "output_audio_tokens")


def signature(chunk: Chunk, silence: Silence, *, exactly: bool) -> int | None:
    """Return a number that chunks which lose alike have in common; None if values decide.

    Text, pieces of arguments and counts are lost, or not, whatever they say. So is residue, of
    which only the keys count that say something. What other dialects take only if it is valid
    (signatures, media, log probabilities) and what is rare has to be measured.

    Args:
        chunk: Not changed.
        silence: Of the dialect it is of.
        exactly: True if residue is written: then its values count too.
    """
    if chunk.error is not None:
        return None

    def shape(value: Any) -> tuple[Any, ...]:
        extra = value.extra
        return _exact(extra) if exactly else silence.of(value.__class__).shape(extra)

    found: list[Any] = [chunk.dialect, chunk.done, shape(chunk) if chunk.extra else None]
    if chunk.usage is not None:
        found += [_counts(chunk.usage), shape(chunk.usage)]
    for choice in chunk.choices:
        if choice.stop is not None or choice.logprobs is not None:
            return None
        reason = None if choice.finish is None else choice.finish.reason
        found += [choice.index, choice.role, reason, shape(choice) if choice.extra else None]
        for part in choice.parts:
            said = _running(part)
            if said is None:
                return None
            found.append(said)
            if part.extra:
                found.append(shape(part))
    try:
        return hash(tuple(found))
    except TypeError:
        # Lists and objects of residue that is written, or a field that is not what it should be.
        return None


def _running(part: Part) -> tuple[Any, ...] | None:
    """Return what decides of a part that may be cut anywhere; None for any other."""
    if type(part) is Text or type(part) is Refusal:
        return type(part), bool(part.text)
    if type(part) is Reasoning:
        return None if part.signature or part.encrypted else (Reasoning, bool(part.text))
    if type(part) is ToolCall and not is_object(part.arguments):
        kind = part.arguments.__class__
        # Heads are few, and some dialects read some ids as none.
        return ToolCall, part.index, part.id, part.name, kind, bool(part.arguments)
    return None


def _counts(usage: Usage) -> tuple[Any, ...]:
    """Return which counts there are, and how they stand to each other.

    Some dialects leave counts out of those that include them, and none of theirs is below zero.
    """
    signs = [count and (1 if count > 0 else 2) for count in _counts_of(usage)]
    input_tokens, output_tokens = usage.input_tokens, usage.output_tokens
    if input_tokens is not None:
        signs.append(input_tokens >= sum(filter(None, _in_input(usage))))
        if output_tokens is not None:
            signs.append(usage.total_tokens == input_tokens + output_tokens)
    if output_tokens is not None:
        signs.append(output_tokens >= sum(filter(None, _in_output(usage))))
    return tuple(signs)


def _exact(extra: dict[str, Any]) -> tuple[Any, ...]:
    return tuple([(key, value.__class__, value) for key, value in extra.items()])
