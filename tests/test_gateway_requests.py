"""What of a request goes on to the upstream, and what never does."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest

from onechunk.gateway import Route
from tests.support.gateway import (
    ASK,
    EVENT,
    EVENTS,
    SECRET,
    STOP,
    between,
    error_of,
    gateway,
    is_whole,
    settle,
)
from tests.support.upstream import Answer, Upstream


def test_requests_go_on_as_they_come(upstream: Upstream) -> None:
    """Method, path, query, headers and body are the client's, but for what is one hop's only."""
    answer = Answer([EVENT, STOP], EVENTS)
    address = upstream.add(answer)
    with gateway(Route(f"{address}/base", "openai", "openai", prefix="/chat")) as client:
        client.request(
            "PUT",
            "/chat/v1/a%2Fb:c?q=%20x&q=2",
            content=b"\x00body",
            headers={
                "Authorization": f"Bearer {SECRET}",
                "X-Own": "1",
                "Connection": "X-Hop",
                "X-Hop": "1",
                "Accept-Encoding": "gzip, br",
                "Onechunk-To": "openai",
            },
        )
    request = upstream.requests[-1]
    host, _, place = address.removeprefix("http://").partition("/")
    assert (request.method, request.body) == ("PUT", b"\x00body")
    assert request.target == f"/{place}/base/v1/a%2Fb:c?q=%20x&q=2"
    assert request.header("authorization") == f"Bearer {SECRET}"
    assert request.header("x-own") == "1"
    assert request.header("host") == host
    assert request.header("accept-encoding") == "identity"
    assert request.header("x-hop") is None
    assert request.header("onechunk-to") is None


def test_what_no_url_may_hold(upstream: Upstream) -> None:
    """It is percent-encoded, in path and query alike, and nothing is encoded twice."""
    address = upstream.add(Answer([EVENT, STOP], EVENTS))
    asked = b"/v1/{a}|b?x={y}&z=%7by%7D&q=\"<>^`\\[]+'~/?:@!$()*,;=%20"
    with gateway(Route(address, "openai", "anthropic")) as client:
        port = client.base_url.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"GET %b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" % asked)
            assert b"".join(iter(lambda: raw.recv(65536), b"")).startswith(b"HTTP/1.1 200 ")
    path, _, query = upstream.requests[-1].target.partition("?")
    assert path.endswith("/v1/%7Ba%7D%7Cb")
    assert query == "x=%7By%7D&z=%7by%7D&q=%22%3C%3E%5E%60%5C%5B%5D+'~/?:@!$()*,;=%20"


def test_the_request_callable(upstream: Upstream) -> None:
    """It makes the request; where it fails the client is told, but not how."""

    def make(method: str, _: str, headers: dict[str, str], body: bytes) -> Any:
        assert headers["content-type"] == "application/json"
        said = json.loads(body)
        if said["model"] == "bad":
            raise ValueError(SECRET)
        return method, "/v1/chat/completions", {"x-key": "k"}, body.replace(b"tide?", b"ebb?")

    with between(upstream, Answer([EVENT, STOP], EVENTS), request=make) as client:
        assert is_whole(client.post("/v1/messages", json=ASK).content)
        request = upstream.requests[-1]
        assert request.target.endswith("/v1/chat/completions")
        assert (request.header("x-key"), b"ebb?" in request.body) == ("k", True)
        failed = client.post("/v1/messages", json={**ASK, "model": "bad"})
    assert failed.status_code == 500
    assert error_of(failed) == "the gateway could not make a request of this one"


async def later(*request: Any) -> Any:
    """Return a request too late."""
    return request


def promise(*request: Any) -> Any:
    """Return what nobody awaits."""
    return later(*request)


def leave(*_: Any) -> Any:
    """Return nothing at all."""
    raise SystemExit(SECRET)


def give(*request: Any) -> Callable[..., Any]:
    """Return a callable that makes *request* of any."""

    def make(*_: Any) -> Any:
        return request

    return make


NO_REQUESTS: Final[dict[str, Callable[..., Any]]] = {
    "coroutine": promise,
    "head": give("HEAD", "/x", {}, b""),
    "connect": give("CONNECT", "/x", {}, b""),
    "low": give("post", "/x", {}, b""),
    "exit": leave,
    "nothing": give(),
    "three": give("POST", "/x", {}),
    "numbers": give(1, 2, 3, 4),
    "text": give("POST", "/x", {}, "text"),
    "break": give("POST", "/x", {"x": "a\r\nb: c"}, b""),
    "method": give("GE T", "/x", {}, b""),
    "address": give("POST", "http://a.example/", {}, b""),
    "user": give("POST", "@a.example/", {}, b""),
    "letters": give("POST", "/ä", {}, b""),
}
"""What callables return in place of a request."""


@pytest.mark.parametrize("make", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_callables_that_make_no_request(upstream: Upstream, make: Any) -> None:
    """The client is told so; nobody is asked, and the gateway goes on."""
    with between(upstream, Answer([EVENT, STOP], EVENTS), request=make) as client:
        asked = len(upstream.requests)
        response = client.post("/v1/messages", json=ASK)
        assert response.status_code == 500
        assert len(upstream.requests) == asked
        assert 'outcome="complete"' not in settle(client)
    if make is not leave:
        assert error_of(response) == "the gateway could not make a request of this one"


@pytest.mark.parametrize(
    "path",
    [
        *("/../x", "/a/%2e%2e/x", "/a/..%2fx", "/a/%252e%252E/x", "/a/..\\x", "/./x"),
        *("/a/..;/x", "/a/..%3b/x", "/a/%c0%ae%c0%ae/x", "/a/..%c0%afx"),
        *("/%e0%80%ae%e0%80%ae/x", "/%f0%80%80%ae%f0%80%80%ae/x", "/..%e0%81%9cx"),
        *("/x#y", f"/{'x' * 66_000}"),
    ],
    ids=lambda path: path[:20],
)
def test_nothing_but_the_upstream_is_reached(upstream: Upstream, path: str) -> None:
    """A path that might lead above its place, or is none, is refused, and nobody is asked."""
    address = upstream.add(Answer([EVENT, STOP], EVENTS))
    with gateway(Route(f"{address}/base", "openai", "anthropic")) as client:
        asked = len(upstream.requests)
        port = client.base_url.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
            reply = b"".join(iter(lambda: raw.recv(65536), b""))
        assert reply.startswith(b"HTTP/1.1 400 ")
        assert len(upstream.requests) == asked


def test_redirects_are_not_followed(upstream: Upstream) -> None:
    """They pass: only the client may go elsewhere."""
    target = upstream.add(Answer([EVENT, STOP], EVENTS))
    with between(upstream, Answer([], [("location", target)], status=307)) as client:
        asked = len(upstream.requests)
        response = client.post("/", json=ASK)
    assert (response.status_code, response.headers["location"]) == (307, target)
    assert len(upstream.requests) == asked + 1


def test_cookies_are_one_client_s(upstream: Upstream) -> None:
    """What an upstream gives one client is not sent for another."""
    with between(upstream, Answer([EVENT, STOP], (*EVENTS, ("set-cookie", "who=a")))) as client:
        assert client.post("/", json=ASK).headers["set-cookie"] == "who=a"
        httpx.post(client.base_url, json=ASK)
    assert upstream.requests[-1].header("cookie") is None


def test_a_callable_for_a_path_that_is_the_prefix(upstream: Upstream) -> None:
    """It is given `/`, and may return it: nothing is added to the address then."""
    address = upstream.add(Answer([EVENT, STOP], EVENTS))
    paths: list[str] = []

    def as_it_came(*request: Any) -> Any:
        paths.append(request[1])
        return request

    route = Route(f"{address}/v1", "openai", "anthropic", prefix="/p", request=as_it_came)
    with gateway(route) as client:
        for path in ("/p", "/p?x=1"):
            assert is_whole(client.post(path, json=ASK).content)
            assert f"{address}/v1{path[2:]}".endswith(upstream.requests[-1].target)
    assert paths == ["/", "/?x=1"]
