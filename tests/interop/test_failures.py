"""A stream that fails, as each SDK tells it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mistralai.client import Mistral
from openai import APIError, OpenAI

from onechunk import Translator
from tests.interop.answer import Said
from tests.interop.clients import ask_mistral
from tests.interop.replay import Replay
from tests.support.event_streams import ANSWERS

HEAD = b'{"id":"a","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}'
ERROR = b'{"error":{"message":"overloaded","type":"server_error","code":529}}'
STOP = b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
FAILED = b'{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}'

STREAMS = {
    "error": (HEAD, ERROR),
    "error-only": (ERROR,),
    "error-then-done": (HEAD, ERROR, b"[DONE]"),
    "error-after-finish": (HEAD, STOP, ERROR, b"[DONE]"),
    "error-beside-finish": (HEAD, STOP[:-1] + b"," + ERROR[1:]),
    "finish-word": (HEAD, FAILED, b"[DONE]"),
    "cut-off": (HEAD,),
}
MUTE = frozenset({"cohere-v1"})
"""Dialects that have no place for a message."""

SOURCES = ("mistral", "llama", "vllm")


def translate(source: str, target: str, frames: tuple[bytes, ...]) -> bytes:
    """Translate a stream of these payloads."""
    translator = Translator(source, target)
    body = b"".join([b"data: " + frame + b"\n\n" for frame in frames])
    return translator.feed(body) + translator.close()


def message(body: Any) -> Any:
    """Return the message of the error that the client hands on."""
    return body["message"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("target", ["openai", "completions"])
def test_openai(name: str, source: str, target: str, replay: Replay, openai_client: OpenAI) -> None:
    """OpenAI's client raises its own error after what was said, with the vendor's message."""
    frames = STREAMS[name]
    body = translate(source, target, frames)
    client = openai_client.with_options(base_url=replay.address(body))
    heard = 0
    with pytest.raises(APIError) as caught:  # noqa: PT012 - the stream is read in there
        if target == "openai":
            with client.chat.completions.create(model="m", messages=[], stream=True) as chat:
                for _ in chat:
                    heard += 1
        else:
            with client.completions.create(model="m", prompt="", stream=True) as text:
                for _ in text:
                    heard += 1
    assert heard == (HEAD in frames) + (STOP in frames)
    if ERROR in b"".join(frames):
        assert message(caught.value.body) == "overloaded"
    assert message(caught.value.body) == caught.value.message


@pytest.mark.parametrize("source", ["llama", "vllm", "openrouter"])
@pytest.mark.parametrize("name", STREAMS)
def test_mistral(name: str, source: str, replay: Replay, mistral_client: Mistral) -> None:
    """Mistral's client hears the finish word `error`, whatever was said of the finish before."""
    said = ask_mistral(mistral_client, replay, translate(source, "mistral", STREAMS[name]))
    assert said.failed
    assert {answer.finish for answer in said.answers.values()} == {"error"}


@pytest.mark.parametrize("source", ["llama", "vllm", "openrouter"])
@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("target", ANSWERS)
def test_events(name: str, source: str, target: str, ask: Callable[[str, bytes], Said]) -> None:
    """Clients of event dialects hear what was said before, and then that it failed and why."""
    body = translate(source, target, STREAMS[name])
    said = ask(target, body)
    assert said.failed
    heard = "".join(answer.text for answer in said.answers.values())
    assert heard == "Hi" * (HEAD in STREAMS[name])
    if ERROR in b"".join(STREAMS[name]) and target not in MUTE:
        assert b"overloaded" in body


@pytest.mark.parametrize("source", ["llama", "vllm"])
def test_gemini_hears_counts_first(source: str, ask: Callable[[str, bytes], Said]) -> None:
    """Google's client stops at an error: finish and usage stand in a record before it."""
    counts = b'{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}'
    said = ask("gemini", translate(source, "gemini", (HEAD, counts, ERROR)))
    assert said.failed
    assert said.answers[0].finish == "OTHER"
    assert said.usage == {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}
