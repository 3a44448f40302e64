"""Bedrock's Converse response that comes whole, as its service model names it.

Follows `ConverseResponse` of the service model `bedrock-runtime` (2023-09-30) of botocore 1.44.5.
Every key may be missing. An error, which comes with another status, stands bare: `message`.
"""

from __future__ import annotations

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, rare, wire
from onechunk_adapters.bedrock.wire import (
    CitationLocation,
    ConverseStreamMetrics,
    ErrorBlock,
    ImageSource,
    PerformanceConfiguration,
    ServiceTier,
    TokenUsage,
)

__all__ = [
    "Citation",
    "CitationGeneratedContent",
    "CitationSourceContent",
    "CitationsContentBlock",
    "ContentBlock",
    "ConverseOutput",
    "ConverseResponse",
    "ImageBlock",
    "Message",
    "ReasoningContentBlock",
    "ReasoningTextBlock",
    "ToolResultBlock",
    "ToolUseBlock",
]


@wire
class ImageBlock(Wire):
    """An image, or why there is none."""

    format: str | None | Unset = UNSET
    source: ImageSource | None | Unset = UNSET
    error: ErrorBlock | None | Unset = rare()


@wire
class ToolUseBlock(Wire):
    """A call; `type` says that the server runs it."""

    toolUseId: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    input: Json | Unset = UNSET
    type: str | None | Unset = rare()


@wire
class ToolResultBlock(Wire):
    """What a tool of the server gave."""

    toolUseId: str | None | Unset = UNSET
    content: Json | Unset = UNSET
    status: str | None | Unset = UNSET
    type: str | None | Unset = rare()


@wire
class ReasoningTextBlock(Wire):
    """Reasoning and its signature."""

    text: str | None | Unset = UNSET
    signature: str | None | Unset = UNSET


@wire
class ReasoningContentBlock(Wire):
    """Reasoning: one of the fields; the redacted kind is base64."""

    reasoningText: ReasoningTextBlock | None | Unset = UNSET
    redactedContent: str | None | Unset = UNSET


@wire
class CitationSourceContent(Wire):
    """Words of the source."""

    text: str | None | Unset = UNSET


@wire
class Citation(Wire):
    """One citation."""

    title: str | None | Unset = UNSET
    source: str | None | Unset = UNSET
    sourceContent: list[CitationSourceContent] | None | Unset = UNSET
    location: CitationLocation | None | Unset = UNSET


@wire
class CitationGeneratedContent(Wire):
    """A piece of text that the citations support."""

    text: str | None | Unset = UNSET


@wire
class CitationsContentBlock(Wire):
    """Text and what it rests on."""

    content: list[CitationGeneratedContent] | None | Unset = UNSET
    citations: list[Citation] | None | Unset = UNSET


@wire
class ContentBlock(Wire):
    """One block: one of the fields; those that only a request has are `extra`."""

    text: str | None | Unset = UNSET
    toolUse: ToolUseBlock | None | Unset = rare()
    toolResult: ToolResultBlock | None | Unset = rare()
    reasoningContent: ReasoningContentBlock | None | Unset = rare()
    citationsContent: CitationsContentBlock | None | Unset = rare()
    image: ImageBlock | None | Unset = rare()


@wire
class Message(Wire):
    """The answer."""

    role: str | None | Unset = UNSET
    content: list[ContentBlock] | None | Unset = UNSET


@wire
class ConverseOutput(Wire):
    """What came: one of the fields, of which there is one."""

    message: Message | None | Unset = UNSET


@wire
class ConverseResponse(Wire):
    """The whole answer."""

    output: ConverseOutput | None | Unset = UNSET
    stopReason: str | None | Unset = UNSET
    usage: TokenUsage | None | Unset = UNSET
    metrics: ConverseStreamMetrics | None | Unset = UNSET
    additionalModelResponseFields: Json | Unset = rare()
    trace: Json | Unset = rare()
    performanceConfig: PerformanceConfiguration | None | Unset = rare()
    serviceTier: ServiceTier | None | Unset = rare()
