"""What a v1 stream has said so far, in the form in which its last events repeat it.

What is repeated is marked key by key, so that what differs stays and what does not is derived.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from onechunk import DERIVED, Choice, Json, Reasoning, Text, ToolCall
from onechunk.events import Growing
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters._events import same

__all__ = ["Copies"]


class Copies:
    """Texts, calls and citations of one stream.

    Attributes:
        text: All text, the plan included.
        planned: True if a plan was streamed.
        citations: Every citation as the wire has it.
    """

    def __init__(self) -> None:
        self.text = Growing()
        self.planned = False
        self.citations: list[Object] = []
        self._names: dict[int, str | None] = {}
        self._arguments: dict[int, list[Any]] = {}
        # What is repeated often is made once.
        self._whole: dict[int, Object] = {}

    @property
    def called(self) -> bool:
        """True if there was a call."""
        return bool(self._names)

    def add(self, choices: list[Choice]) -> None:
        """Add what a chunk says."""
        for choice in choices:
            for part in choice.parts:
                if isinstance(part, Text | Reasoning):
                    self.text.add(part.text)
                    self.planned = self.planned or isinstance(part, Reasoning)
                elif isinstance(part, ToolCall):
                    self._add_call(part)

    def number(self, choice: Choice) -> None:
        """Give calls that come whole their numbers."""
        count = len(self._names)
        for part in choice.parts:
            if isinstance(part, ToolCall) and part.index is None:
                part.index = count
                count += 1

    def mark_text(self, holder: Object, key: str) -> None:
        """Mark a text that is all text so far."""
        if self.text.is_whole(holder.get(key)):
            holder[key] = DERIVED

    def mark_calls(self, holder: Object) -> None:
        """Mark what a list of calls repeats."""
        copies = holder.get("tool_calls")
        if is_list(copies) and len(copies) == len(self._names):
            for number, copy in enumerate(copies):
                if number in self._names:
                    _mark(copy, self._call(number))

    def mark_citations(self, holder: Object) -> None:
        """Mark what a list of citations repeats."""
        copies = holder.get("citations")
        if is_list(copies) and len(copies) == len(self.citations):
            for copy, citation in zip(copies, self.citations, strict=True):
                _mark(copy, citation)

    def fill(self, out: Object, key: str, stood: Json) -> None:
        """Put into *out* what was said where *stood* has marks."""
        if key not in out:
            return
        if stood is DERIVED:
            out[key] = self.text.whole()
        elif is_list(stood) and key in {"tool_calls", "citations"}:
            said = self._said_call if key == "tool_calls" else self._said_citation
            filled = [_filled(copy, said, number) for number, copy in enumerate(stood)]
            out[key] = [copy for copy in filled if copy is not DERIVED]

    def _said_call(self, number: int) -> Object | None:
        return self._call(number) if number in self._names else None

    def _said_citation(self, number: int) -> Object | None:
        return self.citations[number] if number < len(self.citations) else None

    def _add_call(self, part: ToolCall) -> None:
        number = part.index
        if number is None:
            number = max(self._names, default=-1) + (part.name is not None)
        self._names[number] = self._names.get(number) or part.name
        self._whole.pop(number, None)
        pieces = self._arguments.setdefault(number, [])
        if part.arguments is not None:
            pieces.append(part.arguments)

    def _call(self, number: int) -> Object:
        """Return a call with its arguments as an object."""
        known = self._whole.get(number)
        if known is None:
            pieces = self._arguments[number]
            arguments = next((piece for piece in pieces if is_object(piece)), None)
            if arguments is None:
                arguments = _parse("".join(pieces))
            known = self._whole[number] = {"name": self._names[number], "parameters": arguments}
        return known


def _parse(text: str) -> Object:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if is_object(value) else {}


def _mark(copy: Json, said: Object) -> None:
    """Mark in an object what another says under the same key."""
    if is_object(copy):
        for key, value in said.items():
            if key in copy and same(copy[key], value):
                copy[key] = DERIVED


def _filled(copy: Json, said: Callable[[int], Object | None], number: int) -> Json:
    """Return an object with what was said where marks stood; a mark for what was taken out."""
    if not is_object(copy) or DERIVED not in copy.values():
        return copy
    found = said(number)
    if found is None:
        return DERIVED
    filled = {k: found.get(k, DERIVED) if v is DERIVED else v for k, v in copy.items()}
    return {key: value for key, value in filled.items() if value is not DERIVED}
