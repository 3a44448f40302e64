"""The typed items of Mistral's content lists.

Follows the content chunks of mistralai 3.7.0; `audio_url` stood in 2.0.0 only.
"""

from __future__ import annotations

from typing import Literal

from onechunk import UNSET, Json, Unset
from onechunk.wire import Wire, wire

__all__ = [
    "AudioChunk",
    "AudioURL",
    "AudioURLChunk",
    "ContentChunk",
    "DocumentURLChunk",
    "FileChunk",
    "ImageURL",
    "ImageURLChunk",
    "ReferenceChunk",
    "ResourceChunk",
    "ResourceLinkChunk",
    "TextChunk",
    "ThinkChunk",
    "ToolReferenceChunk",
    "UnknownContentChunk",
]


@wire
class TextChunk(Wire):
    """A piece of text."""

    text: str | None | Unset = UNSET
    type: Literal["text"] = "text"


@wire
class ImageURL(Wire):
    """An image by address; `detail` is `low`, `auto` or `high`."""

    url: str | None | Unset = UNSET
    detail: str | None | Unset = UNSET


@wire
class ImageURLChunk(Wire):
    """An image; the bare string is the address."""

    image_url: str | ImageURL | None | Unset = UNSET
    type: Literal["image_url"] = "image_url"


@wire
class ReferenceChunk(Wire):
    """Numbers of the sources, since 2.0.3 also names."""

    reference_ids: list[int | str] | None | Unset = UNSET
    type: Literal["reference"] = "reference"


@wire
class DocumentURLChunk(Wire):
    """A document by address."""

    document_url: str | None | Unset = UNSET
    document_name: str | None | Unset = UNSET
    type: Literal["document_url"] = "document_url"


@wire
class FileChunk(Wire):
    """An uploaded file."""

    file_id: str | None | Unset = UNSET
    type: Literal["file"] = "file"


@wire
class ToolReferenceChunk(Wire):
    """A source that a tool found, inside thinking."""

    tool: str | None | Unset = UNSET
    title: str | None | Unset = UNSET
    url: str | None | Unset = UNSET
    favicon: str | None | Unset = UNSET
    description: str | None | Unset = UNSET
    type: Literal["tool_reference"] = "tool_reference"


@wire
class AudioChunk(Wire):
    """Audio as base64."""

    input_audio: Json | Unset = UNSET
    type: Literal["input_audio"] = "input_audio"


@wire
class AudioURL(Wire):
    """Audio by address."""

    url: str | None | Unset = UNSET


@wire
class AudioURLChunk(Wire):
    """Audio; the bare string is the address."""

    audio_url: str | AudioURL | None | Unset = UNSET
    type: Literal["audio_url"] = "audio_url"


@wire
class ResourceChunk(Wire):
    """A resource with its content."""

    uri: str | None | Unset = UNSET
    content: Json | Unset = UNSET
    type: Literal["resource"] = "resource"


@wire
class ResourceLinkChunk(Wire):
    """A resource by address."""

    uri: str | None | Unset = UNSET
    metadata: Json | Unset = UNSET
    type: Literal["resource_link"] = "resource_link"


@wire
class UnknownContentChunk(Wire):
    """An item of a type that no SDK knows, or without one: all of it is in `extra`."""


@wire
class ThinkChunk(Wire):
    """Reasoning; `closed` is absent, null, true or false."""

    thinking: (
        list[TextChunk | ReferenceChunk | ToolReferenceChunk | UnknownContentChunk] | None | Unset
    ) = UNSET
    closed: bool | None | Unset = UNSET
    signature: str | None | Unset = UNSET
    type: Literal["thinking"] = "thinking"


ContentChunk = (
    TextChunk
    | ImageURLChunk
    | ReferenceChunk
    | DocumentURLChunk
    | FileChunk
    | ThinkChunk
    | AudioChunk
    | AudioURLChunk
    | ResourceChunk
    | ResourceLinkChunk
    | UnknownContentChunk
)
