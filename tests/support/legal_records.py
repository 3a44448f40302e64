"""What strict readers demand where every record is whole in itself."""

import json
from collections import Counter
from datetime import datetime
from typing import Any

from tests.support.frames import Comment, Event, events, read_frames

__all__ = ["check_gemini", "check_llama_api", "check_ollama"]

Payload = dict[str, Any]

GEMINI_PARTS = {"text", "functionCall", "inlineData", "fileData", "executableCode"}
GEMINI_BESIDE = {"thought", "thoughtSignature", "codeExecutionResult", "partMetadata"}
LLAMA_METRICS = {"num_prompt_tokens", "num_completion_tokens", "num_total_tokens"}


def _unnamed(data: bytes) -> list[Event]:
    """Return the frames, which have no name, and of which none is a sentinel."""
    frames = events(read_frames(data))
    assert frames
    for frame in frames:
        assert frame.text is None
        assert (frame.id, frame.retry) == (None, None)
        assert type(frame.value) is dict
    return frames


def _take_error(written: list[Payload]) -> Any:
    """Return the error, which nothing follows, and take it out; None if there is none."""
    assert all("error" not in payload for payload in written[:-1])
    return written.pop()["error"] if "error" in written[-1] else None


def check_gemini(data: bytes) -> None:
    """Assert that every record is a response of its own, and that candidates finish once.

    Google's client takes a comment for a broken record.
    """
    assert not any(isinstance(item, Comment) for item in read_frames(data))
    frames = _unnamed(data)
    assert {frame.name for frame in frames} == {None}
    written: list[Payload] = [frame.value for frame in frames]
    error = _take_error(written)
    if error is not None:
        assert type(error["code"]) is int
        assert type(error["message"]) is str
        assert type(error["status"]) is str
    for record in written:
        _check_gemini_record(record)
    for key in ("responseId", "modelVersion"):
        assert {type(record[key]) for record in written} <= {str}
    assert len({record["responseId"] for record in written}) <= 1
    finished: Counter[int] = Counter()
    for record in written:
        for candidate in record.get("candidates", []):
            index = candidate["index"]
            finished.setdefault(index, 0)
            parts = candidate.get("content", {}).get("parts", [])
            assert not finished[index] or not parts
            finished[index] += "finishReason" in candidate
    assert error is not None or finished or any("promptFeedback" in each for each in written)
    assert set(finished.values()) <= ({1} if error is None else {0, 1})


def _check_gemini_record(record: Payload) -> None:
    from google.genai.types import GenerateContentResponse

    # Google's own class takes nothing that it does not know; its client gives it objects.
    GenerateContentResponse.model_validate(record)
    for candidate in record.get("candidates", []):
        assert type(candidate["index"]) is int
        content = candidate.get("content", {})
        assert content.get("role", "model") == "model"
        parts: list[Payload] = content.get("parts", [])
        for part in parts:
            kinds = GEMINI_PARTS & part.keys()
            assert len(kinds) == 1
            assert part.keys() - kinds <= GEMINI_BESIDE
            assert type(part.get("text", "")) is str
            if "functionCall" in part:
                assert type(part["functionCall"]["name"]) is str
                assert type(part["functionCall"]["args"]) is dict
    for name, count in record.get("usageMetadata", {}).items():
        assert not name.endswith("Count") or type(count) is int


def check_ollama(data: bytes) -> None:
    """Assert that every line is whole, and that the last one says that it is done."""
    lines = data.split(b"\n")
    assert lines.pop() == b""
    written: list[Payload] = [json.loads(line) for line in lines]
    error = _take_error(written)
    assert type(error) in (str, type(None))
    for line in written:
        _check_ollama_line(line)
    done = [line["done"] for line in written]
    assert done == [error is None and line is written[-1] for line in written]


def _check_ollama_line(line: Payload) -> None:
    assert type(line["model"]) is str
    assert datetime.fromisoformat(line["created_at"]).tzinfo is not None
    assert type(line["done"]) is bool
    message = line["message"]
    assert message["role"] == "assistant"
    assert type(message["content"]) is str
    assert type(message.get("thinking", "")) is str
    assert message.get("tool_calls") != []
    for call in message.get("tool_calls", []):
        assert type(call["function"]["name"]) is str
        assert type(call["function"]["arguments"]) is dict
    if line["done"]:
        assert line["done_reason"] in {"stop", "length"}
        for key in ("prompt_eval_count", "eval_count"):
            assert type(line.get(key, 0)) is int
    else:
        assert not line.keys() & {"done_reason", "prompt_eval_count", "eval_count"}


def check_llama_api(data: bytes) -> None:
    """Assert start, progress, complete, metrics, and that calls can be told apart by their ids."""
    frames = _unnamed(data)
    written: list[Payload] = [frame.value for frame in frames]
    error = _take_error(written)
    names = [None] * len(written) + ["error"] * (error is not None)
    assert [frame.name for frame in frames] == names
    if error is not None:
        assert type(error["message"]) is str
    payloads: list[Payload] = [chunk["event"] for chunk in written]
    kinds = [event["event_type"] for event in payloads]
    middle = ["progress"] * kinds.count("progress")
    # Before an error, the usage so far may be told without a stop.
    broken = [[], ["metrics"]] if error is not None else []
    ends = [["complete"], ["complete", "metrics"], *broken]
    assert kinds in [["start", *middle, *end] for end in ends] or (error is not None and not kinds)
    assert {type(chunk.get("id", "")) for chunk in written} <= {str}
    assert len({chunk.get("id") for chunk in written}) <= 1
    ids: list[str] = []
    for event in payloads:
        kind, delta = event["event_type"], event["delta"]
        assert delta["type"] == "text" or kind in {"start", "progress"}
        _check_llama_delta(delta, ids)
        assert ("stop_reason" in event) == (kind == "complete")
        assert event.get("stop_reason") in {None, "stop", "tool_calls", "length"}
        assert kind != "complete" or event["stop_reason"] is not None
        assert ("metrics" in event) == (kind == "metrics")
        for each in event.get("metrics", []):
            assert each["metric"] in LLAMA_METRICS
            assert type(each["value"]) in (int, float)
    assert len(set(ids)) == len(ids)


def _check_llama_delta(delta: Payload, ids: list[str]) -> None:
    """A call begins with id and name; what has neither goes on with the last one."""
    if delta["type"] == "text":
        assert type(delta["text"]) is str
        return
    assert delta["type"] == "tool_call"
    function = delta["function"]
    assert type(function.get("arguments", "")) is str
    if "id" in delta or "name" in function:
        assert type(delta["id"]) is str
        assert type(function["name"]) is str
        ids.append(delta["id"])
    assert ids
