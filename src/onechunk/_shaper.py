"""From one dialect's chunks to chunks that another dialect's readers accept.

Readers punish what senders repeat: a role, a tool's id or name said twice is joined twice. So
these are said once, calls are counted anew, usage waits for its place, and the stream ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve, fields

from onechunk._adapter import Rules
from onechunk._choice_shaper import ChoiceShaper
from onechunk._chunk import Choice, Chunk, Error, Usage
from onechunk._defaults import Defaults
from onechunk._envelope_shaper import EnvelopeShaper
from onechunk._failing import Failing
from onechunk._finish import Finish, FinishReason
from onechunk._loss import Loss
from onechunk._marks import Json
from onechunk._parts import Part, Text, ToolCall
from onechunk._prepare import finish_last

__all__ = ["Shaper"]


Object = dict[str, Json]

_COUNTS: Final = tuple(a.name for a in fields(Usage) if a.name != "extra")


class Shaper(Failing):
    """Shapes one stream.

    Args:
        rules: The target's.
        defaults: What the source may not say.
        mark: True if the target has a mark that ends a stream even of which nothing came.

    Attributes:
        head: Knows what every chunk of the stream repeats.
        envelope: That, as it is written.
        losses: What was made up or bent; the caller empties it.
        ended: True once the end is written.
        keeps: Says of residue whether a chunk or a choice that says nothing else is written for
            it; None where residue is not written.
    """

    _make_head: Callable[[Rules, Defaults, list[Loss]], EnvelopeShaper] = EnvelopeShaper

    def __init__(self, rules: Rules, defaults: Defaults, *, mark: bool = False) -> None:
        self.losses: list[Loss] = []
        self.head = self._make_head(rules, defaults, self.losses)
        self.envelope = self.head.envelope
        self.ended = False
        self._rules = rules
        self._defaults = defaults
        self._mark = mark and rules.choices == "many"
        self.keeps: Callable[[Chunk, Chunk | Choice], bool] | None = None
        self._choices: dict[int | None, ChoiceShaper] = {}
        self._usage: Usage | None = None
        self._held: Chunk | None = None
        self._failed = False
        self._left_out: set[int | None] = set()
        # Residue that waits for the first choice.
        self._early: Object = {}

    def is_plain(self, chunk: Chunk) -> bool:
        """Say whether *chunk* can be written as it is: one part that goes on, and nothing else."""
        choices = chunk.choices
        if len(choices) != 1 or self._held is not None:
            return False
        choice = choices[0]
        parts = choice.parts
        if len(parts) != 1 or choice.finish is not None or choice.role is not None:
            return False
        if chunk.usage is not None or chunk.error is not None or chunk.done:
            return False
        if chunk.frame is not None:
            return False
        head = self.head
        said = head.said
        same = chunk.model is said.model and chunk.id is said.id and chunk.created is said.created
        if not (same and head.settled) and head.is_news(chunk):
            return False
        state = self._choices.get(choice.index)
        if state is None or not state.started or choice.logprobs is not None:
            return False
        part: Any = parts[0]
        if part.__class__ is Text:
            return bool(part.text) and state.holder.idle
        if self._rules.calls != "free":
            return False
        if part.__class__ is not ToolCall or part.id is not None or part.name is not None:
            return False
        # A fragment goes as it is if source and target count the call alike.
        return ToolCall in self._rules.says and state.calls.is_same(part.index)

    def feed(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks to write for *chunk*; often one, sometimes none yet."""
        out = self._feed(chunk)
        if out:
            self.head.wrote(out)
            if self.ended:
                self.head.leave_untold()
        return out

    def _feed(self, chunk: Chunk) -> list[Chunk]:
        if self.ended:
            # No reader goes on behind the end mark.
            if chunk.choices or chunk.error or chunk.usage or self._keeps(chunk, chunk):
                self.losses.append(Loss("dropped", "$", chunk.text or None))
            return []
        self.head.take(chunk)
        if chunk.usage is not None and _says_something(chunk.usage):
            self._count(chunk.usage)
        choices = [
            shaped
            for number, choice in enumerate(chunk.choices)
            if (shaped := self._choice(choice, number, kept=self._keeps(chunk, choice)))
        ]
        if len(choices) > 1:
            finish_last(choices)
        out: list[Chunk] = []
        error = chunk.error
        if self._failed:
            choices, error = self._behind_error(choices, error)
        if error is not None:
            self._failed = True
        extra = chunk.extra
        alone = not choices and error is None
        kept = alone and self._keeps(chunk, chunk)
        if kept and not self._choices:
            # It waits for what begins the answer: no id and no model may have been said yet. No
            # more than one does.
            waited, self._early = self._early, extra
            out += self._place(Chunk(dialect=chunk.dialect, extra=waited)) if waited else []
        elif kept or not alone:
            if self._early:
                extra = self._early | {k: v for k, v in extra.items() if v or k not in self._early}
                self._early = {}
            made = Chunk(choices=choices, error=error, dialect=chunk.dialect, extra=extra)
            self._fail(made)
            if error is not None:
                # Readers stop at an error.
                out += self._before_error(made)
            out += self._count_before(made)
            out += self._place(made)
        if chunk.done:
            out += self._end(whole=True)
        return self._apart(out)

    def close(self, *, empty: bool = False, message: str | None = None) -> list[Chunk]:
        """Return what is missing for a legal end; nothing if the end was written.

        Args:
            empty: End a stream too of which no chunk came.
            message: What an error says that ends the stream; None for `Defaults.cut_off`.
        """
        if self.ended or not (self.head.began or empty):
            return []
        out = self._apart(self._end(whole=False, message=message))
        self.head.wrote(out)
        self.head.leave_untold()
        return out

    def _count(self, usage: Usage) -> None:
        """Take over a total; what only the one before said is lost with that."""
        for name in _COUNTS if self._usage is not None else ():
            count = getattr(self._usage, name)
            if count is not None and getattr(usage, name) is None:
                self.losses.append(Loss("dropped", f"$.usage.{name}", count))
        self._usage = usage

    def _keeps(self, chunk: Chunk, value: Chunk | Choice) -> bool:
        """Say whether residue is written by itself: not behind an error, where readers stop."""
        if self.keeps is None or not value.extra or not self.keeps(chunk, value):
            return False
        if self._failed:
            self.losses.append(Loss("dropped", "$.extra", None))
        return not self._failed

    def _choice(self, choice: Choice, number: int, *, kept: bool) -> Choice | None:
        """Return what is new in *choice*, or None; without an index its *number* counts."""
        index = number if choice.index is None else choice.index
        if index and self._rules.choices == "one":
            self._leave_out(index)
            return None
        state = self._choices.get(index)
        if state is None:
            state = self._choices[index] = self._begin_choice(index)
        return state.shape(choice, number, kept=kept)

    def _begin_choice(self, index: int) -> ChoiceShaper:
        """Return the state of a choice of which nothing was said."""
        return ChoiceShaper(self._rules, index, self._defaults.call_id, self.losses)

    def _leave_out(self, index: int) -> None:
        """Report a candidate that the target has no place for, once."""
        if index not in self._left_out:
            self._left_out.add(index)
            self.losses.append(Loss("dropped", f"$.choices[{index}]", index))

    def _place(self, chunk: Chunk) -> list[Chunk]:
        """Hold back the chunk that finishes: the target may want usage on it.

        Text that comes after a finish overtakes the word, but not the text beside it: readers
        stop at the word.
        """
        finishes = any(choice.finish for choice in chunk.choices)
        ends = chunk.error is not None and not self._rules.error_finish
        if self._held is not None and ends and self._rules.usage == "alone":
            # Readers stop at an error: the word must stand before it.
            held, self._held = self._held, None
            return [held, chunk]
        if self._held is not None and not finishes:
            out = self._let_go(self._held)
            if chunk.error is not None and self._rules.error_finish:
                # Nothing comes behind an error: it waits with the word.
                self._held.error, chunk.error = chunk.error, None
            more = chunk.choices or chunk.error or self._keeps(chunk, chunk)
            return [*out, chunk] if more else out
        out = [] if self._held is None else [self._held]
        self._held = None
        if finishes:
            self._held = chunk
            return out
        return [*out, chunk]

    def _let_go(self, held: Chunk) -> list[Chunk]:
        """Return what *held* says beside its finish words, which stay held."""
        said = [choice for choice in held.choices if choice.parts or choice.role or choice.logprobs]
        if not said:
            return []
        ends = [Choice(c.index, finish=c.finish, stop=c.stop) for c in held.choices if c.finish]
        self._held = Chunk(choices=ends, error=held.error, dialect=held.dialect)
        said = [evolve(choice, finish=None, stop=None) for choice in said]
        return [evolve(held, error=None, choices=said)]

    def _end(self, *, whole: bool, message: str | None = None) -> list[Chunk]:
        """Return the end of the stream; *whole* if the source had its own."""
        # What waited came after what stands beside a finish that is held.
        out = [each for chunk in self._flush(whole=whole) for each in self._place(chunk)]
        last = self._last(whole=whole, message=message)
        if last.choices or last.error is not None:
            out += self._count_before(last)
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

    def _leave_early(self) -> None:
        """Report residue of a stream that ended before it began."""
        if self._early:
            self._early = {}
            self.losses.append(Loss("dropped", "$.extra", None))

    def _last(self, *, whole: bool, message: str | None) -> Chunk:
        """Return what the source has not said of how the stream ended."""
        last = Chunk()
        if self._failed:
            return last
        if whole and (self._choices or self._mark):
            self._finish_open(last)
        elif not self._choices or any(not s.finished for s in self._choices.values()):
            last.error = Error(message or self._defaults.cut_off, "incomplete_stream")
            self.losses.append(Loss("invented", "$.error.message", last.error.message))
            self._failed = True
            self._fail(last)
        return last

    def _apart(self, chunks: list[Chunk]) -> list[Chunk]:
        """Put an error behind all else that its chunk says, where readers stop at it."""
        if not self._rules.error_apart:
            return chunks
        out: list[Chunk] = []
        for chunk in chunks:
            error = chunk.error
            if error is not None and (chunk.choices or chunk.usage is not None):
                rest = Chunk(error=error, dialect=chunk.dialect, extra=chunk.extra)
                out += [evolve(chunk, error=None, extra={}), rest]
            else:
                out.append(chunk)
        return out

    def _flush(self, *, whole: bool) -> list[Chunk]:
        """Return what waits in choices that no word has finished."""
        choices: list[Choice] = []
        for index, state in sorted(self._choices.items()):
            parts = self._said_parts(index, state.flush(whole=whole))
            if parts:
                choices.append(Choice(index, state.begin(), parts))
        return [Chunk(choices=choices)] if choices else []

    def _said_parts(self, index: int | None, parts: list[Part]) -> list[Part]:
        """Return those of *parts* that are written; which, a shaper may be particular about."""
        del index
        return parts

    def _finish_open(self, chunk: Chunk) -> None:
        """Finish what the source ended without a word for it."""
        silent = self._finishes_silent()
        for index, state in sorted(self._choices.items()):
            if (state.started or silent) and not state.finished:
                reason = FinishReason.TOOL_CALLS if state.calls else FinishReason.STOP
                state.finished = reason
                chunk.choices.append(Choice(index, state.begin(), finish=Finish(reason)))
                self.losses.append(
                    Loss("invented", f"$.choices[{index}].finish.reason", reason.value)
                )

    def _finishes_silent(self) -> bool:
        """Say whether choices that have said nothing are finished: else there were no stream."""
        return not self._mark and not any(state.started for state in self._choices.values())


def _says_something(usage: Usage) -> bool:
    return any(getattr(usage, name) is not None for name in _COUNTS)
