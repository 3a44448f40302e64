"""The ASGI middleware around real Starlette apps that a real uvicorn serves on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any, Final

import attrs
import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from onechunk import OnechunkError, Translator, UnknownDialectError, decode_message, encode_message
from onechunk.asgi import Middleware
from onechunk.http import ResponseTranslator
from tests.support.app_server import run_app
from tests.support.legal import check_legal
from tests.support.recordings import RECORDINGS, Recording
from tests.support.upstream import SECONDS, TYPES, Gate, cut
from tests.test_http import JSON, SSE, TEXT, WHOLE

NEXT: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":" you"}}]}\n\n'
END: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE: Final = b"data: [DONE]\n\n"
GARBAGE: Final = b"data: {nothing\n\n"
COMMENT: Final = b": keep-alive\n\n"
DATA: Final = {recording.id: recording for recording in RECORDINGS}
every_target = pytest.mark.parametrize("target", ["anthropic", "cohere", "mistral"])

Step = bytes | float | Gate | Exception


@attrs.define
class Played:
    """A Starlette app that answers any request with the same steps, and what became of it.

    Attributes:
        steps: Bytes to send, seconds to sleep, gates to wait at, or what is raised.
        closed: Set when a body was given up, or came to its end.
        sent: How many pieces of bodies were taken.
        failures: What left the middleware.
        scopes: Those that the app was given.
        outer: Those that the middleware was given.
    """

    steps: list[Step]
    content_type: str | None = SSE
    status: int = 200
    headers: dict[str, str] = attrs.Factory(dict[str, str])
    closed: Event = attrs.Factory(Event)
    sent: int = 0
    failures: list[BaseException] = attrs.Factory(list[BaseException])
    scopes: list[Any] = attrs.Factory(list[Any])
    outer: list[Any] = attrs.Factory(list[Any])

    async def body(self) -> AsyncGenerator[bytes]:
        """Give the steps."""
        try:
            for step in self.steps:
                if isinstance(step, Gate):
                    await step.passed()
                elif isinstance(step, Exception):
                    raise step
                elif isinstance(step, bytes):
                    self.sent += 1
                    yield step
                else:
                    await asyncio.sleep(step)
        finally:
            self.closed.set()

    async def answer(self, request: Request) -> Response:
        """Answer with the steps."""
        self.scopes.append(request.scope)
        return StreamingResponse(
            self.body(), self.status, headers=self.headers, media_type=self.content_type
        )

    @property
    def app(self) -> Starlette:
        """The app itself."""
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])

    def behind(self, target: str = "mistral", source: str = "openai", **options: Any) -> Any:
        """Return the app behind the middleware, and a watch before it."""
        return self.watched(Middleware(self.app, source, target, **options))

    def watched(self, app: Any) -> Any:
        """Return an app that remembers what it is asked, and what fails."""

        async def watch(scope: Any, receive: Any, send: Any) -> None:
            self.outer.append(scope)
            try:
                await app(scope, receive, send)
            except Exception as error:
                self.failures.append(error)
                raise

        return watch


def translated(*pieces: bytes, source: str = "openai", target: str = "mistral") -> bytes:
    """Return what a translator makes of a stream."""
    translator = Translator(source, target)
    return b"".join(map(translator.feed, pieces)) + translator.close()


def fetch(app: Any, method: str = "POST", path: str = "/", **request: Any) -> httpx.Response:
    """Return the whole response of an app."""
    with run_app(app) as url:
        return httpx.request(method, url + path, timeout=SECONDS, **request)


# Streams.

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


# Whole bodies, errors, and what passes.


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
    """What answers HEAD keeps its headers."""
    played = Played([], SSE, headers={"content-length": "12"})
    response = fetch(played.behind(), "HEAD")
    assert response.headers["content-length"] == "12"
    assert "text/event-stream" in response.headers["content-type"]
    assert response.content == b""


# Encoded bodies.


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


# Ends that are none.


@every_target
def test_app_fails_in_a_stream(target: str) -> None:
    """The stream ends legally, and the exception goes on to the server."""
    failure = RuntimeError("what nobody outside should read")
    played = Played([TEXT, failure])
    response = fetch(played.behind(target))
    assert response.content.startswith(Translator("openai", target).feed(TEXT))
    check_legal(response.content, target)
    assert b"nobody outside" not in response.content
    assert played.failures == [failure]
    assert played.outer[0]["onechunk"].error is not None


def test_app_fails_in_a_whole_body() -> None:
    """Nothing was sent yet, so the client is told by status and in its dialect."""
    failure = RuntimeError("no")
    played = Played([b'{"choices":', failure], JSON)
    response = fetch(played.behind())
    assert response.status_code == 500
    assert response.json()["object"] == "error"
    assert played.failures == [failure]


def test_app_fails_in_what_passes() -> None:
    """What is no answer ends as if nobody stood between."""
    played = Played([b"<p>", RuntimeError("no")], "text/html")
    with pytest.raises(httpx.RemoteProtocolError):
        fetch(played.behind())
    assert len(played.failures) == 1


def test_app_fails_before_it_answers() -> None:
    """What fails before anything was begun is the server's to tell."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive, send
        raise KeyError(scope["path"])

    played = Played([])
    response = fetch(played.watched(Middleware(app, "openai", "mistral")))
    assert (response.status_code, response.text) == (500, "Internal Server Error")
    assert isinstance(played.failures[0], KeyError)


@every_target
def test_app_returns_too_early(target: str) -> None:
    """A stream that the app leaves unfinished ends legally."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": TEXT, "more_body": True})

    response = fetch(Middleware(app, "openai", target))
    check_legal(response.content, target)
    assert b"ended before the answer was finished" in response.content


def test_stream_is_cut_off() -> None:
    """A stream that the app finishes in the middle of an answer ends in an error."""
    response = fetch(Played([TEXT, b"data: {"]).behind("anthropic"))
    check_legal(response.content, "anthropic")
    assert b"event: error" in response.content


def test_garbage_ends_the_stream() -> None:
    """The client's body ends at once, and the app is told that nobody waits any longer."""
    played = Played([TEXT, GARBAGE, Gate()])
    app = played.behind("anthropic")
    with run_app(app) as url:
        response = httpx.post(url, timeout=SECONDS)
        check_legal(response.content, "anthropic")
        assert b"event: error" in response.content
        assert played.closed.wait(SECONDS)
    assert played.failures == []
    assert played.outer[0]["onechunk"].error is not None


@pytest.mark.parametrize(("version", "told"), [("2.3", False), ("2.4", True), (None, False)])
def test_app_that_goes_on_after_garbage(version: str | None, *, told: bool) -> None:
    """Since version 2.4 of the specification sending raises; before, it does nothing."""
    heard: list[str] = []
    done = Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            for piece in (TEXT, GARBAGE, NEXT, END):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            heard.append((await receive())["type"])
            heard.append((await receive())["type"])
        except OSError:
            heard.append("OSError")
            raise
        finally:
            done.set()

    async def versioned(scope: Any, receive: Any, send: Any) -> None:
        said = {} if version is None else {"spec_version": version}
        await middleware({**scope, "asgi": {"version": "3.0", **said}}, receive, send)

    middleware = Middleware(app, "openai", "mistral")
    played = Played([])
    with run_app(played.watched(versioned)) as url:
        response = httpx.post(url, timeout=SECONDS)
        assert b" you" not in response.content
        assert done.wait(SECONDS)
    assert heard == (["OSError"] if told else ["http.disconnect", "http.disconnect"])
    assert played.failures == []


def test_client_leaves() -> None:
    """A client that hangs up is heard by the app."""
    gate = Gate()
    played = Played([TEXT, gate])
    with run_app(played.behind()) as url:
        with httpx.stream("POST", url, timeout=SECONDS) as response:
            pieces = response.iter_bytes()
            next(pieces)
            assert gate.reached.wait(SECONDS)
            assert not played.closed.is_set()
        assert played.closed.wait(SECONDS)
    assert played.failures == []


# Keep-alive.


def test_keep_alive() -> None:
    """A silent event stream gets comments, which its readers skip."""
    gates = [Gate(), Gate()]
    played = Played([gates[0], TEXT + NEXT[:20], gates[1], NEXT[20:], END, DONE])
    app = played.behind(keep_alive=0.01)
    with run_app(app) as url, httpx.stream("POST", url, timeout=SECONDS) as response:
        pieces = response.iter_bytes()
        body = read_until(pieces, COMMENT)
        gates[0].open()
        body += read_until(pieces, b'"content":"Hi"')
        body += read_until(pieces, COMMENT * 2)
        gates[1].open()
        body += b"".join(pieces)
    assert body.replace(COMMENT, b"") == translated(TEXT + NEXT + END + DONE)
    assert len(comments_in(body)) >= 3


def test_nothing_follows_the_end() -> None:
    """An app that goes on after its answer, as background tasks do, sends no signs of life."""
    sent: list[dict[str, Any]] = []

    async def app(_: Any, __: Any, send: Any) -> None:
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": TEXT + END + DONE})
        await asyncio.sleep(0.2)

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    middleware = Middleware(app, "openai", "anthropic", keep_alive=0.01)
    scope: dict[str, Any] = {"type": "http", "method": "POST", "headers": []}
    asyncio.run(middleware(scope, receive, send))
    assert [message.get("more_body") for message in sent] == [None, False]


def read_until(pieces: Iterator[bytes], wanted: bytes) -> bytes:
    """Return what comes up to the piece with which *wanted* is there."""
    body = b""
    while wanted not in body:
        body += next(pieces)
    return body


def comments_in(body: bytes) -> list[bytes]:
    """Return the comments that stand between events."""
    return re.findall(rb"(?:^|(?<=\n\n)): keep-alive\n\n", body)


@pytest.mark.parametrize("target", ["anthropic", "gemini", "responses"])
def test_keep_alive_never_splits_an_event(target: str) -> None:
    """However fast the timer, a sign of life stands between events."""
    pieces = cut(TEXT + NEXT + END + DONE, 5)
    steps: list[Step] = [each for piece in pieces for each in (piece, 0.0, 0.002)]
    body = fetch(Played(steps).behind(target, keep_alive=0.000_01)).content
    expected = translated(*pieces, target=target)
    if target == "gemini":
        # Its official client takes a comment for an error.
        assert b": keep-alive" not in body
        assert len(body) > len(expected)
        assert re.sub(rb"\n{2,}", b"\n\n", body).lstrip(b"\n") == expected
        return
    assert body.count(b": keep-alive") == len(comments_in(body)) > 0
    assert body.replace(COMMENT, b"") == expected


EVENTS: Final = [each for each in RECORDINGS if each.path.suffix == ".sse"]


@pytest.mark.parametrize("recording", EVENTS, ids=lambda each: each.id)
def test_what_is_written_is_whole_events(recording: Recording) -> None:
    """A translator never leaves an event half written, at home and away."""
    for target in (recording.dialect, "anthropic"):
        translator = ResponseTranslator(recording.dialect, target, 200, [("content-type", SSE)])
        for piece in cut(recording.data, 37):
            out = translator.feed(piece)
            # At home a line of JSON that is no event stays one; no event is open before it.
            bare = out[:-1].rpartition(b"\n")[2].startswith(b"{")
            assert out[-2:] in {b"", b"\n\n"} or (bare and out[-1:] == b"\n")


@pytest.mark.parametrize(
    ("target", "content_type", "steps"),
    [
        ("ollama", SSE, [TEXT, 0.05, END, DONE]),
        ("bedrock", SSE, [TEXT, 0.05, END, DONE]),
        ("mistral", JSON, [b'{"object": "list",', 0.05, b"}"]),
        ("mistral", "text/html", [b"<p>", 0.05, b"</p>"]),
        ("openai", JSON, [b'{"choices":', 0.05, b"[]}"]),
    ],
)
def test_no_comments_elsewhere(target: str, content_type: str, steps: list[Step]) -> None:
    """What is no stream of server-sent events gets none."""
    quiet, alive = (
        fetch(Played(steps, content_type).behind(target, keep_alive=seconds)).content
        for seconds in (None, 0.001)
    )
    assert alive == quiet


def test_one_message_at_a_time() -> None:
    """A sign of life and an event are never sent together, however slow the client is."""
    sent: list[bytes] = []
    busy: list[Any] = []
    together: list[Any] = []
    behind = Played([TEXT, 0.01, NEXT, 0.0, 0.02, END, 0.01, DONE]).behind(keep_alive=0.001)

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        async def take(message: Any) -> None:
            together.extend(busy)
            busy.append(message)
            await asyncio.sleep(0.007)
            sent.append(message.get("body", b""))
            await send(message)
            busy.remove(message)

        await behind(scope, receive, take)

    body = fetch(slow).content
    assert COMMENT in sent
    assert together == []
    assert body.replace(COMMENT, b"") == translated(TEXT + NEXT + END + DONE)


def test_keep_alive_after_failures() -> None:
    """Nothing follows the end, whichever way it came; and no timer is left."""
    for step in (RuntimeError("no"), GARBAGE):
        played = Played([TEXT, 0.02, step])
        response = fetch(played.behind("anthropic", keep_alive=0.001))
        assert COMMENT in response.content
        check_legal(response.content.replace(COMMENT, b""), "anthropic")


def test_keep_alive_and_a_client_that_leaves() -> None:
    """The timer ends with the app."""
    tasks: list[str] = []
    played = Played([TEXT, Gate()])
    behind = played.behind(keep_alive=0.001)

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        before = asyncio.all_tasks()
        await behind(scope, receive, send)
        tasks.extend(task.get_name() for task in asyncio.all_tasks() - before)
        ended.set()

    ended = Event()
    with run_app(counting) as url:
        with httpx.stream("POST", url, timeout=SECONDS) as response:
            pieces = response.iter_bytes()
            read_until(pieces, COMMENT)
        assert ended.wait(SECONDS)
    assert tasks == []


@pytest.mark.parametrize("error", [OSError, KeyError])
def test_comment_that_cannot_be_sent(error: type[Exception]) -> None:
    """A client that left is the app's to hear; what else sending raises reaches the server."""
    tried = Event()
    gate = Gate()
    played = Played([TEXT, gate])
    behind = played.behind(keep_alive=0.001)

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        async def fail(message: Any) -> None:
            if message.get("body") == COMMENT:
                tried.set()
                gate.open()
                raise error
            await send(message)

        await behind(scope, receive, fail)

    with run_app(failing) as url:
        response = httpx.post(url, timeout=SECONDS)
    assert tried.is_set()
    check_legal(response.content, "mistral")
    assert [type(each) for each in played.failures] == ([] if error is OSError else [KeyError])


# Choices.


def test_client_chooses() -> None:
    """A header names the target, by a dialect or a profile; without it the default is spoken."""
    played = Played([TEXT, END, DONE])
    app = played.behind("mistral", header="X-Dialect")
    for headers, target in (
        ({"x-dialect": "anthropic"}, "anthropic"),
        ({"X-Dialect": "groq"}, "groq"),
        ({"x-dialect": "openai"}, "openai"),
        ({}, "mistral"),
    ):
        response = fetch(app, headers=headers)
        expected = translated(TEXT + END + DONE, target=target)
        assert response.content == expected, target
        assert response.headers["vary"] == "x-dialect"


@pytest.mark.parametrize("name", ["nobody", "", "\xe9", "openai.whole", "x" * 5000])
def test_client_chooses_nothing_there_is(name: str) -> None:
    """A name of no dialect is a bad request, told in the default's words; the app hears nothing."""
    played = Played([TEXT, END, DONE])
    app = played.behind("anthropic", header="x-dialect")
    response = fetch(app, headers={b"x-dialect": name.encode("latin-1")})
    assert response.status_code == 400
    assert response.headers["vary"] == "x-dialect"
    assert response.json() == {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": "the header x-dialect names no dialect that is known here",
        },
    }
    assert played.scopes == []


def test_when() -> None:
    """What is not to be translated passes untouched, the request's headers too."""
    played = Played([TEXT, END, DONE])

    def asks_a_model(scope: Any) -> bool:
        return bool(scope["path"].startswith("/v1/"))

    app = played.behind(when=asks_a_model, header="x-dialect")
    assert fetch(app, path="/v1/chat").content == translated(TEXT + END + DONE)
    response = fetch(app, path="/raw", headers={"accept-encoding": "br", "x-dialect": "nobody"})
    assert response.content == TEXT + END + DONE
    assert "vary" not in response.headers
    assert (b"accept-encoding", b"br") in played.scopes[-1]["headers"]


def test_options() -> None:
    """Keywords of a response reach it."""
    app = Starlette(routes=[Route("/", Played([TEXT, END, DONE]).answer, methods=["POST"])])
    app.add_middleware(Middleware, "openai", "gemini", to_framing="json_array")
    response = fetch(app)
    assert response.headers["content-type"] == JSON
    assert response.json()[0]["candidates"][0]["content"]["parts"] == [{"text": "Hi"}]


def test_translator_is_there_for_who_stands_before() -> None:
    """The server's scope holds what translated, with its losses."""
    played = Played([TEXT, END, DONE])
    fetch(played.behind())
    translator = played.outer[0]["onechunk"]
    assert isinstance(translator, ResponseTranslator)
    assert [loss.path for loss in translator.losses] == ["$.model", "$.created"]
    assert "onechunk" not in played.scopes[0]


def test_what_it_is_made_with() -> None:
    """What cannot work is said when the middleware is made."""
    app = Played([]).app
    with pytest.raises(UnknownDialectError):
        Middleware(app, "openai", "nobody")
    with pytest.raises(OnechunkError):
        Middleware(app, "openai", "mistral", to_framing="morse")
    for seconds in (0, -1, float("nan")):
        with pytest.raises(OnechunkError):
            Middleware(app, "openai", "mistral", keep_alive=seconds)


# What is offered to the app, and what is none of the middleware's business.


def test_no_way_around(tmp_path: Path) -> None:
    """Of what the server offers, the app hears only what sends no body past the middleware."""
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(encode_message("openai", WHOLE)), encoding="utf-8")
    heard: list[Any] = []

    async def answer(request: Request) -> Response:
        heard.append(request.scope["extensions"])
        return FileResponse(file, media_type=JSON)

    middleware = Middleware(Starlette(routes=[Route("/", answer)]), "openai", "mistral")
    around = ("pathsend", "zerocopysend", "trailers", "whatever_comes_next")
    offers: dict[str, Any] = {f"http.response.{each}": {} for each in around}
    harmless: dict[str, Any] = {"http.response.early_hint": {}, "tls": {"version": 3}}

    async def offering(scope: Any, receive: Any, send: Any) -> None:
        await middleware({**scope, "extensions": {**offers, **harmless}}, receive, send)

    response = fetch(offering, "GET")
    assert decode_message("mistral", response.json()).text == WHOLE.text
    assert heard == [harmless]


def test_messages_for_the_server_alone() -> None:
    """What is not of the response goes on as it is."""
    sent: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.early_hint", "links": []})
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": TEXT + END + DONE})

    middleware = Middleware(app, "openai", "mistral")

    async def hinted(scope: Any, receive: Any, send: Any) -> None:
        async def take(message: Any) -> None:
            sent.append(message["type"])
            if message["type"] != "http.response.early_hint":
                await send(message)

        await middleware(scope, receive, take)

    assert fetch(hinted).content == translated(TEXT + END + DONE)
    assert sent == ["http.response.early_hint", "http.response.start", "http.response.body"]


def recorded(app: Any, sent: list[Any]) -> Any:
    """Return an app whose messages are remembered on their way to the server."""

    async def record(scope: Any, receive: Any, send: Any) -> None:
        async def take(message: Any) -> None:
            sent.append(message)
            await send(message)

        await app(scope, receive, take)

    return record


def test_no_comments_where_there_is_no_body() -> None:
    """What answers HEAD gets none, though its headers are those of an event stream."""
    sent: list[Any] = []
    played = Played([b"", 0.05], None, headers={"content-type": SSE})
    app = recorded(played.behind(keep_alive=0.001), sent)
    with run_app(app) as url, httpx.Client(timeout=SECONDS) as client:
        client.head(url)
        # The connection stays, so nobody tells the app to stop.
        assert played.closed.wait(SECONDS)
    assert b"".join(message.get("body", b"") for message in sent) == b""


def test_app_that_goes_on_when_the_client_is_gone() -> None:
    """Where sending failed, nothing leaves untranslated behind it."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in (TEXT, NEXT, END):
            with suppress(OSError):
                await send({"type": "http.response.body", "body": piece, "more_body": True})

    middleware = Middleware(app, "openai", "mistral")

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        async def fail(message: Any) -> None:
            sent.append(message)
            if message.get("body"):
                raise BrokenPipeError
            await send(message)

        await middleware(scope, receive, fail)

    with pytest.raises(httpx.RemoteProtocolError):
        fetch(failing)
    assert [message.get("body") for message in sent] == [
        None,
        Translator("openai", "mistral").feed(TEXT),
        b"",
        b"",
    ]


@pytest.mark.parametrize("content_type", [SSE, "text/html"])
def test_odd_start(content_type: str) -> None:
    """Headers may be of any iterable; trailers that were not offered are none."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        headers = (pair for pair in [[b"content-type", content_type.encode()], [b"x-a", b"\xe9"]])
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send({**start, "trailers": True} if content_type == SSE else start)
        await send({"type": "http.response.body", "body": memoryview(TEXT + END + DONE)})

    response = fetch(recorded(Middleware(app, "openai", "mistral"), sent))
    assert response.headers["content-type"] == content_type
    assert (b"x-a", b"\xe9") in response.headers.raw
    assert "trailers" not in sent[0]
    if content_type == SSE:
        assert response.content == translated(TEXT + END + DONE)


@pytest.mark.parametrize("kind", ["http.response.body", "http.response.start"])
def test_messages_after_the_end(kind: str) -> None:
    """An app that goes on after its own end is told so by the server, and nothing leaks."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": TEXT + END + DONE})
        await send({"type": kind, "body": b"leak", "status": 200})

    played = Played([])
    response = fetch(played.watched(Middleware(app, "openai", "mistral")))
    assert response.content == translated(TEXT + END + DONE)
    assert [type(each) for each in played.failures] == [RuntimeError]


def test_lifespan() -> None:
    """The app starts and ends as without the middleware."""
    heard: list[str] = []

    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        del app
        heard.append("begin")
        yield
        heard.append("end")

    app = Starlette(lifespan=asynccontextmanager(lifespan))
    with run_app(Middleware(app, "openai", "mistral", header="x"), lifespan="on") as url:
        httpx.get(url, timeout=SECONDS)
        assert heard == ["begin"]
    assert heard == ["begin", "end"]


def test_websocket() -> None:
    """WebSockets are not touched."""

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_bytes(await websocket.receive_bytes())
        await websocket.close()

    app = Starlette(routes=[WebSocketRoute("/", echo)])
    middleware = Middleware(app, "openai", "mistral")
    with (
        run_app(middleware, ws="websockets-sansio") as url,
        connect(url.replace("http", "ws"), open_timeout=SECONDS) as socket,
    ):
        socket.send(TEXT)
        assert socket.recv(SECONDS) == TEXT
