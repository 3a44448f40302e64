"""Signs of life behind the ASGI middleware."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from threading import Event
from typing import Any, Final

import httpx
import pytest

from onechunk.asgi import Middleware
from onechunk.http import ResponseTranslator
from tests.support.app_server import run_app
from tests.support.asgi import (
    COMMENT,
    DONE,
    END,
    GARBAGE,
    NEXT,
    Played,
    Step,
    fetch,
    translated,
)
from tests.support.legal import check_legal
from tests.support.recordings import RECORDINGS, Recording
from tests.support.upstream import SECONDS, Gate, cut
from tests.test_http import JSON, SSE, TEXT


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
