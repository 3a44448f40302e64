"""From shaped chunks to events that open, fill and close content blocks one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import define, evolve, field, fields

from onechunk._adapter import Envelope
from onechunk._chunk import Choice, Chunk, Error, Usage
from onechunk._json import dumps
from onechunk._loss import Loss
from onechunk._marks import Json, is_object
from onechunk._parts import Citation, Part, Reasoning, Refusal, Text, ToolCall

__all__ = ["Block", "Blocks"]

Object = dict[str, Json]


@define
class Block:
    """A content block of the stream that is written.

    Attributes:
        kind: Class of its first part.
        key: What parts of the same block have in common.
        number: Counts all blocks of the stream.
        count: Counts the blocks of this kind.
        head: The part that opened it.
        said: Texts that were said in it, for dialects that repeat them.
    """

    kind: type[Any]
    key: object
    number: int
    count: int
    head: Any
    said: list[str] = field(factory=list[str])


class Blocks:
    """Base of the stages of dialects whose content stands in blocks that do not overlap.

    A room overrides the methods from `begin` to `end`. All but `says` return the payloads that say
    it, and none where the dialect says nothing there. `Shaper` has made sure that roles, names and
    ids come once, that one call is over before the next, and that the finish comes last.

    Args:
        envelope: Id, model and time of the stream, filled while it flows.
        alone: Write one chunk by itself: nothing is opened or closed but what the chunk says.

    Attributes:
        envelope: The same.
        alone: The same.
        losses: What was made up or bent.
        kinds: Classes of parts that the dialect has a place for.
        block: The block that is open.
    """

    kinds: frozenset[type[Any]] = frozenset({Text, Reasoning, ToolCall})

    def __init__(self, envelope: Envelope, *, alone: bool = False) -> None:
        self.envelope = envelope
        self.alone = alone
        self.losses: list[Loss] = []
        self.block: Block | None = None
        self._began = alone
        self._failed = False
        self._blocks = 0
        self._counts: dict[type[Any], int] = {}
        self._sealed = 0

    def begin(self, role: str) -> Iterable[Object]:
        """Return what opens the stream."""
        del role
        return ()

    def says(self, part: Any) -> bool:
        """Return whether the dialect has words for anything of *part*, which is of its `kinds`."""
        del part
        return True

    def open(self, block: Block) -> Iterable[Object]:
        """Return what opens a block."""
        del block
        return ()

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Return what says *part*; its logprobs are the *choice*'s."""
        raise NotImplementedError

    def close(self, block: Block) -> Iterable[Object]:
        """Return what closes a block."""
        del block
        return ()

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Return what says why the answer ended, and what it used."""
        raise NotImplementedError

    def count(self, usage: Usage) -> Iterable[Object]:
        """Return what says the usage alone; only one chunk by itself asks for it."""
        raise NotImplementedError

    def fail(self, error: Error) -> Iterable[Object]:
        """Return what says an error; it ends the stream."""
        raise NotImplementedError

    def end(self) -> Iterable[Object]:
        """Return what ends the stream."""
        return ()

    def feed(self, chunk: Chunk) -> list[Object]:
        """Return the payloads that say what *chunk* says."""
        if self._failed:
            self._miss(chunk)
            return []
        out = self._start(chunk)
        for choice in chunk.choices:
            out += self._choice(choice, chunk.usage)
        if chunk.usage is not None and not any(choice.finish for choice in chunk.choices):
            out += self.shut()
            out += self.count(chunk.usage)
        if chunk.error is not None:
            out += self.fail(chunk.error)
            self._failed = True
        elif chunk.done:
            out += self.end()
        return out

    def _miss(self, chunk: Chunk) -> None:
        """Report what comes behind an error, where readers stop."""
        if any(choice.parts for choice in chunk.choices):
            self.losses.append(Loss("dropped", "$", chunk.text or None))
        for number, choice in enumerate(chunk.choices):
            if choice.finish is not None:
                path = f"$.choices[{number}].finish.reason"
                self.losses.append(Loss("dropped", path, choice.finish.reason.value))
        for name in (each.name for each in fields(Usage) if each.name != "extra"):
            if (count := getattr(chunk.usage, name, None)) is not None:
                self.losses.append(Loss("dropped", f"$.usage.{name}", count))

    def _start(self, chunk: Chunk) -> list[Object]:
        """Return what opens the stream, once."""
        role = next((choice.role for choice in chunk.choices if choice.role), None)
        if not self._began or (self.alone and role):
            self._began = True
            return list(self.begin(role or "assistant"))
        return []

    def _choice(self, choice: Choice, usage: Usage | None) -> list[Object]:
        out: list[Object] = []
        for part in choice.parts:
            out += self._part(part, choice)
        if choice.logprobs is not None and choice.logprobs.content and not choice.parts:
            out += self._tokens(choice)
        if choice.finish is not None:
            out += self.shut()
            out += self.finish(choice, usage)
        return out

    def _tokens(self, choice: Choice) -> list[Object]:
        """Return what says tokens without text; they must not close the block of a call."""
        if self.block is None or self.block.kind in {Text, Refusal}:
            return self._part(Text(""), choice)
        self.losses.append(Loss("dropped", "$.choices[0].logprobs.content", None))
        return []

    def shut(self) -> list[Object]:
        """Return what closes the open block, if there is one."""
        block, self.block = self.block, None
        return [] if block is None or self.alone else list(self.close(block))

    def _part(self, part: Any, choice: Choice) -> list[Object]:
        if type(part) is Refusal and Refusal not in self.kinds:
            part = Text(part.text, part.block)
        if type(part) not in self.kinds or _is_silent(part, choice) or not self.says(part):
            return []
        out: list[Object] = []
        key = self._key(part)
        if self.block is None or self.block.key != key:
            out += self.shut()
            self.block = self._begin_block(part, key)
            if not self.alone or _is_head(part):
                out += self.open(self.block)
        if type(part) is ToolCall and is_object(part.arguments):
            part = evolve(part, arguments=dumps(part.arguments).decode())
        out += self.say(self.block, part, choice)
        if type(part) is Reasoning and part.signature is not None:
            # A signature seals its block.
            self._sealed += 1
        return out

    def _key(self, part: Part) -> object:
        match part:
            case Citation():
                # It stands beside the text that it supports.
                text = self.block is not None and self.block.kind is Text
                if self.block is None or not text:
                    return Text, part.block
                # It may come before its text, but only where both say where they belong.
                apart = None not in {part.block, self.block.head.block}
                return (Text, part.block) if apart else self.block.key
            case ToolCall():
                return ToolCall, part.index
            case Reasoning():
                if part.encrypted is not None and not part.text:
                    self._sealed += 1
                return Reasoning, part.block, self._sealed
            case Text() | Refusal():
                return type(part), part.block
            case _:
                self._sealed += 1
                return type(part), self._sealed

    def _begin_block(self, part: Any, key: object) -> Block:
        kind: type[Any] = Text if isinstance(part, Citation) else part.__class__
        number, count = self._blocks, self._counts.get(kind, 0)
        if self.alone:
            number = part.block if part.block is not None else getattr(part, "index", None) or 0
            count = getattr(part, "index", None) or 0
        self._blocks += 1
        self._counts[kind] = count + 1
        return Block(kind, key, number, count, part)


def _is_silent(part: Any, choice: Choice) -> bool:
    """Say whether *part* is an empty text, for which no block is opened, and has no tokens."""
    tokens = choice.logprobs is not None and choice.logprobs.content
    return type(part) in {Text, Refusal} and not part.text and not tokens


def _is_head(part: Any) -> bool:
    """Say whether opening its block says something of *part* itself."""
    if type(part) is ToolCall:
        return part.id is not None or part.name is not None
    if type(part) is Reasoning:
        return part.encrypted is not None and not part.text
    return type(part) not in {Text, Refusal, Citation}
