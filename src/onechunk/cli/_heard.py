"""Whether a stream said anything that its dialect calls an answer."""

from __future__ import annotations

import click

from onechunk._chunk import Chunk

__all__ = ["Heard"]


class Heard:
    """Listens to the chunks of a stream; says so at the end if there was nothing but residue.

    Unknown events are carried and are no error, so a stream of another dialect looks like one of
    which nothing is known.
    """

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._anything = False
        self._residue = False

    def listen(self, chunks: list[Chunk]) -> None:
        """Look at what *chunks* hold."""
        for chunk in chunks:
            if chunk.choices or chunk.error is not None:
                self._anything = True
            self._residue = self._residue or bool(chunk.extra)

    def warn(self) -> None:
        """Write one line to standard error if nothing was heard."""
        if self._residue and not self._anything:
            text = f"onechunk: {self._dialect}: nothing of this stream is an answer in this dialect"
            click.echo(f"{text}; is it another one's?", err=True)
