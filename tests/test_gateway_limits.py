"""What the gateway does not answer, and how it ends what does not end."""

from __future__ import annotations

import json
import logging
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from onechunk.gateway import Limits, Route
from tests.support.gateway import (
    ASK,
    EVENT,
    EVENTS,
    JSON,
    STOP,
    between,
    ends_in,
    error_of,
    gateway,
    is_whole,
    settle,
)
from tests.support.meaning import meaning
from tests.support.streams import decode_all
from tests.support.upstream import SECONDS, Answer, Gate, Upstream

NO_ANSWER: Final = "the upstream gave no answer, or none that is HTTP"
UNANSWERED: Final = "the upstream closed the connection without an answer"


def test_large_bodies(upstream: Upstream) -> None:
    """More than allowed is refused, said before or not."""
    with between(upstream, Answer([EVENT, STOP], EVENTS), limits=Limits(body=1000)) as client:
        asked = len(upstream.requests)
        said = client.post("/", content=b"x" * 1001)
        unsaid = client.post("/", content=iter([b"x" * 600, b"x" * 600]))
        assert len(upstream.requests) == asked
        fits = client.post("/", content=b"x" * 1000)
    assert (said.status_code, unsaid.status_code, fits.status_code) == (413, 413, 200)
    assert error_of(said) == "the body of the request is longer than 1000 bytes"


def test_slow_bodies(upstream: Upstream) -> None:
    """A body that does not come is not waited for."""
    with between(upstream, Answer([EVENT, STOP], EVENTS), limits=Limits(upload=0.2)) as client:
        port = client.base_url.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n1234")
            assert raw.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_too_many(upstream: Upstream) -> None:
    """One more than allowed is told to come again."""
    gate = Gate()
    with (
        between(upstream, Answer([EVENT, gate, STOP], EVENTS), limits=Limits(streams=1)) as client,
        client.stream("POST", "/", json=ASK) as first,
    ):
        pieces = first.iter_bytes()
        begun = next(pieces)
        refused = client.post("/", json=ASK)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert error_of(refused) == "the gateway answers 1 requests already"
        assert client.get("/healthz").json() == {"status": "ok"}
        gate.open()
        assert is_whole(begun + b"".join(pieces))
        settle(client)
        assert client.post("/", json=ASK).status_code == 200


def test_an_upstream_that_is_not_there() -> None:
    """It is a bad gateway, in the client's form."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with gateway(Route(f"http://127.0.0.1:{port}", "openai", "anthropic")) as client:
        response = client.post("/", json=ASK)
    assert response.status_code == 502
    assert error_of(response) == "the upstream could not be reached"


@pytest.mark.parametrize(
    "reply",
    [
        b"SSH-2.0-OpenSSH\r\n",
        EVENT,
        b"HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-a: a\rset-cookie: b\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
    ],
    ids=["another protocol", "no head", "status", "upgrade", "header", "length"],
)
def test_an_upstream_that_speaks_no_http(reply: bytes) -> None:
    """It is a bad gateway, in the client's form."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(reply)

        answering = pool.submit(answer)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with gateway(Route(address, "openai", "anthropic")) as client:
            response = client.post("/", json=ASK)
        answering.result(SECONDS)
    assert response.status_code == 502
    # A line that might begin a head is none, but only the end of the connection tells.
    unended = reply.startswith(b"SSH")
    assert error_of(response) == (UNANSWERED if unended else NO_ANSWER)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(idle=0.2), "the upstream was silent for longer than 0.2 s"),
        (Limits(total=0.2), "the answer took longer than 0.2 s"),
    ],
    ids=["idle", "total"],
)
def test_an_upstream_that_is_silent(upstream: Upstream, limits: Limits, told: str) -> None:
    """Before its headers it is a timeout; after them the stream ends legally in an error."""
    with between(upstream, Answer([EVENT], EVENTS, end="never"), limits=limits) as client:
        response = client.post("/", json=ASK)
        assert response.status_code == 200
        assert meaning(decode_all("anthropic", [response.content]))[0, "text"] == "tide"
        assert ends_in(response.content) == told
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with gateway(Route(address, "openai", "anthropic"), limits=limits) as client:
            response = client.post("/", json=ASK)
        assert response.status_code == 504
        assert error_of(response) == told
    upstream.wait(lambda: upstream.open == 0)


def test_a_client_that_does_not_read(upstream: Upstream) -> None:
    """It holds nothing for longer than the limit for all of a request."""
    answer = Answer([EVENT * 1000] * 2000, EVENTS)
    with between(upstream, answer, limits=Limits(total=0.5)) as client:
        port = client.base_url.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
            upstream.wait(lambda: answer.left == 1)


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize("before", [0, 1])
def test_an_upstream_that_hangs_up(
    caplog: pytest.LogCaptureFixture, before: int, *, reset: bool
) -> None:
    """The client is told so, on a connection that was used before, too: nothing is asked twice."""
    caplog.set_level(logging.INFO, "onechunk.gateway")
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                for _ in range(before):
                    asked.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                asked.append(connection.recv(65536))
                if reset:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        answering = pool.submit(answer)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with gateway(Route(address, "openai", "anthropic")) as client:
            for _ in range(before):
                assert client.get("/").status_code == 200
            response = client.post("/")
        answering.result(SECONDS)
    assert response.status_code == 502
    assert error_of(response) == UNANSWERED
    assert len(asked) == before + 1
    ours = [each for each in caplog.records if each.name == "onechunk.gateway"]
    line = json.loads(ours[-1].getMessage())
    assert (line["outcome"], line["error"]) == ("failed", "unanswered")


@pytest.mark.parametrize("steps", [[EVENT[:-20]], [EVENT], [EVENT, EVENT[:30]]])
@pytest.mark.parametrize("end", ["cut", "reset", "good"])
@pytest.mark.parametrize("target", ["anthropic", "openai", "cohere", "gemini", "responses"])
def test_an_upstream_that_dies(
    upstream: Upstream, steps: list[bytes], end: Any, target: str
) -> None:
    """The stream ends legally, in an error, with all that came before."""
    with gateway(Route(upstream.add(Answer(steps, EVENTS, end=end)), "openai", target)) as client:
        response = client.post("/", json=ASK)
    assert response.status_code == 200
    said = meaning(decode_all(target, [response.content]))
    if EVENT in steps and end != "reset":
        assert said[0, "text"] == "tide"
    assert ends_in(response.content, target)


def test_garbage(upstream: Upstream) -> None:
    """A stream that cannot be read ends in an error, and the upstream is let go."""
    answer = Answer([EVENT, b"data: {nonsense\n\n"], EVENTS, end="never")
    with between(upstream, answer) as client:
        response = client.post("/", json=ASK)
        assert meaning(decode_all("anthropic", [response.content]))[0, "text"] == "tide"
        assert ends_in(response.content)
        upstream.wait(lambda: answer.left == 1)


def test_large_events(upstream: Upstream) -> None:
    """An event may not be longer than allowed, nor may a whole answer."""
    long = Answer([b"data: " + b"x" * 5000], EVENTS, end="never")
    with between(upstream, long, limits=Limits(frame=1000)) as client:
        assert "1000" in (ends_in(client.post("/", json=ASK).content) or "")
    with between(upstream, Answer([b"{" + b" " * 5000], JSON), limits=Limits(frame=1000)) as client:
        assert client.post("/", json=ASK).status_code == 502


def test_web_sockets(upstream: Upstream) -> None:
    """They are refused, and the upstream does not hear of them."""
    with between(upstream, Answer([EVENT, STOP], EVENTS)) as client:
        asked = len(upstream.requests)
        with pytest.raises(InvalidStatus) as caught:
            connect(f"ws://127.0.0.1:{client.base_url.port}/v1/realtime")
        assert caught.value.response.status_code == 403
        assert len(upstream.requests) == asked
