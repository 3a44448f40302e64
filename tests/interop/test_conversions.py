"""Every recording, converted and read by the vendors' own stream readers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.answer import Said, join, until_failure
from tests.interop.expected import check, stopped
from tests.interop.source import CASES, chunks_of, convert, first_choice, until_end
from tests.interop.targets import INSTALLED, TARGETS
from tests.support.recordings import Recording


@pytest.mark.parametrize("target", INSTALLED)
@pytest.mark.parametrize("recording", CASES, ids=lambda recording: recording.id)
def test_client(recording: Recording, target: str, ask: Callable[[str, bytes], Said]) -> None:
    """The client hears what was said, and the failure where that failed or was withheld."""
    reader = TARGETS[target].reader
    converted = convert(recording, target)
    refused = TARGETS[target].refused
    if recording.id in refused:
        with pytest.raises(refused[recording.id]):
            ask(target, converted.body)
        return
    heard = ask(target, converted.body)
    chunks = until_end(chunks_of(recording))
    if reader.single and chunks != (first := first_choice(chunks)):
        assert converted.lost("dropped", "$.choices[")
        chunks = first
    said = join(chunks)
    finished = {answer.finish for answer in said.answers.values()}
    assert heard.failed == (said.broken or not finished.isdisjoint(reader.withheld))
    check(reader, join(until_failure(chunks)) if stopped(reader, heard) else said, heard, converted)
