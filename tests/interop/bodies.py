"""Recorded streams as their vendors' servers send them, and as the SDKs' readers of events do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise, takewhile
from typing import Any

from attrs import frozen

from onechunk.mapping import is_object
from tests.support.frames import Event, events, read_frames
from tests.support.streams import framing_of

__all__ = ["Body", "Heard", "as_events", "bodies", "hear_events", "until_done"]

_STARTS = {"anthropic": "message_start", "responses": "response.created"}
"""What begins an answer, where the wire has an event for that."""


@frozen
class Body:
    """One answer.

    Attributes:
        family: Its dialect, without the vendor.
        data: As it was recorded.
        sent: As server-sent events.
    """

    dialect: str
    family: str
    data: bytes
    sent: bytes


@frozen
class Heard:
    """One event as the readers of OpenAI's and Anthropic's SDKs yield it."""

    name: str | None
    text: str

    @property
    def value(self) -> Any:
        """The JSON value; None where the text is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


def bodies(dialect: str, family: str, data: bytes) -> list[Body]:
    """Return the answers that a file holds; usually it is one, and that as it was recorded."""
    found = events(read_frames(data))
    start = _STARTS.get(family)
    places = [number for number, event in enumerate(found) if start and _kind(event) == start]
    if len(places) > 1:
        cuts = [0, *places[1:], len(found)]
        answers = [found[a:b] for a, b in pairwise(cuts)]
        sent = [b"".join(map(_sent(family), answer)) for answer in answers]
        return [Body(dialect, family, each, each) for each in sent]
    if framing_of(dialect, data) == "sse":
        return [Body(dialect, family, data, data)]
    return [Body(dialect, family, data, b"".join(map(_sent(family), found)))]


def as_events(family: str, payloads: Iterable[Any]) -> bytes:
    """Return payloads as server-sent events."""
    made = (Event(None, None, None, payload, None) for payload in payloads)
    return b"".join(map(_sent(family), made))


def _kind(event: Event) -> Any:
    return event.value.get("type") if is_object(event.value) else None


def _sent(family: str) -> Any:
    """Return the function that writes an event; those of AWS as Anthropic's SDK reads them."""

    def sent(event: Event) -> bytes:
        name, value = _kind(event) if family in _STARTS else None, event.value
        if event.headers and event.headers[":message-type"] != "event":
            name, value = "error", {"type": "error", "error": {"type": event.name, **value}}
        head = f"event: {name}\n" if name else ""
        text = json.dumps(value) if event.text is None else event.text
        return f"{head}data: {text}\n\n".encode()

    return sent


def hear_events(body: bytes) -> list[Heard]:
    """Return the events that the SDKs' readers yield.

    They read as the standard says, but for a byte order mark, which hides the first line, and for
    events without data, which they yield where an id was ever given.
    """
    heard: list[Heard] = []
    fields: dict[str, str] = {}
    data: list[str] = []
    # What no blank line ends is no event.
    for line in re.split("\r\n|\n|\r", body.decode("utf-8", "replace"))[:-1]:
        if not line:
            if fields or data:
                heard.append(Heard(fields.get("event"), "\n".join(data)))
            fields = {key: value for key, value in fields.items() if key == "id"}
            data = []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name in {"event", "id", "retry"}:
            fields[name] = value
    return heard


def until_done(heard: Iterable[Heard]) -> list[Heard]:
    """Return what OpenAI's clients read: nothing behind `[DONE]`."""
    return list(takewhile(lambda each: not each.text.startswith("[DONE]"), heard))
