"""The gateway: real clients on one side, a real upstream on the other."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import anthropic
import openai
import pytest

from onechunk.gateway import Route
from tests.support.gateway import (
    ASK,
    EVENT,
    EVENTS,
    JSON,
    STOP,
    between,
    error_of,
    gateway,
    is_whole,
    settle,
)
from tests.support.meaning import meaning
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all
from tests.support.upstream import Answer, Gate, Upstream, replay


@pytest.mark.parametrize(
    "target", ["anthropic", "gemini", "responses", "cohere", "ollama", "openai"]
)
def test_streams_are_translated(upstream: Upstream, target: str) -> None:
    """The client hears in its dialect what the upstream said in its own."""
    recording = next(each for each in RECORDINGS if each.dialect == "mistral")
    with gateway(Route(upstream.add(replay(recording)), "mistral", target)) as client:
        response = client.post("/v1/chat/completions", json=ASK)
    said = meaning(decode_all("mistral", [recording.data]))
    heard = meaning(decode_all(target, [response.content]))

    assert response.status_code == 200
    assert heard[0, "text"] == said[0, "text"]


def test_the_first_chunk_comes_before_the_second_is_sent(upstream: Upstream) -> None:
    """Nothing waits for what comes later."""
    gate = Gate()
    with (
        between(upstream, Answer([EVENT, gate, EVENT, STOP], EVENTS)) as client,
        client.stream("POST", "/v1/messages", json=ASK) as response,
    ):
        pieces = response.iter_bytes()
        first = next(pieces)
        assert b'"text":"tide"' in first
        assert gate.reached.is_set()
        gate.open()
        assert is_whole(first + b"".join(pieces))


def test_whole_answers_and_errors(upstream: Upstream) -> None:
    """A whole answer is translated, and so is an error, with its status and headers."""
    whole = json.dumps(
        {
            "id": "a",
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "tide"},
                    "finish_reason": "stop",
                }
            ],
        }
    ).encode()
    with between(upstream, Answer([whole], JSON)) as client:
        response = client.post("/v1/messages", json=ASK)
    assert response.json()["content"] == [{"type": "text", "text": "tide"}]
    assert int(response.headers["content-length"]) == len(response.content)

    slow = b'{"error":{"message":"Slow down.","type":"tokens"}}'
    with between(upstream, Answer([slow], (*JSON, ("retry-after", "7")), status=429)) as client:
        response = client.post("/v1/messages", json=ASK)
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert response.json()["error"] == {"type": "rate_limit_error", "message": "Slow down."}


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"i'])
def test_whole_answers_that_are_none(upstream: Upstream, body: bytes) -> None:
    """What is no answer where one was asked for is an error."""
    with between(upstream, Answer([body], JSON)) as client:
        response = client.post("/v1/messages", json=ASK)
        page = settle(client)
    assert response.status_code == 502
    assert response.json()["error"]["type"] == "api_error"
    assert 'outcome="unreadable"' in page
    assert "onechunk_losses_total{" not in page
    if body != b'{"i':
        # Nobody asks a model by GET.
        with between(upstream, Answer([body], JSON)) as client:
            assert client.get("/v1/models").content == body


def test_routes(upstream: Upstream) -> None:
    """The longest prefix counts, in whole segments; what no route has is not found."""
    short, long = (
        upstream.add(Answer([EVENT, STOP], EVENTS)),
        upstream.add(Answer([EVENT, STOP], EVENTS)),
    )
    routes = (
        Route(short, "openai", "anthropic", prefix="/a"),
        Route(long, "openai", "cohere", prefix="/a/b"),
    )
    with gateway(*routes) as client:
        for path, place, target in (
            ("/a", short, "anthropic"),
            ("/a/bc", short, "anthropic"),
            ("/a/b", long, "cohere"),
            ("/a/b/c", long, "cohere"),
        ):
            response = client.post(path, json=ASK)
            assert upstream.requests[-1].target.startswith(f"/{place.rpartition('/')[2]}")
            assert is_whole(response.content, target)
        asked = len(upstream.requests)
        assert client.post("/ab", json=ASK).status_code == 404
        assert len(upstream.requests) == asked


def test_the_client_chooses(upstream: Upstream) -> None:
    """A header names another target; one that is not known is told so in the route's form."""
    with between(upstream, Answer([EVENT, STOP], EVENTS)) as client:
        chosen = client.post("/", json=ASK, headers={"onechunk-to": "gemini"})
        unknown = client.post("/", json=ASK, headers={"onechunk-to": "latin"})
        usual = client.post("/", json=ASK)
    assert meaning(decode_all("gemini", [chosen.content]))[0, "text"] == "tide"
    assert chosen.headers["vary"] == usual.headers["vary"] == "onechunk-to"
    assert is_whole(usual.content)
    assert unknown.status_code == 400
    assert error_of(unknown) == "the header onechunk-to names no dialect that is known here"

    with between(upstream, Answer([EVENT, STOP], EVENTS), header=None) as client:
        ignored = client.post("/", json=ASK, headers={"onechunk-to": "gemini"})
    assert is_whole(ignored.content)
    assert "vary" not in ignored.headers


def test_openai_s_client(upstream: Upstream) -> None:
    """The SDK reads a server of Anthropic's dialect, and hears of its death."""
    whole, cut = replay("anthropic/stop-sequence"), replay("anthropic/stop-sequence")
    cut.steps = [whole.steps[0][:900], 0.05]  # type: ignore[index] # it is bytes
    cut.end = "reset"
    routes = [
        Route(upstream.add(whole), "anthropic", "openai"),
        Route(upstream.add(cut), "anthropic", "openai", prefix="/cut"),
    ]
    with gateway(*routes) as client:
        for path in ("/", "/cut"):
            sdk = openai.OpenAI(base_url=f"{client.base_url}{path}", api_key="none", max_retries=0)
            with sdk:
                stream = sdk.chat.completions.create(
                    model="m", stream=True, messages=[{"role": "user", "content": "tide?"}]
                )
                heard: list[str] = []
                if path == "/cut":
                    with pytest.raises(openai.APIError, match="broke off"):  # noqa: PT012 - it is read
                        for chunk in stream:
                            heard += [c.delta.content or "" for c in chunk.choices]
                else:
                    heard = [c.delta.content or "" for chunk in stream for c in chunk.choices]
                assert "one, two" in "".join(heard)


def test_anthropic_s_client(upstream: Upstream) -> None:
    """The SDK reads a server of OpenAI's dialect, and hears of its errors."""
    busy = Answer([b'{"error":{"message":"Slow down."}}'], JSON, status=429)
    routes = [
        Route(upstream.add(Answer([EVENT, STOP], EVENTS)), "openai", "anthropic"),
        Route(upstream.add(busy), "openai", "anthropic", prefix="/busy"),
    ]
    with gateway(*routes) as client:
        url = str(client.base_url).rstrip("/")
        question: Any = {"model": "m", "max_tokens": 9, "messages": ASK["messages"]}
        with (
            anthropic.Anthropic(base_url=url, api_key="none", max_retries=0) as sdk,
            sdk.messages.stream(**question) as stream,
        ):
            assert stream.get_final_text() == "tide"
        with (
            anthropic.Anthropic(base_url=f"{url}/busy", api_key="none", max_retries=0) as sdk,
            pytest.raises(anthropic.RateLimitError, match="Slow down"),
        ):
            sdk.messages.create(**question)


def test_curl(upstream: Upstream) -> None:
    """`curl -N` shows the first event before the second is sent."""
    gate = Gate()
    with between(upstream, Answer([EVENT, gate, STOP], EVENTS)) as client:
        command = ["curl", "-sN", "--data", "{}", f"{client.base_url}/v1/messages"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as curl:
            assert curl.stdout is not None
            data = b""
            for line in curl.stdout:
                data += line
                if b'"text":"tide"' in line:
                    break
            assert gate.reached.is_set()
            gate.open()
            data += curl.stdout.read()
        assert curl.returncode == 0
    assert is_whole(data)
