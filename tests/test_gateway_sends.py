"""What is being sent when a request must end: it arrives whole, or nothing follows it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

import pytest

from onechunk.gateway import Limits, Route, create_app
from onechunk.http import ResponseTranslator
from tests.support.gateway import EVENT, EVENTS, ends_in
from tests.support.meaning import meaning
from tests.support.streams import decode_all
from tests.support.upstream import SECONDS, Answer, Upstream

HELD: Final = 4
"""The number of the message that the server takes its time with; the first has the headers."""

WORDS: Final = [f"{number} " for number in range(20)]
NUMBERED: Final = [
    part for word in WORDS for part in (EVENT.replace(b"tide", word.encode()), 0.001)
]


class Server:
    """Asks an app as a server does whose client does not read for a while.

    What it is told to send is sent only when the client reads: until then `send` does not return,
    and if it is cancelled, nothing was sent.

    Attributes:
        sent: Messages that were sent.
        held: The one that is held back.
        holding: Set when the client is waited for.
        reads: Set by the test when the client reads.
    """

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.held: Any = None
        self.holding = asyncio.Event()
        self.reads = asyncio.Event()

    async def ask(self, app: Any, receive: Callable[[], Any] | None = None) -> None:
        """Send a request."""
        asked = {"type": "http.request", "body": b"", "more_body": False}
        messages: list[Any] = [asked]

        async def usual() -> Any:
            return messages.pop() if messages else await asyncio.Event().wait()

        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "headers": [],
            "http_version": "1.1",
        }
        await app(scope, receive or usual, self._send)

    async def _send(self, message: Any) -> None:
        if len(self.sent) == HELD - 1:
            self.held = self.held or message
            self.holding.set()
            await self.reads.wait()
        self.sent.append(message)

    @property
    def data(self) -> bytes:
        """What the client has of the body."""
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def ended(self) -> bool:
        """Say whether the body has its end."""
        return not self.sent[-1].get("more_body", True)

    @property
    def words(self) -> list[str]:
        """What the client has of the words."""
        return str(meaning(decode_all("anthropic", [self.data]))[0, "text"]).split()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[Any]]:
    """Return what gives the lines that the gateway logged."""
    caplog.set_level(logging.INFO, "onechunk.gateway")

    def read() -> list[Any]:
        ours = [record for record in caplog.records if record.name == "onechunk.gateway"]
        return [json.loads(record.getMessage()) for record in ours]

    return read


def app_before(upstream: Upstream, answer: Answer, **settings: Any) -> Any:
    """Return a gateway before an answer of OpenAI's dialect."""
    return create_app([Route(upstream.add(answer), "openai", "anthropic")], **settings)


def served(app: Any, asking: Coroutine[Any, Any, Any]) -> Any:
    """Run what asks an app while the app is served."""

    async def run() -> Any:
        async with app.lifespan_context(app):
            return await asking

    return asyncio.run(run())


@pytest.mark.parametrize("stop", [False, True], ids=["the time is over", "a stop"])
@pytest.mark.parametrize("reads", [True, False], ids=["then it reads", "it never reads"])
def test_what_is_being_sent(upstream: Upstream, lines: Any, *, stop: bool, reads: bool) -> None:
    """It is sent, and a legal end behind it; or it is not, and nothing is behind it."""
    answer = Answer(NUMBERED, EVENTS, end="never")
    app = app_before(upstream, answer, limits=Limits(total=20 if stop else 0.5))

    async def run() -> Server:
        server = Server()
        asking = asyncio.create_task(server.ask(app))
        await server.holding.wait()
        if stop:
            asking.cancel()
        await asyncio.sleep(0.1 if stop else 0.6)
        assert not asking.done()
        if reads:
            server.reads.set()
        await asyncio.wait({asking}, timeout=SECONDS)
        # Who stops a task must see that it stopped.
        assert asking.cancelled() is stop
        return server

    server = served(app, run())
    words = server.words
    assert words == [word.strip() for word in WORDS[: len(words)]]
    assert server.ended is reads
    assert (server.held in server.sent) is reads
    if reads:
        told = "the gateway was shut down" if stop else "the answer took longer than 0.5 s"
        assert ends_in(server.data) == told
    upstream.wait(lambda: upstream.open == 0)
    [line] = lines()
    assert line["outcome"] == ("stopped" if stop else "total")
    assert line["duration"] > 0


def test_a_second_stop(upstream: Upstream, lines: Any) -> None:
    """It makes haste; what happened is told all the same, and nothing is left open."""
    app = app_before(upstream, Answer(NUMBERED, EVENTS, end="never"))

    async def run() -> None:
        server = Server()
        asking = asyncio.create_task(server.ask(app))
        await server.holding.wait()
        for _ in range(3):
            asking.cancel()
            await asyncio.sleep(0.01)
        await asyncio.wait({asking}, timeout=SECONDS)
        assert asking.cancelled()

    served(app, run())
    upstream.wait(lambda: upstream.open == 0)
    assert [line["outcome"] for line in lines()] == ["stopped"]


def test_a_sign_of_life_that_fails(upstream: Upstream, lines: Any) -> None:
    """The server's error passes, and the request is still told of."""
    app = app_before(upstream, Answer([EVENT], EVENTS, end="never"), keep_alive=0.05)

    class Failing(Server):
        async def _send(self, message: Any) -> None:
            if message.get("body", b"").startswith(b":"):
                self.holding.set()
                raise RuntimeError("what a server may raise")
            self.sent.append(message)

    async def run() -> None:
        server = Failing()
        asking = asyncio.create_task(server.ask(app))
        await server.holding.wait()
        asking.cancel()
        with pytest.raises(RuntimeError, match="what a server"):
            await asking

    served(app, run())
    assert len(lines()) == 1


def test_a_server_that_cannot_receive(upstream: Upstream, lines: Any) -> None:
    """That is its failure, not the client's leaving."""
    app = app_before(upstream, Answer([EVENT], EVENTS, end="never"))
    calls: list[int] = []

    async def receive() -> Any:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("what a server may raise")
        return {"type": "http.request"}

    with pytest.raises(RuntimeError, match="what a server"):
        served(app, Server().ask(app, receive))
    upstream.wait(lambda: upstream.open == 0)
    assert [(line["outcome"], line["error"]) for line in lines()] == [("failed", "RuntimeError")]


def test_a_fault_in_the_middle(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an adapter raises, the client has a legal end, and the server hears of it."""
    feed = ResponseTranslator.feed

    def fail(translator: ResponseTranslator, data: bytes) -> bytes:
        if b"odd" in data:
            raise ZeroDivisionError
        return feed(translator, data)

    monkeypatch.setattr(ResponseTranslator, "feed", fail)
    app = app_before(upstream, Answer([EVENT, 0.05, b": odd\n\n", 0.05, EVENT], EVENTS))
    server = Server()
    server.reads.set()
    with pytest.raises(ZeroDivisionError):
        served(app, server.ask(app))
    assert server.ended
    assert ends_in(server.data) == "the gateway failed"
