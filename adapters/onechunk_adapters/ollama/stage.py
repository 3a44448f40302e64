"""Other dialects' chunks as Ollama's lines."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve, fields

from onechunk import Choice, Chunk, Defaults, Error, Finish, FinishReason, Json, Loss, Usage
from onechunk.events import Envelope
from onechunk.mapping import Manner, Object, make_writer
from onechunk_adapters._times import read_time, write_time
from onechunk_adapters.ollama.mapping import build

__all__ = ["Lines"]

_write: Final = make_writer(build(), Manner(away=True, residue=False))


class Lines:
    """Writes the lines of one answer, of which the last says why it ended, or is an error.

    Args:
        envelope: Model and time of the stream, filled while it flows.
        alone: Write one chunk by itself.

    Attributes:
        losses: What was made up or bent.
    """

    def __init__(self, envelope: Envelope, *, alone: bool = False) -> None:
        self.losses: list[Loss] = []
        self._envelope = envelope
        self._alone = alone
        self._usage: Usage | None = None
        self._ended = False

    def feed(self, chunk: Chunk) -> list[Object]:
        """Return the lines that say what *chunk* says."""
        if self._ended:
            self._drop(chunk)
            return []
        if chunk.error is not None:
            return self._fail(chunk, chunk.error)
        if self._alone:
            return [self._line(chunk, done=chunk.done or _finish(chunk) is not None)]
        if _finish(chunk) is not None:
            self._ended = True
            return [self._line(chunk, done=True)]
        # Counts have no place but on the last line.
        self._usage = chunk.usage or self._usage
        if chunk.done:
            return [self._end()]
        return [self._line(evolve(chunk, usage=None), done=False)] if chunk.choices else []

    def _fail(self, chunk: Chunk, error: Error) -> list[Object]:
        """Say an error, with nothing beside it and nothing behind it."""
        self._ended = not self._alone
        said = [
            evolve(choice, finish=None, stop=None)
            for choice in chunk.choices
            if choice.parts or choice.logprobs
        ]
        lines = [self._line(Chunk(choices=said), done=False)] if said else []
        if not self._alone:
            self._drop(Chunk(choices=[Choice(finish=_finish(chunk))], usage=self._usage))
            self._drop(Chunk(usage=chunk.usage))
        message = error.message or error.type
        if not message:
            # An empty message is none to any client.
            message = Defaults().failed
            self._lose("invented", "$.error.message", message)
        return [*lines, {"error": message}]

    def _end(self) -> Object:
        """End an answer of which nothing says why it ended."""
        self._ended = True
        reason = FinishReason.STOP
        self.losses.append(Loss("invented", "$.choices[0].finish.reason", reason.value))
        end = Chunk(choices=[Choice(finish=Finish(reason))], usage=self._usage)
        return self._line(end, done=True)

    def _line(self, chunk: Chunk, *, done: bool) -> Object:
        created = self._envelope.created or 0
        # Every line has a message, even where there is nothing to say.
        choice = chunk.choices[0] if chunk.choices else Choice()
        choice = evolve(choice, role=choice.role or "assistant")
        ready = evolve(chunk, choices=[choice], created=created, done=done)
        if not self._alone and read_time(write_time(created)) != created:
            self._lose("changed", "$.created", created)
        line: Object = _write(ready, self._envelope)
        return line

    def _drop(self, chunk: Chunk) -> None:
        """Report what comes with an error, or behind the end."""
        if any(choice.parts for choice in chunk.choices):
            self._lose("dropped", "$", chunk.text or None)
        finish = _finish(chunk)
        if finish is not None:
            self._lose("dropped", "$.choices[0].finish.reason", finish.reason.value)
        for attribute in fields(Usage) if chunk.usage is not None else ():
            count: Any = getattr(chunk.usage, attribute.name)
            if attribute.name != "extra" and count is not None:
                self._lose("dropped", f"$.usage.{attribute.name}", count)

    def _lose(self, kind: Any, path: str, value: Json) -> None:
        self.losses.append(Loss(kind, path, value))


def _finish(chunk: Chunk) -> Finish | None:
    return next((choice.finish for choice in chunk.choices if choice.finish), None)
