"""Timed chunks to the numbers of their stream."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from copy import deepcopy

from attrs import evolve

from onechunk._accumulator import Accumulator
from onechunk._chunk import Choice, Chunk
from onechunk._errors import UNWRITABLE, OnechunkError
from onechunk.numbers._numbers import Numbers
from onechunk.numbers._says import says_something

__all__ = ["ClockError", "Stopwatch", "numbers_of"]


class ClockError(OnechunkError):
    """A time lies before the one that came before it, or is no time at all."""


def numbers_of(
    chunks: Iterable[tuple[float, Chunk]], *, started: float, ended: float | None = None
) -> Numbers:
    """Return the numbers of one stream.

    Args:
        chunks: Each chunk behind the time at which it came, as `timed` yields them.
        started: When the request was sent, by the same clock.
        ended: When the stream ended; None for the time of the last chunk.

    Raises:
        ClockError: The times go backwards.
        OnechunkError: A chunk's fields are not what they should be.
    """
    stopwatch = Stopwatch(started)
    for number, pair in enumerate(chunks, 1):
        try:
            at, chunk = pair
        except (TypeError, ValueError) as exc:
            raise OnechunkError("a pair of time and chunk is needed", event=number) from exc
        stopwatch.add(chunk, at)
    return stopwatch.numbers(ended)


class Stopwatch:
    """Takes the numbers of one stream while it flows; reads no clock.

    It keeps eight bytes for every chunk, as percentiles need all gaps, and nothing of what the
    chunks say but what stands in `Numbers.message`.

    Args:
        started: When the request was sent, in seconds of any clock that does not go backwards.

    Raises:
        ClockError: The time is not finite.
    """

    def __init__(self, started: float) -> None:
        self._event = 0
        self._started = self._last = self._checked(started, -math.inf)
        self._head = Accumulator()
        self._noted: tuple[str | int | None, ...] | None = None
        self._gaps = array("d")
        self._chunks = self._content_chunks = 0
        self._first_chunk: float | None = None
        self._first_token: float | None = None

    def add(self, chunk: Chunk, at: float) -> None:
        """Take *chunk*, which came at *at*; the chunk stays as it is.

        Raises:
            ClockError: *at* lies before the time before it, or is not finite. Nothing was taken;
                clamped, a clock that jumps would pass for a fast answer.
            OnechunkError: The chunk's fields are not what they should be. Nothing was timed.
        """
        self._event += 1
        at = self._checked(at, self._last)
        try:
            if chunk.frame is not None and chunk.frame.alone:
                return  # comments behind the last chunk: no data of the vendor
            says = says_something(chunk)
            self._note(chunk)
        except UNWRITABLE as exc:
            raise OnechunkError(f"the chunk cannot be read: {exc}", event=self._event) from exc
        if self._first_chunk is None:
            self._first_chunk = at - self._started
        else:
            self._gaps.append(at - self._last)
        self._last = at
        self._chunks += 1
        if says:
            self._content_chunks += 1
            if self._first_token is None:
                self._first_token = at - self._started

    def numbers(self, ended: float | None = None) -> Numbers:
        """Return the numbers so far; later chunks do not change them.

        Args:
            ended: When the stream ended; None for the time of the last chunk. Without chunks
                there is no duration but by this.

        Raises:
            ClockError: *ended* lies before the last chunk, or is not finite.
        """
        end = self._last if ended is None else self._checked(ended, self._last)
        gaps = sorted(self._gaps)
        return Numbers(
            message=deepcopy(self._head.message),
            duration=None if ended is None and not self._chunks else end - self._started,
            chunks=self._chunks,
            content_chunks=self._content_chunks,
            time_to_first_chunk=self._first_chunk,
            time_to_first_token=self._first_token,
            gaps=tuple(self._gaps),
            gap_p50=_percentile(gaps, 50),
            gap_p90=_percentile(gaps, 90),
            gap_p99=_percentile(gaps, 99),
            gap_max=_percentile(gaps, 100),
        )

    def _note(self, chunk: Chunk) -> None:
        """Keep what *chunk* says of the answer, without its parts and residue."""
        choices, usage, error = chunk.choices, chunk.usage, chunk.error
        # Most chunks of a stream say of it what the one before them said.
        noted = (chunk.id, chunk.model, *[each.index for each in choices])
        if (
            noted == self._noted
            and usage is None
            and error is None
            and all(each.finish is None for each in choices)
        ):
            return
        head = Chunk(
            chunk.id,
            chunk.model,
            choices=[Choice(each.index, finish=each.finish) for each in choices],
            usage=None if usage is None else evolve(usage, extra={}),
            error=None if error is None else evolve(error, extra={}),
        )
        self._head.add(head)
        self._noted = noted

    def _checked(self, at: float, last: float) -> float:
        """Return *at* as a float, if it is a time that does not lie before *last*."""
        event = self._event or None
        try:
            finite, found = math.isfinite(at), float(at)
        except UNWRITABLE as exc:
            raise ClockError(f"this is no time: {exc}", event=event) from exc
        if not finite:
            raise ClockError(f"{at} is no time", event=event)
        if found < last:
            raise ClockError(f"the clock went back from {last} to {found}", event=event)
        return found


def _percentile(ordered: list[float], percent: int) -> float | None:
    """Return the nearest-rank percentile of values in order; None if there are none."""
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return ordered[rank - 1]
