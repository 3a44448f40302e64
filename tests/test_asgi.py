"""The ASGI middleware around real Starlette apps that a real uvicorn serves on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from onechunk import encode_message
from onechunk.asgi import Middleware
from tests.support.app_server import run_app
from tests.support.asgi import (
    DATA,
    DONE,
    END,
    NEXT,
    Played,
    fetch,
    translated,
)
from tests.support.upstream import SECONDS, TYPES, Gate, cut
from tests.test_http import JSON, SSE, TEXT, WHOLE

FRAMED: Final = [
    ("openai/tool-calls-interleaved", "anthropic"),
    ("openai/refusal", "ollama"),
    ("mistral/thinking-twice-in-one-delta", "bedrock"),
    ("ollama/chat-text", "openai"),
    ("gemini/array-of-text", "responses"),
    ("bedrock/binary-text", "mistral"),
    ("cohere-v1/text", "gemini"),
    ("anthropic/text-in-two-blocks", "cohere"),
]


@pytest.mark.parametrize(("name", "target"), FRAMED)
def test_stream(name: str, target: str) -> None:
    """A stream of any framing arrives as a translator writes it, however the app cuts it."""
    recording = DATA[name]
    played = Played([*cut(recording.data, 9)], TYPES[recording.path.suffix])
    played.headers = {"X-Request-Id": "r1", "ETag": '"x"'}
    response = fetch(played.behind(target, recording.dialect))
    assert response.content == translated(recording.data, source=recording.dialect, target=target)
    types = {"ollama": ".ndjson", "bedrock": ".eventstream"}
    assert response.headers["content-type"] == TYPES[types.get(target, ".sse")]
    assert response.headers["x-request-id"] == "r1"
    assert "etag" not in response.headers
    assert "vary" not in response.headers
    assert played.failures == []


def test_stream_is_not_held() -> None:
    """Headers come before the first event, and each event before the app sends the next."""
    gates = [Gate(), Gate()]
    played = Played([gates[0], TEXT, gates[1], NEXT, END, DONE])
    with run_app(played.behind()) as url, httpx.stream("POST", url, timeout=SECONDS) as response:
        assert response.headers["content-type"] == SSE
        pieces = response.iter_bytes()
        gates[0].open()
        assert b'"content":"Hi"' in next(pieces)
        gates[1].open()
        assert b'"content":" you"' in b"".join(pieces)


def test_stream_that_only_its_first_byte_tells() -> None:
    """A stream under the content type of whole bodies is not held either."""
    gate = Gate()
    first = b'[{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}\n'
    app = Played([b" ", first, gate, b",\r\n{}]"], JSON).behind("openai", "gemini")
    with run_app(app) as url, httpx.stream("POST", url, timeout=SECONDS) as response:
        assert response.headers["content-type"] == SSE
        pieces = response.iter_bytes()
        assert b'"content":"Hi"' in next(pieces)
        gate.open()
        assert b"[DONE]" in b"".join(pieces)


def test_many_at_a_time() -> None:
    """Streams that are open together do not mix."""
    gate = Gate()
    count = 40

    async def answer(request: Request) -> Response:
        text = TEXT.replace(b"Hi", request.url.path.encode())

        async def body() -> AsyncGenerator[bytes]:
            for piece in cut(text, 20):
                yield piece
            await gate.passed()
            yield NEXT + END + DONE

        return StreamingResponse(body(), media_type=SSE)

    async def ask(client: httpx.AsyncClient, path: str, begun: asyncio.Semaphore) -> bytes:
        async with client.stream("POST", path) as response:
            pieces = response.aiter_bytes()
            head = await anext(pieces)
            begun.release()
            return head + b"".join([piece async for piece in pieces])

    async def run(url: str) -> list[bytes]:
        begun = asyncio.Semaphore(0)
        limits = httpx.Limits(max_connections=count)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=SECONDS) as client:
            tasks = [asyncio.create_task(ask(client, f"/{n}", begun)) for n in range(count)]
            for _ in tasks:
                await asyncio.wait_for(begun.acquire(), SECONDS)
            gate.open()
            return await asyncio.gather(*tasks)

    routes = [Route("/{path:path}", answer, methods=["POST"])]
    with run_app(Middleware(Starlette(routes=routes), "openai", "mistral")) as url:
        bodies = asyncio.run(run(url))
    for number, body in enumerate(bodies):
        text = TEXT.replace(b"Hi", b"/%d" % number)
        assert body == translated(text + NEXT + END + DONE)


def test_slow_reader_holds_the_app() -> None:
    """What nobody reads is not asked of the app."""
    piece = TEXT.replace(b"Hi", b"x" * 100_000)
    count = 1000
    played = Played([piece] * count)
    with run_app(played.behind()) as url, httpx.stream("POST", url, timeout=SECONDS) as response:
        assert response.status_code == 200
        end = time.monotonic() + SECONDS
        before = -1
        # It has stopped if it took nothing for as long as it needed for some, and more.
        while before != played.sent:
            assert time.monotonic() < end
            before = played.sent
            time.sleep(0.3)
        assert 0 < played.sent < count / 2
        received = sum(len(each) for each in response.iter_bytes())
    assert received > len(piece) * (count - 1)
    assert played.sent == count


def test_whole() -> None:
    """An answer that comes whole arrives whole, with its new length."""
    body = json.dumps(encode_message("openai", WHOLE)).encode()
    response = fetch(Played([*cut(body, 50)], JSON).behind())
    assert response.json() == encode_message("mistral", WHOLE)
    assert response.headers["content-length"] == str(len(response.content))


def test_broken_whole() -> None:
    """A whole body that cannot be read is a bad gateway, in the target's words."""
    response = fetch(Played([b'{"choices": ['], JSON).behind())
    assert response.status_code == 502
    assert response.json()["object"] == "error"


@pytest.mark.parametrize("body", [b"null", b"[1]", b""])
def test_what_other_pages_of_an_app_answer(body: bytes) -> None:
    """An app has more than a model, so that what is no object passes, whatever asked for it."""
    response = fetch(Played([body], JSON).behind())
    assert (response.status_code, response.content) == (200, body)


def test_error() -> None:
    """An HTTP error keeps its status and says the same in the target's words."""
    body = b'{"error":{"message":"no","type":"t","param":null,"code":null}}'
    played = Played([body], JSON, 429, {"retry-after": "7"})
    response = fetch(played.behind("anthropic"))
    assert response.status_code == 429
    assert response.headers["retry-after"] == "7"
    assert response.json() == {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "no"},
    }


@pytest.mark.parametrize(
    "played",
    [
        Played([b' {"object": "list",  "data": []}'], JSON),
        Played([b"png"], "image/png", headers={"content-encoding": "br"}),
        Played([b"<p>there</p>"], "text/html", 307, {"location": "/elsewhere"}),
        Played([], None, 204),
        Played([], None, 304, {"etag": '"x"'}),
        Played([b"<p>gone</p>"], "text/html", headers={"connection": "close"}),
    ],
    ids=["models", "image", "redirect", "204", "304", "close"],
)
def test_what_passes(played: Played) -> None:
    """What is no answer arrives as the app sent it."""
    plain, behind = run_app(played.app), run_app(played.behind())
    with plain as before, behind as after, httpx.Client(timeout=SECONDS) as client:
        client.headers["accept-encoding"] = "identity"
        one, two = (client.stream("GET", url) for url in (before, after))
        with one as expected, two as response:
            raw = b"".join(expected.iter_raw()), b"".join(response.iter_raw())
            assert raw[0] == raw[1]
            assert response.status_code == expected.status_code
            assert [each for each in response.headers.raw if each[0].lower() != b"date"] == [
                each for each in expected.headers.raw if each[0].lower() != b"date"
            ]


def test_head() -> None:
    """What answers HEAD keeps its headers, but for a length that GET's answer would not have."""
    for content_type, length in (("image/png", "12"), (SSE, None)):
        played = Played([], content_type, headers={"content-length": "12"})
        response = fetch(played.behind(keep_alive=0.05), "HEAD")
        assert response.headers.get("content-length") == length
        assert content_type in response.headers["content-type"]
        assert response.content == b""


def test_app_is_asked_for_plain_bodies() -> None:
    """The app hears that no coding is wanted, and the server's own scope stays as it was."""
    played = Played([TEXT, END, DONE])
    response = fetch(played.behind(), headers={"accept-encoding": "gzip, br", "x-a": "1"})
    assert response.content == translated(TEXT + END + DONE)
    [inner], [outer] = played.scopes, played.outer
    encodings = [value for key, value in inner["headers"] if key == b"accept-encoding"]
    assert encodings == [b"identity"]
    assert (b"x-a", b"1") in inner["headers"]
    assert (b"accept-encoding", b"gzip, br") in outer["headers"]


@pytest.mark.parametrize("inside", [True, False])
def test_compression_beside(*, inside: bool) -> None:
    """A middleware that compresses works before this one, and finds nothing to do behind it."""
    played = Played([TEXT, NEXT, END, DONE])
    app = Starlette(routes=[Route("/", played.answer, methods=["POST"])])
    app.add_middleware(GZipMiddleware, minimum_size=1)
    both: Any = Middleware(app, "openai", "mistral")
    if not inside:
        both = GZipMiddleware(Middleware(played.app, "openai", "mistral"), minimum_size=1)
    response = fetch(both, headers={"accept-encoding": "gzip"})
    assert response.content == translated(TEXT + NEXT + END + DONE)
    # Starlette compresses no event streams, wherever it stands.
    body = json.dumps(encode_message("openai", WHOLE)).encode()
    played.steps, played.content_type = [body], JSON
    response = fetch(both, headers={"accept-encoding": "gzip"})
    assert response.json() == encode_message("mistral", WHOLE)
    assert ("content-encoding" in response.headers) == (not inside)


@pytest.mark.parametrize("content_type", [SSE, JSON])
def test_compressed_all_the_same(content_type: str) -> None:
    """What is compressed though nobody asked is a bad gateway, and the app is let go."""
    headers = {"content-encoding": "gzip", "x-request-id": "r1"}
    played = Played([gzip.compress(TEXT), Gate()], content_type, headers=headers)
    response = fetch(played.behind("anthropic"))
    assert response.status_code == 502
    assert "content-encoding" not in response.headers
    assert response.headers["x-request-id"] == "r1"
    assert response.json()["error"]["message"] == (
        "the body is encoded: undo gzip first, and say so"
    )
    assert played.closed.wait(SECONDS)
    assert played.failures == []


def test_compressed_error() -> None:
    """A compressed error keeps its status."""
    played = Played([gzip.compress(b"{}")], JSON, 429, {"content-encoding": "gzip"})
    response = fetch(played.behind("anthropic"))
    assert response.status_code == 429
    assert response.json()["error"]["type"] == "rate_limit_error"
