"""One choice of a stream for another dialect's readers: what of each new piece is news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from onechunk._adapter import Rules
from onechunk._call_numbers import CallNumbers
from onechunk._calls import FreeCalls, Holder, SerialCalls, WholeCalls
from onechunk._chunk import Choice
from onechunk._finish import Finish, FinishReason
from onechunk._loss import Loss, call_path
from onechunk._parts import Part, Reasoning, Refusal, Text, ToolCall
from onechunk._prepare import role_of

__all__ = ["ChoiceShaper"]

_HOLDERS: Final[dict[str, Callable[[int], Holder]]] = {
    "free": FreeCalls,
    "serial": SerialCalls,
    "whole": WholeCalls,
}


class ChoiceShaper:
    """Shapes one choice, and knows what was said of it.

    Args:
        rules: The target's.
        index: Of the choice.
        made_id: How ids are made for calls that have none.
        losses: What was made up or bent is added here.

    Attributes:
        started: True as soon as anything was said.
        finished: The word that finished it; None before.
        gathered: Parts that wait for that word.
        holder: Holds calls back until the target can say them.
        calls: Counts calls anew.
    """

    __slots__ = (
        "_index",
        "_losses",
        "_role",
        "_rules",
        "_stop",
        "calls",
        "finished",
        "gathered",
        "holder",
        "started",
    )

    def __init__(self, rules: Rules, index: int, made_id: str, losses: list[Loss]) -> None:
        self._rules = rules
        self._index = index
        self._losses = losses
        self._role = "assistant"
        self._stop: int | str | None = None
        self.started = False
        self.holder: Holder = _HOLDERS[rules.calls](index)
        self.finished: FinishReason | None = None
        self.gathered: list[Part] = []
        self.calls = CallNumbers(index, made_id if rules.ids else None)

    def shape(self, choice: Choice, number: int, *, kept: bool = False) -> Choice | None:
        """Return what is new in *choice*, which has this *number* in its chunk, or None.

        If *kept* its residue is news, too.
        """
        first = not self.started
        role = None
        if first and self._rules.roles:
            role = self._role = role_of(self._rules, choice.role) or "assistant"
        elif choice.role and self._rules.roles and role_of(self._rules, choice.role) != self._role:
            # Readers hear a role once.
            self._losses.append(Loss("changed", f"$.choices[{number}].role", choice.role))
        finish = choice.finish
        parts = self._gather(self.holder.feed(self._said(choice.parts)), finish)
        if finish is not None and self.finished is None:
            parts += self.holder.flush(
                whole=finish.reason in {FinishReason.STOP, FinishReason.TOOL_CALLS}
            )
            parts += self.without_arguments(finish)
            self._name_calls()
            gathered, self.gathered = self.gathered, []
            parts = gathered + parts
            self._tell(finish, number)
        self.note_calls()
        if finish is not None and self.finished is not None:
            if finish.reason is not self.finished:
                path = f"$.choices[{number}].finish.reason"
                self._losses.append(Loss("dropped", path, finish.reason.value))
            finish = None
        if not (parts or finish or choice.logprobs or (role and choice.role) or kept):
            self._hold_stop(choice, number)
            return None
        self.started = True
        self.finished = finish.reason if finish is not None else self.finished
        stop = choice.stop
        if stop is None and finish is not None:
            stop, self._stop = self._stop, None
        return Choice(self._index, role, parts, finish, stop, choice.logprobs, choice.extra)

    def _hold_stop(self, choice: Choice, number: int) -> None:
        """Keep what comes alone for the word that finishes; behind that it is lost."""
        if choice.stop is not None and self.finished is not None:
            self._losses.append(Loss("dropped", f"$.choices[{number}].stop", choice.stop))
        elif choice.stop is not None:
            self._stop = choice.stop

    def begin(self) -> str | None:
        """Return the role that what is said next needs beside it: only where it is the first."""
        first, self.started = not self.started, True
        return "assistant" if first and self._rules.roles else None

    def flush(self, *, whole: bool) -> list[Part]:
        """Return what waits for a word that finishes the choice; *whole* if it was not cut off."""
        parts = self.gathered + self.holder.flush(whole=whole)
        self.gathered = []
        self._name_calls()
        self._losses += self.holder.losses
        self.holder.losses.clear()
        return parts

    def without_arguments(self, finish: Finish) -> list[Part]:
        """Return `{}` for calls whose arguments never came: their readers parse them as JSON."""
        if finish.reason is not FinishReason.TOOL_CALLS or self._rules.calls != "free":
            return []
        missing = self.calls.unsaid()
        for call in missing:
            path = f"{call_path(self._index, call)}.arguments"
            self._losses.append(Loss("invented", path, "{}"))
        return [ToolCall(call, arguments="{}") for call in missing]

    def _name_calls(self) -> None:
        """Report calls without a name where they are written with one; whole ones are held."""
        if self._rules.names and self._rules.calls != "whole":
            for call in self.calls.unnamed():
                self._losses.append(Loss("invented", f"{call_path(self._index, call)}.name", ""))

    def note_calls(self) -> None:
        """Take over what was bent of calls."""
        for found in (self.calls.losses, self.holder.losses):
            if found:
                self._losses += found
                found.clear()

    def _said(self, parts: list[Part]) -> list[Part]:
        """Return the parts that say something that the target can say."""
        says = self._rules.says
        said: list[Part] = []
        for part in parts:
            if type(part) is ToolCall:
                if ToolCall in says and (fragment := self.calls.number(part)):
                    said.append(fragment)
            elif self._speaks(part) and (type(part) in says or type(part) is Refusal):
                said.append(part)
        return said

    def _speaks(self, part: Part) -> bool:
        """Say whether *part* holds anything; the empty text of a first chunk opens the answer."""
        if isinstance(part, Text | Refusal):
            return bool(part.text) or (isinstance(part, Text) and not self.started)
        if isinstance(part, Reasoning):
            return bool(part.text or part.signature or part.encrypted)
        return True

    def _gather(self, parts: list[Part], finish: Finish | None) -> list[Part]:
        """Return *parts* without those that wait for the word that finishes the choice."""
        gathers = self._rules.gathers
        if not gathers or finish is not None or self.finished is not None:
            return parts
        self.gathered += [part for part in parts if type(part) in gathers]
        return [part for part in parts if type(part) not in gathers]

    def _tell(self, finish: Finish, number: int) -> None:
        """Report a finish word that the target's readers take for another, as calls came or not."""
        if not self._rules.tells:
            return
        path = f"$.choices[{number}].finish.reason"
        called = len(self.calls) > self.holder.missing
        if finish.reason is (FinishReason.STOP if called else FinishReason.TOOL_CALLS):
            self._losses.append(Loss("changed", path, finish.reason.value))
