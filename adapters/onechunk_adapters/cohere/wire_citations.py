"""Cohere's citations as its Python SDK names them; those of `wire` without the rest."""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, wire

__all__ = [
    "Citation",
    "CitationEndV2ChatStreamResponse",
    "CitationStartEventDelta",
    "CitationStartEventDeltaMessage",
    "CitationStartV2ChatStreamResponse",
    "DocumentSource",
    "OtherSource",
    "ToolSource",
]


@wire
class ToolSource(Wire):
    """A source that a tool gave."""

    type: Literal["tool"] | Unset = UNSET
    id: str | None | Unset = UNSET
    tool_output: Json | Unset = UNSET


@wire
class DocumentSource(Wire):
    """A source that the request brought along."""

    type: Literal["document"] | Unset = UNSET
    id: str | None | Unset = UNSET
    document: Json | Unset = UNSET


@wire
class OtherSource(Wire):
    """A source of any other type."""

    type: str | None | Unset = UNSET


@wire
class Citation(Wire):
    """A passage of the content item `content_index`, by characters, and its sources."""

    start: int | None | Unset = UNSET
    end: int | None | Unset = UNSET
    text: str | None | Unset = UNSET
    sources: list[ToolSource | DocumentSource | OtherSource] | None | Unset = UNSET
    content_index: int | None | Unset = UNSET
    type: str | None | Unset = UNSET


@wire
class CitationStartEventDeltaMessage(Wire):
    """One citation, though the key is in the plural."""

    citations: Citation | None | Unset = UNSET


@wire
class CitationStartEventDelta(Wire):
    """What is around the message."""

    message: CitationStartEventDeltaMessage | None | Unset = UNSET


@wire
class CitationStartV2ChatStreamResponse(Wire):
    """A citation, whole; `index` counts only citations."""

    type: Literal["citation-start"] | Unset = UNSET
    index: int | None | Unset = UNSET
    delta: CitationStartEventDelta | None | Unset = UNSET


@wire
class CitationEndV2ChatStreamResponse(Wire):
    """A citation closes."""

    type: Literal["citation-end"] | Unset = UNSET
    index: int | None | Unset = UNSET
