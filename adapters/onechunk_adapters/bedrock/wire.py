"""Bedrock's ConverseStream events, as its service model names them.

Follows the service model `bedrock-runtime` (2023-09-30) of botocore 1.44.5. The name of an event
stands in the headers of its frame; here, as in the SDKs, the payload stands under that name. Every
key may be missing. `p`, random padding in each payload, stays in `extra`.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire

__all__ = [
    "CacheDetail",
    "CitationLocation",
    "CitationSourceContentDelta",
    "CitationsDelta",
    "ContentBlockDelta",
    "ContentBlockDeltaEvent",
    "ContentBlockStart",
    "ContentBlockStartEvent",
    "ContentBlockStopEvent",
    "ConverseStreamMetadataEvent",
    "ConverseStreamMetrics",
    "ConverseStreamOutput",
    "DocumentCharLocation",
    "DocumentChunkLocation",
    "DocumentPageLocation",
    "ErrorBlock",
    "ImageBlockDelta",
    "ImageBlockStart",
    "ImageSource",
    "InternalServerException",
    "MessageStartEvent",
    "MessageStopEvent",
    "ModelStreamErrorException",
    "PerformanceConfiguration",
    "ReasoningContentBlockDelta",
    "SearchResultLocation",
    "ServiceTier",
    "ServiceUnavailableException",
    "ThrottlingException",
    "TokenUsage",
    "ToolResultBlockDelta",
    "ToolResultBlockStart",
    "ToolUseBlockDelta",
    "ToolUseBlockStart",
    "ValidationException",
    "WebLocation",
]


@wire
class MessageStartEvent(Wire):
    """The first event."""

    role: str | None | Unset = UNSET


@wire
class ToolUseBlockStart(Wire):
    """Id and name of a call; `type` says that the server runs it."""

    toolUseId: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    type: str | None | Unset = rare()


@wire
class ToolResultBlockStart(Wire):
    """The call whose result follows."""

    toolUseId: str | None | Unset = UNSET
    type: str | None | Unset = UNSET
    status: str | None | Unset = UNSET


@wire
class ImageBlockStart(Wire):
    """The kind of image that follows."""

    format: str | None | Unset = UNSET


@wire
class ContentBlockStart(Wire):
    """What opens: one of the fields, or nothing."""

    toolUse: ToolUseBlockStart | None | Unset = UNSET
    toolResult: ToolResultBlockStart | None | Unset = rare()
    image: ImageBlockStart | None | Unset = rare()


@wire
class ContentBlockStartEvent(Wire):
    """A block opens; most blocks of text and reasoning do without."""

    contentBlockIndex: int | None | Unset = UNSET
    start: ContentBlockStart | None | Unset = UNSET


@wire
class ToolUseBlockDelta(Wire):
    """More of a call's input, as a piece of JSON text."""

    input: str | None | Unset = UNSET


@wire
class ToolResultBlockDelta(Wire):
    """A piece of a result: one of the fields."""

    text: str | None | Unset = UNSET
    json: Json | Unset = UNSET


@wire
class ReasoningContentBlockDelta(Wire):
    """More reasoning: one of the fields; the redacted kind is base64."""

    text: str | None | Unset = UNSET
    signature: str | None | Unset = rare()
    redactedContent: str | None | Unset = rare()


@wire
class WebLocation(Wire):
    """A page of the web."""

    url: str | None | Unset = UNSET
    domain: str | None | Unset = UNSET


@wire
class _Passage(Wire):
    start: int | None | Unset = UNSET
    end: int | None | Unset = UNSET


@wire
class DocumentCharLocation(_Passage):
    """Characters of a document."""

    documentIndex: int | None | Unset = UNSET


@wire
class DocumentPageLocation(_Passage):
    """Pages of a document."""

    documentIndex: int | None | Unset = UNSET


@wire
class DocumentChunkLocation(_Passage):
    """Chunks of a document."""

    documentIndex: int | None | Unset = UNSET


@wire
class SearchResultLocation(_Passage):
    """Blocks of a search result."""

    searchResultIndex: int | None | Unset = UNSET


@wire
class CitationLocation(Wire):
    """Where the source is: one of the fields."""

    web: WebLocation | None | Unset = UNSET
    documentChar: DocumentCharLocation | None | Unset = UNSET
    documentPage: DocumentPageLocation | None | Unset = UNSET
    documentChunk: DocumentChunkLocation | None | Unset = UNSET
    searchResultLocation: SearchResultLocation | None | Unset = UNSET


@wire
class CitationSourceContentDelta(Wire):
    """Words of the source."""

    text: str | None | Unset = UNSET


@wire
class CitationsDelta(Wire):
    """One citation."""

    title: str | None | Unset = UNSET
    source: str | None | Unset = UNSET
    sourceContent: list[CitationSourceContentDelta] | None | Unset = UNSET
    location: CitationLocation | None | Unset = UNSET


@wire
class ImageSource(Wire):
    """Base64, or an object in S3."""

    bytes: str | None | Unset = UNSET
    s3Location: Json | Unset = UNSET


@wire
class ErrorBlock(Wire):
    """Why there is no image."""

    message: str | None | Unset = UNSET


@wire
class ImageBlockDelta(Wire):
    """A piece of an image."""

    source: ImageSource | None | Unset = UNSET
    error: ErrorBlock | None | Unset = UNSET


@wire
class ContentBlockDelta(Wire):
    """What is new in a block: one of the fields."""

    text: str | None | Unset = UNSET
    toolUse: ToolUseBlockDelta | None | Unset = rare()
    reasoningContent: ReasoningContentBlockDelta | None | Unset = rare()
    toolResult: list[ToolResultBlockDelta] | None | Unset = rare()
    citation: CitationsDelta | None | Unset = rare()
    image: ImageBlockDelta | None | Unset = rare()


@wire
class ContentBlockDeltaEvent(Wire):
    """More of a block; the first delta opens it where nothing else did."""

    contentBlockIndex: int | None | Unset = UNSET
    delta: ContentBlockDelta | None | Unset = UNSET


@wire
class ContentBlockStopEvent(Wire):
    """A block closes; `contentBlockIndex` counts blocks of all kinds."""

    contentBlockIndex: int | None | Unset = UNSET


@wire
class MessageStopEvent(Wire):
    """Why the message ended; the metadata comes after."""

    stopReason: str | None | Unset = UNSET
    additionalModelResponseFields: Json | Unset = rare()


@wire
class CacheDetail(Wire):
    """Tokens written to the cache, by how long it keeps them."""

    ttl: str | None | Unset = UNSET
    inputTokens: int | None | Unset = UNSET


@wire
class TokenUsage(Wire):
    """Totals; the input does not include what the cache read or took, the total does.

    Servers send each count of the cache also under a second name, which ends in `Count`.
    """

    inputTokens: int | None | Unset = UNSET
    outputTokens: int | None | Unset = UNSET
    totalTokens: int | None | Unset = UNSET
    cacheReadInputTokens: int | None | Unset = rare()
    cacheWriteInputTokens: int | None | Unset = rare()
    cacheReadInputTokenCount: int | None | Unset = rare()
    cacheWriteInputTokenCount: int | None | Unset = rare()
    cacheDetails: list[CacheDetail] | None | Unset = rare()
    serverToolUsage: Json | Unset = rare()


@wire
class ConverseStreamMetrics(Wire):
    """How long it took."""

    latencyMs: int | float | None | Unset = UNSET


@wire
class PerformanceConfiguration(Wire):
    """The latency asked for."""

    latency: str | None | Unset = UNSET


@wire
class ServiceTier(Wire):
    """The tier that was used."""

    type: str | None | Unset = UNSET


@wire
class ConverseStreamMetadataEvent(Wire):
    """Usage and metrics; the last event, rarely one before."""

    usage: TokenUsage | None | Unset = UNSET
    metrics: ConverseStreamMetrics | None | Unset = UNSET
    trace: Json | Unset = rare()
    performanceConfig: PerformanceConfiguration | None | Unset = rare()
    serviceTier: ServiceTier | None | Unset = rare()


@wire
class _Exception(Wire):
    message: str | None | Unset = UNSET


@wire
class InternalServerException(_Exception):
    """The server failed."""


@wire
class ModelStreamErrorException(_Exception):
    """The model failed in mid-stream."""

    originalStatusCode: int | None | Unset = UNSET
    originalMessage: str | None | Unset = UNSET


@wire
class ValidationException(_Exception):
    """The request is not valid."""


@wire
class ThrottlingException(_Exception):
    """There were too many requests."""


@wire
class ServiceUnavailableException(_Exception):
    """The service is down for a time."""


@wire
class ConverseStreamOutput(Wire):
    """One event or exception: one of the fields."""

    contentBlockDelta: ContentBlockDeltaEvent | None | Unset = UNSET
    messageStart: MessageStartEvent | None | Unset = rare()
    contentBlockStart: ContentBlockStartEvent | None | Unset = rare()
    contentBlockStop: ContentBlockStopEvent | None | Unset = rare()
    messageStop: MessageStopEvent | None | Unset = rare()
    metadata: ConverseStreamMetadataEvent | None | Unset = rare()
    internalServerException: InternalServerException | None | Unset = rare()
    modelStreamErrorException: ModelStreamErrorException | None | Unset = rare()
    validationException: ValidationException | None | Unset = rare()
    throttlingException: ThrottlingException | None | Unset = rare()
    serviceUnavailableException: ServiceUnavailableException | None | Unset = rare()
