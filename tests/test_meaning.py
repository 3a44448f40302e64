"""Law 4, and what makes a written stream legal for its readers, from every dialect to the others."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.support.frames import Event, events, payloads, read_frames
from tests.support.meaning import different, meaning, named
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all, translate
from tests.test_laws import LEGAL

TARGETS = ("mistral", "mistral-ts", "openai", "llama", "completions", "groq", "openrouter")
"""Every dialect, and two profiles of the largest."""

CHAT = frozenset({"stop", "length", "tool_calls", "content_filter"})

FINISH_WORDS = {
    "mistral": frozenset({"stop", "length", "error", "tool_calls"}),
    "mistral-ts": frozenset({"stop", "length", "error", "tool_calls"}),
    "openai": CHAT,
    # The field is a free string; these are the words that the servers behind it send.
    "llama": CHAT | {"abort", "error"},
    "completions": frozenset({"stop", "length", "content_filter"}),
    "groq": CHAT,
    "openrouter": CHAT | {"error"},
}
"""What strict readers of each target know; see `mission.md`, section 5, and the vendors' SDKs."""

OBJECTS = {"completions": "text_completion"}

Payload = dict[str, Any]


def _id(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


every_recording = pytest.mark.parametrize("recording", LEGAL, ids=_id)
every_target = pytest.mark.parametrize("target", TARGETS)


@every_target
@every_recording
def test_meaning_survives(recording: Recording, target: str) -> None:
    """Law 4: what a stream says is said in the target too, except what the report names."""
    chunks = decode_all(recording.dialect, [recording.data])
    translation = translate(recording.dialect, target, recording.data)
    back = decode_all(target, [translation.data])

    lost = different(meaning(chunks), meaning(back))
    known = named(translation.losses, chunks)
    if recording.dialect == target:
        assert translation.losses == []
    assert {aspect: pair for aspect, pair in lost.items() if aspect not in known} == {}


@every_target
@every_recording
def test_legal_output(recording: Recording, target: str) -> None:
    """Law 5: what is written for another dialect obeys every rule that its readers enforce."""
    if recording.dialect == target:
        return
    data = translate(recording.dialect, target, recording.data).data
    frames = events(read_frames(data))
    written = payloads(data)

    _check_end(frames, target)
    for payload in written:
        _check_payload(payload, target)
    _check_choices(written, target)
    _check_usage(written, target)


def _check_end(frames: list[Event], target: str) -> None:
    """The end mark stands last and once, where the target has one; no frame has a name."""
    ends = [frame.text for frame in frames if frame.text is not None]
    assert ends == ([] if target == "mistral-ts" else ["[DONE]"])
    assert not ends or frames[-1].text == "[DONE]"
    assert {(frame.name, frame.id, frame.retry) for frame in frames} <= {(None, None, None)}


def _check_payload(payload: Payload, target: str) -> None:
    """Every chunk has the whole envelope, every choice its index and, away from text, a delta."""
    assert type(payload["id"]) is str
    assert type(payload["created"]) is int
    assert type(payload["model"]) is str
    assert payload["object"] == OBJECTS.get(target, "chat.completion.chunk")
    assert type(payload["choices"]) is list
    for choice in payload["choices"]:
        assert type(choice["index"]) is int
        if target == "completions":
            assert type(choice["text"]) is str
        else:
            _check_delta(choice["delta"], target)
        word = choice["finishReason" if target == "mistral-ts" else "finish_reason"]
        assert word is None or word in FINISH_WORDS[target]


def _check_delta(delta: Payload, target: str) -> None:
    """Content is what the target allows; a call has its number, and text for arguments."""
    content = delta.get("content")
    lists = (list,) if target.startswith("mistral") else ()
    assert content is None or type(content) in (str, *lists)
    calls = delta.get("toolCalls" if target == "mistral-ts" else "tool_calls", [])
    assert "tool_calls" not in delta or calls
    for call in calls:
        function = call["function"]
        assert type(call["index"]) is int
        assert call.get("type", "function") == "function"
        if target.startswith("mistral"):
            assert type(function["name"]) is str
            assert type(function["arguments"]) in (str, dict)
        else:
            assert type(function.get("arguments", "")) is str


def _check_choices(written: list[Payload], target: str) -> None:
    """Role, tool id and name are said once; every choice finishes once, or an error says why."""
    counts: Counter[tuple[Any, ...]] = Counter()
    failed = any(payload.get("error") for payload in written)
    for payload in written:
        for choice in payload["choices"]:
            index = choice["index"]
            counts[index, "choice"] += 1
            delta: Payload = choice.get("delta", {})
            finish = choice.get("finishReason") or choice.get("finish_reason")
            counts[index, "finish"] += finish is not None
            counts[index, "role"] += delta.get("role") is not None
            if counts[index, "choice"] == 1 and target != "completions":
                assert delta.get("role") is not None
            for call in delta.get("toolCalls", delta.get("tool_calls", [])):
                key = index, call["index"]
                counts[*key, "call"] += 1
                counts[*key, "id"] += call.get("id") is not None
                counts[*key, "name"] += bool(call["function"].get("name"))
                # Readers of fragments open a call by its head.
                assert counts[*key, "call"] > 1 or call.get("id") is not None
    for key, count in counts.items():
        if key[-1] == "finish":
            assert count == 1 or (failed and count == 0)
        elif key[-1] == "id":
            assert count == 1
        elif key[-1] in {"role", "name"}:
            assert count <= 1


def _check_usage(written: list[Payload], target: str) -> None:
    """Usage stands once: on the last chunk, which has choices at Mistral and none elsewhere."""
    places = [n for n, payload in enumerate(written) if payload.get("usage") is not None]
    assert places in ([], [len(written) - 1])
    for place in places:
        assert bool(written[place]["choices"]) == target.startswith("mistral")


def test_usage_is_never_summed() -> None:
    """Usage that grows from chunk to chunk is written once, as it was last."""
    for case in ("llama/plain-usage-on-every-chunk", "mistral/usage-on-every-chunk"):
        [recording] = [recording for recording in RECORDINGS if recording.id == case]
        chunks = decode_all(recording.dialect, [recording.data])
        counts = [chunk.usage.output_tokens for chunk in chunks if chunk.usage is not None]
        data = translate(recording.dialect, "openai", recording.data).data
        [usage] = [payload["usage"] for payload in payloads(data) if payload.get("usage")]

        assert len(counts) > 2
        assert usage["completion_tokens"] == counts[-1]


def test_interleaved_calls_stay_apart() -> None:
    """Tool calls whose fragments interleave are whole in every target."""
    [recording] = [each for each in RECORDINGS if each.id == "openai/tool-calls-interleaved"]
    chunks = decode_all(recording.dialect, [recording.data])
    said = meaning(chunks)[0, "calls.arguments"]

    assert len(said) > 1
    assert all(isinstance(value, dict) for value in said)
    for target in ("mistral", "llama", "openrouter"):
        out = translate("openai", target, recording.data).data
        joined: dict[int, str] = {}
        for payload in payloads(out):
            for choice in payload["choices"]:
                for call in choice["delta"].get("tool_calls", []):
                    text = call["function"].get("arguments", "")
                    joined[call["index"]] = joined.get(call["index"], "") + text
        assert [json.loads(text) for text in joined.values()] == said
