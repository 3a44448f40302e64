"""What a stream comes to, in plain values that an accumulator of any SDK can be held against."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from attrs import asdict, define, field, frozen

from onechunk import (
    Chunk,
    Citation,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    accumulate,
)
from onechunk.mapping import is_list, is_object
from tests.support.characters import characters

__all__ = [
    "Answer",
    "Aspect",
    "Call",
    "Whole",
    "aspects",
    "differences",
    "object_of",
    "objects_of",
    "place_of",
    "whole_of",
    "whole_of_message",
]

Aspect = tuple[int | None, str]
"""The place of a choice among them, None for the whole stream; and what of it."""


@frozen
class Call:
    """A tool call.

    Attributes:
        arguments: As text, or as the object that an SDK makes of it.
    """

    id: str | None
    name: str | None
    arguments: Any = ""

    @property
    def value(self) -> Any:
        """What the arguments say; no text at all is the empty object."""
        if isinstance(self.arguments, str):
            try:
                return json.loads(self.arguments or "{}")
            except ValueError:
                pass
        return self.arguments


@define
class Answer:
    """One choice.

    Attributes:
        citations: Of each its address, else the words that are cited, else where it stands.
        tokens: The tokens that log probabilities were given of.
        finish: The vendor's word.
    """

    role: str | None = None
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: list[Call] = field(factory=list[Call])
    citations: list[str | None] = field(factory=list[str | None])
    tokens: list[str | None] = field(factory=list[str | None])
    finish: str | None = None


@define
class Whole:
    """A whole stream.

    Attributes:
        answers: The choices, in order.
        usage: The counts that were given, by canonical name.
        failed: True if the vendor said that it went wrong.
        raised: What the SDK raises without that; None if nothing.
        lost: True if the SDK gives nothing then.
    """

    id: str | None = None
    model: str | None = None
    answers: list[Answer] = field(factory=list[Answer])
    usage: dict[str, int] = field(factory=dict[str, int])
    failed: bool = False
    raised: str | None = None
    lost: bool = False


def whole_of(chunks: Iterable[Chunk]) -> Whole:
    """Return what `accumulate` makes of *chunks*."""
    return whole_of_message(accumulate(chunks))


def whole_of_message(message: Message) -> Whole:
    """Return what a message says."""
    whole = Whole(message.id, message.model, failed=message.error is not None)
    if message.usage is not None:
        counts = asdict(message.usage, filter=lambda a, _: a.name != "extra")
        whole.usage = {name: count for name, count in counts.items() if count is not None}
    for choice in message.choices:
        answer = Answer(choice.role, finish=choice.finish.raw if choice.finish else None)
        for part in choice.parts:
            match part:
                case Text(text):
                    answer.text += text
                case Reasoning(text):
                    answer.reasoning += text
                case Refusal(text):
                    answer.refusal += text
                case ToolCall():
                    answer.calls.append(Call(part.id, part.name, part.arguments or ""))
                case Citation():
                    place = place_of(part.start, part.end)
                    answer.citations.append(part.url or part.text or place)
                case _:
                    pass
        if choice.logprobs is not None:
            answer.tokens = [token.token for token in choice.logprobs.content or ()]
        whole.answers.append(answer)
    return whole


def place_of(start: int | None, end: int | None) -> str | None:
    """Return the place of a passage in words; None if it has none."""
    return None if start is None or end is None else f"{start} to {end}"


def aspects(whole: Whole) -> dict[Aspect, Any]:
    """Return what a stream comes to, aspect by aspect; what was not said is left out."""
    said: dict[Aspect, Any] = {(None, "raised"): whole.raised}
    if not whole.lost:
        said |= {(None, name): getattr(whole, name) for name in ("id", "model", "failed")}
        said |= {(None, f"usage.{name}"): count for name, count in whole.usage.items()}
        for place, answer in enumerate(whole.answers):
            for name in ("role", "text", "reasoning", "refusal", "citations", "tokens", "finish"):
                said[place, name] = getattr(answer, name)
            for name in ("id", "name", "arguments"):
                said[place, f"calls.{name}"] = [getattr(call, name) for call in answer.calls]
    return {aspect: value for aspect, value in said.items() if value or value == 0}


def differences(one: Whole, two: Whole, unsaid: Iterable[str] = ()) -> dict[Aspect, Any]:
    """Return the aspects in which two differ, with both values.

    Args:
        one: What is held against it. Where the SDK gave nothing, only that is told.
        two: What the SDK makes of it.
        unsaid: Aspects that the SDK has no place for.
    """
    ours, theirs = aspects(one), aspects(two)
    if one.lost or two.lost:
        ours = {aspect: value for aspect, value in ours.items() if aspect[1] == "raised"}
    without = frozenset(unsaid)
    return {
        aspect: (ours.get(aspect), theirs.get(aspect))
        for aspect in sorted({*ours, *theirs}, key=repr)
        if aspect[1].partition(".")[0] not in without
        and not _same(ours.get(aspect), theirs.get(aspect))
    }


def _same(one: Any, two: Any) -> bool:
    """Compare as readers do: halves that meet are a character, arguments are what they say."""
    if isinstance(one, str) and isinstance(two, str):
        return characters(one) == characters(two)
    if is_list(one) and is_list(two):
        return len(one) == len(two) and all(map(_same, one, two))
    if is_object(one) != is_object(two):
        return bool(Call(None, None, one).value == Call(None, None, two).value)
    nothing = (None, "")
    return bool(one == two or (one in nothing and two in nothing))


def object_of(value: Any) -> dict[str, Any]:
    """Return an object; an empty one for anything else."""
    return value if is_object(value) else {}


def objects_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a list; none for anything else."""
    return [each for each in value if is_object(each)] if is_list(value) else []
