"""Every recording as canonical chunks and in every other dialect: these files are there to read."""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from onechunk import (
    Message,
    OnechunkError,
    accumulate,
    decode,
    decode_message,
    encode_message,
)
from onechunk._plain import plain
from tests.support.bodies import BODIES, body_id
from tests.support.families import CHOICES, EVENTS
from tests.support.frames import Event, events, read_frames
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all, translate
from tests.test_laws import ILLEGAL

EVERYWHERE = frozenset(
    {
        "anthropic/thinking-with-signature-then-text",
        "mistral/thinking-then-text",
        "openai/error-object-then-done",
        "openai/finish-other-vendors-words",
        "openai/logprobs-bytes-null-and-floor",
        "openai/plain-usage-asked",
        "openai/refusal",
        "openai/three-choices-interleaved",
        "openai/tool-calls-interleaved",
    }
)
"""Recordings that are shown in every dialect."""


def targets_of(recording: Recording) -> tuple[str, ...]:
    """Return the dialects in which a recording is shown."""
    if recording.id in EVERYWHERE:
        return (*CHOICES, *EVENTS)
    return ("mistral", "openai") if recording.dialect in EVENTS else CHOICES


def in_all_dialects(recording: Recording) -> dict[str, list[Any]]:
    """Return the canonical chunks of a recording, and its frames in other dialects."""
    chunks = decode_all(recording.dialect, [recording.data])
    found: dict[str, list[Any]] = {
        "canonical": [plain(chunk) for chunk in chunks],
        "message": shown_message(accumulate(chunks)),
    }
    for target in targets_of(recording):
        if target != recording.dialect:
            data = translate(recording.dialect, target, recording.data).data
            found[target] = [_shown(event) for event in events(read_frames(data))]
    return found


def shown_message(message: Message) -> list[Any]:
    """Return a message in lines: what it says of itself, then a line for each choice."""
    shown = plain(message)
    choices = shown.pop("choices", [])
    return [shown, *choices]


def body_in_all_dialects(body: Recording) -> dict[str, list[Any]]:
    """Return the message of a body that came whole, and the bodies that other dialects have."""
    message = decode_message(body.dialect, body.data)
    found = {"message": shown_message(message)}
    for target in ("openai", "mistral", "anthropic", "gemini", "responses"):
        if target != body.dialect:
            found[target] = [encode_message(target, message)]
    return found


def _shown(event: Event) -> Any:
    """Return what an event says; a name that its payload does not repeat stands around it."""
    if event.name is None or event.value.get("type") == event.name:
        return event.value
    return {event.name: event.value}


def errors_of(recording: Recording) -> dict[str, list[Any]]:
    """Return what is said of each frame of a recording that is no legal wire."""
    found: list[Any] = []
    for event in events(read_frames(recording.data)):
        try:
            payload = event.value if event.text is None else event.text
            found.append(plain(decode(recording.dialect, payload)))
        except OnechunkError as error:
            found.append(str(error))
    return {"canonical": found}


CASES = {
    **{recording.id: recording for recording in RECORDINGS},
    **{body_id(body): body for body in BODIES},
}


@pytest.mark.parametrize("case", CASES)
def test_snapshot(case: str, snapshot: SnapshotAssertion) -> None:
    """Canonical chunks, message and frames in other dialects of a recording are those stored."""
    recording = CASES[case]
    if recording in BODIES:
        found = body_in_all_dialects(recording)
    else:
        found = errors_of(recording) if case in ILLEGAL else in_all_dialects(recording)

    assert found == snapshot
