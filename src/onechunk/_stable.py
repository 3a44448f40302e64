"""Shaping that keeps what it wrote: shaped once more, a stream stays as it is."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from onechunk._adapter import Rules
from onechunk._calls import WholeCalls
from onechunk._choice_shaper import ChoiceShaper
from onechunk._chunk import Choice, Chunk
from onechunk._defaults import Defaults
from onechunk._envelope_shaper import EnvelopeShaper
from onechunk._failing import says_anything
from onechunk._finish import FinishReason
from onechunk._loss import Loss, call_path
from onechunk._parts import Part, ToolCall
from onechunk._prepare import finish_last
from onechunk._shaper import Shaper

__all__ = ["StableShaper"]


class StableShaper(Shaper):
    """Shapes one stream for `Repairer`.

    Id, model and time of creation stay as they were first written, though the source says them
    only later, or others. Behind an error nothing is written but counts, and words that finish
    choices come together at the end, so that nothing stands behind its own.
    """

    _make_head = partial(EnvelopeShaper, stays=True)

    def __init__(self, rules: Rules, defaults: Defaults, *, mark: bool = False) -> None:
        super().__init__(rules, defaults, mark=mark)
        self._whole_calls: dict[int | None, int] = {}

    def is_plain(self, chunk: Chunk) -> bool:
        """Say whether *chunk* can be written as it is."""
        if self._failed or not super().is_plain(chunk):
            return False
        part = chunk.choices[0].parts[0]
        return not _is_silent(part)

    def _feed(self, chunk: Chunk) -> list[Chunk]:
        if self._failed and not self.ended:
            chunk = self._behind_an_error(chunk)
        return super()._feed(chunk)

    def _begin_choice(self, index: int) -> ChoiceShaper:
        state = super()._begin_choice(index)
        if isinstance(state.holder, WholeCalls):
            # What was released once comes as an object, and must not wait again.
            state.holder.eager = True
        return state

    def _choice(self, choice: Choice, number: int, *, kept: bool) -> Choice | None:
        shaped = super()._choice(choice, number, kept=kept)
        if shaped is None:
            return None
        shaped.parts = self._said_parts(shaped.index, shaped.parts)
        return shaped if kept or says_anything(shaped) else None

    def _behind_an_error(self, chunk: Chunk) -> Chunk:
        """Return what may stand behind an error: the counts, and the end."""
        if chunk.error is not None:
            self._miss(chunk.error)
        for part in (part for choice in chunk.choices for part in choice.parts):
            self.losses.append(Loss("dropped", "$", getattr(part, "text", None)))
        self._unfinished(chunk.choices)
        return evolve(chunk, choices=[], error=None)

    def _fail(self, chunk: Chunk) -> None:
        super()._fail(chunk)
        keeps = self.keeps is not None
        chunk.choices = [c for c in chunk.choices if says_anything(c) or (keeps and c.extra)]

    def _finish_all(self, chunk: Chunk, reason: FinishReason) -> None:
        super()._finish_all(chunk, reason)
        self._add_waiting(chunk, whole=False)

    def _finish_open(self, chunk: Chunk) -> None:
        super()._finish_open(chunk)
        self._add_waiting(chunk, whole=True)

    def _finishes_silent(self) -> bool:
        return True

    def _add_waiting(self, chunk: Chunk, *, whole: bool) -> None:
        """Put what waited for the word that finishes a choice beside the word."""
        for choice in chunk.choices:
            if choice.finish is not None:
                index = choice.index or 0
                state = self._choices[index]
                parts = [*state.gathered, *choice.parts, *state.holder.flush(whole=whole)]
                parts += state.without_arguments(choice.finish)
                choice.parts = self._said_parts(choice.index, parts)
                state.gathered = []
                state.note_calls()

    def _said_parts(self, index: int | None, parts: list[Part]) -> list[Part]:
        """Return *parts* without pieces of calls that say nothing.

        Whole calls are numbered anew: one that was cut off is left out, and has no number.
        """
        said = [part for part in parts if not _is_silent(part)]
        for place, part in enumerate(said):
            if type(part) is not ToolCall:
                continue
            if self._rules.calls == "whole":
                number = self._whole_calls.get(index, 0)
                self._whole_calls[index] = number + 1
                said[place] = evolve(part, index=number)
            elif self._rules.calls == "serial" and part.id is not None and part.name is None:
                # It waited for a name that did not come, and must not wait again.
                path = f"{call_path(index, part.index)}.name"
                self.losses.append(Loss("invented", path, ""))
                said[place] = evolve(part, name="")
        return said

    def _count_before(self, chunk: Chunk) -> list[Chunk]:
        """Leave the counts to `_break_off`."""
        del chunk
        return []

    def _place(self, chunk: Chunk) -> list[Chunk]:
        """Hold back every word that finishes a choice, all of them in one chunk."""
        if chunk.error is not None and not self._rules.error_finish:
            return self._break_off(chunk)
        held = self._held
        if held is not None and chunk.error is not None and not chunk.choices:
            held.error, held.dialect, held.extra = chunk.error, chunk.dialect, chunk.extra
            return []
        if held is None or not any(choice.finish for choice in chunk.choices):
            return super()._place(chunk)
        out = self._let_go(held)
        ends = self._held or held
        chunk.choices = [*ends.choices, *chunk.choices]
        finish_last(chunk.choices)
        chunk.error = chunk.error or ends.error
        self._held = chunk
        return out

    def _break_off(self, chunk: Chunk) -> list[Chunk]:
        """Return an error object and what must stand before it, since readers stop there.

        Where the counts stand beside the word that finishes, an error makes the word void.
        """
        error = Chunk(error=chunk.error, dialect=chunk.dialect, extra=chunk.extra)
        said = evolve(chunk, error=None)
        out: list[Chunk] = []
        for waited in self._flush(whole=False):
            out += super()._place(waited)
        if self._rules.usage == "alone":
            if said.choices:
                out += super()._place(said)
            held, self._held = self._held, None
            return [*out, error] if held is None else [*out, held, error]
        return [*out, *self._void(said), error]

    def _end(self, *, whole: bool, message: str | None = None) -> list[Chunk]:
        """Return the end of the stream; *whole* if the source had its own."""
        last = self._last(whole=whole, message=message)
        out = [each for chunk in self._flush(whole=whole) for each in self._place(chunk)]
        if last.choices or last.error is not None:
            out += self._place(last)
        held, self._held = self._held, None
        if held is not None:
            if self._rules.usage == "last":
                held.usage, self._usage = self._usage, None
            out.append(held)
        if self._usage is not None:
            out.append(Chunk(usage=self._usage))
            self._usage = None
        self.ended = True
        self._choices.clear()
        self._leave_early()
        return [*out, Chunk(done=True)]


def _is_silent(part: Part) -> bool:
    """Say whether a part is a piece of a call that adds nothing to it."""
    if type(part) is not ToolCall or part.id or part.name:
        return False
    return not part.arguments and part.arguments != {}
