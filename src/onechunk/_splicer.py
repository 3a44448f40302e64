"""Legs of one answer by several sources, put together to one stream; without I/O."""

from __future__ import annotations

from typing import Any

from attrs import define, evolve, field

from onechunk._accumulator import Accumulator
from onechunk._arguments import Arguments
from onechunk._call_finder import CallFinder
from onechunk._chunk import Choice, Chunk, Error, Usage
from onechunk._defaults import Defaults
from onechunk._errors import UNWRITABLE, OnechunkError
from onechunk._finish import FinishReason
from onechunk._marks import is_object
from onechunk._message import Message
from onechunk._parts import Part, ToolCall

__all__ = ["Leg", "Splicer"]


@define
class Leg:
    """What one source gave to a spliced stream.

    Attributes:
        model: The model that answered.
        usage: The source's own total so far. Totals of several legs are never summed here: each is
            what its vendor counts.
        chunks: How many chunks came.
        error: The vendor's error that ended the leg, if it was one.
        failure: What reading it raised, if it did.
        dropped: Tool calls that were cut off, which nobody was told of.
    """

    model: str | None = None
    usage: Usage | None = None
    chunks: int = 0
    error: Error | None = None
    failure: Exception | None = None
    dropped: list[ToolCall] = field(factory=list[ToolCall])

    @property
    def broke(self) -> bool:
        """True if the source ended in an error; one that merely stops does not say so."""
        return self.error is not None or self.failure is not None


class Splicer:
    """Takes the chunks of one leg after the other and returns those of the stream.

    The stream has the first leg's id and time, says a role once, numbers the calls and blocks of
    later legs behind those of earlier ones, and has the usage and the end of the last leg alone. A
    tool call is passed on when it is whole: what was said cannot be taken back. Residue belongs to
    nobody any more: the chunks have no dialect.

    Attributes:
        legs: What each source gave, in order.
    """

    def __init__(self, defaults: Defaults) -> None:
        self.legs: list[Leg] = [Leg()]
        self._defaults = defaults
        self._said = Accumulator()
        self._choices: dict[int, _Choice] = {}
        self._first_block = 0
        self._most_block = -1
        self._began = False
        self._id: str | None = None
        self._created: float | None = None

    @property
    def message(self) -> Message:
        """What the stream said so far: always the same object."""
        return self._said.message

    @property
    def complete(self) -> bool:
        """True if every choice has its finish, and the leg did not break."""
        return not self.legs[-1].broke and self.message.complete

    def feed(self, chunk: Chunk) -> list[Chunk]:
        """Return what to pass on of a chunk of the current leg.

        Raises:
            OnechunkError: Its fields are not what they should be.
        """
        leg = self.legs[-1]
        leg.chunks += 1
        try:
            return self._feed(chunk, leg)
        except UNWRITABLE as exc:
            message = f"the chunk cannot be passed on: {exc}"
            raise OnechunkError(message, event=leg.chunks) from exc

    def _feed(self, chunk: Chunk, leg: Leg) -> list[Chunk]:
        if not self._began:
            # What the first chunk that is passed on does not say, none behind it says.
            self._id = self._id or chunk.id
            self._created = self._created or chunk.created
        leg.model = chunk.model or leg.model
        leg.usage = leg.usage if chunk.usage is None else chunk.usage
        # A copy, of what has to be an error.
        leg.error = leg.error if chunk.error is None else evolve(chunk.error)
        found: list[Choice] = []
        for number, choice in enumerate(chunk.choices):
            index = number if choice.index is None else choice.index
            state = self._choices.get(index)
            if state is None:
                state = self._choices[index] = _Choice()
            said = self._choice(choice, index, state, leg)
            if said is not None:
                found.append(said)
        return self._pass_on(Chunk(choices=found, extra=chunk.extra)) if found else []

    def _choice(self, choice: Choice, index: int, state: _Choice, leg: Leg) -> Choice | None:
        if state.finished:
            return None
        finish = choice.finish
        if finish is not None and finish.reason is FinishReason.ERROR:
            leg.error = leg.error or Error(None, finish.raw)
            finish = None
        parts = state.feed([self._placed(part) for part in choice.parts], whole=finish is not None)
        role = None if state.began else choice.role
        state.began = state.began or bool(parts or role)
        state.finished = finish is not None
        if not (parts or finish or role or choice.logprobs):
            return None
        return evolve(choice, index=index, role=role, parts=parts, finish=finish)

    def _placed(self, part: Part) -> Part:
        """Return *part* with its block behind those of earlier legs."""
        if part.block is None or not self._first_block:
            self._most_block = max(self._most_block, part.block or 0)
            return part
        placed = evolve(part, block=part.block + self._first_block)
        self._most_block = max(self._most_block, placed.block or 0)
        return placed

    def _pass_on(self, chunk: Chunk) -> list[Chunk]:
        chunk.id, chunk.created, chunk.model = self._id, self._created, self.legs[-1].model
        self._began = True
        self._said.add(chunk)
        return [chunk]

    def end_leg(self, failure: Exception | None) -> list[Chunk]:
        """End the current leg and return what waited behind a call.

        Args:
            failure: What reading the leg raised.
        """
        leg = self.legs[-1]
        leg.failure = failure
        found: list[Choice] = []
        for index, state in self._choices.items():
            parts, dropped = state.end_leg()
            leg.dropped += dropped
            if parts:
                found.append(Choice(index, parts=parts))
        return self._pass_on(Chunk(choices=found)) if found else []

    def next_leg(self) -> None:
        """Begin another leg."""
        self._first_block = self._most_block + 1
        self.legs.append(Leg())

    def close(self) -> list[Chunk]:
        """Return the end: the last leg's usage, then the end mark, or an error if there is none."""
        leg = self.legs[-1]
        last = [] if leg.usage is None else [self._chunk(usage=leg.usage)]
        if self.complete:
            return [*last, self._chunk(done=True)]
        error = leg.error or Error(None, "incomplete_stream")
        if error.message is None:
            said = None if leg.failure is None else str(leg.failure)
            error = evolve(error, message=said or self._defaults.cut_off)
        return [*last, self._chunk(error=error)]

    def _chunk(self, **said: Any) -> Chunk:
        return Chunk(self._id, self.legs[-1].model, self._created, **said)


class _Held:
    """A tool call whose arguments are not whole yet."""

    def __init__(self, number: int) -> None:
        self.given_id: str | None = None
        self.number = number
        self.parts: list[Part] = []
        self.arguments = Arguments()
        self.passed = False

    def add(self, part: ToolCall) -> None:
        arguments: Any = part.arguments
        if arguments is not None and type(arguments) not in {str, dict}:
            message = f"arguments are no text but {type(arguments).__name__}"
            raise TypeError(message)
        self.arguments.add(arguments)
        self.parts.append(evolve(part, index=self.number))

    def take(self) -> list[Part]:
        self.passed = True
        parts, self.parts = self.parts, []
        return parts


class _Choice:
    """One choice of the stream: what waits for a call to be whole, as it came."""

    def __init__(self) -> None:
        self.began = False
        self.finished = False
        self._queue: list[Part | _Held] = []
        self._finder: CallFinder[_Held] = CallFinder()
        self._count = 0

    def feed(self, parts: list[Part], *, whole: bool) -> list[Part]:
        """Return what can be said; all, if the choice is *whole*."""
        for part in parts:
            if isinstance(part, ToolCall):
                self._call(part)
            else:
                self._queue.append(part)
        out: list[Part] = []
        while self._queue:
            head = self._queue[0]
            if isinstance(head, _Held):
                if not (whole or head.passed or head.arguments.whole):
                    break
                out += head.take()
            else:
                out.append(head)
            del self._queue[0]
        return out

    def _call(self, part: ToolCall) -> None:
        call = self._finder.find(part)
        begins = call is None
        if call is None:
            call = _Held(self._count)
        call.add(part)
        self._count += begins
        if begins or (call.passed and call not in self._queue):
            self._queue.append(call)
        self._finder.enter(part, call, begins=begins)

    def end_leg(self) -> tuple[list[Part], list[ToolCall]]:
        """Return what waited, and the calls that were cut off, which count no more."""
        out: list[Part] = []
        dropped: list[ToolCall] = []
        for each in self._queue:
            if not isinstance(each, _Held):
                out.append(each)
            elif each.passed or each.arguments.whole:
                out += each.take()
            else:
                dropped.append(_joined(each.parts))
        self._queue.clear()
        self._finder = CallFinder()
        return out, dropped


def _joined(parts: list[Any]) -> ToolCall:
    """Return the pieces of one call as one."""
    texts = [part.arguments for part in parts if isinstance(part.arguments, str)]
    whole = next((part.arguments for part in parts if is_object(part.arguments)), None)
    arguments: Any = whole if whole is not None else "".join(texts)
    head = parts[0]
    return ToolCall(head.index, head.id, head.name, arguments, head.block)
