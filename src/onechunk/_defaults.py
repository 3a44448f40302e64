"""The one place for what a target needs and a source never said."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Defaults"]


@frozen
class Defaults:
    """Values for what the source did not say; each use is reported as invented.

    They are constants, so that the same bytes in give the same bytes out; a gateway that wants
    real ids and times gives its own.

    Attributes:
        id: The answer's id.
        model: The model's name.
        created: Unix time in seconds.
        call_id: A tool call's id; `{index}` and `{choice}` are its numbers.
        failed: Message of the error that stands for a finish word "error".
        cut_off: Message of the error that ends a stream which its source did not end.
    """

    id: str = "onechunk"
    model: str = "unknown"
    created: int = 0
    call_id: str = "call_{choice}_{index}"
    failed: str = "the provider ended the answer with an error"
    cut_off: str = "the stream ended before the answer was finished"
