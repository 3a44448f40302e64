"""What was measured of one answer."""

from __future__ import annotations

from attrs import Factory, frozen

from onechunk._chunk import Usage
from onechunk._message import Message

__all__ = ["Numbers"]


@frozen
class Numbers:
    """The numbers of one answer, in seconds and in the vendor's own counts.

    What was not measured, or was not said by the vendor, is None; nothing is estimated. Of an
    answer that came whole there are only `message` and `duration`.

    Attributes:
        message: What the answer says of itself: id, model, finish of each choice, usage, error.
            After a stream it has no parts and no residue.
        duration: From the start to the end, which is the last chunk if no end was given.
        chunks: How many came, the end mark included; comments alone are none.
        content_chunks: How many of them said something, as `says_something` has it.
        time_to_first_chunk: From the start to the first chunk, whatever it says.
        time_to_first_token: From the start to the first chunk that says something.
        gaps: From each chunk to the next, in order. Chunks that came together have 0 between them.
        gap_p50: The nearest-rank percentile of the gaps: the shortest that at least 50 % of them
            do not exceed, so always one that occurred.
        gap_p90: The same for 90 %.
        gap_p99: The same for 99 %.
        gap_max: The longest.
    """

    message: Message = Factory(Message)
    duration: float | None = None
    chunks: int = 0
    content_chunks: int = 0
    time_to_first_chunk: float | None = None
    time_to_first_token: float | None = None
    gaps: tuple[float, ...] = ()
    gap_p50: float | None = None
    gap_p90: float | None = None
    gap_p99: float | None = None
    gap_max: float | None = None

    @property
    def usage(self) -> Usage | None:
        """The last usage with any count; None where the vendor sent none."""
        return self.message.usage

    @property
    def output_tokens_per_second(self) -> float | None:
        """All output tokens by the whole duration, the wait for the first one included."""
        return _quotient(self._output_tokens, self.duration)

    @property
    def time_per_output_token(self) -> float | None:
        """Seconds for each output token after the first, as OpenTelemetry defines it.

        The duration without the time to the first token, by the output tokens but one. It is too
        short where the first chunk that says something holds many tokens, or where tokens of
        hidden reasoning came before it.
        """
        tokens, first = self._output_tokens, self.time_to_first_token
        if tokens is None or tokens < 2 or first is None or self.duration is None:  # noqa: PLR2004
            return None
        return _quotient(self.duration - first, tokens - 1)

    @property
    def _output_tokens(self) -> int | None:
        return None if self.usage is None else self.usage.output_tokens


def _quotient(number: float | None, by: float | None) -> float | None:
    if number is None or not by:
        return None
    try:
        return number / by
    except OverflowError:
        # A count may be an integer of any size, as the wire may.
        return None
