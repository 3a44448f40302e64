"""The transports of httpx and httpx2, asking a real server on loopback."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import attrs
import httpx
import httpx2
import pytest

import onechunk.httpx
import onechunk.httpx2
from onechunk import OnechunkError, Translator, UnknownDialectError, encode_message
from onechunk.http import ResponseTranslator
from tests.support.loopback import count_files
from tests.support.upstream import SECONDS, Answer, Gate, Upstream, cut, replay
from tests.test_http import TEXT, WHOLE

SSE: Final = [("content-type", "text/event-stream")]
JSON: Final = [("content-type", "application/json")]
NEXT: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":" you"}}]}\n\n'
END: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE: Final = b"data: [DONE]\n\n"


@attrs.frozen
class Library:
    """A library, and our module for it."""

    name: str
    module: Any
    ours: Any

    @contextmanager
    def client(
        self, source: str = "openai", target: str = "mistral", **options: Any
    ) -> Generator[Any]:
        """Give a client on our transport."""
        timeout = options.pop("timeout", SECONDS)
        plain = self.module.HTTPTransport(verify=False)
        transport = self.ours.Transport(source, target, plain, **options)
        with self.module.Client(transport=transport, timeout=timeout) as client:
            yield client

    def client_async(self, source: str = "openai", target: str = "mistral", **options: Any) -> Any:
        """Return an async client on our transport."""
        timeout = options.pop("timeout", SECONDS)
        plain = self.module.AsyncHTTPTransport(verify=False)
        transport = self.ours.AsyncTransport(source, target, plain, **options)
        return self.module.AsyncClient(transport=transport, timeout=timeout)


LIBRARIES: Final = [
    Library("httpx", httpx, onechunk.httpx),
    Library("httpx2", httpx2, onechunk.httpx2),
]
every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda each: each.name)


def translated(*pieces: bytes, source: str = "openai", target: str = "mistral") -> bytes:
    """Return what a translator makes of a stream."""
    translator = Translator(source, target)
    return b"".join(map(translator.feed, pieces)) + translator.close()


def fetch(library: Library, url: str, source: str = "openai", **options: Any) -> Any:
    """Return the whole response of a client."""
    with library.client(source, **options) as client:
        return client.post(url)


def fetch_async(library: Library, url: str, source: str = "openai", **options: Any) -> Any:
    """Return the whole response of an async client."""

    async def run() -> Any:
        async with library.client_async(source, **options) as client:
            return await client.post(url)

    return asyncio.run(run())


Fetch = Callable[..., Any]
both_ways = pytest.mark.parametrize("fetch", [fetch, fetch_async])


def test_the_modules_are_twins() -> None:
    """Nothing is said of one library that is not said of the other."""
    for name in ("__init__.py", "_transport.py"):
        one, two = (
            Path(str(module.__file__)).with_name(name).read_text(encoding="utf-8")
            for module in (onechunk.httpx, onechunk.httpx2)
        )
        assert two.replace("httpx2", "httpx") == one


@every_library
@both_ways
def test_stream(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """A stream arrives translated, with its content type and the server's own headers."""
    headers = [*SSE, ("x-request-id", "r1"), ("set-cookie", "a=1"), ("set-cookie", "b=\xe9")]
    pieces = cut(TEXT + NEXT + END + DONE, 10)
    response = fetch(library, upstream.add(Answer(pieces, headers)))
    assert response.content == translated(*pieces)
    assert response.status_code == 200
    assert response.headers.raw == [
        (b"x-request-id", b"r1"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=\xe9"),
        (b"content-type", b"text/event-stream"),
    ]
    translator = response.extensions["onechunk"]
    assert isinstance(translator, ResponseTranslator)
    assert [loss.path for loss in translator.losses] == ["$.model", "$.created"]
    assert response.extensions["http_version"] == b"HTTP/1.1"


@every_library
@pytest.mark.parametrize(
    "name", ["gemini/array-of-text", "bedrock/binary-text", "ollama/chat-text", "cohere-v1/text"]
)
def test_framings(library: Library, name: str, upstream: Upstream) -> None:
    """Streams of every framing arrive as server-sent events."""
    source, _, _ = name.partition("/")
    answer = replay(name)
    response = fetch(library, upstream.add(answer), source)
    [data] = [step for step in answer.steps if isinstance(step, bytes)]
    assert response.content == translated(data, source=source)
    assert response.headers["content-type"] == "text/event-stream"


@every_library
def test_stream_is_not_held(library: Library, upstream: Upstream) -> None:
    """Headers come before the first byte, and each event before the server sends the next."""
    gates = [Gate(), Gate()]
    url = upstream.add(Answer([gates[0], TEXT, gates[1], NEXT, END, DONE], SSE))
    with library.client() as client, client.stream("POST", url) as response:
        assert gates[0].reached.wait(SECONDS)
        pieces = response.iter_bytes()
        gates[0].open()
        assert b'"content":"Hi"' in next(pieces)
        assert gates[1].reached.wait(SECONDS)
        gates[1].open()
        assert b'"content":" you"' in b"".join(pieces)


@every_library
def test_stream_is_not_held_async(library: Library, upstream: Upstream) -> None:
    """Headers come before the first byte, and each event before the server sends the next."""
    gates = [Gate(), Gate()]
    url = upstream.add(Answer([gates[0], TEXT, gates[1], NEXT, END, DONE], SSE))

    async def run() -> None:
        async with library.client_async() as client, client.stream("POST", url) as response:
            pieces = response.aiter_bytes()
            gates[0].open()
            assert b'"content":"Hi"' in await anext(pieces)
            gates[1].open()
            assert b'"content":" you"' in b"".join([piece async for piece in pieces])

    asyncio.run(run())


@every_library
def test_array_is_not_held(library: Library, upstream: Upstream) -> None:
    """A stream that only its first byte tells from a whole body is not held either."""
    gate = Gate()
    first = b'[{"candidates":[{"content":{"parts":[{"text":"Hi"}]}}]}\n'
    url = upstream.add(Answer([first, gate, b",\r\n{}]"], JSON))
    with library.client("gemini") as client, client.stream("POST", url) as response:
        assert response.headers["content-type"] == "text/event-stream"
        pieces = response.iter_bytes()
        assert b'"content":"Hi"' in next(pieces)
        gate.open()
        assert b"[DONE]" in b"".join(pieces)


def zipped(*pieces: bytes) -> list[bytes]:
    """Return the pieces compressed, each so that it can be read at once."""
    machine = zlib.compressobj(wbits=31)
    out = [machine.compress(each) + machine.flush(zlib.Z_SYNC_FLUSH) for each in pieces]
    return [*out, machine.flush()]


@every_library
def test_compressed_stream(library: Library, upstream: Upstream) -> None:
    """A compressed stream is read while it comes, and arrives uncompressed."""
    first, *rest = zipped(TEXT, NEXT + END + DONE)
    gate = Gate()
    url = upstream.add(Answer([first, gate, *rest], [*SSE, ("content-encoding", "gzip")]))
    with library.client() as client, client.stream("POST", url) as response:
        assert "content-encoding" not in response.headers
        pieces = response.iter_bytes()
        begun = next(pieces)
        assert gate.reached.wait(SECONDS)
        gate.open()
        assert begun + b"".join(pieces) == translated(TEXT, NEXT + END + DONE)


@every_library
@both_ways
def test_broken_compression(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """What is not compressed as it says is the library's own error."""
    headers = [*SSE, ("content-encoding", "gzip")]
    answer = Answer([TEXT], headers)
    with pytest.raises(library.module.DecodingError):
        fetch(library, upstream.add(answer))


@every_library
@both_ways
def test_unknown_compression(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """What nobody here can undo is not read as if it were plain, and the server is let go of."""
    answer = Answer([TEXT], [*SSE, ("content-encoding", "snappy")], end="never")
    with pytest.raises(OnechunkError, match="undo snappy first"):
        fetch(library, upstream.add(answer))
    upstream.wait(lambda: answer.left == 1)


@every_library
def test_broken_compression_lets_go(library: Library, upstream: Upstream) -> None:
    """The server is let go of at once, though it has more to say and the error is kept."""
    answer = Answer([b'{"a": 1}'], [*JSON, ("content-encoding", "gzip")], end="never")
    url = upstream.add(answer)
    with library.client() as client:
        with pytest.raises(library.module.DecodingError) as caught:
            client.post(url)
        upstream.wait(lambda: answer.left == 1)
        assert caught.value.request.method == "POST"

    async def run() -> None:
        async with library.client_async() as client:
            with pytest.raises(library.module.DecodingError) as caught:
                await client.post(url)
            await asyncio.to_thread(upstream.wait, lambda: answer.left == 2)
            assert caught.value.request.method == "POST"

    asyncio.run(run())


@every_library
@both_ways
@pytest.mark.parametrize("compressed", [False, True])
def test_whole(library: Library, fetch: Fetch, upstream: Upstream, *, compressed: bool) -> None:
    """An answer that comes whole arrives whole, with its new length."""
    body = json.dumps(encode_message("openai", WHOLE)).encode()
    more = [("content-encoding", "gzip")] if compressed else []
    sent = gzip.compress(body) if compressed else body
    url = upstream.add(Answer(cut(sent, 50), [*JSON, *more], body="length"))
    response = fetch(library, url)
    assert response.json() == encode_message("mistral", WHOLE)
    assert response.headers["content-length"] == str(len(response.content))
    assert "content-encoding" not in response.headers


@every_library
@both_ways
def test_error(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """An HTTP error keeps its status and says the same in the target's words."""
    body = b'{"error":{"message":"no","type":"t","param":null,"code":null}}'
    url = upstream.add(Answer([body], [*JSON, ("retry-after", "7")], status=429))
    response = fetch(library, url)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "7"
    assert response.json()["message"] == "no"
    assert response.json()["object"] == "error"


@every_library
@both_ways
def test_broken_answer(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """A whole body that is no JSON, no object or nothing is a bad gateway."""
    for body in ([b'{"choices": ['], [b"null"], []):
        response = fetch(library, upstream.add(Answer(body, JSON)))
        assert response.status_code == 502
        assert response.reason_phrase == "Bad Gateway"
        assert response.json()["object"] == "error"


@attrs.frozen
class Passing:
    """An answer that is none of a model's, and what its client reads."""

    answer: Answer
    content: bytes


def passing() -> list[Passing]:
    """Return answers that pass."""
    image = [("content-type", "image/png"), ("content-encoding", "gzip")]
    page = [("location", "/elsewhere"), ("content-type", "text/html")]
    models = b' {"object": "list",  "data": []}'
    return [
        Passing(Answer([gzip.compress(b"png")], image, body="length"), b"png"),
        Passing(Answer([models], JSON, body="length"), models),
        Passing(Answer([b"<p>there</p>"], page, status=307), b"<p>there</p>"),
        Passing(Answer([], [("x-a", "1")], status=204, body="close"), b""),
    ]


@every_library
@both_ways
@pytest.mark.parametrize("number", range(len(passing())))
def test_what_passes(library: Library, fetch: Fetch, number: int, upstream: Upstream) -> None:
    """What is no answer arrives as it came."""
    case = passing()[number]
    response = fetch(library, upstream.add(case.answer))
    assert response.status_code == case.answer.status
    assert response.content == case.content
    headers = [*case.answer.headers]
    assert response.headers.multi_items()[: len(headers)] == headers


@every_library
def test_head(library: Library, upstream: Upstream) -> None:
    """What answers HEAD has no body, and its headers stay, but for a length that is another's."""
    picture = Answer([TEXT], [("content-type", "image/png")], body="length")
    for answer, length in ((picture, str(len(TEXT))), (Answer([TEXT], SSE, body="length"), None)):
        with library.client() as client:
            response = client.head(upstream.add(answer))
        assert response.headers.get("content-length") == length
        assert response.headers["content-type"] == answer.headers[0][1]
        assert response.content == b""


@every_library
@both_ways
@pytest.mark.parametrize("end", ["cut", "reset"])
@pytest.mark.parametrize("headers", [SSE, JSON], ids=["stream", "whole"])
def test_lost_connection(
    library: Library, fetch: Fetch, end: Any, headers: Any, upstream: Upstream
) -> None:
    """A connection that breaks off is the library's own error, as if nobody translated."""
    answer = Answer([TEXT if headers is SSE else b'{"choices"'], headers, end=end)
    with pytest.raises((library.module.RemoteProtocolError, library.module.ReadError)) as caught:
        fetch(library, upstream.add(answer))
    assert caught.value.request.method == "POST"


@every_library
@both_ways
def test_cut_off_stream(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """A stream that just stops ends legally, in an error."""
    response = fetch(library, upstream.add(Answer([TEXT + NEXT[:20]], SSE, body="close")))
    assert b'"content":"Hi"' in response.content
    assert b'"finish_reason":"error"' in response.content
    assert response.content.endswith(DONE)
    assert response.extensions["onechunk"].error is not None


@every_library
@both_ways
def test_garbage(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """A stream that cannot be read any further ends in an error, and the server is let go."""
    answer = Answer([TEXT, b"data: {oops}\n\n"], SSE, end="never")
    response = fetch(library, upstream.add(answer))
    assert b'"finish_reason":"error"' in response.content
    assert response.content.endswith(DONE)
    upstream.wait(lambda: answer.left == 1)


@every_library
@both_ways
@pytest.mark.parametrize("steps", [[], [TEXT]], ids=["nothing", "text"])
def test_silence(library: Library, fetch: Fetch, steps: list[bytes], upstream: Upstream) -> None:
    """A server that says no more is the library's own timeout, and is let go."""
    answer = Answer(steps, SSE, end="never")
    url = upstream.add(answer)
    with pytest.raises(library.module.ReadTimeout):
        fetch(library, url, timeout=0.3)
    upstream.wait(lambda: answer.left == 1)


@every_library
@pytest.mark.parametrize("begun", [True, False], ids=["begun", "unread"])
def test_closing_hangs_up(library: Library, upstream: Upstream, *, begun: bool) -> None:
    """Closing the response in the middle closes the connection, read from or not."""
    answer = Answer([TEXT], SSE, end="never")
    with library.client() as client:
        with client.stream("POST", upstream.add(answer)) as response:
            if begun:
                next(response.iter_bytes())
        upstream.wait(lambda: answer.left == 1)


@every_library
@pytest.mark.parametrize("begun", [True, False], ids=["begun", "unread"])
def test_closing_hangs_up_async(library: Library, upstream: Upstream, *, begun: bool) -> None:
    """Closing the response in the middle closes the connection, read from or not."""
    answer = Answer([TEXT], SSE, end="never")
    url = upstream.add(answer)

    async def run() -> None:
        async with library.client_async() as client:
            async with client.stream("POST", url) as response:
                if begun:
                    await anext(response.aiter_bytes())
            await asyncio.to_thread(upstream.wait, lambda: answer.left == 1)

    asyncio.run(run())


@every_library
@pytest.mark.parametrize("headers", [SSE, JSON], ids=["stream", "whole"])
def test_cancelling_hangs_up(library: Library, headers: Any, upstream: Upstream) -> None:
    """Cancelling whoever reads closes the connection and leaves no task."""
    gate = Gate()
    answer = Answer([TEXT if headers is SSE else b"{", gate], headers)
    url = upstream.add(answer)

    async def run() -> None:
        async with library.client_async() as client:
            task = asyncio.create_task(client.post(url))
            assert await asyncio.to_thread(gate.reached.wait, SECONDS)
            await asyncio.sleep(0.05)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(upstream.wait, lambda: answer.left == 1)
        for _ in range(10):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


@every_library
def test_closing_while_another_task_reads(library: Library, upstream: Upstream) -> None:
    """Closing the response under a reader ends the reading."""
    answer = Answer([TEXT], SSE, end="never")
    url = upstream.add(answer)

    async def run() -> None:
        async with library.client_async() as client, client.stream("POST", url) as response:
            pieces = response.aiter_bytes()
            await anext(pieces)
            task = asyncio.create_task(anext(pieces, None))
            await asyncio.sleep(0.05)
            await response.aclose()
            task.cancel()
            with suppress(asyncio.CancelledError, library.module.HTTPError):
                await task
            await asyncio.to_thread(upstream.wait, lambda: answer.left == 1)

    asyncio.run(run())


def test_no_generator_of_ours_is_left_to_the_loop(upstream: Upstream) -> None:
    """Closing what is read leaves no more behind than the library itself does."""
    url = upstream.add(Answer([TEXT], SSE, end="never"))

    async def left_by(client: Any) -> list[str]:
        left: list[str] = []

        def finalize(generator: Any) -> None:
            left.append(generator.__qualname__)

        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(finalizer=finalize)
        async with client:
            async with client.stream("POST", url) as response:
                pieces = response.aiter_bytes()
                await anext(pieces)
                await pieces.aclose()
            del pieces, response
            gc.collect()
        sys.set_asyncgen_hooks(*hooks)
        return left

    async def run() -> None:
        plain = httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(verify=False))
        ours, theirs = await left_by(LIBRARIES[1].client_async()), await left_by(plain)
        assert Counter(ours) <= Counter(theirs)

    asyncio.run(run())


@every_library
def test_connections_are_used_again(library: Library, upstream: Upstream) -> None:
    """A stream that was read to its end leaves its connection to the next request."""
    url = upstream.add(Answer([TEXT, END, DONE], SSE))
    with library.client() as client:
        before = len(upstream.requests)
        for _ in range(5):
            client.post(url)
            assert upstream.open == 1
        assert len(upstream.requests) == before + 5
    upstream.wait(lambda: upstream.open == 0)


@every_library
@both_ways
@pytest.mark.parametrize("behind", [[], [b": ping\n\n", 0.05] * 40], ids=["nothing", "pings"])
def test_the_mark_ends_a_stream(
    library: Library, fetch: Fetch, behind: list[Any], upstream: Upstream
) -> None:
    """Who keeps the connection open behind the answer is not waited for, and is let go."""
    answer = Answer([TEXT, END, DONE, *behind], SSE, end="never")
    begun = time.monotonic()
    response = fetch(library, upstream.add(answer))
    assert response.content == translated(TEXT, END, DONE)
    assert time.monotonic() - begun < SECONDS / 4
    upstream.wait(lambda: answer.left == 1)


@every_library
def test_a_stream_read_to_its_mark(library: Library, upstream: Upstream) -> None:
    """Who reads no further than the mark may close, and waits for nothing."""
    gate = Gate()
    answer = Answer([TEXT, END, DONE, gate], SSE)
    with library.client() as client:
        with client.stream("POST", upstream.add(answer)) as response:
            pieces = response.iter_bytes()
            data = b""
            while not data.endswith(DONE):
                data += next(pieces)
        upstream.wait(lambda: answer.left == 1)


@every_library
def test_many_streams_at_once(library: Library, upstream: Upstream) -> None:
    """Streams of one transport do not mix, and leave no file open."""
    texts = [b'data: {"choices":[{"index":0,"delta":{"content":"%d"}}]}\n\n' % n for n in range(30)]
    urls = [upstream.add(Answer([*cut(text, 9), END, DONE], SSE)) for text in texts]
    # What tests before this one left to be closed is none of its own.
    gc.collect()
    upstream.wait(lambda: upstream.open == 0)
    files = count_files()

    async def run() -> None:
        async with library.client_async() as client:
            responses = await asyncio.gather(*(client.post(url) for url in urls))
        for text, response in zip(texts, responses, strict=True):
            assert response.content == translated(text, END, DONE)

    asyncio.run(run())
    upstream.wait(lambda: upstream.open == 0)
    assert count_files() == files


# Requests.


@every_library
@both_ways
def test_requests_pass_unchanged(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """What the client asks is what the server hears."""
    url = upstream.add(Answer([TEXT, END, DONE], SSE))
    fetch(library, f"{url}/v1/chat?a=%20b")
    request = upstream.requests[-1]
    assert request.method == "POST"
    assert request.target.endswith("/v1/chat?a=%20b")
    assert request.body == b""


@every_library
@both_ways
def test_rewritten_request(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """What the user's callable returns is what the server hears."""

    def rewrite(
        method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, str, dict[str, str], bytes]:
        assert (method, body) == ("POST", b"")
        assert headers["content-length"] == "0"
        return "PUT", path + "/v1/messages?beta=1", {**headers, "x-api-key": "k"}, b'{"a":1}'

    url = upstream.add(Answer([TEXT, END, DONE], SSE))
    response = fetch(library, url, request=rewrite)
    assert response.content == translated(TEXT, END, DONE)
    request = upstream.requests[-1]
    assert request.method == "PUT"
    assert request.target.endswith("/v1/messages?beta=1")
    assert request.body == b'{"a":1}'
    assert request.header("x-api-key") == "k"
    assert request.header("content-length") == "7"
    assert request.header("host") == url.split("/")[2]


@every_library
def test_streamed_request_is_read_for_the_callable(library: Library, upstream: Upstream) -> None:
    """A body that the client streams reaches the callable whole."""

    def rewrite(method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        return method, path, headers, body.upper()

    url = upstream.add(Answer([TEXT, END, DONE], SSE))
    with library.client(request=rewrite) as client:
        client.post(url, content=iter([b"a", b"b"]))
    assert upstream.requests[-1].body == b"AB"
    assert upstream.requests[-1].header("transfer-encoding") is None


@every_library
@both_ways
def test_callable_that_fails(library: Library, fetch: Fetch, upstream: Upstream) -> None:
    """What the callable raises passes; what is no request is refused."""

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    def forgets(*_: Any) -> Any:
        return None

    url = upstream.add(Answer([], SSE))
    with pytest.raises(ZeroDivisionError):
        fetch(library, url, request=fails)
    with pytest.raises(OnechunkError, match="must return method"):
        fetch(library, url, request=forgets)


# Making one.


@every_library
def test_names_are_checked_at_once(library: Library) -> None:
    """A dialect that nobody has is an error when the transport is made."""
    for transport in (library.ours.Transport, library.ours.AsyncTransport):
        with pytest.raises(UnknownDialectError):
            transport("openai", "nobody")
        with pytest.raises(OnechunkError, match="morse"):
            transport("openai", "mistral", to_framing="morse")


@every_library
def test_transport_of_its_own(library: Library, upstream: Upstream) -> None:
    """Without another transport the library's usual one sends, and is closed with ours."""
    url = upstream.add(Answer([TEXT, END, DONE], SSE))
    client = library.module.Client(transport=library.ours.Transport("openai", "mistral"))
    assert client.post(url).content == translated(TEXT, END, DONE)
    client.close()
    upstream.wait(lambda: upstream.open == 0)

    async def run() -> None:
        transport = library.ours.AsyncTransport("openai", "mistral")
        client = library.module.AsyncClient(transport=transport)
        assert (await client.post(url)).content == translated(TEXT, END, DONE)
        await client.aclose()

    asyncio.run(run())
    upstream.wait(lambda: upstream.open == 0)


@every_library
def test_transports_nest(library: Library, upstream: Upstream) -> None:
    """A transport may send by another of ours."""
    plain = library.module.HTTPTransport(verify=False)
    inner = library.ours.Transport("openai", "anthropic", plain)
    outer = library.ours.Transport("anthropic", "mistral", inner)
    with library.module.Client(transport=outer) as client:
        response = client.post(upstream.add(Answer([TEXT, END, DONE], SSE)))
    assert b'"content":"Hi"' in response.content
    assert response.content.endswith(DONE)
