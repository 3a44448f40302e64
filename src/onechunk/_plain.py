"""A chunk as plain JSON values, for people and for snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, cast

from attrs import NOTHING, fields, has

from onechunk._chunk import Chunk
from onechunk._marks import DERIVED, UNSET, Json, is_object
from onechunk._message import Message
from onechunk._parts import Citation, Media, Other, Reasoning, Refusal, Text, ToolCall
from onechunk._series import Series

__all__ = ["plain", "plain_value"]

_TAGS: Final[Mapping[type[Any], str]] = {
    Text: "text",
    Reasoning: "reasoning",
    Refusal: "refusal",
    ToolCall: "tool_call",
    Citation: "citation",
    Media: "media",
    Other: "other",
}

_MARKS: Final[Mapping[Any, Json]] = {UNSET: {"$": "unset"}, DERIVED: {"$": "derived"}}


def plain(chunk: Chunk | Message) -> dict[str, Json]:
    """Return *chunk*, or a message, as JSON values in the order of its fields.

    Fields that hold their default are left out, so different chunks stay different. A part says
    its class under the first key, `part`. The marks are `{"$": "unset"}` and `{"$": "derived"}`, a
    series is `{"$": "series", "values": …}`; bytes are text in which what is no UTF-8 is a lone
    surrogate.

    Raises:
        RecursionError: Residue is nested too deeply.
    """
    return _object(chunk, chunk.__class__)


def _object(value: Any, kind: type[Any]) -> dict[str, Json]:
    found: dict[str, Json] = {"part": _TAGS[kind]} if kind in _TAGS else {}
    for attribute in fields(kind):
        each = getattr(value, attribute.name)
        if not _is_default(each, attribute.default):
            found[attribute.name] = plain_value(each)
    return found


def _is_default(value: Json, default: Any) -> bool:
    """Say whether *value* need not be told: 0 is neither False nor 0.0."""
    if default is None or default is NOTHING:
        return value is None
    if isinstance(value, dict | list):
        return not value
    return type(value) is type(default) and bool(value == default)


def plain_value(value: Json) -> Json:
    """Return what stands in a chunk as JSON values, as `plain` does.

    Raises:
        RecursionError: It is nested too deeply.
    """
    if is_object(value):
        return {key: plain_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in cast("list[Json]", value)]
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Enum):
        return _MARKS.get(value, value.value)
    if isinstance(value, Series):
        return {"$": "series", "values": plain_value(value.values)}
    kind: type[Any] = value.__class__
    return _object(value, kind) if has(kind) else value
