"""Why an answer ended: a closed list of reasons, and the vendor's own word beside it."""

from __future__ import annotations

from enum import StrEnum

from attrs import define

__all__ = ["Finish", "FinishReason"]


class FinishReason(StrEnum):
    """Why a choice ended. Closed; a word that no table knows is `OTHER`."""

    STOP = "stop"
    """A natural end or a matched stop sequence."""
    LENGTH = "length"
    """A token limit or the end of the context."""
    TOOL_CALLS = "tool_calls"
    """The model calls tools and waits for them."""
    CONTENT_FILTER = "content_filter"
    """Withheld by a filter, or refused."""
    ERROR = "error"
    """The server or the model failed."""
    PAUSE = "pause"
    """Put off by the server; the turn goes on in a later request."""
    CANCELLED = "cancelled"
    """Broken off on request."""
    OTHER = "other"
    """A word without a counterpart here; see `Finish.raw`."""


@define(weakref_slot=False)
class Finish:
    """A reason and the word the vendor used for it.

    Attributes:
        raw: The vendor's word; it goes home unchanged as long as it still means `reason`.
    """

    reason: FinishReason
    raw: str | None = None
