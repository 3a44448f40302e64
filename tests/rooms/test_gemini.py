"""Gemini's records: the hazards that its documents and real streams are known for."""

from typing import Any

import pytest

from onechunk import (
    Chunk,
    Finish,
    FinishReason,
    Usage,
    decode,
    encode,
    losses,
)
from onechunk_adapters.gemini.words import BLOCK_REASONS, NUMBERS, REASONS
from tests.rooms.gemini_records import record, stream
from tests.support.frames import payloads
from tests.support.json_equal import difference
from tests.support.rooms import Room
from tests.support.streams import decode_all, encode_all, translate

ROOM = "gemini"
recorded = Room(ROOM).recorded
decoded = Room(ROOM).decoded


def finishes(chunks: list[Chunk]) -> list[FinishReason]:
    """Return every finish."""
    return [choice.finish.reason for c in chunks for choice in c.choices if choice.finish]


def home(*records: dict[str, Any]) -> list[Any]:
    """Return the records as they come back from a stream."""
    return list(payloads(encode_all(ROOM, decode_all(ROOM, [stream(*records)]))))


def test_stop_after_calls_is_tool_calls() -> None:
    """`STOP` means that tools are called if a call came before, and goes home as `STOP`."""
    chunks = decoded("function-calls-parallel-in-chunks-signature-on-first")

    assert finishes(chunks) == [FinishReason.TOOL_CALLS]
    assert b'"finish_reason":"tool_calls"' in encode_all("openai", chunks)
    assert b'"finishReason":"STOP"' in encode_all(ROOM, chunks)


@pytest.mark.parametrize(("word", "reason"), REASONS.items())
def test_finish_words(word: str, reason: FinishReason) -> None:
    """Every word has its meaning and goes home as it is."""
    chunk = decode(ROOM, record(finishReason=word))

    assert chunk.choices[0].finish == Finish(reason, word)
    assert encode(ROOM, chunk) == record(finishReason=word)


@pytest.mark.parametrize(("number", "word"), NUMBERS.items())
def test_finish_numbers(number: int, word: str) -> None:
    """A number means its word, goes home as the number, and gives way to an edit."""
    chunk = decode(ROOM, record(finishReason=number))
    [choice] = chunk.choices

    assert choice.finish == Finish(REASONS[word], str(number))
    assert not difference(encode(ROOM, chunk), record(finishReason=number))
    choice.finish = Finish(FinishReason.LENGTH)
    assert encode(ROOM, chunk)["candidates"][0]["finishReason"] == "MAX_TOKENS"


@pytest.mark.parametrize("reason", [*BLOCK_REASONS, "A_NEW_WORD", 4])
def test_blocked_prompt(reason: str | int) -> None:
    """A blocked prompt, which has no candidate, ends every target with its filter word."""
    blocked: dict[str, Any] = {"promptFeedback": {"blockReason": reason, "x": None}}
    chunk = decode(ROOM, blocked)

    assert chunk.finish_reason is FinishReason.CONTENT_FILTER
    assert not difference(encode(ROOM, chunk), blocked)
    assert not difference(home({**blocked, "candidates": None}), [{**blocked, "candidates": None}])
    assert b'"content_filter"' in translate(ROOM, "openai", stream(blocked)).data
    assert b'"refusal"' in translate(ROOM, "anthropic", stream(blocked)).data


def test_feedback_beside_candidates() -> None:
    """Feedback on a prompt that was not blocked is residue."""
    said: dict[str, Any] = {**record({"text": "a"}), "promptFeedback": {"safetyRatings": []}}
    chunk = decode(ROOM, said)

    assert chunk.finish_reason is None
    assert encode(ROOM, chunk) == said


def test_usage_counts_thoughts_once() -> None:
    """Thoughts are in the output here and apart on the wire, in every record a total so far."""
    counts = {"promptTokenCount": 9, "candidatesTokenCount": 5, "thoughtsTokenCount": 7}
    chunk = decode(ROOM, {"usageMetadata": counts})

    assert chunk.usage == Usage(input_tokens=9, output_tokens=12, reasoning_tokens=7)
    assert encode(ROOM, chunk) == {"usageMetadata": counts}


def test_usage_is_replaced() -> None:
    """The last usage counts, though it may be lower; nothing is added up."""
    chunks = decoded("usage-not-monotone-with-server-tools")
    said = [c.usage for c in chunks if c.usage is not None]
    data = encode_all("openai", chunks)
    written = [each["usage"] for each in payloads(data) if each.get("usage")]

    assert len(said) > 1
    assert [each["completion_tokens"] for each in written] == [said[-1].output_tokens]


def test_usage_from_elsewhere_is_never_negative() -> None:
    """More reasoning than output leaves no candidates' tokens, and not fewer than none."""
    chunk = Chunk(usage=Usage(input_tokens=1, output_tokens=3, reasoning_tokens=5))

    assert encode(ROOM, chunk)["usageMetadata"]["candidatesTokenCount"] == 0


def test_time_goes_home_exactly() -> None:
    """A time that can be written again is `created`; any other is residue."""
    time = "2026-03-05T04:38:53.241516Z"
    chunk = decode(ROOM, {"createTime": time})

    assert chunk.created == 1772685533.241516
    assert encode(ROOM, chunk) == {"createTime": time}
    for odd in ("2026-03-05T04:38:53.241516789Z", "2026-03-05T05:38:53+01:00", "soon", "", 5):
        other = decode(ROOM, {"createTime": odd})
        assert other.created is None
        assert encode(ROOM, other) == {"createTime": odd}


def test_index_may_be_missing() -> None:
    """A candidate without an index is the first, and is written without one."""
    chunks = decoded("two-candidates-first-without-index")

    assert [c.index for c in chunks[0].choices] == [None, 1]
    assert finishes(chunks) == [FinishReason.TOOL_CALLS, FinishReason.STOP]


@pytest.mark.parametrize(
    "where", ["error-in-mid-stream", "error-bare-pretty-printed-in-mid-stream"]
)
def test_errors(where: str) -> None:
    """An error is read with and without `data:`."""
    error = decoded(where)[-1].error

    assert error is not None
    assert error.message
    assert type(error.code) is int
    assert error.type


def test_error_from_elsewhere() -> None:
    """An error gets the number and the word that readers need, and stands first."""
    chunk = decode("openai", {"error": {"message": "busy", "code": "rate_limited"}})
    written = encode(ROOM, chunk)

    assert next(iter(written)) == "error"
    assert written["error"] == {"code": 500, "message": "busy", "status": "INTERNAL"}
    assert ("changed", "$.error.code") in {(x.kind, x.path) for x in losses(ROOM, chunk)}
