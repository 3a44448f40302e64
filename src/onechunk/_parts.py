"""What an answer is made of: a closed union of parts, in reading order.

`block` is the address of the content block where a wire has one, else None.
"""

from __future__ import annotations

from typing import Literal

from attrs import Factory, define

from onechunk._marks import Json

__all__ = [
    "Citation",
    "Media",
    "Other",
    "Part",
    "Reasoning",
    "Refusal",
    "Text",
    "ToolCall",
]


@define(weakref_slot=False)
class Text:
    """A piece of the answer's text; may be empty."""

    text: str
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Reasoning:
    """A piece of the model's reasoning.

    Attributes:
        signature: Opaque proof that the vendor wants back with the reasoning.
        encrypted: Opaque reasoning that only the vendor can read.
    """

    text: str = ""
    signature: str | None = None
    encrypted: str | None = None
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Refusal:
    """A piece of the text in which the model declines."""

    text: str
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class ToolCall:
    """A call of a client's tool, or a fragment of one.

    Attributes:
        index: Which call of the choice this belongs to; None where the wire does not count.
        id: On the first fragment (the head) only, at most vendors.
        name: Name of the tool; on the head only, at most vendors.
        arguments: A piece of the arguments' JSON text, or the whole as an object where the wire
            sends an object.
    """

    index: int | None = None
    id: str | None = None
    name: str | None = None
    arguments: str | dict[str, Json] | None = None
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])

    def parse(self) -> Json:
        """Return the arguments as a JSON value; `{}` where the vendor sent nothing or white space.

        Raises:
            ArgumentsError: They are no JSON, or were cut off.
        """
        from onechunk._parse import parse_arguments

        return parse_arguments(self)


@define(weakref_slot=False)
class Citation:
    """A source that the text rests on.

    Attributes:
        text: The words of the source that are cited.
        start: Offset of the supported passage in the answer's text, in the wire's own unit.
        end: Offset behind that passage.
        references: Numbers or names of sources, where the wire counts them instead of naming them.
    """

    url: str | None = None
    title: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    references: list[int | str] | None = None
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Media:
    """Audio, an image, a document or a file, or a fragment of one.

    Attributes:
        data: Base64, or a piece of it.
        transcript: Words of the audio.
    """

    kind: Literal["audio", "image", "document", "file"]
    data: str | None = None
    url: str | None = None
    id: str | None = None
    name: str | None = None
    mime_type: str | None = None
    transcript: str | None = None
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Other:
    """Content without a word here, kept whole.

    Attributes:
        type: The wire's name for it.
        value: The JSON value as it stood on the wire.
    """

    type: str | None
    value: Json
    block: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


Part = Text | Reasoning | Refusal | ToolCall | Citation | Media | Other
