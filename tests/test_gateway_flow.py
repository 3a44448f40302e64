"""Who waits for whom in the gateway, and who is let go."""

from __future__ import annotations

import socket
import time

import pytest

from onechunk.gateway import Limits, Route
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
from tests.support.upstream import Answer, Gate, Step, Upstream


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


@pytest.mark.parametrize("behind", [[], [b": ping\n\n", 0.05] * 100], ids=["nothing", "pings"])
def test_an_upstream_that_stays_behind_the_end(upstream: Upstream, behind: list[Step]) -> None:
    """The client's stream ends with the mark, its place is free, and the upstream is let go."""
    answer = Answer([EVENT, STOP, *behind], EVENTS, end="never")
    with between(upstream, answer, keep_alive=0.1, limits=Limits(streams=1)) as client:
        for number in range(2):
            data = client.post("/", json=ASK).content
            assert is_whole(data)
            assert b"keep-alive" not in data
            page = settle(client)
            counted = [line for line in page.splitlines() if 'outcome="complete"' in line]
            assert counted[0].endswith(f" {number + 1}.0")
        upstream.wait(lambda: answer.left == 2)


def test_an_upstream_s_connection_is_used_again(upstream: Upstream) -> None:
    """What ends its body behind the end mark, soon enough, is asked again on the same way."""
    answer = Answer([EVENT, STOP, 0.05], EVENTS)
    with between(upstream, answer) as client:
        for number in range(3):
            assert is_whole(client.post("/", json=ASK).content)
            upstream.wait(lambda: answer.finished == number + 1)  # noqa: B023 - waited for here
            time.sleep(0.05)
            assert (upstream.open, answer.left) == (1, 0)


def test_a_rest_is_not_waited_for_at_the_end(upstream: Upstream) -> None:
    """The gateway stops without it."""
    answer = Answer([EVENT, STOP], EVENTS, end="never")
    with between(upstream, answer) as client:
        assert is_whole(client.post("/", json=ASK).content)
        begun = time.monotonic()
    assert time.monotonic() - begun < 0.9
    upstream.wait(lambda: answer.left == 1)
