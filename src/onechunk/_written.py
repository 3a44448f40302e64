"""The body of a whole answer, and what of the message it has lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from attrs import evolve, fields, frozen, has

from onechunk._adapter import Adapter, own
from onechunk._chunk import Chunk
from onechunk._compare import compare
from onechunk._loss import Loss, call_path
from onechunk._losses import first_choice, silence_of
from onechunk._marks import Json, is_list, is_object
from onechunk._message import Message
from onechunk._parts import ToolCall
from onechunk._series import DEPTH, Series
from onechunk._silence import NOTHING, Level, Silence
from onechunk.mapping._writer import bare

__all__ = ["Written"]

Object = dict[str, Json]

MOST_LEVELS: Final = DEPTH + 8
"""A series stands no deeper than residue is merged key by key, in a part of a choice."""

_UNSHAPED: Final = re.compile(
    r"\$\.usage|.*\.(finish\.reason|logprobs\..*|parts\[\d+\]\.(url|title|start|end|arguments))$"
)


@frozen
class Written:
    """A body and what it was written of.

    Attributes:
        chunk: What the message says, as one chunk.
        shaped: What making it fit the dialect bent or made up.
        home: True if it was read from such a body.
        as_is: True if it was said by a stream of the same dialect, and is written as it is or as
            it was settled.
    """

    adapter: Adapter
    message: Message
    chunk: Chunk
    payload: Object
    shaped: list[Loss]
    home: bool
    as_is: bool

    def losses(self) -> list[Loss]:
        """Read the body again and return what it lacks, has otherwise, or has alone."""
        adapter, chunk = self.adapter, self.chunk
        silence = silence_of(chunk)
        replaced = [
            evolve(loss, value=bare(loss.value)) for loss in _replaced("$", self.message, silence)
        ]
        if self.home:
            return replaced
        left_out: list[Loss] = []
        if adapter.rules.choices == "one":
            chunk, left_out = first_choice(chunk)
        back = adapter.read(own(self.payload, dialect=adapter.name))
        memory = adapter.remember()
        if memory is not None:
            memory.read(back)
        found = compare(chunk, back, silence)
        if not self.as_is:
            # Of what was made up, shaping reported all but what this names.
            found = [x for x in found if x.kind != "invented" or _UNSHAPED.match(x.path)]
        known = {(loss.kind, loss.path) for loss in self.shaped}
        calls = _paths_of_calls(chunk)
        found = [x for x in (*left_out, *found) if (x.kind, _of_call(x.path, calls)) not in known]
        return [*self.shaped, *found, *replaced]


def _paths_of_calls(chunk: Chunk) -> dict[str, str]:
    """Return the paths of calls as parts, with those that shaping has for the same."""
    found: dict[str, str] = {}
    for place, choice in enumerate(chunk.choices):
        index = place if choice.index is None else choice.index
        numbers = (n for n, part in enumerate(choice.parts) if type(part) is ToolCall)
        for call, number in enumerate(numbers):
            found[f"$.choices[{place}].parts[{number}]"] = call_path(index, call)
    return found


def _of_call(path: str, calls: dict[str, str]) -> str:
    """Return shaping's path for what is told of a call."""
    part, bracket, rest = path.rpartition("]")
    return calls.get(part + bracket, part + bracket) + rest


def _replaced(
    path: str, value: Any, silence: Silence, level: Level = NOTHING, depth: int = MOST_LEVELS
) -> Iterator[Loss]:
    """Yield the values of series that the last one of each stands in for."""
    if not depth:
        return
    if is_object(value):
        for key, each in value.items():
            here = f"{path}.{key}"
            if isinstance(each, Series):
                said = (one for one in each.values[:-1] if not level.covers(key, one))
                yield from (Loss("dropped", here, one) for one in said)
            else:
                yield from _replaced(here, each, silence, level.under(key), depth - 1)
    elif is_list(value):
        for number, each in enumerate(value):
            yield from _replaced(f"{path}[{number}]", each, silence, level, depth - 1)
    elif has(value.__class__):
        residue = silence.of(Chunk if isinstance(value, Message) else value.__class__)
        for attribute in fields(value.__class__):
            name = attribute.name
            yield from _replaced(
                f"{path}.{name}", getattr(value, name), silence, residue, depth - 1
            )
