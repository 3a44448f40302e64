"""A stream is over with its end mark, whatever its server does behind that."""

from __future__ import annotations

from typing import Any, Final

import pytest

from onechunk import Translator, WireError
from tests.support.recordings import RECORDINGS
from tests.support.upstream import TYPES, cut
from tests.test_http import SSE, TEXT, response

STOP: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE: Final = b"data: [DONE]\n\n"
MARKED: Final = ["anthropic", "cohere", "mistral", "ollama", "openai", "responses"]
"""Dialects that say when an answer is over, each in a way of its own."""


def lines(data: bytes) -> list[bytes]:
    """Return what is no comment: those stand together where they come together."""
    return [line for line in data.split(b"\n") if line and not line.startswith(b":")]


@pytest.mark.parametrize("source", MARKED)
@pytest.mark.parametrize("target", ["anthropic", "bedrock", "gemini", "openai"])
def test_the_mark_ends_a_stream(source: str, target: str) -> None:
    """All is written with the mark, and with the closing of the connection nothing more."""
    ended = 0
    for recording in RECORDINGS if source != target else ():
        if recording.dialect != source:
            continue
        translator = Translator(source, target)
        try:
            expected = translator.feed(recording.data)
            marked = translator.ended
            expected += translator.close()
        except WireError:
            continue
        assert translator.ended
        answer = response(source, target, 200, TYPES[recording.path.suffix])
        out = b"".join(map(answer.feed, cut(recording.data, 50)))
        assert answer.ended is marked, recording.id
        if marked:
            ended += 1
            assert lines(out) == lines(expected), recording.id
            assert answer.close() == answer.abort() == b""
            assert (answer.error, answer.cut_off) == (None, translator.cut_off)
    assert ended > 20 or source == target


@pytest.mark.parametrize("source", ["bedrock", "gemini", "mistral-ts"])
def test_sources_without_a_mark(source: str) -> None:
    """Where only the end of the body tells of the end, that is waited for."""
    for recording in RECORDINGS:
        if recording.dialect == source:
            answer = response(source, "openai", 200, TYPES[recording.path.suffix])
            answer.feed(recording.data)
            assert not answer.ended or answer.error is not None


@pytest.mark.parametrize("behind", [b"data: {oops}\n\n", b"data: {", b": ping\n\n", TEXT])
@pytest.mark.parametrize("together", [True, False])
def test_what_stands_behind_the_mark(behind: bytes, *, together: bool) -> None:
    """It is for nobody, be it readable or not."""
    answer = response("openai", "mistral", 200, SSE)
    pieces = [TEXT + STOP, DONE, behind]
    out = b"".join(map(answer.feed, [b"".join(pieces)] if together else pieces)) + answer.close()
    assert answer.ended
    assert answer.error is None
    assert b'"content":"Hi"' in out
    assert out.count(DONE) == 1
    assert out.removesuffix(behind).endswith(DONE)


def test_an_array_is_closed() -> None:
    """The framing of the target has its end, too."""
    answer = response("openai", "gemini", 200, SSE, to_framing="json_array")
    out = answer.feed(TEXT + STOP + DONE)
    assert answer.ended
    assert out.rstrip().endswith(b"]")


@pytest.mark.parametrize("options", [{}, {"repair": True}])
def test_at_home_all_is_given_on(options: Any) -> None:
    """What stands behind the mark of a stream that stays in its dialect goes along."""
    answer = response("openai", "openai", 200, SSE, **options)
    data = TEXT + STOP + DONE + b": behind\n\n"
    out = answer.feed(TEXT + STOP + DONE)
    assert not answer.ended
    assert out + answer.feed(b": behind\n\n") + answer.close() == data
    assert answer.ended


def test_a_mark_that_loses_what_must_not_be_lost() -> None:
    """The error is told, though the end was written."""
    call = (
        b'data: {"id":"a","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c",'
        b'"type":"function","function":{"name":"f","arguments":"{"}}]}}]}\n\n'
    )
    answer = response("openai", "gemini", 200, SSE, strict=True)
    answer.feed(TEXT + call + STOP + DONE)
    assert answer.ended
    assert answer.error is not None
