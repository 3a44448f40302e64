"""Bodies that are translated when they are whole: answers, and errors under their status."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from onechunk._adapter import Adapter
from onechunk._chunk import Chunk, Error
from onechunk._compare import compare
from onechunk._json import dumps
from onechunk._loss import Loss
from onechunk._message import Message
from onechunk._whole import decode_message, encode_message, message_losses
from onechunk.http._errors import read_error

__all__ = ["ErrorBody", "WholeBody"]


@define
class WholeBody:
    """An answer that came whole.

    Attributes:
        options: Keywords of `encode_message`.
    """

    source: Adapter
    target: Adapter
    options: dict[str, Any]
    message: Message | None = field(default=None, init=False)
    _losses: list[Loss] | None = field(default=None, init=False)

    def translate(self, body: bytes) -> bytes | None:
        """Return the body to send; None if it is none of an answer, and passes as it is.

        Raises:
            OnechunkError: The body cannot be read, or loses something and must not.
        """
        message = decode_message(self.source.name, body)
        if not _answers(message):
            return None
        self.message = message
        return dumps(encode_message(self.target.name, message, **self.options))

    @property
    def error(self) -> Error | None:
        """The error, where the body says nothing else: some servers send one under status 200."""
        said = self.message
        return None if said is None or said.choices or said.usage is not None else said.error

    @property
    def losses(self) -> list[Loss]:
        """What the written body does not say as it was said."""
        if self.message is None:
            return []
        if self._losses is None:
            options = {key: each for key, each in self.options.items() if key != "strict"}
            self._losses = message_losses(self.target.name, self.message, **options)
        return self._losses


@define
class ErrorBody:
    """What was wrong with a request, or went wrong with it."""

    source: Adapter
    target: Adapter
    status: int
    error: Error | None = field(default=None, init=False)
    written: bytes = field(default=b"", init=False)

    def translate(self, body: bytes) -> bytes:
        """Return the body to send."""
        return self.write(read_error(self.source, self.status, body), self.status)

    def write(self, error: Error, status: int) -> bytes:
        """Return the body that says *error*."""
        self.error = error
        self.written = dumps(self.target.http_error.write(error, status))
        return self.written

    @property
    def losses(self) -> list[Loss]:
        """What the written body does not say as it was said."""
        if self.error is None:
            return []
        back = read_error(self.target, self.status, self.written)
        return compare(Chunk(error=self.error), Chunk(error=back))


def _answers(message: Message) -> bool:
    """Say whether a body is an answer: lists of models, embeddings and the like are none."""
    return bool(message.choices) or message.error is not None
