"""Meta's Llama API chat chunk, as its Python SDK names it.

Follows `CreateChatCompletionResponseStreamChunk` of llama-api-client 0.6.0. Every key may be
missing; a delta of a type that is not known, or in another form, is kept whole.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "CreateChatCompletionResponseStreamChunk",
    "Event",
    "EventDelta",
    "EventDeltaTextDelta",
    "EventDeltaToolCallDelta",
    "EventDeltaToolCallDeltaFunction",
    "EventMetric",
    "OtherDelta",
]


@wire
class EventDeltaTextDelta(Wire):
    """More text; empty on the events around it."""

    type: Literal["text"] | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class EventDeltaToolCallDeltaFunction(Wire):
    """Name on the first fragment; arguments as a piece of JSON text."""

    name: str | None | Unset = UNSET
    arguments: str | None | Unset = UNSET


@wire
class EventDeltaToolCallDelta(Wire):
    """A fragment of a call; one without an id belongs to the last call."""

    type: Literal["tool_call"] | Unset = UNSET
    id: str | None | Unset = UNSET
    function: EventDeltaToolCallDeltaFunction | None | Unset = UNSET


@wire
class OtherDelta(Wire):
    """A delta of any other type."""

    type: str | None | Unset = UNSET


EventDelta = EventDeltaTextDelta | EventDeltaToolCallDelta | OtherDelta


@wire
class EventMetric(Wire):
    """One count; a whole number may come as `12.0`."""

    metric: str | None | Unset = UNSET
    value: int | float | None | Unset = UNSET
    unit: str | None | Unset = UNSET


@wire
class Event(Wire):
    """What is new, or why it ended, or what it cost: `event_type` says which."""

    event_type: str | None | Unset = UNSET
    delta: EventDelta | None | Unset = UNSET
    metrics: list[EventMetric] | None | Unset = rare()
    stop_reason: str | None | Unset = rare()


@wire
class CreateChatCompletionResponseStreamChunk(Wire):
    """One chunk; an error comes bare, in place of the event."""

    id: str | None | Unset = UNSET
    event: Event | None | Unset = UNSET
    error: Json | Unset = rare()
