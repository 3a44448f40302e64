"""Chunks of one stream to the message that they make together."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from typing import Any, Final

from attrs import evolve, fields

from onechunk._call_finder import CallFinder
from onechunk._chunk import Choice, Chunk, Error, Logprobs, Usage
from onechunk._errors import UNWRITABLE, OnechunkError, UnknownDialectError
from onechunk._fresh import fresh_tokens
from onechunk._growth import CallGrowth, Growth
from onechunk._marks import UNSET, Json, Unset
from onechunk._message import Message
from onechunk._parts import Part, ToolCall
from onechunk._registry import SPLIT, WHOLE, get_adapter
from onechunk._series import merge
from onechunk._shelf import Shelf

__all__ = ["Accumulator"]

_NAMES: Final = [a.name for a in fields(Usage) if a.name != "extra"]
_counts: Final[Callable[[Usage], tuple[Any, ...]]] = attrgetter(*_NAMES)
_NO_COUNTS: Final = (None,) * len(_NAMES)
_NOTHING: Final[frozenset[str]] = frozenset()


class Accumulator:
    """Makes one message of the chunks of one stream, chunk by chunk.

    The first id, time and role that say anything count, and the last model, finish word and stop
    sequence. Usage is a total so far: the last one that has any count stands for itself, and
    nothing is summed. Choices never mix. What comes behind the end mark, another answer, goes on
    with no part of the first, and its blocks and calls are counted on; `Validator` reports it.
    """

    def __init__(self) -> None:
        self._message = Message()
        self._states: dict[int, _ChoiceState] = {}
        self._indexes: list[int] = []
        self._grown: list[Growth] = []
        self._unsorted = False
        self._silent = _NOTHING
        self._keeps = _NOTHING
        self._dialect: str | None | Unset = UNSET
        self._count = 0
        self._finished = False

    @property
    def message(self) -> Message:
        """The message so far: always the same object, good until the next chunk is added.

        A look costs what came since the last one, not what there is; keep a copy, and no name of
        its text, to look often.
        """
        for growth in self._grown:
            growth.settle()
        self._grown.clear()
        if self._unsorted and len(self._message.order or ()) < len(self._states):
            self._message.order = tuple(self._states)
        return self._message

    def add(self, chunk: Chunk) -> None:
        """Add what *chunk* says; the chunk stays as it is, and shares nothing that may change.

        Raises:
            OnechunkError: It is no chunk, its fields are not what they should be, or the message
                was finished. What was added before stays.
        """
        self._count += 1
        if self._finished:
            raise self._error("the message was finished", chunk)
        if chunk.__class__ is not Chunk:
            _check(chunk, self._count)
        try:
            self._add(chunk)
        except UNWRITABLE as exc:
            raise self._error(f"the chunk cannot be added: {exc}", chunk) from exc

    def finish(self) -> Message:
        """Return the message; nothing can be added any more."""
        self._finished = True
        return self.message

    def _error(self, text: str, chunk: Chunk) -> OnechunkError:
        return OnechunkError(text, dialect=getattr(chunk, "dialect", None), event=self._count)

    def _add(self, chunk: Chunk) -> None:
        message = self._message
        if chunk.dialect != self._dialect:
            self._take_dialect(chunk.dialect)
        if not message.id and chunk.id is not None:
            message.id = chunk.id
        if chunk.model is not message.model and (chunk.model or message.model is None):
            message.model = chunk.model
        if not message.created and chunk.created is not None:
            message.created = chunk.created
        for number, choice in enumerate(chunk.choices):
            index = number if choice.index is None else choice.index
            state = self._states.get(index)
            if state is None:
                state = self._open(index, choice)
            state.add(choice, self._silent)
        if chunk.usage is not None:
            self._take_usage(chunk.usage)
        if chunk.error is not None:
            self._take_error(chunk.error)
        if chunk.extra:
            self._take_residue(chunk.extra)
        if chunk.done:
            # What comes behind the end is another answer: it goes on with nothing of this one.
            for state in self._states.values():
                state.end()

    def _take_residue(self, extra: dict[str, Json]) -> None:
        known = self._message.extra
        if self._keeps and not self._keeps.isdisjoint(extra):
            merge(known, {key: extra[key] for key in extra if key in self._keeps}, _NOTHING)
            extra = {key: value for key, value in extra.items() if key not in self._keeps}
        merge(known, extra, self._silent)

    def _take_dialect(self, dialect: str | None) -> None:
        """Learn whose residue comes; that of several dialects belongs to none."""
        known = None if dialect is None else dialect.removesuffix(SPLIT)
        if self._dialect is UNSET:
            self._message.dialect = known
        elif self._message.dialect != known:
            self._message.dialect = None
        self._dialect = dialect
        self._silent = self._keeps = _NOTHING
        if known is None or known.endswith(WHOLE):
            # What a body says that came whole is said once, whatever it is.
            return
        # A chunk may be older than the adapters that are installed.
        with suppress(UnknownDialectError):
            adapter = get_adapter(known)
            self._silent, self._keeps = adapter.meaningless, adapter.keeps

    def _open(self, index: int, choice: Choice) -> _ChoiceState:
        """Begin a choice; they stand in order of index."""
        place = bisect(self._indexes, index)
        state = self._states[index] = _ChoiceState(choice.index, self._grown)
        self._indexes.insert(place, index)
        self._message.choices.insert(place, state.choice)
        self._unsorted = self._unsorted or place < len(self._indexes) - 1
        return state

    def _take_usage(self, usage: Usage) -> None:
        message = self._message
        known = message.usage
        extra = {} if known is None else known.extra
        counts = _counts(usage)
        if known is None or counts != _NO_COUNTS:
            message.usage = Usage(*counts)
            message.usage.extra = extra
        merge(extra, usage.extra, self._silent)

    def _take_error(self, error: Error) -> None:
        """Keep the first error, and what a later one says beyond it."""
        known = self._message.error
        if known is None:
            known = self._message.error = Error()
        for name in ("message", "type", "code", "param"):
            if getattr(known, name) is None:
                setattr(known, name, getattr(error, name))
        merge(known.extra, error.extra, self._silent)


def _check(chunk: object, event: int) -> None:
    if not isinstance(chunk, Chunk):
        message = f"a chunk is needed, not {type(chunk).__name__}"
        raise OnechunkError(message, event=event)


class _ChoiceState:
    """One choice of the message, and where its next part belongs."""

    __slots__ = ("calls", "choice", "first", "grown", "next", "shelf")

    def __init__(self, index: int | None, grown: list[Growth]) -> None:
        self.choice = Choice(index)
        self.grown = grown
        self.shelf = Shelf(self.choice.parts, grown)
        self.calls: CallFinder[CallGrowth] = CallFinder()
        # Where calls of another answer are counted from, and a number that no call has.
        self.first = self.next = 0

    def add(self, choice: Choice, silent: frozenset[str]) -> None:
        """Add what a chunk says of the choice."""
        known = self.choice
        if known.index is None:
            known.index = choice.index
        if not known.role and choice.role is not None:
            known.role = choice.role
        for part in choice.parts:
            if part.__class__ is ToolCall:
                self._call(part, silent)
            else:
                self.shelf.add(part, silent)
        if choice.finish is not None:
            known.finish = evolve(choice.finish)
        if choice.stop is not None:
            known.stop = choice.stop
        if choice.logprobs is not None:
            self._tokens(choice.logprobs, silent)
        if choice.extra:
            merge(known.extra, choice.extra, silent)

    def end(self) -> None:
        """Let nothing that comes go on with what is there."""
        self.shelf.end()
        self.calls = CallFinder()
        self.first = self.next

    def _call(self, part: Part, silent: frozenset[str]) -> None:
        fragment = self.shelf.moved(part)
        if self.first and fragment.index is not None:
            fragment = evolve(fragment, index=fragment.index + self.first)
        calls = self.calls
        call = calls.find(fragment)
        begins = call is None
        if call is None:
            made = ToolCall(fragment.index, fragment.id, fragment.name, block=fragment.block)
            call = CallGrowth(made, self.grown)
            self.shelf.open(call)
        known = call.part
        if known.index is None and calls.at(fragment.index) is None:
            # A late number that is another call's would make one of the two.
            known.index = fragment.index
        if known.index is not None and known.index >= self.next:
            self.next = known.index + 1
        calls.enter(fragment, call, begins=begins)
        for name in ("id", "name", "block"):
            if getattr(known, name) is None:
                setattr(known, name, getattr(fragment, name))
        if fragment.arguments is not None:
            call.add(fragment.arguments)
        if fragment.extra:
            merge(known.extra, fragment.extra, silent)

    def _tokens(self, logprobs: Logprobs, silent: frozenset[str]) -> None:
        known = self.choice.logprobs
        if known is None:
            known = self.choice.logprobs = Logprobs()
        for name in ("content", "refusal"):
            tokens = getattr(logprobs, name)
            if tokens is not None:
                said = getattr(known, name)
                if said is None:
                    setattr(known, name, fresh_tokens(tokens))
                else:
                    said += fresh_tokens(tokens)
        merge(known.extra, logprobs.extra, silent)
