"""Values of Bedrock's events and bodies that are more than a string."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Json
from onechunk.mapping import Object, is_list, is_object

__all__ = [
    "joined",
    "read_format",
    "read_generated",
    "read_thought",
    "read_words",
    "write_format",
    "write_generated",
    "write_thought",
    "write_words",
]

_IMAGE: Final = "image/"


def read_format(value: Json, rest: Object) -> str | None:
    """Take the format of an image, as a media type."""
    if not isinstance(value, str) or not value:
        return None
    del rest["format"]
    return _IMAGE + value


def write_format(mime_type: str, out: Object, _: Object) -> None:
    """Write the format of an image."""
    out["format"] = mime_type.removeprefix(_IMAGE)


def read_thought(value: Json, rest: Object) -> str | None:
    """Take a piece of reasoning."""
    if not isinstance(value, str) or not value:
        return None
    del rest["text"]
    return value


def write_thought(text: str, out: Object, _: Object) -> None:
    """Write a piece of reasoning; none where signature or encrypted reasoning stand alone."""
    if text or not out:
        out["text"] = text


def joined(value: Json) -> str | None:
    """Return the words of all passages; None if one of them is no object with a text."""
    if not is_list(value) or not value:
        return None
    texts: list[Any] = [each.get("text") if is_object(each) else None for each in value]
    return "".join(texts) if all(isinstance(text, str) for text in texts) else None


def read_words(value: Json, rest: Object) -> str | None:
    """Take the cited words; where they are several passages, these stay to tell how they part."""
    words = joined(value)
    if value == [{"text": words}]:
        del rest["sourceContent"]
    return words


def write_words(words: str, out: Object, residue: Object) -> None:
    """Write the cited words, in their passages as long as nobody has changed them."""
    passages = residue.get("sourceContent")
    out["sourceContent"] = passages if joined(passages) == words else [{"text": words}]


def read_generated(value: Json, rest: Object) -> str | None:
    """Take the text that citations support; where it comes in several pieces, these stay."""
    words = joined(value)
    if words and value == [{"text": words}]:
        del rest["content"]
    return words


def write_generated(words: str, out: Object, residue: Object) -> None:
    """Write the text that citations support, in its pieces as long as nobody has changed it."""
    pieces = residue.get("content")
    known = joined(pieces)
    if known == words:
        out["content"] = pieces
    elif words or known is not None:
        out["content"] = [{"text": words}]
