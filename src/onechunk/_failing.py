"""What a failure does to a stream that is being shaped: readers stop at an error.

So what waits stands before it, the counts too, and no word says that the answer is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from onechunk._chunk import Choice, Chunk, Error, Usage
from onechunk._finish import Finish, FinishReason
from onechunk._loss import Loss
from onechunk._prepare import is_failed

if TYPE_CHECKING:
    from onechunk._adapter import Rules
    from onechunk._choice_shaper import ChoiceShaper
    from onechunk._defaults import Defaults

__all__ = ["Failing", "says_anything"]


class Failing:
    """Base of `Shaper`: the part of it that deals with errors."""

    losses: list[Loss]
    _rules: Rules
    _defaults: Defaults
    _choices: dict[int | None, ChoiceShaper]
    _usage: Usage | None
    _held: Chunk | None
    _failed: bool

    def _begin_choice(self, index: int) -> ChoiceShaper:
        """Return the state of a choice of which nothing was said."""
        raise NotImplementedError

    def _flush(self, *, whole: bool) -> list[Chunk]:
        """Return what waits in choices that no word has finished."""
        raise NotImplementedError

    def _fail(self, chunk: Chunk) -> None:
        """Say a failure the way the target does: by a finish word, or by an error object."""
        failed = [choice for choice in chunk.choices if is_failed(choice, chunk.error)]
        if self._rules.error_finish:
            if chunk.error is not None and not any(is_failed(c, None) for c in failed):
                self._overrule(chunk)
                self._finish_all(chunk, FinishReason.ERROR)
        elif failed:
            self._failed = True
            for choice in failed:
                choice.finish = None
            if chunk.error is None:
                chunk.error = Error(self._defaults.failed, "server_error")
                self.losses.append(Loss("invented", "$.error.message", chunk.error.message))

    def _unfinished(self, choices: list[Choice]) -> list[Choice]:
        """Return *choices* without the words that finish them, and what stopped the answer."""
        for choice in choices:
            path = f"$.choices[{choice.index}]"
            if choice.finish is not None:
                self.losses.append(
                    Loss("dropped", f"{path}.finish.reason", choice.finish.reason.value)
                )
            if choice.stop is not None:
                self.losses.append(Loss("dropped", f"{path}.stop", choice.stop))
        return [evolve(choice, finish=None, stop=None) for choice in choices]

    def _behind_error(
        self, choices: list[Choice], error: Error | None
    ) -> tuple[list[Choice], Error | None]:
        """Return what is left to say behind an error, which is not said twice."""
        if error is not None:
            self._miss(error)
        for choice in choices:
            if is_failed(choice, error) and not self._rules.error_finish:
                choice.finish = None
        return [c for c in choices if c.parts or c.finish or c.logprobs], None

    def _miss(self, error: Error) -> None:
        """Report an error that another stands before."""
        for name in ("message", "type", "code", "param"):
            value = getattr(error, name)
            if value is not None:
                self.losses.append(Loss("dropped", f"$.error.{name}", value))

    def _before_error(self, chunk: Chunk) -> list[Chunk]:
        """Return what waits, behind what *chunk* says of the same calls, which is taken from it."""
        waiting = self._flush(whole=False)
        said = [c for c in chunk.choices if c.parts or c.role] if waiting else []
        if not said:
            return waiting
        first = [evolve(choice, finish=None, stop=None) for choice in said]
        for choice in said:
            choice.role, choice.parts, choice.logprobs, choice.extra = None, [], None, {}
        chunk.choices = [c for c in chunk.choices if c.finish or c.logprobs]
        return [Chunk(choices=first, dialect=chunk.dialect), *waiting]

    def _count_before(self, chunk: Chunk) -> list[Chunk]:
        """Return what stands before the error of *chunk* where the counts would be last."""
        ends = chunk.error is not None and not self._rules.error_finish
        if not ends or self._rules.usage != "last":
            return []
        out = self._void(chunk)
        chunk.choices = []
        return out

    def _void(self, chunk: Chunk) -> list[Chunk]:
        """Return what is held, and what *chunk* says, without words that finish, and the counts.

        Where such a word ends the stream, readers take an answer with one for whole, and do not
        hear the error.
        """
        out: list[Chunk] = []
        for each in (self._held, chunk):
            if each is not None and each.choices:
                choices = self._unfinished(each.choices)
                kept = [choice for choice in choices if says_anything(choice)]
                out += [evolve(each, choices=kept, error=None)] if kept else []
        self._held = None
        if self._usage is not None:
            out.append(Chunk(usage=self._usage))
            self._usage = None
        return out

    def _overrule(self, chunk: Chunk) -> None:
        """Make a failure of the finish words that are not written yet."""
        held = () if self._held is None else self._held.choices
        for choice in (*held, *chunk.choices):
            if choice.finish is not None and choice.finish.reason is not FinishReason.ERROR:
                path = f"$.choices[{choice.index}].finish.reason"
                self.losses.append(Loss("changed", path, choice.finish.reason.value))
                choice.finish = Finish(FinishReason.ERROR)

    def _finish_all(self, chunk: Chunk, reason: FinishReason) -> None:
        """Finish every choice that is still open, in *chunk*."""
        if not self._choices:
            self._choices[0] = self._begin_choice(0)
        by_index = {choice.index: choice for choice in chunk.choices}
        for index, state in sorted(self._choices.items()):
            if state.finished is None:
                role, state.finished = state.begin(), reason
                found = by_index.get(index)
                if found is None:
                    found = Choice(index, role)
                    chunk.choices.append(found)
                found.finish = Finish(reason)
                self.losses.append(
                    Loss("invented", f"$.choices[{index}].finish.reason", reason.value)
                )


def says_anything(choice: Choice) -> bool:
    """Say whether anything is written for *choice*, residue aside."""
    said = choice.role, choice.finish, choice.logprobs
    return bool(choice.parts) or any(each is not None for each in said)
