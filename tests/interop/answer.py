"""A whole answer as its reader hears it, joined from onechunk's chunks or from a client's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from attrs import asdict, define, field

from onechunk import Choice, Chunk, FinishReason, Reasoning, Refusal, Text, ToolCall

__all__ = ["Answer", "Call", "Said", "join", "until_failure"]


@define
class Call:
    """A tool call with its fragments joined.

    Attributes:
        whole: The arguments, where they came as an object.
    """

    id: str | None = None
    name: str | None = None
    arguments: str = ""
    whole: dict[str, Any] | None = None

    def add(
        self,
        *,
        id: str | None = None,  # noqa: A002
        name: str | None = None,
        arguments: Any = None,
    ) -> None:
        """Join a fragment as a client's user would: the first id and name count."""
        self.id = self.id or id
        self.name = self.name or name
        if isinstance(arguments, dict):
            self.whole = arguments
        elif isinstance(arguments, str):
            self.arguments += arguments

    @property
    def value(self) -> object:
        """What the arguments say: JSON where they are, else the text."""
        if self.whole is not None:
            return self.whole
        try:
            return json.loads(self.arguments)
        except ValueError:
            return self.arguments


@define
class Answer:
    """One choice.

    Attributes:
        words: Text and refusal in their order, as a dialect without refusals has them.
        finish: The reason; of a client's answer, its word.
        stop: What sequence or token it stopped at; only onechunk says it.
    """

    text: str = ""
    refusal: str = ""
    reasoning: str = ""
    words: str = ""
    calls: list[Call] = field(factory=list[Call])
    finish: str | None = None
    stop: object = None
    _open: dict[int, Call] = field(factory=dict[int, Call], eq=False, repr=False)

    def add_call(self, index: int | None, fragment: Call) -> None:
        """Find the call that *fragment* goes on with, or begin one."""
        known = next((call for call in self.calls if fragment.id and call.id == fragment.id), None)
        if known is None and index is not None:
            known = self._open.get(index)
            if known is not None and fragment.id is not None and known.id is not None:
                known = None  # another id under the same number is another call
        elif known is None and fragment.id is None and not fragment.name and self.calls:
            known = self.calls[-1]
        if known is None:
            self.calls.append(known := Call())
        if index is not None:
            self._open[index] = known
        arguments = fragment.arguments if fragment.whole is None else fragment.whole
        known.add(id=fragment.id, name=fragment.name, arguments=arguments)

    @property
    def silent(self) -> bool:
        """True if nothing was said in this choice."""
        return not (self.words or self.reasoning or self.calls or self.finish)


@define
class Said:
    """A whole stream.

    Attributes:
        usage: The counts that were given, by canonical name.
        failed: True if it held an error.
        ended: True if it had an end mark.
    """

    answers: dict[int, Answer] = field(factory=dict[int, Answer])
    usage: dict[str, int] = field(factory=dict[str, int])
    failed: bool = False
    ended: bool = False
    id: str | None = None
    model: str | None = None

    def answer(self, index: int) -> Answer:
        """Return the choice of this number, begun if need be."""
        return self.answers.setdefault(index, Answer())

    @property
    def heard(self) -> dict[int, Answer]:
        """The choices in which anything was said."""
        return {index: each for index, each in sorted(self.answers.items()) if not each.silent}

    @property
    def broken(self) -> bool:
        """True if it held an error or just stopped."""
        finished = [answer.finish is not None for answer in self.answers.values()]
        return self.failed or not (self.ended or (finished and all(finished)))


def join(chunks: Iterable[Chunk]) -> Said:
    """Join a stream. The rules are written anew here, not taken from the library."""
    said = Said()
    for chunk in chunks:
        said.id = said.id or chunk.id
        said.model = chunk.model or said.model
        said.failed = said.failed or _fails(chunk)
        said.ended = said.ended or chunk.done
        if chunk.usage is not None:
            counts = asdict(chunk.usage, filter=lambda a, v: a.name != "extra" and v is not None)
            said.usage = counts or said.usage
        for choice in chunk.choices:
            _join_choice(said.answer(choice.index or 0), choice)
    return said


def _join_choice(answer: Answer, choice: Choice) -> None:
    if choice.finish is not None:
        answer.finish = answer.finish or choice.finish.reason.value
    answer.stop = choice.stop if answer.stop is None else answer.stop
    for part in choice.parts:
        match part:
            case Text(text):
                answer.text += text
                answer.words += text
            case Refusal(text):
                answer.refusal += text
                answer.words += text
            case Reasoning(text):
                answer.reasoning += text
            case ToolCall(index, id, name, arguments):
                fragment = Call(id)
                fragment.add(name=name, arguments=arguments)
                answer.add_call(index, fragment)
            case _:
                pass


def until_failure(chunks: Iterable[Chunk]) -> list[Chunk]:
    """Return the chunks that a reader gets to see who stops at an error."""
    seen: list[Chunk] = []
    for chunk in chunks:
        if _fails(chunk):
            return seen
        seen.append(chunk)
    return seen


def _fails(chunk: Chunk) -> bool:
    reasons = [choice.finish.reason for choice in chunk.choices if choice.finish is not None]
    return chunk.error is not None or FinishReason.ERROR in reasons
