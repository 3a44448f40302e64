"""Chunks that lose alike: where one of a kind was measured, no other needs to be."""

from __future__ import annotations

from typing import Any, Final

from attrs import fields

from onechunk._chunk import Chunk, Usage
from onechunk._marks import is_object
from onechunk._parts import Part, Reasoning, Refusal, Text, ToolCall
from onechunk._silence import Silence

__all__ = ["signature"]

_COUNTS: Final = tuple(a.name for a in fields(Usage) if a.name != "extra")
_INSIDE: Final = {
    "input_tokens": ("cached_input_tokens", "cache_write_tokens", "input_audio_tokens"),
    "output_tokens": ("reasoning_tokens", "output_audio_tokens"),
}
"""Counts that others include: some dialects leave them out of these, and none goes below zero."""


def signature(chunk: Chunk, silence: Silence, *, exactly: bool) -> int | None:
    """Return a number that chunks which lose alike have in common; None if values decide.

    Text, pieces of arguments and counts are lost, or not, whatever they say. So is residue, of
    which only the keys count that say something. What other dialects take only if it is valid
    (signatures, media, log probabilities) and what is rare has to be measured.

    Args:
        chunk: Not changed.
        silence: Of the two dialects.
        exactly: True if residue is written: then its values count too.
    """
    if chunk.error is not None:
        return None
    shape = _exact if exactly else silence.shape
    found: list[Any] = [chunk.dialect, chunk.done, shape(chunk.extra)]
    if chunk.usage is not None:
        found += [_counts(chunk.usage), shape(chunk.usage.extra)]
    shape_of_part = _exact if exactly else silence.of_parts.shape
    for choice in chunk.choices:
        if choice.stop is not None or choice.logprobs is not None:
            return None
        reason = None if choice.finish is None else choice.finish.reason
        found += [choice.index, choice.role, reason, shape(choice.extra)]
        for part in choice.parts:
            said = _running(part)
            if said is None:
                return None
            found.append(said)
            if part.extra:
                found.append((shape if type(part) is ToolCall else shape_of_part)(part.extra))
    try:
        return hash(tuple(found))
    except TypeError:
        # Lists and objects of residue that is written, or a field that is not what it should be.
        return None


def _running(part: Part) -> tuple[Any, ...] | None:
    """Return what decides of a part that may be cut anywhere; None for any other."""
    kind = part.__class__
    if isinstance(part, ToolCall):
        if is_object(part.arguments):
            return None
        # Heads are few, and some dialects read some ids as none.
        return kind, part.index, part.id, part.name, part.arguments.__class__, bool(part.arguments)
    if isinstance(part, Reasoning) and (part.signature or part.encrypted):
        return None
    return (kind, bool(part.text)) if isinstance(part, Text | Refusal | Reasoning) else None


def _counts(usage: Usage) -> tuple[Any, ...]:
    """Return which counts there are, and how they stand to each other."""
    said = {name: getattr(usage, name) for name in _COUNTS}
    signs = [None if count is None else (count > 0, count < 0) for count in said.values()]
    total, known = said["total_tokens"], (said["input_tokens"], said["output_tokens"])
    inside = [
        None if said[outer] is None else said[outer] >= sum(said[name] or 0 for name in names)
        for outer, names in _INSIDE.items()
    ]
    return (*signs, None not in known and total == sum(known), *inside)


def _exact(extra: dict[str, Any]) -> tuple[Any, ...]:
    return tuple([(key, value.__class__, value) for key, value in extra.items()])
