"""Chunks of a dialect that its source never sent, as a decoder would have read them."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from onechunk._adapter import Adapter, Envelope, own
from onechunk._chunk import Choice, Chunk, Error, Usage
from onechunk._codec import away_payloads
from onechunk._defaults import Defaults
from onechunk._finish import Finish, FinishReason
from onechunk._frame import Frame
from onechunk._parts import ToolCall
from onechunk._prepare import whole_seconds
from onechunk._validator import Validator

__all__ = ["Maker"]


class Maker:
    """Makes chunks that fit into one stream at home.

    Args:
        adapter: The dialect's.
        defaults: What the stream may not say.
        validator: What the stream has said.
    """

    def __init__(self, adapter: Adapter, defaults: Defaults, validator: Validator) -> None:
        self._adapter = adapter
        self._defaults = defaults
        self._validator = validator

    def take(self, chunk: Chunk) -> list[Chunk]:
        """Return a chunk of another dialect as those of this one, each written by itself."""
        out: list[Chunk] = []
        if chunk.error is not None:
            out = self._fail(chunk.error, evolve(chunk, error=None))
        elif chunk.choices or chunk.usage is not None:
            out = self._make(evolve(chunk, done=False))
        return out + self.end() if chunk.done else out

    def finish(self, indexes: Iterable[int]) -> list[Chunk]:
        """Return what says that choices ended which nobody finished."""
        choices = [Choice(index, finish=self.word(index)) for index in indexes]
        usage = self._usage() if self._adapter.demands.events else None
        return self._make(Chunk(choices=choices, usage=usage)) if choices else []

    def word(self, index: int) -> Finish:
        """Return why a choice ended of which nobody said it."""
        called = self._validator.has_calls(index)
        return Finish(FinishReason.TOOL_CALLS if called else FinishReason.STOP)

    def fail(self, message: str | None) -> list[Chunk]:
        """Return what says that the stream broke off."""
        error = Error(message or self._defaults.cut_off, "incomplete_stream")
        return self._fail(error, Chunk())

    def end(self) -> list[Chunk]:
        """Return what tells that the stream is whole, if anything does."""
        match self._adapter.demands.end:
            case "mark":
                return [Chunk(done=True, dialect=self._adapter.name)]
            case "event":
                return self._make(Chunk(done=True))
            case _:
                return []

    def head(self, call: ToolCall, choice: int) -> list[Chunk]:
        """Return the event that opens a call whose own never came."""
        made = evolve(call, id=self.call_id(choice, call.index), name="", arguments=None, extra={})
        out = self._make(Chunk(choices=[Choice(choice, parts=[made])]))
        for part in (part for each in out for choice in each.choices for part in choice.parts):
            if type(part) is ToolCall:
                part.index = call.index
        return out

    def call_id(self, choice: int, call: int | None) -> str:
        """Return the id of a call that has none."""
        return self._defaults.call_id.format(choice=choice, index=call or 0)

    def _fail(self, error: Error, said: Chunk) -> list[Chunk]:
        """Return what *said* says, and an error behind it, in the dialect's own form."""
        adapter = self._adapter
        out = self._make(said) if said.choices or said.usage is not None else []
        if adapter.fail is not None:
            return [*out, self._read(adapter.fail(self._envelope(), error))]
        broken = Chunk(choices=self._failed(), error=error)
        if adapter.stage is not None:
            return out + self._make(broken)
        written = [broken]
        if adapter.rules.error_apart and broken.choices:
            written = [evolve(broken, error=None), evolve(broken, choices=[])]
        return out + [self._read(adapter.write_away(each, self._envelope())) for each in written]

    def _failed(self) -> list[Choice]:
        """Return the open choices, finished in error, where a word says so."""
        if not self._adapter.rules.error_finish:
            return []
        finish = Finish(FinishReason.ERROR)
        if self._validator.begun:
            return [Choice(index, finish=finish) for index in self._validator.open]
        return [Choice(0, "assistant" if self._adapter.rules.roles else None, finish=finish)]

    def _usage(self) -> Usage | None:
        usage = self._validator.usage
        return None if usage is None else evolve(usage, extra={})

    def _said(self) -> Defaults:
        """Return what every chunk of the stream repeats."""
        said, defaults = self._validator, self._defaults
        created = whole_seconds(said.created)
        return evolve(
            defaults,
            id=said.id or defaults.id,
            model=said.model or defaults.model,
            created=defaults.created if created is None else created,
        )

    def _envelope(self) -> Envelope:
        said = self._said()
        return Envelope(said.id, said.model, said.created)

    def _make(self, chunk: Chunk) -> list[Chunk]:
        bare = evolve(chunk, id=None, model=None, created=None, dialect=None)
        payloads = away_payloads(self._adapter, bare, extra="never", defaults=self._said())
        return [self._read(each) for each in payloads]

    def _read(self, payload: dict[str, object]) -> Chunk:
        chunk = self._adapter.read(own(payload, dialect=self._adapter.name))
        if chunk.error is not None and self._adapter.error_event is not None:
            chunk.frame = Frame(None, self._adapter.error_event)
        if chunk.created is not None and self._validator.created is not None:
            # It may have been said with fractions.
            chunk.created = self._validator.created
        if self._adapter.numbered is not None:
            # Any number will do: `Repairer` knows the right one.
            chunk.extra[self._adapter.numbered] = 0
        return chunk
