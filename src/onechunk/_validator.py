"""What a stream may say when: its states as tables, and what breaks them as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import fields, frozen

from onechunk._call_finder import CallFinder
from onechunk._chunk import Choice, Chunk, Usage
from onechunk._demands import Demands
from onechunk._errors import UNWRITABLE, EncodeError, UnknownDialectError
from onechunk._marks import Json
from onechunk._parts import Part, Text, ToolCall
from onechunk._problem import Problem, ProblemKind
from onechunk._registry import get_adapter
from onechunk._states import (
    CHOICE,
    STREAM,
    ChoiceState,
    StreamState,
    chunk_says,
    is_comment,
    speaks,
)

__all__ = ["Finding", "Validator"]

MOST_PROBLEMS: Final = 1_000
"""So many problems a stream's report lists at most, as of losses."""

_ANY: Final = Demands()
_COUNTS: Final = tuple(each.name for each in fields(Usage) if each.name != "extra")


@frozen
class Finding:
    """A problem with its place in the chunk that has it.

    Attributes:
        choice: Place of the choice in the chunk.
        index: Number of the choice.
        part: Place of the part in the choice.
        fix: What could stand there instead: the first id, the number of a call that is free, the
            fields of a call that were said before.
    """

    kind: ProblemKind
    path: str
    value: Json
    choice: int = 0
    index: int = 0
    part: int = 0
    fix: Any = None


_Fault = tuple[ProblemKind, Any, Any]
"""Kind, value and remedy."""


class _Call:
    """A tool call that began.

    Attributes:
        number: The number that only this call has.
        headless: True if a fragment came first.
    """

    __slots__ = ("given_id", "headless", "name", "number")

    def __init__(self, number: int | None, *, headless: bool) -> None:
        self.given_id: str | None = None
        self.name: str | None = None
        self.number = number
        self.headless = headless


class _ChoiceStates:
    """What one choice has said."""

    __slots__ = ("calls", "count", "free", "named", "state")

    def __init__(self) -> None:
        self.state: ChoiceState = "open"
        self.named = False
        self.calls: CallFinder[_Call] = CallFinder()
        self.count = 0
        # The least number above those of all calls.
        self.free = 0


class Validator:
    """Reads the chunks of one stream and tells what its readers may stumble over.

    It takes any chunks, of any vendor or made by hand, and changes none.

    Args:
        dialect: Name of the dialect or profile whose rules count; None takes that of the first
            chunk, and for chunks made by hand what every dialect demands.

    Attributes:
        problems: What was found so far: each kind at each path once, as it first came.
        id: The id of the stream: the first that is not empty.
        model: The model that was named last.
        created: When the answer was created: the first time that is not 0.
        usage: The last counts that were said.
        state: State of the stream.

    Raises:
        UnknownDialectError: No adapter has the name.
    """

    def __init__(self, dialect: str | None = None) -> None:
        self.problems: list[Problem] = []
        self.id: str | None = None
        self.model: str | None = None
        self.created: float | None = None
        self.usage: Usage | None = None
        self.state: StreamState = "start"
        self._demands = None if dialect is None else get_adapter(dialect).demands
        self._choices: dict[int, _ChoiceStates] = {}
        self._counts: dict[str, int | float] = {}
        self._known: set[tuple[ProblemKind, str]] = set()
        self._events = 0

    @property
    def demands(self) -> Demands:
        """What is demanded of this stream."""
        return self._demands or _ANY

    @property
    def open(self) -> list[int]:
        """Numbers of the choices that began and did not finish."""
        return [index for index, choice in self._choices.items() if choice.state == "open"]

    @property
    def begun(self) -> bool:
        """True once there was a choice."""
        return bool(self._choices)

    def has_calls(self, index: int) -> bool:
        """Say whether a choice has called a tool."""
        choice = self._choices.get(index)
        return choice is not None and choice.count > 0

    def feed(self, chunk: Chunk) -> list[Problem]:
        """Return what is new of the problems that *chunk* has.

        Raises:
            EncodeError: The chunk's fields are not of the types that they should be.
        """
        try:
            return self.note(self.examine(chunk))
        except UNWRITABLE as exc:
            message = f"the chunk cannot be judged: {exc}"
            raise EncodeError(message, event=self._events) from exc

    def close(self) -> list[Problem]:
        """Return what is new of the problems that show at the end of the stream."""
        return self.note(self.examine_end())

    def note(self, findings: Iterable[Finding]) -> list[Problem]:
        """Enter findings into the report and return what is new."""
        new: list[Problem] = []
        for each in findings:
            key = each.kind, each.path
            if key not in self._known and len(self.problems) < MOST_PROBLEMS:
                self._known.add(key)
                new.append(Problem(each.kind, self._events, each.path, each.value))
                self.problems.append(new[-1])
        return new

    def examine(self, chunk: Chunk) -> list[Finding]:
        """Take *chunk* into account and return all that is wrong with it."""
        if is_comment(chunk):
            return []
        self._events += 1
        if self._goes_on(chunk):
            return []
        if self._demands is None and chunk.dialect is not None:
            self._demands = _demands(chunk.dialect)
        if _is_foreign_end(chunk, self.demands):
            return [Finding("foreign_end", "$.done", value=True)]
        found: list[Finding] = []
        before = self.state
        self.state, kind = STREAM[before, chunk_says(chunk)]
        if kind is not None:
            return [Finding(kind, "$", chunk.text or None)]
        self._take_envelope(chunk, found)
        for number, choice in enumerate(chunk.choices):
            self._take_choice(choice, number, found)
        if chunk.usage is not None:
            self._take_usage(chunk.usage, found)
        if self.state == "ended" and before != "failed" and chunk.error is None:
            self._ask_choices(found)
        return found

    def examine_end(self) -> list[Finding]:
        """End the stream and return all that it lacks; nothing the second time."""
        if self.state == "closed":
            return []
        before = self.state
        self.state, kind = STREAM[before, "close"]
        found: list[Finding] = []
        if before == "open":
            self._ask_choices(found)
            if not self._choices:
                found.append(Finding("missing_finish", "$.choices", None))
        if kind == "missing_end":
            needed = {"open": {"mark", "event"}, "failed": {"mark"}}[before]
            kind = kind if self.demands.end in needed else None
        if kind is not None:
            found.append(Finding(kind, "$", None))
        return found

    def _goes_on(self, chunk: Chunk) -> bool:
        """Say, quickly, whether *chunk* is a text that goes on, as most are."""
        choices = chunk.choices
        if self.state != "open" or len(choices) != 1 or chunk.id != self.id:
            return False
        choice = choices[0]
        if len(choice.parts) != 1 or choice.finish is not None or choice.role is not None:
            return False
        if chunk.usage is not None or chunk.error is not None or chunk.done:
            return False
        if chunk.model != self.model or chunk.created != self.created:
            return False
        part: Any = choice.parts[0]
        known = self._choices.get(choice.index or 0)
        return part.__class__ is Text and known is not None and known.state == "open"

    def _take_envelope(self, chunk: Chunk, found: list[Finding]) -> None:
        if chunk.id:
            if self.id is None:
                self.id = chunk.id
            elif chunk.id != self.id:
                found.append(Finding("changed_id", "$.id", chunk.id, fix=self.id))
        # Routers and fallbacks name the model late, or another one.
        self.model = chunk.model or self.model
        # Some send 0 before they know.
        if chunk.created:
            if self.created is None:
                self.created = chunk.created
            elif chunk.created != self.created and self.demands.created:
                found.append(
                    Finding("changed_created", "$.created", chunk.created, fix=self.created)
                )

    def _take_choice(self, choice: Choice, number: int, found: list[Finding]) -> None:
        index = number if choice.index is None else choice.index
        path = f"$.choices[{number}]"
        known = self._choices.get(index)
        if known is None:
            known = self._choices[index] = _ChoiceStates()
        if choice.role:
            if known.named and "role" not in self.demands.again:
                found.append(Finding("second_role", f"{path}.role", choice.role, number, index))
            known.named = True
        for place, part in enumerate(choice.parts):
            here = f"{path}.parts[{place}]"
            if speaks(part):
                known.state, kind = CHOICE[known.state, "parts"]
                if kind is not None:
                    found.append(Finding(kind, here, _value(part), number, index, place))
            if type(part) is ToolCall and speaks(part):
                found += [
                    Finding(kind, here, value, number, index, place, fix)
                    for kind, value, fix in self._take_call(part, known)
                ]
        if choice.finish is not None:
            reason = choice.finish.reason
            known.state, kind = CHOICE[known.state, "finish"]
            if kind is not None:
                found.append(Finding(kind, f"{path}.finish", reason.value, number, index))

    def _take_call(self, part: ToolCall, known: _ChoiceStates) -> list[_Fault]:
        """Return what is wrong with a fragment of a call."""
        found: list[_Fault] = []
        call = known.calls.find(part)
        begins = call is None
        if call is None:
            head = bool(part.id or part.name)
            call = _Call(part.index, headless=not head)
            if not head and self.demands.pieces:
                found.append(("headless_call", part.arguments, None))
            if part.index is not None:
                if known.calls.at(part.index) is not None:
                    call.number = known.free
                known.free = max(known.free, call.number or 0, part.index) + 1
            known.count += 1
        else:
            again = [
                field
                for field, said, before in (
                    ("id", part.id, call.given_id or call.headless),
                    ("name", part.name, call.name),
                )
                if said and before
            ]
            # What has no number can be told by nothing but its id.
            if again and part.index is not None and self.demands.pieces:
                found.append(("second_head", part.id or part.name, again))
        if part.index is not None and call.number != part.index:
            found.append(("second_call", part.index, call.number))
        known.calls.enter(part, call, begins=begins)
        call.name = call.name or part.name
        return found

    def _take_usage(self, usage: Usage, found: list[Finding]) -> None:
        for name in _COUNTS:
            count = getattr(usage, name)
            if not isinstance(count, int | float):
                continue
            self.usage = usage
            if count < self._counts.get(name, count):
                found.append(Finding("shrinking_usage", f"$.usage.{name}", count))
            self._counts[name] = count

    def _ask_choices(self, found: list[Finding]) -> None:
        for index, choice in sorted(self._choices.items()):
            choice.state, kind = CHOICE[choice.state, "end"]
            if kind is not None:
                found.append(Finding(kind, f"$.choices[{index}].finish", None, index=index))


def _is_foreign_end(chunk: Chunk, demands: Demands) -> bool:
    """Say whether *chunk* is the usual mark in a dialect that has none, as relays add it."""
    mark = chunk.done and chunk.frame is not None and chunk.frame.data is not None
    return mark and demands.end != "mark" and not chunk.choices


def _demands(dialect: str) -> Demands:
    try:
        return get_adapter(dialect).demands
    except UnknownDialectError:
        return _ANY


def _value(part: Part) -> Json:
    """Return what a report says of a part."""
    for name in ("text", "value", "arguments", "url", "data", "transcript"):
        value = getattr(part, name, None)
        if value:
            return value
    return None
