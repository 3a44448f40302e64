"""A whole answer in canonical form."""

from __future__ import annotations

from attrs import Factory, define, field

from onechunk._chunk import Choice, Error, Said, Usage
from onechunk._marks import Json

__all__ = ["Message"]


@define(weakref_slot=False)
class Message(Said):
    """A whole answer: what all chunks of a stream say together, or one body that came whole.

    Attributes:
        id: The answer's id.
        model: The model that answered.
        created: Unix time in seconds.
        choices: Candidates, in order of index. Their parts are whole, in reading order: neighbours
            that no block tells apart are one part.
        usage: Token counts as the vendor said them last; None where it did not.
        error: The vendor's error; what came before it is kept.
        dialect: Whose residue `extra` is: `openai` after a stream, `openai.whole` after a body
            that came whole, None for a message made by hand or of chunks of several dialects.
        order: Indexes of the choices in the order in which they were said, where that is another;
            two messages that differ in nothing else are equal.
        extra: Residue. A key whose values differed from chunk to chunk holds a `Series`.
    """

    id: str | None = None
    model: str | None = None
    created: float | None = None
    choices: list[Choice] = Factory(list[Choice])
    usage: Usage | None = None
    error: Error | None = None
    dialect: str | None = None
    order: tuple[int, ...] | None = field(default=None, eq=False)
    extra: dict[str, Json] = Factory(dict[str, Json])

    @property
    def complete(self) -> bool:
        """True if there is no error, and at least one choice, and a finish for every choice."""
        finished = [choice.finish is not None for choice in self.choices]
        return self.error is None and bool(finished) and all(finished)

    def in_order(self) -> list[Choice]:
        """Return the choices in the order in which they were said."""
        if self.order is None:
            return self.choices
        places = {index: place for place, index in enumerate(self.order)}
        numbers = [n if each.index is None else each.index for n, each in enumerate(self.choices)]
        said = [(places.get(n, len(places)), n) for n in numbers]
        return [each for _, each in sorted(zip(said, self.choices, strict=True), key=_first)]


def _first(pair: tuple[tuple[int, int], Choice]) -> tuple[int, int]:
    return pair[0]
