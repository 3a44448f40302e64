"""Who waits for whom in the gateway, and who is let go."""

from __future__ import annotations

import socket

import pytest

from onechunk.gateway import Route
from tests.support.gateway import (
    ASK,
    EVENT,
    EVENTS,
    STOP,
    between,
    gateway,
    is_whole,
    settle,
)
from tests.support.upstream import Answer, Gate, Upstream


def test_signs_of_life(upstream: Upstream) -> None:
    """While the upstream is silent the client gets comments, and the stream stays whole."""
    gate = Gate()
    with (
        between(upstream, Answer([EVENT, gate, STOP], EVENTS), keep_alive=0.05) as client,
        client.stream("POST", "/", json=ASK) as response,
    ):
        data = b""
        for piece in response.iter_bytes():
            data += piece
            if data.count(b": keep-alive\n\n") == 3:
                gate.open()
    assert is_whole(data)


def test_back_pressure(upstream: Upstream) -> None:
    """Where the client does not read, the upstream is not read either."""
    answer = Answer([EVENT * 1000] * 2000, EVENTS)
    size = 2000 * 1000 * len(EVENT)
    with (
        gateway(Route(upstream.add(answer), "openai", "anthropic")) as client,
        client.stream("POST", "/", json=ASK) as response,
    ):
        pieces = response.iter_raw(1024)
        next(pieces)
        # It is seen to stop: for half a second nothing more is taken.
        with upstream.changed:
            seen = -1
            while seen != answer.sent:
                seen = answer.sent
                upstream.changed.wait_for(lambda: answer.sent > seen, 0.5)  # noqa: B023 - waited for here
        assert seen < size / 4
    upstream.wait(lambda: answer.left == 1)


@pytest.mark.parametrize("steps", [[], [EVENT]], ids=["before the headers", "in the stream"])
def test_a_client_that_leaves(upstream: Upstream, steps: list[bytes]) -> None:
    """The upstream is let go at once."""
    answer = Answer(steps, EVENTS, end="never")
    with between(upstream, answer) as client:
        port = client.base_url.port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
            upstream.wait(lambda: answer.began == 1)
            if steps:
                raw.recv(65536)
        upstream.wait(lambda: answer.left == 1)
        assert 'outcome="left"' in settle(client)
