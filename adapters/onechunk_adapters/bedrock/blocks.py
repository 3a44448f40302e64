"""The content blocks of Bedrock's messages and canonical parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from onechunk import Citation, Json, Media, Other, Part, Reasoning, Refusal, Text, ToolCall
from onechunk.mapping import (
    Into,
    Leaf,
    Manner,
    Object,
    Table,
    Via,
    is_list,
    is_object,
    make_reader,
    make_writer,
)
from onechunk_adapters._base64 import is_base64
from onechunk_adapters._bodies import with_object
from onechunk_adapters.bedrock.citations import read_citation, usual_citation, write_citation
from onechunk_adapters.bedrock.mapping import FORMAT, IMAGE, SOURCE
from onechunk_adapters.bedrock.values import (
    joined,
    read_generated,
    write_generated,
)

__all__ = ["ConverseBlocks"]

CITED: Final = "citationsContent"
SOURCES: Final = "citations"

FORMATS: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Media types of the images that readers know."""


def inside(kind: type[Any], *path: str, rows: tuple[Leaf | Via, ...]) -> Table:
    """Return the table of a part whose *rows* stand in objects under *path*."""
    *outer, last = path
    row = Into(last, rows)
    for key in reversed(outer):
        row = Into(key, (row,))
    return Table(kind, (row,))


TABLES: Final[Mapping[str, Table]] = {
    "text": Table(Text, (Leaf("text", "text", silent=()),)),
    CITED: inside(Text, CITED, rows=(Via("content", "text", read_generated, write_generated),)),
    "reasoningText": inside(
        Reasoning,
        "reasoningContent",
        "reasoningText",
        rows=(Leaf("text", "text", silent=(), always=True), Leaf("signature", "signature")),
    ),
    "redactedContent": inside(
        Reasoning, "reasoningContent", rows=(Leaf("redactedContent", "encrypted"),)
    ),
    "toolUse": inside(
        ToolCall,
        "toolUse",
        rows=(
            Leaf("toolUseId", "id", away=""),
            Leaf("name", "name", away=""),
            Leaf("input", "arguments", (dict,), away={}),
        ),
    ),
    "image": Table(Media, (Into("image", (FORMAT, SOURCE)),), fixed=IMAGE),
}
"""What a block can be; the rest is kept whole, the calls of the server's own tools among it."""

Writers = Mapping[str, Callable[[Any], Object]]


class ConverseBlocks:
    """Reads and writes blocks; its functions are made with it."""

    def __init__(self) -> None:
        away = Manner(away=True, residue=False)
        self._read = {kind: make_reader(each) for kind, each in TABLES.items()}
        self._write: Writers = {kind: make_writer(each, Manner()) for kind, each in TABLES.items()}
        self._write_away: Writers = {kind: make_writer(each, away) for kind, each in TABLES.items()}

    def read(self, item: Json) -> list[Part]:
        """Return the parts of a block: one, or a text and its citations."""
        kind = _kind_of(item) if is_object(item) else None
        if kind is None:
            return [Other(next(iter(item), None) if is_object(item) else None, item)]
        if kind != CITED:
            return [self._read[kind](item)]
        sources: list[Json] = item[CITED].get(SOURCES) or []
        if sources:
            del item[CITED][SOURCES]
        text = self._read[CITED](item)
        text.text = text.text or ""
        # What it was must be told, though nothing else is left.
        text.extra.setdefault(CITED, {})
        return [text, *map(read_citation, sources)]

    def write(self, block: list[Any]) -> Json:
        """Return the block that says the parts, with their residue."""
        head = block[0]
        return head.value if type(head) is Other else _said(block, self._write, write_citation)

    def write_away(self, block: list[Any]) -> list[Json]:
        """Return the block that says parts of another dialect; nothing where none can."""
        said = [part for part in block if _speaks(part)]
        return [_said(said, self._write_away, usual_citation)] if said else []


def _kind_of(item: Object) -> str | None:
    """Return what a block is; None if it has no word in the canonical form, or another form."""
    call, image, cited = (item.get(key) for key in ("toolUse", "image", CITED))
    if is_object(call):
        # A call with a type is one that the server runs.
        return "toolUse" if call and not isinstance(call.get("type"), str) else None
    if isinstance(item.get("text"), str):
        return "text"
    reasoning = item.get("reasoningContent")
    if is_object(reasoning):
        if is_object(reasoning.get("reasoningText")) and reasoning["reasoningText"]:
            return "reasoningText"
        redacted = reasoning.get("redactedContent")
        return "redactedContent" if isinstance(redacted, str) and redacted else None
    if is_object(cited) and cited:
        return CITED if _is_cited(cited) else None
    return "image" if is_object(image) and image else None


def _is_cited(cited: Object) -> bool:
    content, sources = cited.get("content"), cited.get(SOURCES)
    if content not in (None, []) and joined(content) is None:
        return False
    return sources is None or (is_list(sources) and all(map(is_object, sources)))


def _speaks(part: Any) -> bool:
    """Say whether a part from elsewhere has anything that a block can say."""
    match part:
        case Text(text):
            return bool(text)
        case Citation():
            return bool(usual_citation(part))
        case Reasoning(text, signature, encrypted):
            return bool(text or signature or (encrypted and is_base64(encrypted)))
        case Media():
            return _is_image(part)
        case _:
            return True


def _is_image(media: Media) -> bool:
    if media.kind != "image" or media.mime_type not in FORMATS:
        return False
    stored = media.url is not None and media.url.startswith("s3://")
    return stored if media.data is None else is_base64(media.data)


def _said(block: list[Any], write: Writers, write_citation: Callable[[Any], Object]) -> Object:
    """Return the block that says the parts in it."""
    head = block[0]
    match head:
        case ToolCall():
            return write["toolUse"](with_object(head))
        case Reasoning():
            redacted = head.encrypted is not None and not head.text and not head.signature
            return write["redactedContent" if redacted else "reasoningText"](head)
        case Media(kind="image"):
            return write["image"](head)
        case Text() | Refusal() | Citation():
            return _said_text(block, write, write_citation)
        case _:
            message = f"there is no place for a {type(head).__name__} like this"
            raise TypeError(message)


def _said_text(block: list[Any], write: Writers, write_citation: Callable[[Any], Object]) -> Object:
    """Return the block of a text, of another form if there are citations."""
    texts = [part for part in block if type(part) is not Citation]
    sources = [part for part in block if type(part) is Citation]
    head = texts[0] if texts else Text("")
    if not sources and CITED not in head.extra:
        return write["text"](head)
    out = write[CITED](head)
    if sources:
        out[CITED] = {**out.get(CITED, {}), SOURCES: [*map(write_citation, sources)]}
    return out
