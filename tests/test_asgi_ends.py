"""How a response ends behind the ASGI middleware that its app does not end well."""

from __future__ import annotations

from threading import Event
from typing import Any

import httpx
import pytest

from onechunk import Translator
from onechunk.asgi import Middleware
from tests.support.app_server import run_app
from tests.support.asgi import (
    DONE,
    END,
    GARBAGE,
    NEXT,
    Played,
    every_target,
    fetch,
)
from tests.support.legal import check_legal
from tests.support.upstream import SECONDS, Gate
from tests.test_http import JSON, SSE, TEXT


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


def test_the_mark_ends_the_stream() -> None:
    """An app that goes on behind the end of its answer holds nobody up."""
    gate = Gate()
    played = Played([TEXT, END + DONE, gate])
    with run_app(played.behind("anthropic", keep_alive=0.05)) as url:
        response = httpx.post(url, timeout=SECONDS)
        check_legal(response.content, "anthropic")
        assert b"message_stop" in response.content
        assert played.closed.wait(SECONDS)
    assert played.failures == []


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_an_app_that_ends_behind_the_mark(version: str) -> None:
    """An app that says that this was all is done no harm: it may have more to do."""
    done: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        headers = [(b"content-type", SSE.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in (TEXT, END, DONE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        done.append("all")

    async def versioned(scope: Any, receive: Any, send: Any) -> None:
        said = {"version": "3.0", "spec_version": version}
        await middleware({**scope, "asgi": said}, receive, send)

    middleware = Middleware(app, "openai", "mistral")
    played = Played([])
    response = fetch(played.watched(versioned))
    check_legal(response.content, "mistral")
    assert (done, played.failures) == (["all"], [])


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
