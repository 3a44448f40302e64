"""A stream of the dialect itself: as it came, but for what breaks a rule."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from onechunk._adapter import Adapter
from onechunk._chunk import Choice, Chunk
from onechunk._defaults import Defaults
from onechunk._edits import DROPPED, edit, without_finish
from onechunk._maker import Maker
from onechunk._parts import ToolCall
from onechunk._states import speaks
from onechunk._validator import Finding, Validator

__all__ = ["HomeStream"]


class HomeStream:
    """Mends one stream at home.

    A frame passes at once, unless it finishes a choice: then it waits for the next one.

    Args:
        adapter: The dialect's.
        defaults: What the stream may not say.
        validator: Finds what is wrong with the stream.
    """

    def __init__(self, adapter: Adapter, defaults: Defaults, validator: Validator) -> None:
        self._adapter = adapter
        self._demands = adapter.demands
        self._validator = validator
        self._maker = Maker(adapter, defaults, validator)
        self._held: list[Chunk] = []
        # Of a dialect whose events are numbered: the number of the last, and whether the stream's
        # own numbers are no longer right.
        self._number: int | None = None
        self._moved = False

    def feed(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks to write for one of the dialect itself."""
        findings = self._validator.examine(chunk)
        finishes = _waits(chunk)
        if not findings and not finishes and not self._held:
            return self._numbered([chunk])
        self._validator.note(findings)
        out: list[Chunk] = []
        if any(each.kind in DROPPED for each in findings):
            out, self._held = self._held, []
        elif self._held:
            out, findings = self._overtake(chunk, findings)
        gone = {(f.choice, f.part) for f in findings if f.kind == "after_finish"}
        findings = [
            self._name_call(chunk, each, out)
            for each in findings
            if each.kind != "headless_call" or (each.choice, each.part) not in gone
        ]
        edited = edit(chunk, findings, self._demands)
        if edited is None:
            self._moved = True
            return self._numbered(out)
        unfinished = [each.index for each in findings if each.kind == "missing_finish"]
        if unfinished and self._demands.tells:
            edited = self._finished(edited)
        elif unfinished:
            out += self._made(self._maker.finish(unfinished))
        if _waits(edited):
            # What is held now, it has overtaken.
            self._held.insert(0, edited)
        else:
            out.append(edited)
        return self._numbered(out)

    def take(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks to write for one of another dialect, or made by hand."""
        made = self._made(self._maker.take(chunk))
        return [out for each in made for out in self.feed(each)]

    def end(self, message: str | None) -> list[Chunk]:
        """Return what is missing for a legal end; *message* tells of an answer that broke off."""
        state, unfinished = self._validator.state, self._validator.open
        self._validator.close()
        out, self._held = self._held, []
        broken = state == "open" and (unfinished or not self._validator.begun)
        if broken:
            out += self._made(self._maker.fail(message))
        if state != "ended" and (self._demands.end == "mark" or (state == "open" and not broken)):
            out += self._made(self._maker.end())
        return self._numbered(out)

    def _overtake(self, chunk: Chunk, findings: list[Finding]) -> tuple[list[Chunk], list[Finding]]:
        """Return what of the held goes before *chunk*, and what it does not mend of the findings.

        As long as the word that finishes a choice is not written, what the choice still says goes
        before it, and another word counts more.
        """
        waiting = {
            index: choice.finish.reason
            for held in self._held
            for index, choice in _indexed(held)
            if choice.finish is not None
        }
        late = {each.index for each in findings if each.kind == "after_finish"} & waiting.keys()
        other = {
            index
            for index, choice in _indexed(chunk)
            if choice.finish is not None and index in waiting
            if index in late or choice.finish.reason is not waiting[index]
        }
        late -= other
        out: list[Chunk] = []
        before, self._held = self._held, []
        for held in before:
            ends = [(i, c) for i, c in _indexed(held) if c.finish is not None and i in late]
            if ends and not _says_more(held, late):
                self._held.append(held)
                continue
            if ends:
                self._held.append(_end_of(held, [choice for _, choice in ends]))
            gone = late | other
            choices = [
                without_finish(c, self._demands) if c.finish is not None and i in gone else c
                for i, c in _indexed(held)
            ]
            out.append(evolve(held, choices=choices) if gone else held)
        mended = {"after_finish": late | other, "second_finish": other}
        return out, [each for each in findings if each.index not in mended.get(each.kind, ())]

    def _name_call(self, chunk: Chunk, finding: Finding, out: list[Chunk]) -> Finding:
        """Return *finding* with an id for its call; an event of its own goes to *out*."""
        if finding.kind != "headless_call":
            return finding
        part = chunk.choices[finding.choice].parts[finding.part]
        if not isinstance(part, ToolCall):
            return finding
        if self._demands.events:
            out += self._made(self._maker.head(part, finding.index))
        return evolve(finding, fix=self._maker.call_id(finding.index, part.index))

    def _finished(self, chunk: Chunk) -> Chunk:
        """Return the event that ends a stream with a word for it."""
        choices = [*chunk.choices] or [Choice()]
        choices[0] = evolve(choices[0], finish=self._maker.word(0))
        return evolve(chunk, choices=choices)

    def _made(self, chunks: list[Chunk]) -> list[Chunk]:
        """Return chunks that the source never sent."""
        self._moved = self._moved or bool(chunks)
        return chunks

    def _numbered(self, chunks: list[Chunk]) -> list[Chunk]:
        """Return *chunks* with numbers that follow each other, where events have any."""
        key = self._adapter.numbered
        if key is None:
            return chunks
        return [self._number_of(each, key) for each in chunks]

    def _number_of(self, chunk: Chunk, key: str) -> Chunk:
        stood = chunk.extra.get(key)
        if type(stood) is not int:
            return chunk
        if not self._moved:
            self._number = stood
            return chunk
        if self._number is None:
            return evolve(chunk, extra={k: v for k, v in chunk.extra.items() if k != key})
        self._number += 1
        return evolve(chunk, extra={**chunk.extra, key: self._number})


def _waits(chunk: Chunk) -> bool:
    """Say whether *chunk* finishes a choice and something may still follow."""
    if chunk.done or chunk.error is not None:
        return False
    return any(choice.finish is not None for choice in chunk.choices)


def _indexed(chunk: Chunk) -> Iterable[tuple[int, Choice]]:
    for number, choice in enumerate(chunk.choices):
        yield number if choice.index is None else choice.index, choice


def _says_more(chunk: Chunk, ends: set[int]) -> bool:
    """Say whether *chunk* says anything but that the choices *ends* end."""
    return any(
        choice.role is not None
        or choice.logprobs is not None
        or any(map(speaks, choice.parts))
        or (choice.finish is not None and index not in ends)
        for index, choice in _indexed(chunk)
    )


def _end_of(chunk: Chunk, choices: list[Choice]) -> Chunk:
    """Return the frame that says only how *choices* ended; what else stood there is said before."""
    residue = {key: value for key, value in chunk.extra.items() if isinstance(value, str | int)}
    ends = [Choice(choice.index, finish=choice.finish) for choice in choices]
    return evolve(chunk, choices=ends, usage=None, frame=None, extra=residue)
