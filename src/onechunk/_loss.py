"""What a conversion loses, as data."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from onechunk._marks import Json

__all__ = ["Loss", "call_path"]


@frozen
class Loss:
    """One thing that the target says otherwise, or cannot say, or must say without a source.

    Attributes:
        kind: `dropped`, `changed` or `invented`.
        path: JSON path in the canonical chunk, such as `$.choices[0].parts[1].signature`;
            residue stands below `extra`.
        value: What the source said; for `invented` what was made up. None where that is
            residue of more than about 16 MiB, or where a stream's report holds as much already.
        event: Number of the chunk in its stream, from 1; None outside a stream. Of a loss that
            recurs, the first.
    """

    kind: Literal["dropped", "changed", "invented"]
    path: str
    value: Json
    event: int | None = None


def call_path(choice: int | None, call: int | None) -> str:
    """Return the path of a call in the whole answer: *call* is its number among the calls."""
    return f"$.choices[{choice}].tool_calls[{call}]"
