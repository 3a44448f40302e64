"""Tool calls of one choice as the target counts them, however the source tells them apart."""

from __future__ import annotations

from typing import Literal

from attrs import evolve

from onechunk._call_finder import CallFinder
from onechunk._loss import Loss, call_path
from onechunk._parts import ToolCall

__all__ = ["CallNumbers"]


class _Call:
    """One tool call as the target counts it.

    Attributes:
        id: The source's own, or a made one.
        given_id: The source's own.
        said: True once any arguments came.
    """

    __slots__ = ("given_id", "id", "index", "name", "said")

    def __init__(self, index: int, id: str | None) -> None:  # noqa: A002 - the wire's word
        self.index = index
        self.id = id
        self.given_id = id
        self.name: str | None = None
        self.said = False


class CallNumbers:
    """Finds the call that a fragment belongs to: by its id, by its number, or as the last one.

    Args:
        choice: Number of the choice.
        made_id: Form of the id of a call that has none; `{index}` and `{choice}` are its numbers.
            None where calls need no id.

    Attributes:
        losses: What was made up or bent; the caller empties it.
    """

    __slots__ = ("_calls", "_choice", "_finder", "_made_id", "losses")

    def __init__(self, choice: int, made_id: str | None) -> None:
        self.losses: list[Loss] = []
        self._choice = choice
        self._made_id = made_id
        self._calls: list[_Call] = []
        self._finder: CallFinder[_Call] = CallFinder()

    def __len__(self) -> int:
        """Return how many calls began."""
        return len(self._calls)

    def is_same(self, index: int | None) -> bool:
        """Say whether the call of this number goes on, and source and target count it alike."""
        call = self._finder.at(index)
        return call is not None and call.said and call.index == index

    def unsaid(self) -> list[int]:
        """Return the numbers of the calls whose arguments never came."""
        return [call.index for call in self._calls if not call.said]

    def unnamed(self) -> list[int]:
        """Return, once, the numbers of the calls of which no name came."""
        calls = [call for call in self._calls if call.name is None]
        for call in calls:
            call.name = ""
        return [call.index for call in calls]

    def number(self, part: ToolCall) -> ToolCall | None:
        """Return the fragment with the target's number, and with id and name only once.

        None is for a fragment that would begin a call and says nothing of it.
        """
        # An empty name tells calls of one id apart for no reader.
        call = self._finder.find(evolve(part, name=None) if part.name == "" else part)
        head = call is None
        if call is None:
            if not (part.id or part.name or part.arguments or part.arguments == {}):
                return None
            # An empty id would be told from none by no reader, and answers no call.
            call = _Call(len(self._calls), part.id or None)
            self._calls.append(call)
            if call.id is None and self._made_id is not None:
                call.id = self._made_id.format(choice=self._choice, index=call.index)
                self._note("invented", call, call.id)
        elif part.id and call.given_id is None and self._made_id is not None:
            self._note("changed", call, part.id)
        self._finder.enter(part, call, begins=head)
        call.said = call.said or bool(part.arguments) or part.arguments == {}
        name = part.name if call.name is None else None
        if call.name is None:
            call.name = part.name
        elif part.name not in {None, "", call.name}:
            # A name is said once, and whole.
            path = f"{call_path(self._choice, call.index)}.name"
            self.losses.append(Loss("dropped", path, part.name))
        return ToolCall(call.index, call.id if head else None, name, part.arguments)

    def _note(self, kind: Literal["changed", "invented"], call: _Call, value: str) -> None:
        path = f"$.choices[{self._choice}].parts[{call.index}].id"
        self.losses.append(Loss(kind, path, value))
