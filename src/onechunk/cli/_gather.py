"""The message that a recorded stream makes, and what was wrong with the stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field

from onechunk._accumulator import Accumulator
from onechunk._chunk import Chunk
from onechunk._decoder import Decoder
from onechunk._errors import WireError
from onechunk._message import Message
from onechunk._problem import Problem
from onechunk._validator import Validator
from onechunk.cli._heard import Heard

__all__ = ["Gathered", "gather"]


@define
class Gathered:
    """What a stream said.

    Attributes:
        message: The answer; of bad input, what came before.
        chunks: How many chunks came, the end mark included.
        problems: What readers may stumble over; empty where nobody asked.
        error: What ended the reading.
    """

    message: Message
    chunks: int
    problems: list[Problem] = field(factory=list[Problem])
    error: WireError | None = None


def gather(
    data: Iterable[bytes],
    dialect: str,
    *,
    framing: str | None = None,
    judge: bool = False,
) -> Gathered:
    """Read a stream to its end, or to what is bad in it.

    Args:
        data: Pieces of the stream.
        dialect: Name of a dialect or profile.
        framing: As for `Decoder`.
        judge: Look for problems too.
    """
    decoder = Decoder(dialect, framing=framing)
    accumulator = Accumulator()
    validator = Validator(dialect) if judge else None
    heard = Heard(dialect)
    count = 0
    error: WireError | None = None
    try:
        for chunks in _batches(decoder, data):
            heard.listen(chunks)
            for chunk in chunks:
                count += 1
                accumulator.add(chunk)
                if validator is not None:
                    validator.feed(chunk)
    except WireError as caught:
        error = caught
    heard.warn()
    problems: list[Problem] = []
    if validator is not None:
        validator.close()
        problems = validator.problems
    return Gathered(accumulator.finish(), count, problems, error)


def _batches(decoder: Decoder, data: Iterable[bytes]) -> Iterator[list[Chunk]]:
    for piece in data:
        yield decoder.feed(piece)
    yield decoder.close()
