"""A reader of recorded bodies, written from the specifications and not from this project.

By https://html.spec.whatwg.org/multipage/server-sent-events.html and https://ndjson.org, with what
vendors do beside them: JSON without `data:`, and events that are parted by one line end only. AWS
event streams are read by botocore. It reads a whole body at once and is slow.
"""

import base64
import json
import re
from typing import Any

import attrs

from tests.support.aws_messages import Message, read_messages


@attrs.frozen
class Event:
    """One frame with data; what its texts say is compared, not how the bytes stand.

    Attributes:
        name: What `event:` said; None where it said nothing. Of an AWS message: the type of its
            event or exception, or the code of its error.
        value: The JSON value; where `data` is no JSON, the same as `text`.
        text: The data as it stood if it is no JSON, such as a sentinel; else None.
        headers: The headers of an AWS message; None in other framings.
    """

    name: str | None
    id: str | None
    retry: str | None
    value: Any
    text: str | None
    headers: dict[str, Any] | None = None


@attrs.frozen
class Comment:
    """One line of an event stream that begins with a colon."""

    text: str


Item = Event | Comment


def read_frames(body: bytes) -> list[Item]:
    """Return the frames and comments of a body; its first character tells the framing."""
    if body[:1] == b"\x00":
        return [_read_message(message)[0] for message in read_messages(body)]
    text = body.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if text.lstrip()[:1] == "[":
        return _read_array(text)
    lines = re.split("\r\n|\n|\r", text)
    return _read_bare(lines) if text.lstrip()[:1] == "{" else _read_sse(lines)


def events(items: list[Item]) -> list[Event]:
    """Return the frames that carry data."""
    return [item for item in items if isinstance(item, Event)]


def payloads(body: bytes) -> list[dict[str, Any]]:
    """Return the JSON objects of a body, without sentinels; AWS events in their names' objects."""
    if body[:1] == b"\x00":
        found = [_read_message(message)[1] for message in read_messages(body)]
    else:
        found = [event.value for event in events(read_frames(body)) if event.text is None]
    return [value for value in found if isinstance(value, dict)]


def _read_message(message: Message) -> tuple[Event, Any]:
    """Return an AWS message as a frame, and the payload that a vendor's classes read."""
    headers = message.headers
    if headers[":message-type"] == "error":
        error = {
            key: headers[f":error-{key}"]
            for key in ("code", "message")
            if f":error-{key}" in headers
        }
        return Event(headers[":error-code"], None, None, error, None, headers), {"error": error}
    name = headers.get(":event-type") or headers[":exception-type"]
    data = message.payload.decode() or "{}"
    value = json.loads(data) if _is_json(data) else data
    inner = _inner(value) if headers.get(":event-type") == "chunk" else None
    if inner is not None:
        known = _is_json(inner)
        value = json.loads(inner) if known else inner
        return Event(name, None, None, value, None if known else inner, headers), value
    text = None if _is_json(data) else data
    return Event(name, None, None, value, text, headers), {name: value}


def _inner(value: Any) -> str | None:
    """Return what a model's own event holds, without the padding beside it."""
    match value:
        case {"bytes": str(inner), **others} if others.keys() <= {"p"}:
            pass
        case _:
            return None
    try:
        return base64.b64decode(inner, validate=True).decode()
    except ValueError:
        return None


def _read_array(text: str) -> list[Item]:
    """Read the elements of a JSON array that may be cut off, and what stands behind it."""
    if _is_json(text):
        return [Event(None, None, None, value, None) for value in json.loads(text)]
    items: list[Item] = []
    separators = " \t\r\n,]"
    rest = text.lstrip()[1:].lstrip(separators)
    while rest:
        try:
            value, end = json.JSONDecoder().raw_decode(rest)
        except ValueError:
            return [*items, _event({}, rest)]
        items.append(Event(None, None, None, value, None))
        rest = rest[end:].lstrip(separators)
    return items


def _read_bare(lines: list[str]) -> list[Item]:
    """Read JSON texts: one a line, or one over several lines."""
    items: list[Item] = []
    pending = ""
    for line in lines:
        pending = f"{pending}\n{line}" if pending else line
        if not pending.strip():
            pending = ""
        elif _is_json(pending):
            items.append(_event({}, pending))
            pending = ""
    return [*items, _event({}, pending)] if pending else items


def _read_sse(lines: list[str]) -> list[Item]:
    items: list[Item] = []
    fields: dict[str, str] = {}
    data: list[str] = []
    comments: list[str] = []
    bare = ""
    for line in [*lines, ""]:
        if bare or (line[:1] == "{" and not data):
            bare = f"{bare}\n{line}" if bare else line
            if not _is_json(bare):
                continue
            data, bare, line = [bare], "", ""  # noqa: PLW2901 (a bare text ends its event)
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            items += map(Comment, comments)
            items += _events(fields, data)
            fields, data, comments = {}, [], []
        elif not name:
            comments.append(line[1:])
        elif name == "data":
            data.append(value)
        elif name in {"event", "id", "retry"}:
            fields[name] = value
        elif name == "error" and value[:1] == "{":
            # llama.cpp sends what went wrong so; the standard's readers see nothing of it.
            fields["event"] = "(field) error"
            data.append(f'{{"error":{value}}}')
    return [*items, _event({}, bare)] if bare.strip() else items


def _events(fields: dict[str, str], data: list[str]) -> list[Item]:
    """Return the event of one block; several if each of its lines is a payload of its own."""
    whole = "\n".join(data)
    if len(data) > 1 and not _is_json(whole) and all(map(_is_payload, data)):
        return [_event(fields, line) for line in data]
    return [_event(fields, whole)] if data else []


def _event(fields: dict[str, str], data: str) -> Event:
    known = _is_json(data)
    return Event(
        fields.get("event"),
        fields.get("id"),
        fields.get("retry"),
        json.loads(data) if known else data,
        None if known else data,
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _is_payload(line: str) -> bool:
    return line.startswith("[DONE]") or _is_json(line)
