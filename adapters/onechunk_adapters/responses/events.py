"""Events of OpenAI Responses that carry the answer: its life, items, parts, texts and calls.

Named as in `openai.types.responses` of openai 3.52.0, which lacks a few. `obfuscation` is random
padding. Every key may be missing.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.responses.items import (
    Logprob,
    Response,
    ResponseAnnotation,
    ResponseContentPart,
    ResponseError,
    ResponseOutputItem,
)

__all__ = [
    "Addressed",
    "Event",
    "InContent",
    "InSummary",
    "KeepaliveEvent",
    "ResponseCompletedEvent",
    "ResponseContentPartAddedEvent",
    "ResponseContentPartDoneEvent",
    "ResponseCreatedEvent",
    "ResponseCustomToolCallInputDeltaEvent",
    "ResponseCustomToolCallInputDoneEvent",
    "ResponseErrorEvent",
    "ResponseFailedEvent",
    "ResponseFunctionCallArgumentsDeltaEvent",
    "ResponseFunctionCallArgumentsDoneEvent",
    "ResponseInProgressEvent",
    "ResponseIncompleteEvent",
    "ResponseMetadataEvent",
    "ResponseOutputItemAddedEvent",
    "ResponseOutputItemDoneEvent",
    "ResponseOutputTextAnnotationAddedEvent",
    "ResponseQueuedEvent",
    "ResponseReasoningPartAddedEvent",
    "ResponseReasoningPartDoneEvent",
    "ResponseReasoningSummaryPartAddedEvent",
    "ResponseReasoningSummaryPartDoneEvent",
    "ResponseReasoningSummaryTextDeltaEvent",
    "ResponseReasoningSummaryTextDoneEvent",
    "ResponseReasoningTextDeltaEvent",
    "ResponseReasoningTextDoneEvent",
    "ResponseRefusalDeltaEvent",
    "ResponseRefusalDoneEvent",
    "ResponseTextDeltaEvent",
    "ResponseTextDoneEvent",
    "Sequenced",
]


@wire
class Sequenced(Wire):
    """What every event has; some servers and proxies leave it out."""

    sequence_number: int | None | Unset = UNSET


@wire
class Addressed(Sequenced):
    """An event within an item; go by `output_index`, since ids may change on the way."""

    item_id: str | None | Unset = UNSET
    output_index: int | None | Unset = UNSET


@wire
class InContent(Addressed):
    """An event within a part of an item's content."""

    content_index: int | None | Unset = UNSET


@wire
class InSummary(Addressed):
    """An event within a paragraph of a reasoning summary."""

    summary_index: int | None | Unset = UNSET


@wire
class Event(Sequenced):
    """An event of a type that no class knows, or of a known type in another form."""

    type: str | None | Unset = UNSET


@wire
class ResponseQueuedEvent(Sequenced):
    """The answer waits for its turn."""

    type: Literal["response.queued"] | Unset = UNSET
    response: Response | None | Unset = UNSET


@wire
class ResponseCreatedEvent(Sequenced):
    """The answer begins."""

    type: Literal["response.created"] | Unset = UNSET
    response: Response | None | Unset = UNSET


@wire
class ResponseInProgressEvent(Sequenced):
    """The model is at work."""

    type: Literal["response.in_progress"] | Unset = UNSET
    response: Response | None | Unset = UNSET


@wire
class ResponseCompletedEvent(Sequenced):
    """The answer is whole; this event ends the stream."""

    type: Literal["response.completed"] | Unset = UNSET
    response: Response | None | Unset = UNSET


@wire
class ResponseIncompleteEvent(Sequenced):
    """The answer was cut; this event ends the stream."""

    type: Literal["response.incomplete"] | Unset = UNSET
    response: Response | None | Unset = UNSET


@wire
class ResponseFailedEvent(Sequenced):
    """The answer failed; this event ends the stream."""

    type: Literal["response.failed"] | Unset = UNSET
    response: Response | None | Unset = UNSET


@wire
class ResponseErrorEvent(Sequenced):
    """An error, its details flat or under `error`."""

    type: Literal["error"] | Unset = UNSET
    code: str | int | None | Unset = UNSET
    message: str | None | Unset = UNSET
    param: str | None | Unset = UNSET
    error: ResponseError | None | Unset = rare()


@wire
class KeepaliveEvent(Sequenced):
    """A sign of life, unknown to the SDK."""

    type: Literal["keepalive"] | Unset = UNSET


@wire
class ResponseMetadataEvent(Sequenced):
    """Data of one backend, unknown to the SDK."""

    type: Literal["response.metadata"] | Unset = UNSET


@wire
class ResponseOutputItemAddedEvent(Sequenced):
    """An item begins."""

    type: Literal["response.output_item.added"] | Unset = UNSET
    output_index: int | None | Unset = UNSET
    item: ResponseOutputItem | None | Unset = UNSET


@wire
class ResponseOutputItemDoneEvent(Sequenced):
    """An item, whole."""

    type: Literal["response.output_item.done"] | Unset = UNSET
    output_index: int | None | Unset = UNSET
    item: ResponseOutputItem | None | Unset = UNSET


@wire
class ResponseContentPartAddedEvent(InContent):
    """A part begins."""

    type: Literal["response.content_part.added"] | Unset = UNSET
    part: ResponseContentPart | None | Unset = UNSET


@wire
class ResponseContentPartDoneEvent(InContent):
    """A part, whole."""

    type: Literal["response.content_part.done"] | Unset = UNSET
    part: ResponseContentPart | None | Unset = UNSET


@wire
class ResponseTextDeltaEvent(InContent):
    """A piece of text."""

    type: Literal["response.output_text.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    logprobs: list[Logprob] | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseTextDoneEvent(InContent):
    """The text of a part, whole."""

    type: Literal["response.output_text.done"] | Unset = UNSET
    text: str | None | Unset = UNSET
    logprobs: list[Logprob] | None | Unset = UNSET


@wire
class ResponseOutputTextAnnotationAddedEvent(InContent):
    """A citation in the text of a part."""

    type: Literal["response.output_text.annotation.added"] | Unset = UNSET
    annotation_index: int | None | Unset = UNSET
    annotation: ResponseAnnotation | None | Unset = UNSET


@wire
class ResponseRefusalDeltaEvent(InContent):
    """A piece of a refusal."""

    type: Literal["response.refusal.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseRefusalDoneEvent(InContent):
    """A refusal, whole."""

    type: Literal["response.refusal.done"] | Unset = UNSET
    refusal: str | None | Unset = UNSET


@wire
class ResponseReasoningTextDeltaEvent(InContent):
    """A piece of reasoning."""

    type: Literal["response.reasoning_text.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseReasoningTextDoneEvent(InContent):
    """A part of the reasoning, whole."""

    type: Literal["response.reasoning_text.done"] | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class ResponseReasoningPartAddedEvent(InContent):
    """A part of the reasoning begins; unknown to the SDK."""

    type: Literal["response.reasoning_part.added"] | Unset = UNSET
    part: ResponseContentPart | None | Unset = UNSET


@wire
class ResponseReasoningPartDoneEvent(InContent):
    """A part of the reasoning, whole; unknown to the SDK."""

    type: Literal["response.reasoning_part.done"] | Unset = UNSET
    part: ResponseContentPart | None | Unset = UNSET


@wire
class ResponseReasoningSummaryPartAddedEvent(InSummary):
    """A paragraph of the summary begins."""

    type: Literal["response.reasoning_summary_part.added"] | Unset = UNSET
    part: ResponseContentPart | None | Unset = UNSET


@wire
class ResponseReasoningSummaryPartDoneEvent(InSummary):
    """A paragraph of the summary with its part, whole."""

    type: Literal["response.reasoning_summary_part.done"] | Unset = UNSET
    part: ResponseContentPart | None | Unset = UNSET
    status: str | None | Unset = rare()


@wire
class ResponseReasoningSummaryTextDeltaEvent(InSummary):
    """A piece of the summary."""

    type: Literal["response.reasoning_summary_text.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseReasoningSummaryTextDoneEvent(InSummary):
    """A paragraph of the summary, whole."""

    type: Literal["response.reasoning_summary_text.done"] | Unset = UNSET
    text: str | None | Unset = UNSET


@wire
class ResponseFunctionCallArgumentsDeltaEvent(Addressed):
    """A piece of the arguments, JSON text."""

    type: Literal["response.function_call_arguments.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseFunctionCallArgumentsDoneEvent(Addressed):
    """The arguments, whole; at some servers the only event that has them."""

    type: Literal["response.function_call_arguments.done"] | Unset = UNSET
    arguments: str | None | Unset = UNSET
    name: str | None | Unset = rare()


@wire
class ResponseCustomToolCallInputDeltaEvent(Addressed):
    """A piece of the input, free text."""

    type: Literal["response.custom_tool_call_input.delta"] | Unset = UNSET
    delta: str | None | Unset = UNSET
    obfuscation: str | None | Unset = UNSET


@wire
class ResponseCustomToolCallInputDoneEvent(Addressed):
    """The input, whole; the event may be missing."""

    type: Literal["response.custom_tool_call_input.done"] | Unset = UNSET
    input: str | None | Unset = UNSET
