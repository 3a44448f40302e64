"""Which requests the ASGI middleware takes, in which dialect, and what is not its business."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from onechunk import OnechunkError, Translator, UnknownDialectError, decode_message, encode_message
from onechunk.asgi import Middleware
from onechunk.http import ResponseTranslator
from tests.support.app_server import run_app
from tests.support.asgi import (
    DONE,
    END,
    NEXT,
    Played,
    fetch,
    translated,
)
from tests.support.upstream import SECONDS
from tests.test_http import JSON, SSE, TEXT, WHOLE


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
