"""Law 4, and what makes a written stream legal for its readers, between all dialects."""

import json

import pytest

from tests.support.frames import payloads
from tests.support.legal import check_legal
from tests.support.meaning import different, meaning, named
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all, translate
from tests.test_laws import LEGAL

TARGETS = (
    *("mistral", "mistral-ts", "openai", "llama", "completions", "groq", "openrouter"),
    *("anthropic", "gemini", "responses", "cohere", "cohere-v1", "bedrock", "ollama", "llama-api"),
)
"""Every dialect, and two profiles of the largest."""


def _id(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


every_recording = pytest.mark.parametrize("recording", LEGAL, ids=_id)


@every_recording
def test_meaning_survives(recording: Recording) -> None:
    """Law 4: what a stream says is said in every target too, except what the report names."""
    chunks = decode_all(recording.dialect, [recording.data])
    said = meaning(chunks)
    failures: dict[str, object] = {}
    for target in TARGETS:
        translation = translate(recording.dialect, target, recording.data)
        lost = different(said, meaning(decode_all(target, [translation.data])))
        known = named(translation.losses, chunks)
        if recording.dialect == target:
            assert translation.losses == []
        silent = {aspect: pair for aspect, pair in lost.items() if aspect not in known}
        if silent:
            failures[target] = silent

    assert failures == {}


@every_recording
def test_legal_output(recording: Recording) -> None:
    """Law 5: what is written for another dialect obeys every rule that its readers enforce."""
    for target in TARGETS:
        if recording.dialect != target:
            check_legal(translate(recording.dialect, target, recording.data).data, target)


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
