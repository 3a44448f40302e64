"""What a chunk of its own dialect needs where it breaks a rule: an edit of canonical fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import evolve

from onechunk._chunk import Choice, Chunk
from onechunk._demands import Demands
from onechunk._parts import Part
from onechunk._problem import ProblemKind
from onechunk._validator import Finding
from onechunk.mapping._writer import bare

__all__ = ["DROPPED", "EDITS", "LEFT", "edit", "without_finish"]

DROPPED: Final[frozenset[ProblemKind]] = frozenset({"after_end", "after_error", "foreign_end"})
"""Problems of a chunk that readers must not see."""

LEFT: Final[frozenset[ProblemKind]] = frozenset({"shrinking_usage"})
"""Problems that stay: the last count is what the vendor bills, and nobody here knows better."""


def edit(chunk: Chunk, findings: Iterable[Finding], demands: Demands) -> Chunk | None:
    """Return *chunk* without what was found, itself where that is nothing; None to leave it out."""
    kinds = {each.kind for each in findings} - LEFT
    if not kinds & EDITS.keys() and not kinds & DROPPED:
        return chunk
    # What opens an answer twice is an event that says nothing else.
    if kinds & DROPPED or (demands.events and "second_role" in kinds):
        return None
    edited = evolve(chunk, choices=[evolve(each, parts=[*each.parts]) for each in chunk.choices])
    for each in findings:
        if each.kind in EDITS:
            EDITS[each.kind](edited, each, demands)
    for choice in edited.choices:
        choice.parts = [part for part in choice.parts if part is not _GONE]
    return edited if _says_anything(edited) or not kinds & _TAKING else None


def without_finish(choice: Choice, demands: Demands) -> Choice:
    """Return *choice* as one that goes on."""
    return evolve(choice, finish=None, extra={**choice.extra, **demands.open})


_GONE: Final[Any] = object()


def _change(chunk: Chunk, finding: Finding, _: Demands) -> None:
    setattr(chunk, finding.path.removeprefix("$."), finding.fix)


def _take_role(chunk: Chunk, finding: Finding, _: Demands) -> None:
    chunk.choices[finding.choice].role = None


def _take_part(chunk: Chunk, finding: Finding, _: Demands) -> None:
    choice = chunk.choices[finding.choice]
    choice.parts[finding.part] = _GONE
    # Marks stand for what the part said.
    choice.extra = bare(choice.extra)


def _take_finish(chunk: Chunk, finding: Finding, demands: Demands) -> None:
    chunk.choices[finding.choice] = without_finish(chunk.choices[finding.choice], demands)


def _take_head(chunk: Chunk, finding: Finding, _: Demands) -> None:
    _change_part(chunk, finding, **dict.fromkeys(finding.fix))


def _number(chunk: Chunk, finding: Finding, _: Demands) -> None:
    _change_part(chunk, finding, index=finding.fix)


def _name_call(chunk: Chunk, finding: Finding, demands: Demands) -> None:
    if not demands.events:
        _change_part(chunk, finding, id=finding.fix)


def _change_part(chunk: Chunk, finding: Finding, **fields: Any) -> None:
    parts: list[Part] = chunk.choices[finding.choice].parts
    part = parts[finding.part]
    if part is not _GONE:
        parts[finding.part] = evolve(part, **fields)


EDITS: Final[Mapping[ProblemKind, Callable[[Chunk, Finding, Demands], None]]] = {
    "after_finish": _take_part,
    "changed_created": _change,
    "changed_id": _change,
    "headless_call": _name_call,
    "second_call": _number,
    "second_finish": _take_finish,
    "second_head": _take_head,
    "second_role": _take_role,
}
"""Problems of a chunk that an edit takes away, which the chunk must own."""

_TAKING: Final[frozenset[ProblemKind]] = frozenset({"after_finish", "second_finish"})


def _says_anything(chunk: Chunk) -> bool:
    if chunk.usage is not None or chunk.error is not None or chunk.done:
        return True
    return any(
        choice.parts
        or any(each is not None for each in (choice.role, choice.finish, choice.logprobs))
        for choice in chunk.choices
    )
