"""What is wrong with a stream, as data."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from onechunk._marks import Json

__all__ = ["Problem", "ProblemKind"]

ProblemKind = Literal[
    "after_end",
    "after_error",
    "after_finish",
    "changed_created",
    "changed_id",
    "empty",
    "foreign_end",
    "headless_call",
    "missing_end",
    "missing_finish",
    "second_call",
    "second_finish",
    "second_head",
    "second_role",
    "shrinking_usage",
]


@frozen
class Problem:
    """One thing that readers of a stream may stumble over.

    Attributes:
        kind: What is wrong; the documentation explains each word.
        event: Number of the chunk in its stream, from 1; of a problem that recurs, the first. What
            only the end of the stream shows has the number of the last chunk.
        path: JSON path in the canonical chunk, such as `$.choices[0].role`.
        value: What the stream said there.
    """

    kind: ProblemKind
    event: int
    path: str
    value: Json
