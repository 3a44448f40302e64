"""Every recording as canonical chunks and in every other dialect: these files are there to read."""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from onechunk import OnechunkError, decode
from onechunk._plain import plain
from tests.support.frames import events, read_frames
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all, translate
from tests.test_laws import ILLEGAL

DIALECTS = ("mistral", "mistral-ts", "openai", "llama", "completions")


def in_all_dialects(recording: Recording) -> dict[str, list[Any]]:
    """Return the canonical chunks of a recording, and its frames in each other dialect."""
    chunks = decode_all(recording.dialect, [recording.data])
    found: dict[str, list[Any]] = {"canonical": [plain(chunk) for chunk in chunks]}
    for target in DIALECTS:
        if target != recording.dialect:
            data = translate(recording.dialect, target, recording.data).data
            found[target] = [event.value for event in events(read_frames(data))]
    return found


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


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.id)
def test_snapshot(recording: Recording, snapshot: SnapshotAssertion) -> None:
    """A recording's canonical chunks, and its frames in other dialects, are those stored."""
    found = errors_of(recording) if recording.id in ILLEGAL else in_all_dialects(recording)

    assert found == snapshot
