"""The provider for LiteLLM that `docs/in-your-gateway.md` shows, before a real server."""

from __future__ import annotations

import asyncio
import importlib
import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from onechunk import Text, ToolCall, accumulate, read
from onechunk.mapping import is_object
from tests.support.paths import ROOT
from tests.support.recordings import RECORDINGS
from tests.support.upstream import SECONDS, Answer, Gate, Upstream, replay

# LiteLLM looks at its own classes in a way that pydantic will not allow for long.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

DATA: Final = {recording.id: recording.data for recording in RECORDINGS}
QUESTION: Final = [{"role": "user", "content": "When?"}]
TEXT: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'


@pytest.fixture
def litellm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """LiteLLM with a provider for each dialect; it fetches no prices."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    litellm: Any = importlib.import_module("litellm")
    handler: Any = importlib.import_module("docs.examples.litellm_handler").Handler
    dialects = ("anthropic", "gemini", "mistral", "ollama", "openai")
    monkeypatch.setattr(
        litellm,
        "custom_provider_map",
        [{"provider": f"{name}-server", "custom_handler": handler(name)} for name in dialects],
    )
    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    return litellm


def arguments(dialect: str, url: str) -> dict[str, Any]:
    """Return what LiteLLM is called with."""
    return {
        "model": f"{dialect}-server/m-1",
        "messages": QUESTION,
        "stream": True,
        "stream_options": {"include_usage": True},
        "api_base": url,
        "api_key": "secret",
        "num_retries": 0,
    }


def ask(litellm: Any, dialect: str, url: str) -> list[Any]:
    """Return the chunks that LiteLLM gives."""
    return [*litellm.completion(**arguments(dialect, url))]


def ask_async(litellm: Any, dialect: str, url: str) -> list[Any]:
    """Return the chunks that LiteLLM gives, asked asynchronously."""

    async def run() -> list[Any]:
        stream = await litellm.acompletion(**arguments(dialect, url))
        return [chunk async for chunk in stream]

    return asyncio.run(run())


Ask = Callable[[Any, str, str], list[Any]]
both_ways = pytest.mark.parametrize("ask", [ask, ask_async])

SAID: Final = [
    "anthropic/text-in-two-blocks",
    "gemini/array-of-text",
    "gemini/function-calls-parallel-in-one-chunk",
    "mistral/tool-calls-parallel-whole",
    "ollama/chat-text",
    "ollama/tool-calls-parallel-over-two-lines",
    "openai/tool-calls-interleaved",
]


@both_ways
@pytest.mark.parametrize("name", SAID)
def test_answer(ask: Ask, name: str, litellm: Any, upstream: Upstream) -> None:
    """Texts, calls, the reason to end and counts arrive, from a server of any dialect."""
    dialect, _, _ = name.partition("/")
    chunks = ask(litellm, dialect, upstream.add(replay(name)))
    said = accumulate(read([DATA[name]], dialect))
    body = litellm.stream_chunk_builder(chunks)
    message = body.choices[0].message
    heard: Any = message.tool_calls or []
    calls = [part for part in said.choices[0].parts if isinstance(part, ToolCall)]
    text = "".join(part.text for part in said.choices[0].parts if isinstance(part, Text))
    assert (message.content or "") == text
    assert [(each.function.name, json.loads(each.function.arguments)) for each in heard] == [
        (
            call.name,
            call.arguments if is_object(call.arguments) else json.loads(str(call.arguments)),
        )
        for call in calls
    ]
    # Where the server gave none there is one all the same.
    assert all(
        each.id == (call.id or each.id) != "" for each, call in zip(heard, calls, strict=True)
    )
    assert body.choices[0].finish_reason == ("tool_calls" if calls else "stop")
    assert said.usage is not None
    assert body.usage.prompt_tokens == said.usage.input_tokens
    assert body.usage.completion_tokens == said.usage.output_tokens
    request = upstream.requests[-1]
    assert request.header("authorization") == "Bearer secret"
    assert json.loads(request.body)["messages"] == QUESTION


def test_stream_is_not_held(litellm: Any, upstream: Upstream) -> None:
    """Each piece arrives before the server sends the next."""
    gate = Gate()
    more = TEXT.replace(b'{"content":"Hi"}', b'{"content":" you"},"finish_reason":"stop"')
    url = upstream.add(Answer([TEXT, gate, more]))
    stream = litellm.completion(**arguments("openai", url))
    assert next(stream).choices[0].delta.content == "Hi"
    assert gate.reached.wait(SECONDS)
    gate.open()
    assert next(stream).choices[0].delta.content == " you"
    stream.completion_stream.close()


@both_ways
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer([TEXT]), "the stream ended before the answer was finished"),
        (Answer([TEXT, b"data: {nothing\n\n"]), "the upstream failed"),
        (Answer([TEXT], end="cut"), "the upstream failed"),
        (Answer([TEXT, b'data: {"error":{"message":"Owls."}}\n\n']), "Owls."),
        (Answer([b"{}"], status=503), "the upstream failed"),
    ],
    ids=["unfinished", "garbage", "cut", "error", "refused"],
)
def test_server_fails(
    ask: Ask, answer: Answer, told: str, litellm: Any, upstream: Upstream
) -> None:
    """However the server fails, LiteLLM raises an error of its own that says so."""
    # One kind before the first piece, another behind it.
    kinds = litellm.exceptions.BadGatewayError, litellm.exceptions.MidStreamFallbackError
    with pytest.raises(kinds) as caught:
        ask(litellm, "openai", upstream.add(answer))
    assert told in str(caught.value)


def test_client_leaves(litellm: Any, upstream: Upstream) -> None:
    """Closing LiteLLM's stream closes the connection to the server."""
    answer = Answer([TEXT, Gate()], end="never")
    url = upstream.add(answer)

    async def run() -> None:
        stream = await litellm.acompletion(**arguments("openai", url))
        await anext(stream)
        await stream.aclose()
        await asyncio.to_thread(upstream.wait, lambda: answer.left == 1)

    asyncio.run(run())


def test_no_private_names() -> None:
    """The handler needs nothing of LiteLLM that begins with an underscore."""
    text = (ROOT / "docs/examples/litellm_handler.py").read_text(encoding="utf-8")
    assert re.findall(r"\b(?:litellm|super\(\))[\w.]*\._(?!_init__)", text) == []
