"""What is written as Ollama's lines for chunks of other dialects."""

import json
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Defaults,
    EncodeError,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    encode,
    losses,
)

SECONDS = 1772593567
TIME = "2026-03-04T03:06:07Z"


def written(data: bytes) -> list[dict[str, Any]]:
    """Return the lines of a stream."""
    return [json.loads(each) for each in data.splitlines()]


def away(*chunks: Chunk) -> tuple[list[dict[str, Any]], Encoder]:
    """Return what is written for chunks of no dialect, and what wrote it."""
    encoder = Encoder("ollama")
    data = b"".join([encoder.feed(chunk) for chunk in chunks])
    return written(data + encoder.close()), encoder


def says(*parts: Any, finish: FinishReason | None = None) -> Chunk:
    """Return a chunk of one choice."""
    return Chunk(
        choices=[Choice(parts=[*parts], finish=None if finish is None else Finish(finish))]
    )


@pytest.mark.parametrize(
    ("created", "time"),
    [
        (SECONDS, "2026-03-04T03:06:07Z"),
        (1_772_593_567_000, "9999-12-31T23:59:59Z"),
        (-(10**15), "0001-01-01T00:00:00Z"),
    ],
)
def test_time_away(created: int, time: str) -> None:
    """Every line away has the time of the stream; what no year can say is changed, and named."""
    lines, encoder = away(Chunk(created=created), says(Text("a"), finish=FinishReason.STOP))
    assert {each["created_at"] for each in lines} == {time}
    changed = [loss for loss in encoder.losses if loss.path == "$.created"]
    assert bool(changed) == (created != SECONDS)


def test_error_away() -> None:
    """An error line has its message, or else its type, and nothing beside it or behind it."""
    lines, encoder = away(
        says(Text("a")), Chunk(usage=Usage(1, 2), error=Error(type="overloaded")), says(Text("b"))
    )
    assert [each.get("done") for each in lines] == [False, None]
    assert lines[-1] == {"error": "overloaded"}
    assert {"$.usage.input_tokens", "$.usage.output_tokens"} <= {x.path for x in encoder.losses}


def test_error_beside_text() -> None:
    """Text beside an error has a line of its own, since clients hear nothing else of that one."""
    chunk = says(Text("a"), finish=FinishReason.ERROR)
    chunk.error = Error("busy")
    lines, _ = away(chunk)
    assert [each.get("message", {}).get("content") for each in lines] == ["a", None]
    assert lines[-1] == {"error": "busy"}
    with pytest.raises(EncodeError):
        encode("ollama", chunk)


def test_stream_that_was_cut_off() -> None:
    """A stream without an end ends in an error line, never in `done`."""
    lines, _ = away(says(Text("a")))
    assert [*lines[-1]] == ["error"]
    assert not any(each.get("done") for each in lines)


def test_away_line_is_whole() -> None:
    """Every line has model, time, message and end mark; the last has reason and counts."""
    chunks = [
        Chunk("id", "m", SECONDS, [Choice(0, "assistant", [Text("")])]),
        says(Reasoning("t"), Text("c")),
        Chunk(choices=[Choice(1, parts=[Text("other")])]),
        says(finish=FinishReason.LENGTH),
        Chunk(usage=Usage(3, 4, 7)),
        Chunk(done=True),
    ]
    lines, encoder = away(*chunks)
    head = {"model": "m", "created_at": "2026-03-04T03:06:07Z"}
    message = {"role": "assistant", "content": ""}
    counts = {"prompt_eval_count": 3, "eval_count": 4}
    assert lines == [
        {**head, "message": message, "done": False},
        {**head, "message": {**message, "thinking": "t", "content": "c"}, "done": False},
        {**head, "message": message, "done": True, "done_reason": "length", **counts},
    ]
    dropped = {loss.path for loss in encoder.losses if loss.kind == "dropped"}
    assert dropped == {"$.id", "$.choices[1]"}


def test_end_of_which_nothing_said_why() -> None:
    """An end mark behind text becomes a last line with an invented reason."""
    lines, encoder = away(says(Text("Hi")), Chunk(usage=Usage(1)), Chunk(done=True))
    assert (lines[-1]["done"], lines[-1]["done_reason"]) == (True, "stop")
    assert lines[-1]["prompt_eval_count"] == 1
    assert "$.choices[0].finish.reason" in {x.path for x in encoder.losses if x.kind == "invented"}


def test_end_without_an_answer() -> None:
    """An end mark alone is an end in error: there was no answer that could be finished."""
    lines, _ = away(Chunk(usage=Usage(1)), Chunk(done=True))
    assert lines == [{"error": Defaults().cut_off}]


def test_calls_away() -> None:
    """Pieces of interleaved calls wait until each is an object; `stop` then says the reason."""
    lines, encoder = away(
        says(ToolCall(0, "c0", "f", '{"a":'), ToolCall(1, "c1", "g", "")),
        says(ToolCall(1, arguments="{}"), ToolCall(0, arguments="1}")),
        says(finish=FinishReason.TOOL_CALLS),
    )
    calls = [each for x in lines for each in x["message"].get("tool_calls", [])]
    assert calls == [
        {"id": "c0", "function": {"index": 0, "name": "f", "arguments": {"a": 1}}},
        {"id": "c1", "function": {"index": 1, "name": "g", "arguments": {}}},
    ]
    assert lines[-1]["done_reason"] == "stop"
    assert not [loss for loss in encoder.losses if loss.kind == "changed"]


def test_one_call_alone() -> None:
    """A whole call by itself is written with an object, and loses nothing."""
    chunk = says(ToolCall(0, "c", "f", '{"a":1}'))
    [written_call] = encode("ollama", chunk)["message"]["tool_calls"]
    assert written_call["function"]["arguments"] == {"a": 1}
    assert {loss.kind for loss in losses("ollama", chunk)} <= {"invented"}


def test_call_and_reason_in_one_chunk() -> None:
    """A chunk that calls and finishes at once loses nothing of its reason."""
    chunk = says(ToolCall(0, "c", "f", {}), finish=FinishReason.TOOL_CALLS)
    assert "$.choices[0].finish.reason" not in {loss.path for loss in losses("ollama", chunk)}


def test_logprobs_away() -> None:
    """A token that has no alternatives has no list of them."""
    token = {"token": "a", "logprob": -0.5, "bytes": [97]}
    source = says(Text("a"))
    source.choices[0].logprobs = Logprobs([TokenLogprob("a", -0.5, [97])])
    assert encode("ollama", source)["logprobs"] == [token]


def test_line_separators_are_escaped() -> None:
    """What is written holds no character at which a client would cut a line in two."""
    text = "a\u2028b\u2029c\x85d"
    encoder = Encoder("ollama")
    data = encoder.feed(says(Text("a"))) + encoder.feed(says(Text(text)))
    assert len(data.decode().splitlines()) == 2
    assert written(data)[1]["message"]["content"] == text


def test_images_away() -> None:
    """Images of others are not written, since the official client refuses them in an answer."""
    lines, encoder = away(says(Media("image", "aaaa")), says(finish=FinishReason.STOP))
    assert not any("images" in each["message"] for each in lines)
    assert "$.choices[0].parts[0]" in {loss.path for loss in encoder.losses}
