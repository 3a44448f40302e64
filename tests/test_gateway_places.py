"""Where the gateway stands, and what comes to it that no upstream can answer."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from typing import Any, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from onechunk.gateway import Limits, Route, create_app
from tests.support.app_server import run_app
from tests.support.gateway import (
    ASK,
    EVENT,
    EVENTS,
    JSON,
    STOP,
    between,
    ends_in,
    error_of,
    is_whole,
    settle,
)
from tests.support.upstream import SECONDS, Answer, Upstream

WHOLE: Final = (
    b'{"id":"a","object":"chat.completion","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"tide"},"finish_reason":"stop"}]}'
)
"""An answer of OpenAI's dialect that comes whole."""


def ask_raw(port: int | None, request: bytes) -> bytes:
    """Send bytes, and return all that is sent back until the connection ends."""
    assert port is not None
    with socket.create_connection(("127.0.0.1", port), SECONDS) as raw:
        raw.sendall(request)
        return b"".join(iter(lambda: raw.recv(65536), b""))


@pytest.mark.parametrize("way", ["mounted", "told by the server"])
def test_below_another_path(upstream: Upstream, way: str) -> None:
    """Paths of routes and pages are those below the place where the gateway is mounted."""
    address = upstream.add(Answer([EVENT, STOP], EVENTS))
    other = upstream.add(Answer([EVENT, STOP], EVENTS))
    app: Any = create_app(
        [
            Route(f"{address}/v1", "openai", "anthropic", prefix="/chat"),
            Route(f"{other}/v1", "openai", "anthropic"),
        ]
    )
    config: dict[str, Any] = {"lifespan": "on"}
    place = ""
    if way == "mounted":
        app = Starlette(routes=[Mount("/llm gate", app)], lifespan=app.lifespan_context)
        place = "/llm%20gate"
    else:
        config["root_path"] = "/llm gate"
    with run_app(app, **config) as url:
        for path, sent in (
            ("/chat/a%2Fb?q=1", f"{address}/v1/a%2Fb?q=1"),
            ("/chat", f"{address}/v1"),
            ("/else", f"{other}/v1/else"),
        ):
            assert is_whole(httpx.post(f"{url}{place}{path}", json=ASK).content)
            assert sent.endswith(upstream.requests[-1].target)
        assert httpx.get(f"{url}{place}/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /chat%0a HTTP/1.1", 404),
        (b"connect /chat/a HTTP/1.1", 501),
        (b"trace /chat/a HTTP/1.1", 501),
        (b"head /chat/a HTTP/1.1", 501),
        (b"GET /chat/a HTTP/1.1\r\nupgrade: websocket\r\ncontent-length: 0", 403),
        (b"OPTIONS * HTTP/1.1", 404),
        (b"CONNECT a.example:443 HTTP/1.1", 501),
        (b"TRACE /chat/a HTTP/1.1", 501),
        (b"GET /chat/a HTTP/1.1\r\nupgrade: WebSocket", 403),
    ],
    ids=["line", "small", "low", "head", "body", "star", "connect", "trace", "socket"],
)
def test_what_no_upstream_answers(
    upstream: Upstream, caplog: pytest.LogCaptureFixture, request_: bytes, status: int
) -> None:
    """It is refused in the client's form, logged, and nobody is asked."""
    route = Route(
        upstream.add(Answer([EVENT, STOP], EVENTS)), "openai", "anthropic", prefix="/chat"
    )
    asked = len(upstream.requests)
    caplog.set_level(logging.INFO, "onechunk.gateway")
    with run_app(create_app([route]), lifespan="on", http="h11") as url:
        port = httpx.URL(url).port
        reply = ask_raw(port, request_ + b"\r\nhost: x\r\nconnection: close\r\n\r\n")
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(body)["type"] == "error"
    assert len(upstream.requests) == asked
    ours = [record for record in caplog.records if record.name == "onechunk.gateway"]
    [line] = [json.loads(record.getMessage()) for record in ours]
    assert (line["outcome"], line["status"]) == ("refused", status)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /v1 HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n", 413),
        (b"POST /v1 HTTP/1.1\r\nhost: x\r\nonechunk-to: no\r\ncontent-length: 500\r\n\r\n", 400),
        (b"POST /v1 HTTP/1.0\r\nonechunk-to: no\r\ncontent-length: 500\r\n\r\n", 400),
        (b"POST x HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n", 404),
    ],
    ids=["large", "choice", "old", "path"],
)
def test_refused_before_it_was_read(upstream: Upstream, head: bytes, status: int) -> None:
    """The client hears why, and the connection ends: what it still sends is no request."""
    answer = Answer([EVENT, STOP], EVENTS)
    app = create_app([Route(upstream.add(answer), "openai", "anthropic")], limits=Limits(body=1000))
    with run_app(app, lifespan="on") as url:
        reply = ask_raw(httpx.URL(url).port, head + SMUGGLED)
    assert reply.startswith(b"HTTP/1.1 %d " % status)
    assert reply.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in reply.lower()
    assert answer.began == 0


def test_a_client_that_sends_on(upstream: Upstream) -> None:
    """It hears that its body is too large, though it is still sending it."""
    limits = Limits(body=1000)
    with between(upstream, Answer([EVENT, STOP], EVENTS), limits=limits) as client:
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9000000\r\n\r\n"
        reply = ask_raw(client.base_url.port, head + b"x" * 9_000_000)
        assert reply.startswith(b"HTTP/1.1 413 ")
        assert reply.endswith(b"}}")
        response = client.post("/", content=b"x" * 3_000_000)
        assert response.status_code == 413
        assert error_of(response) == "the body of the request is longer than 1000 bytes"
        again = client.post("/", json=ASK)
        assert is_whole(again.content)


def test_a_body_that_is_compressed(upstream: Upstream) -> None:
    """It was not asked for, and is undone all the same."""
    for headers in (EVENTS, JSON):
        said = EVENT + STOP if headers is EVENTS else WHOLE
        odd = Answer([gzip.compress(said)], (*headers, ("content-encoding", "gzip")))
        with between(upstream, odd) as client:
            response = client.post("/", json=ASK)
        assert upstream.requests[-1].header("accept-encoding") == "identity"
        assert response.status_code == 200
        assert "content-encoding" not in response.headers
        assert b'"text":"tide"' in response.content


def test_a_body_that_cannot_be_read(upstream: Upstream) -> None:
    """What is encoded in a way that nobody here can undo is no answer; other bodies pass."""
    told = "the upstream's answer is encoded in a way that cannot be undone"
    for encoding in ("snappy", "gzip"):
        odd = Answer([EVENT], (*JSON, ("content-encoding", encoding)))
        with between(upstream, odd) as client:
            response = client.post("/", json=ASK)
            page = settle(client)
        assert response.status_code == 502
        assert error_of(response) == told
        assert 'outcome="unreadable"' in page
    odd = Answer([EVENT], (*EVENTS, ("content-encoding", "snappy")))
    with between(upstream, odd) as client:
        response = client.post("/", json=ASK)
    assert (response.status_code, error_of(response)) == (502, told)
    broken = Answer([EVENT], (*EVENTS, ("content-encoding", "gzip")))
    with between(upstream, broken) as client:
        response = client.post("/", json=ASK)
    assert (response.status_code, ends_in(response.content)) == (200, told)
    picture = Answer([b"\x89PNG"], [("content-type", "image/png"), ("content-encoding", "snappy")])
    with between(upstream, picture) as client:
        response = client.post("/", json=ASK)
    assert (response.content, response.headers["content-encoding"]) == (b"\x89PNG", "snappy")


def test_headers_that_are_ours(upstream: Upstream) -> None:
    """Those that the upstream also sends come once."""
    own = (("date", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Onechunk-Request-Id", "theirs"))
    with between(upstream, Answer([EVENT, STOP], (*EVENTS, *own))) as client:
        response = client.post("/", json=ASK)
    assert "1970" not in response.headers["date"]
    assert response.headers.get_list("date") == [response.headers["date"]]
    [number] = response.headers.get_list("onechunk-request-id")
    assert number != "theirs"


def test_a_client_that_takes_us_for_a_proxy(
    upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    """What names a server counts for nothing, and what names a user is not logged."""
    address = upstream.add(Answer([EVENT, STOP], EVENTS))
    caplog.set_level(logging.INFO, "onechunk.gateway")
    with run_app(
        create_app([Route(address, "openai", "anthropic")]), lifespan="on", http="h11"
    ) as url:
        head = b"GET http://user:secret@a.example/chat?q=1 HTTP/1.1\r\nhost: x\r\n"
        reply = ask_raw(httpx.URL(url).port, head + b"connection: close\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert f"{address}/chat?q=1".endswith(upstream.requests[-1].target)
    assert "secret" not in caplog.text


def test_lengths_that_are_of_no_body(upstream: Upstream) -> None:
    """A length beside a transfer coding, or where no body is, is not passed on."""
    passing = (("content-type", "text/plain"), ("content-length", "3"))
    with between(upstream, Answer([b"a long body"], passing)) as client:
        assert client.get("/").text == "a long body"
    for status in (204, 304):
        with between(upstream, Answer([], passing[1:], body="close", status=status)) as client:
            response = client.get("/")
            assert (response.status_code, response.content) == (status, b"")
            assert "content-length" not in response.headers


def test_the_length_that_head_tells(upstream: Upstream) -> None:
    """It is that of GET's body, or none where that would be translated."""
    picture = Answer([b"\x89PNG"], [("content-type", "image/png")], body="length")
    for answer, length in ((picture, "4"), (Answer([EVENT], EVENTS, body="length"), None)):
        with between(upstream, answer) as client:
            response = client.head("/")
            page = settle(client)
        assert (response.status_code, response.content) == (200, b"")
        assert response.headers.get("content-length") == length
        assert 'outcome="complete"' in page


def test_a_body_behind_head(upstream: Upstream) -> None:
    """What naive servers send there is nobody's next answer."""
    with between(upstream, Answer([EVENT, STOP], EVENTS)) as client:
        client.head("/")
        assert upstream.requests[-1].header("connection") == "close"
        client.get("/")
        assert upstream.requests[-1].header("connection") != "close"
