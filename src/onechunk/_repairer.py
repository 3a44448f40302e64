"""Any chunks to a stream that its readers accept, with a legal end whenever it ends."""

from __future__ import annotations

from attrs import evolve

from onechunk._chunk import Choice, Chunk
from onechunk._codec import DEFAULTS, check_defaults
from onechunk._defaults import Defaults
from onechunk._errors import UNWRITABLE, OnechunkError, unwritable
from onechunk._home import HomeStream
from onechunk._loss import Loss
from onechunk._parts import ToolCall
from onechunk._prepare import message_of
from onechunk._problem import Problem
from onechunk._registry import get_adapter
from onechunk._stable import StableShaper
from onechunk._states import is_comment
from onechunk._validator import Validator

__all__ = ["Repairer"]


class Repairer:
    """Makes one stream legal while it flows.

    The first chunk decides: a stream of the dialect itself stays as it is, residue included, but
    for what breaks a rule; a stream of another dialect, or made by hand, is shaped as `Encoder`
    shapes it. In either, chunks of the other kind are taken along.

    Args:
        dialect: Name of the dialect or profile whose readers are to accept the stream.
        defaults: What the source may not say and the dialect needs.
        home: False to shape chunks of the dialect itself, too, which leaves their residue out.

    Attributes:
        shaper: Shapes what does not stay as it is.
        problems: What was wrong with the chunks that came, as `Validator` tells it.

    Raises:
        UnknownDialectError: No adapter has the name.
        EncodeError: *defaults* are none.
    """

    def __init__(self, dialect: str, *, defaults: Defaults = DEFAULTS, home: bool = True) -> None:
        self._adapter = get_adapter(dialect)
        check_defaults(defaults, self._adapter)
        mark = self._adapter.end is not None
        self.shaper = StableShaper(self._adapter.rules, defaults, mark=mark)
        self._validator = Validator()
        self._home = HomeStream(self._adapter, defaults, self._validator)
        # Whether the stream stays as it is; None before the first chunk.
        self._stays: bool | None = None if home else False
        self._closed = False

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with the chunks that came: each kind at each path once."""
        return self._validator.problems

    @property
    def at_home(self) -> bool:
        """True if the stream stays as it is."""
        return bool(self._stays)

    @property
    def losses(self) -> list[Loss]:
        """What shaping made up or bent so far; `Encoder` measures the rest."""
        return self.shaper.losses

    def stays(self, chunk: Chunk) -> bool:
        """Say whether *chunk* belongs to a stream that stays as it is; the first one decides."""
        if self._stays is None:
            if is_comment(chunk):
                return chunk.dialect == self._adapter.name
            self._stays = chunk.dialect == self._adapter.name
        return self._stays

    def watch(self, chunk: Chunk) -> None:
        """Note the problems of a chunk that is to be shaped."""
        self._validator.feed(chunk)

    def feed(self, chunk: Chunk) -> list[Chunk]:
        """Return the chunks to write for *chunk*; none yet where it must wait for the next.

        Raises:
            OnechunkError: The repairer was closed.
            EncodeError: The chunk's fields are not what they should be.
        """
        if self._closed:
            message = "the repairer was closed"
            raise OnechunkError(message, dialect=self._adapter.name)
        try:
            return self._feed(chunk)
        except UNWRITABLE as exc:
            raise unwritable(exc, self._adapter.name) from exc

    def _feed(self, chunk: Chunk) -> list[Chunk]:
        at_home = chunk.dialect == self._adapter.name
        if self.stays(chunk):
            return self._home.feed(chunk) if at_home else self._home.take(chunk)
        self.watch(chunk)
        away = evolve(chunk, dialect=None) if at_home else chunk
        plain = self.shaper.is_plain(away)
        return self._stamped([_plain(away)] if plain else self.shaper.feed(away))

    def close(self) -> list[Chunk]:
        """Return what is missing for a legal end: nothing where the source had its own.

        Raises:
            EncodeError: What was held back has fields that are not what they should be.
        """
        return self.abort()

    def abort(self, error: OnechunkError | str | None = None) -> list[Chunk]:
        """Return what `close` does, after an error or where nobody wants to hear more.

        Args:
            error: What the stream says of an answer that broke off; None for `Defaults.cut_off`.

        Raises:
            EncodeError: As `close` does.
        """
        if self._closed:
            return []
        self._closed = True
        try:
            if self._stays:
                return self._home.end(message_of(error))
            self._validator.close()
            return self._stamped(self.shaper.close(empty=True, message=message_of(error)))
        except UNWRITABLE as exc:
            raise unwritable(exc, self._adapter.name) from exc

    def _stamped(self, chunks: list[Chunk]) -> list[Chunk]:
        """Return shaped chunks with what every chunk of the stream repeats."""
        said = self.shaper.envelope
        for chunk in chunks:
            if not chunk.done:
                chunk.id, chunk.model, chunk.created = said.id, said.model, said.created
        return chunks


def _plain(chunk: Chunk) -> Chunk:
    """Return what shaping makes of a chunk that can be written as it is."""
    choice = chunk.choices[0]
    part = choice.parts[0]
    if type(part) is ToolCall:
        part = ToolCall(part.index, arguments=part.arguments)
    said = Choice(choice.index, None, [part], None, choice.stop, None, choice.extra)
    return Chunk(choices=[said], dialect=chunk.dialect, extra=chunk.extra)
