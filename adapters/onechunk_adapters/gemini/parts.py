"""Gemini's parts, told apart by the key that they have, and canonical parts.

A signature beside reasoning is the reasoning's. Beside any other part it stays in that part's
residue: it must go back to Google just where it stood, and means nothing to anybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from onechunk import DERIVED, Citation, Json, Media, Other, Part, Reasoning, Refusal, Text, ToolCall
from onechunk.mapping import Object, PartVia, is_list, is_object
from onechunk_adapters._base64 import is_base64
from onechunk_adapters.gemini.calls import KEY, read_call, write_call, write_call_away

__all__ = ["CLASSES", "PARTS", "is_on_wire"]

CLASSES: Final[tuple[type[Any], ...]] = (
    Text,
    Reasoning,
    ToolCall,
    Media,
    Other,
    Citation,
    Refusal,
)

_KINDS: Final = (
    "text",
    KEY,
    "inlineData",
    "fileData",
    "executableCode",
    "codeExecutionResult",
    "functionResponse",
    "toolCall",
    "toolResponse",
)
_MEDIA: Final[Mapping[str, Literal["audio", "image", "document", "file"]]] = {
    "audio": "audio",
    "image": "image",
    "text": "document",
    "application": "document",
}


def _read_part(item: Json) -> Part:
    """Return the part that *item* says; what has no word, or more than one, is kept whole."""
    if not is_object(item):
        return Other(None, item)
    kinds = [kind for kind in _KINDS if kind in item]
    said: Part | None = None
    if len(kinds) == 1:
        match kinds[0]:
            case "text":
                said = _read_text(item)
            case "functionCall":
                said = read_call(item)
            case "inlineData":
                said = _read_media(item, "inlineData", "data")
            case "fileData":
                said = _read_media(item, "fileData", "fileUri")
            case _:
                pass
    kind = next(iter(kinds or item), None)
    return Other(kind, item) if said is None else said


def _read_text(item: Object) -> Part | None:
    text = item["text"]
    if not isinstance(text, str):
        return None
    del item["text"]
    if item.get("thought") is not True:
        return Text(text, extra=item)
    del item["thought"]
    signature = item.get("thoughtSignature")
    if isinstance(signature, str) and signature:
        del item["thoughtSignature"]
        return Reasoning(text, signature, extra=item)
    return Reasoning(text, extra=item)


def _read_media(item: Object, key: str, content: str) -> Media | None:
    value = item[key]
    if not is_object(value) or not isinstance(value.get(content), str) or not value[content]:
        return None
    mime = value.get("mimeType")
    kind = mime.partition("/")[0] if isinstance(mime, str) else ""
    media = Media(_MEDIA.get(kind, "file"), extra=item)
    setattr(media, "data" if key == "inlineData" else "url", value.pop(content))
    if isinstance(mime, str) and mime:
        media.mime_type = value.pop("mimeType")
    name = value.get("displayName")
    if isinstance(name, str) and name:
        media.name = value.pop("displayName")
    if not value:
        del item[key]
    return media


def _write_part(part: Any) -> Json:
    """Return the item of a part at home, residue included."""
    match part:
        case Other(value=value):
            return value
        case ToolCall():
            out = write_call(part)
        case Media():
            out = _write_media(part)
        case _:
            out = _write_text(part)
    return {**out, **{key: value for key, value in part.extra.items() if key not in out}}


def is_on_wire(part: Part) -> bool:
    """Say whether *part* is an item of the content: an end that no item said is none."""
    synthetic = type(part) is ToolCall and part.extra.get(KEY) is DERIVED
    return not synthetic and type(part) is not Citation


def _write_text(part: Any) -> Object:
    if not isinstance(part, Reasoning):
        return {"text": part.text}
    signed = {} if part.signature is None else {"thoughtSignature": part.signature}
    return {"text": part.text, "thought": True, **signed}


def _write_media(media: Media) -> Object:
    linked = media.data is None and (media.url is not None or "fileData" in media.extra)
    key, content, said = (
        ("fileData", "fileUri", media.url) if linked else ("inlineData", "data", media.data)
    )
    values = {"mimeType": media.mime_type, content: said, "displayName": media.name}
    out: Object = {name: value for name, value in values.items() if value is not None}
    rest = media.extra.get(key)
    return {key: {**out, **rest} if is_object(rest) else out}


def _read(value: Json, rest: Object, parts: list[Part]) -> None:
    if is_list(value) and value:
        parts += map(_read_part, value)
        del rest["parts"]


def _write(parts: list[Any], out: Object, _: Object) -> None:
    said = [_write_part(part) for part in parts if is_on_wire(part)]
    if said:
        out["parts"] = said


def _write_away(parts: list[Any], out: Object, _: Object) -> None:
    said = [item for part in parts if (item := _write_part_away(part)) is not None]
    if said:
        out["parts"] = said


def _write_part_away(part: Any) -> Object | None:
    """Return the item of a part from elsewhere; None if there is no place for it."""
    match part:
        case ToolCall():
            return write_call_away(part)
        case Media(data=data, url=url):
            if url is None and not (data and is_base64(data)):
                return None
            return _write_media(Media(part.kind, data, url, None, part.name, part.mime_type))
        case Reasoning(text, signature):
            kept = signature if signature and is_base64(signature) else None
            return _write_text(Reasoning(text, kept)) if text or kept else None
        case Text() | Refusal():
            return _write_text(part)
        case _:
            return None


PARTS: Final = PartVia("parts", CLASSES, _read, _write, _write_away)
"""The row of a candidate's parts."""
