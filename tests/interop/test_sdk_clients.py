"""The vendors' clients on a transport of ours, asking a server of another dialect."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Generator
from contextlib import aclosing, closing, contextmanager, suppress
from typing import Any, Final

import httpx
import httpx2
import pytest

from onechunk import (
    Choice,
    Chunk,
    Encoder,
    Finish,
    FinishReason,
    Message,
    Text,
    Translator,
    Usage,
    encode_message,
    load_adapters,
)
from tests.interop.answer import Said
from tests.interop.connected import (
    SDKS,
    HandedOn,
    Sdk,
    connected,
    connected_async,
    texts,
    texts_async,
)
from tests.interop.replay import Fixed
from tests.interop.targets import TARGETS
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all
from tests.support.upstream import SECONDS, Answer, Gate, Upstream, replay

RECORDED: Final = (
    "anthropic/thinking-with-signature-then-text",
    "anthropic/tool-uses-parallel",
    "bedrock/binary-text",
    "bedrock/binary-tool-uses-interleaved",
    "cohere-v1/text",
    "cohere-v1/tool-calls-parallel-in-chunks",
    "cohere/thinking-then-text",
    "cohere/tool-plan-then-parallel-tool-calls",
    "completions/openai-stream-usage-chunk",
    "gemini/array-of-thoughts-and-function-call",
    "gemini/thoughts-between-texts",
    "llama-api/text-then-metrics",
    "llama-api/tool-call-in-fragments",
    "llama/reasoning-content",
    "llama/tool-calls-parallel",
    "mistral-ts/text-plain",
    "mistral/thinking-then-text",
    "mistral/tool-call-after-text",
    "ollama/chat-thinking-then-text",
    "ollama/tool-calls-parallel-over-two-lines",
    "openai/text-then-tool-call",
    "openai/tool-calls-interleaved",
    "responses/function-call-without-arguments-after-text",
    "responses/text-in-two-messages",
    "vllm/reasoning-running-usage",
)
"""Recordings that are asked for."""

DATA: Final = {recording.id: recording.data for recording in RECORDINGS}
MANY: Final = frozenset({"anthropic", "gemini", "openai"})
"""Sources that every client is asked with; OpenAI's is asked with all."""

DIALECTS: Final = sorted(
    set(load_adapters())
    - {"mistral-ts"}
    - {profile.name for each in load_adapters().values() for profile in each.profiles}
)

PAIRS: Final = [
    (source, target)
    for target in SDKS
    for source in DIALECTS
    if target == "openai" or source in MANY
]
"""Sources and targets."""

every_sdk = pytest.mark.parametrize("sdk", SDKS.values(), ids=list(SDKS))
every_pair = pytest.mark.parametrize(("source", "target"), PAIRS)

HTTP_ERRORS: Final = (httpx.HTTPError, httpx2.HTTPError)


@contextmanager
def speaking(sdk: Sdk, source: str) -> Generator[Any]:
    """Give what asks the client of a dialect: the client, or what makes it for an address."""
    plain = sdk.library.HTTPTransport(verify=False)
    transport = sdk.transports.Transport(source, sdk.target, plain)

    def make(*, host: str) -> Any:
        return sdk.make(transport, host)

    def make_for(*, base_url: str) -> Any:
        return sdk.make(http, base_url)

    if sdk.owns:
        yield make
        return
    with sdk.library.Client(transport=transport, trust_env=False, timeout=SECONDS) as http:
        yield make_for if sdk.target.startswith("cohere") else sdk.make(http, "http://")


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (name, target)
        for target in SDKS
        for name in RECORDED
        if target == "openai" or name.partition("/")[0] in MANY
    ],
)
def test_client_hears_what_a_translator_writes(
    name: str, target: str, upstream: Upstream, ask: Callable[[str, bytes], Said]
) -> None:
    """A client on a transport hears what it hears of the translated stream."""
    source, _, _ = name.partition("/")
    translator = Translator(source, target)
    body = translator.feed(DATA[name]) + translator.close()
    said = ask(target, body)
    assert said.heard
    url = upstream.add(replay(name))
    with speaking(SDKS[target], source) as client:
        assert TARGETS[target].ask(client, Fixed(url), b"") == said


def test_every_dialect_is_asked_for() -> None:
    """There is a recording of every dialect, and a client for all that have one on httpx."""
    assert {*DIALECTS} <= {name.partition("/")[0] for name in RECORDED}
    assert {*TARGETS} - {*SDKS} == {"bedrock"}


CHUNKS: Final = (
    Chunk("id-1", "model-1", 1790150400, [Choice(0, role="assistant", parts=[Text("One")])]),
    Chunk("id-1", "model-1", 1790150400, [Choice(0, parts=[Text(", two")])]),
    Chunk("id-1", "model-1", 1790150400, [Choice(0, finish=Finish(FinishReason.STOP))]),
    Chunk("id-1", "model-1", 1790150400, usage=Usage(3, 5, 8)),
    Chunk(done=True),
)
WHOLE: Final = Message(
    "id-1",
    "model-1",
    1790150400,
    [Choice(0, role="assistant", parts=[Text("One, two")], finish=Finish(FinishReason.STOP))],
    Usage(3, 5, 8),
)
TYPES: Final = {"bedrock": "application/vnd.amazon.eventstream", "ollama": "application/x-ndjson"}


def written(source: str) -> tuple[bytes, bytes]:
    """Return what a server of *source* sends to say `One`, and all the rest."""
    encoder = Encoder(source)
    first, *rest = [encoder.feed(chunk) for chunk in CHUNKS]
    return first, b"".join(rest) + encoder.close()


def streamed(source: str, *steps: Any, **fields: Any) -> Answer:
    """Return the answer of a server of *source* that streams."""
    content_type = TYPES.get(source, "text/event-stream")
    return Answer(steps, [("content-type", content_type)], **fields)


@every_pair
def test_first_chunk_comes_before_the_second_is_sent(
    source: str, target: str, upstream: Upstream
) -> None:
    """The server sends no more before the first text was heard."""
    first, rest = written(source)
    gate = Gate()
    url = upstream.add(streamed(source, first, gate, rest))
    sdk = SDKS[target]
    with connected(sdk, source, url) as client, closing(texts(sdk, client)) as heard:
        assert next(filter(None, heard)) == "One"
        assert gate.reached.wait(SECONDS)
        gate.open()
        assert "".join(heard) == ", two"


@every_sdk
@pytest.mark.parametrize("source", ["anthropic", "openai"])
def test_a_server_that_stays_behind_the_end(source: str, sdk: Sdk, upstream: Upstream) -> None:
    """The client has the whole answer, and waits for no more where there was an end mark."""
    if source == sdk.target:
        # All is given on, and the client decides what to wait for.
        return
    answer = streamed(source, *written(source), end="never")
    url = upstream.add(answer)

    async def hear() -> str:
        async with connected_async(sdk, source, url) as client:
            return "".join([text async for text in texts_async(sdk, client)])

    with connected(sdk, source, url) as client:
        assert "".join(texts(sdk, client)) == "One, two"
    assert asyncio.run(hear()) == "One, two"
    upstream.wait(lambda: answer.left == 2)


@every_sdk
@pytest.mark.parametrize("source", sorted(MANY))
def test_first_chunk_comes_before_the_second_is_sent_async(
    source: str, sdk: Sdk, upstream: Upstream
) -> None:
    """The server sends no more before the first text was heard."""
    first, rest = written(source)
    gate = Gate()
    url = upstream.add(streamed(source, first, gate, rest))

    async def run() -> None:
        async with connected_async(sdk, source, url) as client:
            heard = ""
            async with aclosing(texts_async(sdk, client)) as stream:
                async for text in stream:
                    heard += text
                    if heard == "One":
                        assert await asyncio.to_thread(gate.reached.wait, SECONDS)
                        gate.open()
            assert heard == "One, two"

    asyncio.run(run())


@every_pair
def test_answer_that_comes_whole(source: str, target: str, upstream: Upstream) -> None:
    """What was not streamed is read as it was said."""
    body = json.dumps(encode_message(source, WHOLE)).encode()
    url = upstream.add(Answer([body], [("content-type", "application/json")], body="length"))
    with connected(SDKS[target], source, url) as client:
        assert SDKS[target].whole(client) == "One, two"


REFUSALS: Final[dict[str, Any]] = {
    "anthropic": {"type": "error", "error": {"type": "some_error", "message": "no such luck"}},
    "bedrock": {"message": "no such luck"},
    "gemini": [{"error": {"code": 429, "message": "no such luck", "status": "SOME_ERROR"}}],
    "mistral": {"object": "error", "message": "no such luck", "type": "some", "code": "1"},
    "ollama": {"error": "no such luck"},
    "openai": {"error": {"message": "no such luck", "type": "x", "param": None, "code": "some"}},
}
"""Bodies of HTTP errors, by source."""


@every_sdk
@pytest.mark.parametrize(
    ("status", "source"),
    [
        *((status, "anthropic") for status in (400, 401, 403, 404, 422, 429, 500, 529)),
        *((status, "openai") for status in (400, 429, 503)),
        *((429, source) for source in REFUSALS if source not in {"anthropic", "openai"}),
    ],
)
def test_http_error(status: int, source: str, sdk: Sdk, upstream: Upstream) -> None:
    """The client raises its own error for the status, with the server's message."""
    body = json.dumps(REFUSALS[source]).encode()
    headers = [("content-type", "application/json"), ("x-request-id", "r1")]
    url = upstream.add(Answer([body], headers, status=status))
    with connected(sdk, source, url) as client:
        asks: list[Callable[[], Any]] = [
            lambda: sdk.whole(client),
            lambda: list(texts(sdk, client)),
        ]
        for ask in asks:
            with pytest.raises(sdk.statuses.get(status, sdk.errors)) as caught:
                ask()
            assert isinstance(caught.value, sdk.errors)
            assert "no such luck" in str(caught.value)
            error: Any = caught.value
            assert (error.code if sdk.target == "gemini" else error.status_code) == status


@every_sdk
@pytest.mark.parametrize("source", ["anthropic", "openai"])
def test_http_error_async(source: str, sdk: Sdk, upstream: Upstream) -> None:
    """The async client raises its own error for the status, with the server's message."""
    body = json.dumps(REFUSALS[source]).encode()
    url = upstream.add(Answer([body], [("content-type", "application/json")], status=429))

    async def run() -> None:
        async with connected_async(sdk, source, url) as client:
            with pytest.raises(sdk.statuses.get(429, sdk.errors), match="no such luck"):
                [text async for text in texts_async(sdk, client)]

    asyncio.run(run())


BROKEN: Final = {
    "anthropic": "anthropic/error-overloaded-in-mid-stream",
    "bedrock": "bedrock/binary-exception-in-mid-stream",
    "gemini": "gemini/error-in-mid-stream",
    "ollama": "ollama/error-in-mid-stream",
}


MUTE: Final = frozenset({"cohere-v1", "mistral"})
"""Clients that hear no message of an error in mid-stream."""


def said_before_the_error(source: str) -> tuple[str, str]:
    """Return the text before the error, and the message of the error."""
    chunks = decode_all(source, [DATA[BROKEN[source]]])
    [error] = [chunk.error for chunk in chunks if chunk.error is not None]
    assert error.message
    return "".join(chunk.text for chunk in chunks), error.message


@every_sdk
@pytest.mark.parametrize("source", BROKEN)
def test_error_in_mid_stream(source: str, sdk: Sdk, upstream: Upstream) -> None:
    """The client hears what came before an error, and then the error as its own."""
    url = upstream.add(replay(BROKEN[source]))
    heard: list[str] = []
    with connected(sdk, source, url) as client, pytest.raises((*sdk.errors, HandedOn)) as caught:
        # Not `extend`: what was heard before the error counts.
        deque(map(heard.append, texts(sdk, client)), maxlen=0)
    expected, error = said_before_the_error(source)
    assert "".join(heard) == expected
    if sdk.target not in MUTE:
        # Meta's client tells the event as it came.
        told = str(caught.value)
        assert error in told or json.dumps(error) in told


@every_sdk
@pytest.mark.parametrize("word", ["stop", "length", "tool_calls"])
def test_error_beside_a_finish_word(word: str, sdk: Sdk, upstream: Upstream) -> None:
    """A word that finishes does not hide the error in the same chunk from any client."""
    first, _ = written("openai")
    choice: dict[str, Any] = {"delta": {}, "finish_reason": word}
    failed = {"choices": [choice], "error": {"message": "boom"}}
    url = upstream.add(streamed("openai", first, b"data: %b\n\n" % json.dumps(failed).encode()))
    heard: list[str] = []
    with connected(sdk, "openai", url) as client, pytest.raises((*sdk.errors, HandedOn)):
        deque(map(heard.append, texts(sdk, client)), maxlen=0)
    assert "".join(heard) == "One"


ENDS: Final[dict[str, Any]] = {
    "cut": {"end": "cut"},
    "reset": {"end": "reset"},
    "closed": {"end": "cut", "body": "close"},
    "garbage": {"end": "good"},
}


@every_sdk
@pytest.mark.parametrize("source", ["anthropic", "bedrock"])
@pytest.mark.parametrize("name", ENDS)
def test_broken_upstream(name: str, source: str, sdk: Sdk, upstream: Upstream) -> None:
    """A server that dies is an error of the client's, or what its HTTP library raises."""
    first, _ = written(source)
    gate = Gate()
    steps = [first, gate, b"\0{oops\n\n"] if name == "garbage" else [first, gate]
    answer = streamed(source, *steps, **ENDS[name])
    url = upstream.add(answer)
    own = (*sdk.errors, HandedOn)
    with connected(sdk, source, url) as client, closing(texts(sdk, client)) as heard:
        assert next(filter(None, heard)) == "One"
        gate.open()
        with pytest.raises(own if name in {"closed", "garbage"} else (*own, *HTTP_ERRORS)):
            list(heard)
    upstream.wait(lambda: answer.finished or answer.left)


@every_sdk
@pytest.mark.parametrize("name", ENDS)
def test_broken_upstream_async(name: str, sdk: Sdk, upstream: Upstream) -> None:
    """A server that dies is an error of the client's, or what its HTTP library raises."""
    source = "ollama"
    first, _ = written(source)
    steps = [first, b"\0{oops\n\n"] if name == "garbage" else [first]
    url = upstream.add(streamed(source, *steps, **ENDS[name]))
    own = (*sdk.errors, HandedOn)

    async def run() -> None:
        async with connected_async(sdk, source, url) as client:
            with pytest.raises(own if name in {"closed", "garbage"} else (*own, *HTTP_ERRORS)):
                [text async for text in texts_async(sdk, client)]

    asyncio.run(run())


@every_sdk
def test_leaving_hangs_up(sdk: Sdk, upstream: Upstream) -> None:
    """The server sees that nobody listens any more."""
    source = "anthropic" if sdk.target != "anthropic" else "openai"
    answer = streamed(source, written(source)[0], end="never")
    url = upstream.add(answer)
    with connected(sdk, source, url) as client:
        heard = texts(sdk, client)
        assert next(filter(None, heard)) == "One"
        heard.close()
        upstream.wait(lambda: answer.left == 1)


@every_sdk
def test_cancelling_hangs_up(sdk: Sdk, upstream: Upstream) -> None:
    """The server sees that the task that listened was cancelled."""
    source = "anthropic" if sdk.target != "anthropic" else "openai"
    answer = streamed(source, written(source)[0], end="never")
    url = upstream.add(answer)

    async def run() -> None:
        begun = asyncio.Event()

        async def listen(client: Any) -> None:
            async with aclosing(texts_async(sdk, client)) as stream:
                async for text in stream:
                    if text:
                        begun.set()

        async with connected_async(sdk, source, url) as client:
            task = asyncio.create_task(listen(client))
            await begun.wait()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(upstream.wait, lambda: answer.left == 1)

    asyncio.run(run())


def test_nothing_stays_open(upstream: Upstream) -> None:
    """No connection is left of all that was asked before."""
    upstream.wait(lambda: upstream.open == 0)
