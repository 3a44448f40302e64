"""merge and amerge over real connections: three recordings, three dialects, three speeds."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
)
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, IncompleteRead
from itertools import chain, repeat
from random import Random
from socket import SHUT_RDWR, socket
from threading import Event

import attrs
import httpx
import pytest

from onechunk import Chunk, Merged, WireError, amerge, aread, merge, read
from onechunk._amerge import AsyncMerge
from tests.support.loopback import SECONDS, Reply, count_files, serve
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all

NAMES = {
    "mistral": "mistral/thinking-then-text",
    "anthropic": "anthropic/thinking-with-signature-then-text",
    "gemini": "gemini/thoughts-then-text-signature-on-empty-text",
}
"""Dialect to recording; the source has the dialect's name."""

DATA = {each.dialect: each.data for each in RECORDINGS if each.id in NAMES.values()}
EXPECTED = {dialect: decode_all(dialect, [data]) for dialect, data in DATA.items()}
FIRST = {
    dialect: b"".join(re.findall(rb"(?s)\A.*?\r?\n\r?\n", data)) for dialect, data in DATA.items()
}
"""The first event of each."""


PATIENCE = 3 * SECONDS
"""How long a client waits for bytes: longer than the server, which then has not seen it leave."""


def test_recordings_differ() -> None:
    """There is one recording for each of three dialects, and none is trivial."""
    assert DATA.keys() == NAMES.keys()
    assert all(len(chunks) >= 4 for chunks in EXPECTED.values())
    assert all(data.startswith(FIRST[dialect]) for dialect, data in DATA.items())
    for dialect, first in FIRST.items():
        assert decode_all(dialect, [first])[0] == EXPECTED[dialect][0]


def cut(data: bytes, seed: int) -> list[bytes]:
    """Cut *data* into pieces of odd sizes."""
    random = Random(seed)  # noqa: S311 - the cuts need to differ, not to be secret
    pieces: list[bytes] = []
    while data:
        size = random.randint(1, 150)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def paced(data: bytes, seed: int, seconds: float) -> Reply:
    """Return the answer that sends *data* in pieces, with a pause behind each."""
    return Reply([step for piece in cut(data, seed) for step in (piece, seconds)])


def holding(dialect: str) -> Reply:
    """Return the answer that sends one event, and then nothing, without an end."""
    return Reply([FIRST[dialect]], end="never")


def flowing(dialect: str) -> Reply:
    """Return the answer that sends one event again and again, without an end."""
    return Reply(chain.from_iterable(repeat((FIRST[dialect], 0.001))))


@contextmanager
def nothing_left() -> Generator[None]:
    """See that the block leaves no thread and no file or socket open, and no warning of one."""
    gc.collect()
    threads, files = {*threading.enumerate()}, count_files()
    yield
    # What was not closed warns as it is collected, and warnings are errors.
    gc.collect()
    assert {*threading.enumerate()} <= threads
    assert count_files() <= files


def check(items: list[Merged]) -> None:
    """Assert that each source gave what its recording says, and ended well."""
    for dialect, chunks in EXPECTED.items():
        own = [item for item in items if item.source == dialect]
        assert [item.chunk for item in own] == [*chunks, None]
        assert own[-1].error is None


# Sync: each client is a generator of bytes, and a way to hang up.


@attrs.define
class Connection:
    """One request, and the socket that it is answered on."""

    port: int
    dialect: str
    socket: socket | None = None

    def pieces(self) -> Iterator[bytes]:
        """Yield the answer."""
        raise NotImplementedError

    def chunks(self) -> Iterator[Chunk]:
        """Yield the answer as chunks."""
        return read(self.pieces(), self.dialect)

    def hang_up(self) -> None:
        """Let a read that blocks return."""
        assert self.socket is not None
        with suppress(OSError):
            self.socket.shutdown(SHUT_RDWR)


class StandardConnection(Connection):
    """With the client of the standard library."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the answer."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"/{self.dialect}")
            self.socket = connection.sock
            response = connection.getresponse()
            # Lines would hide that a connection broke off.
            while piece := response.read1():
                yield piece


class HttpxConnection(Connection):
    """With httpx."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the answer."""
        url = f"http://127.0.0.1:{self.port}/{self.dialect}"
        with (
            httpx.Client(trust_env=False, verify=False, timeout=PATIENCE) as client,  # noqa: S501 - plain
            client.stream("GET", url) as response,
        ):
            self.socket = response.extensions["network_stream"].get_extra_info("socket")
            yield from response.iter_bytes()


sync_clients = pytest.mark.parametrize("client", [StandardConnection, HttpxConnection])
SyncClient = type[Connection]


@pytest.mark.parametrize("seed", range(3))
@sync_clients
def test_every_answer_is_whole(client: SyncClient, seed: int) -> None:
    """Answers of different speeds, cut anywhere, arrive as they were recorded."""
    speeds = [0, 0.001, 0.003]
    replies = {
        dialect: paced(data, seed, speeds[(number + seed) % 3])
        for number, (dialect, data) in enumerate(DATA.items())
    }
    with nothing_left(), serve(replies) as port:
        items = list(merge({dialect: client(port, dialect).chunks() for dialect in DATA}))
        check(items)


def gated() -> tuple[dict[str, Reply], Event, Event]:
    """Return answers of which one goes on when told, another begins when told."""
    go_on, begin = Event(), Event()
    replies = {
        "mistral": Reply([FIRST["mistral"], go_on, DATA["mistral"].removeprefix(FIRST["mistral"])]),
        "anthropic": Reply([begin, *cut(DATA["anthropic"], 1)]),
        "gemini": holding("gemini"),
    }
    return replies, go_on, begin


@sync_clients
def test_fast_answers_pass_slow_ones(client: SyncClient) -> None:
    """A whole answer passes between two chunks of another, while a third says no more at all."""
    replies, go_on, begin = gated()
    with nothing_left(), serve(replies) as port:
        connections = {dialect: client(port, dialect) for dialect in DATA}
        with merge(
            {dialect: each.chunks() for dialect, each in connections.items()},
            interrupts={dialect: each.hang_up for dialect, each in connections.items()},
        ) as merged:
            first = {item.source: item.chunk for item in (next(merged), next(merged))}
            assert first == {name: EXPECTED[name][0] for name in ("mistral", "gemini")}
            begin.set()
            for chunk in [*EXPECTED["anthropic"], None]:
                assert next(merged) == Merged("anthropic", chunk)
            go_on.set()
            for chunk in [*EXPECTED["mistral"][1:], None]:
                assert next(merged) == Merged("mistral", chunk)
        assert replies["gemini"].gone.wait(SECONDS)


@pytest.mark.parametrize("reply", [holding, flowing])
@sync_clients
def test_leaving_hangs_up(client: SyncClient, reply: Callable[[str], Reply]) -> None:
    """Leaving in the middle ends threads and connections, blocked reads included."""
    replies = {dialect: reply(dialect) for dialect in DATA}
    with nothing_left(), serve(replies) as port:
        connections = {dialect: client(port, dialect) for dialect in DATA}
        waiting = {*DATA}
        with merge(
            {dialect: each.chunks() for dialect, each in connections.items()},
            interrupts={dialect: each.hang_up for dialect, each in connections.items()},
        ) as merged:
            while waiting:
                item = next(merged)
                assert item.error is None
                waiting.discard(item.source)
        assert not [each for each in threading.enumerate() if each.name.startswith("onechunk")]
        assert all(each.gone.wait(SECONDS) for each in replies.values())


def test_flowing_answers_need_no_interrupt() -> None:
    """A source that goes on giving chunks is closed at the next one."""
    replies = {dialect: flowing(dialect) for dialect in DATA}
    with nothing_left(), serve(replies) as port:
        sources = {dialect: StandardConnection(port, dialect).chunks() for dialect in DATA}
        with merge(sources, buffer=2) as merged:
            next(merged)
        assert not [each for each in threading.enumerate() if each.name.startswith("onechunk")]


def breaking_off() -> dict[str, Reply]:
    """Return answers of which one breaks off in the middle of an event."""
    replies = {dialect: paced(data, 5, 0.001) for dialect, data in DATA.items()}
    return replies | {"mistral": Reply([DATA["mistral"][:-40]], end="broken")}


def check_broken_off(items: list[Merged], kind: type[Exception]) -> None:
    """Assert that one source failed, behind what it had given, and the others did not."""
    for dialect, chunks in EXPECTED.items():
        own = [item for item in items if item.source == dialect]
        if dialect == "mistral":
            assert [item.chunk for item in own[:-1]] == chunks[: len(own) - 1]
            assert len(own) > 1
            assert isinstance(own[-1].error, kind)
        else:
            assert [item.chunk for item in own] == [*chunks, None]
            assert own[-1].error is None


@pytest.mark.parametrize(
    ("client", "kind"),
    [(StandardConnection, IncompleteRead), (HttpxConnection, httpx.RemoteProtocolError)],
)
def test_one_that_breaks_off_hurts_no_other(client: SyncClient, kind: type[Exception]) -> None:
    """What a client raises of a broken connection is the failure of one source, unchanged."""
    with nothing_left(), serve(breaking_off()) as port:
        items = list(merge({dialect: client(port, dialect).chunks() for dialect in DATA}))
        check_broken_off(items, kind)


# Async: each client is an async generator of bytes.


async def by_httpx(port: int, name: str) -> AsyncGenerator[bytes, None]:
    """Yield an answer, with httpx."""
    url = f"http://127.0.0.1:{port}/{name}"
    async with (
        httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE) as client,  # noqa: S501 - plain
        client.stream("GET", url) as response,
    ):
        async for piece in response.aiter_bytes():
            yield piece


async def by_streams(port: int, name: str) -> AsyncGenerator[bytes, None]:
    """Yield an answer, with the streams of the standard library."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"GET /{name} HTTP/1.0\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        while piece := await reader.read(1024):
            yield piece
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


AsyncClient = Callable[[int, str], AsyncIterable[bytes]]

async_clients = pytest.mark.parametrize("client", [by_streams, by_httpx])


def sources(client: AsyncClient, port: int) -> dict[str, AsyncIterator[Chunk]]:
    """Return the three answers."""
    return {dialect: aread(client(port, dialect), dialect) for dialect in DATA}


async def no_tasks(client: AsyncClient) -> None:
    """See that no task is left but this one."""
    if client is by_httpx:
        # It leaves generators inside its own to the loop, which closes each in a task.
        for _ in range(10):
            await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("seed", range(3))
@async_clients
def test_every_answer_is_whole_async(client: AsyncClient, seed: int) -> None:
    """Answers of different speeds, cut anywhere, arrive as they were recorded."""
    speeds = [0, 0.001, 0.003]
    replies = {
        dialect: paced(data, seed, speeds[(number + seed) % 3])
        for number, (dialect, data) in enumerate(DATA.items())
    }

    async def run(port: int) -> None:
        check([item async for item in amerge(sources(client, port))])
        await no_tasks(client)

    with nothing_left(), serve(replies) as port:
        asyncio.run(run(port))


@async_clients
def test_fast_answers_pass_slow_ones_async(client: AsyncClient) -> None:
    """A whole answer passes between two chunks of another, while a third says no more at all."""
    replies, go_on, begin = gated()

    async def run(port: int) -> None:
        async with amerge(sources(client, port)) as merged:
            first = {item.source: item.chunk for item in (await anext(merged), await anext(merged))}
            assert first == {name: EXPECTED[name][0] for name in ("mistral", "gemini")}
            begin.set()
            for chunk in [*EXPECTED["anthropic"], None]:
                assert await anext(merged) == Merged("anthropic", chunk)
            go_on.set()
            for chunk in [*EXPECTED["mistral"][1:], None]:
                assert await anext(merged) == Merged("mistral", chunk)
        await no_tasks(client)

    with nothing_left(), serve(replies) as port:
        asyncio.run(run(port))
        assert replies["gemini"].gone.wait(SECONDS)


async def leave_the_block(merged: AsyncMerge, waiting: set[str]) -> None:
    """Leave in the middle."""
    async with merged:
        while waiting:
            waiting.discard((await anext(merged)).source)


async def cancel_the_reader(merged: AsyncMerge, waiting: set[str]) -> None:
    """Cancel the task that reads, wherever it is."""
    begun = asyncio.Event()

    async def consume() -> None:
        async for item in merged:
            assert item.error is None
            waiting.discard(item.source)
            if not waiting:
                begun.set()

    task = asyncio.create_task(consume())
    await begun.wait()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def run_out_of_time(merged: AsyncMerge, waiting: set[str]) -> None:
    """Let a timeout cancel the reading."""
    loop = asyncio.get_running_loop()
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS) as limit, merged:
            async for item in merged:
                waiting.discard(item.source)
                if not waiting:
                    limit.reschedule(loop.time())


Leaving = Callable[[AsyncMerge, set[str]], Awaitable[None]]


@pytest.mark.parametrize("leave", [leave_the_block, cancel_the_reader, run_out_of_time])
@pytest.mark.parametrize("reply", [holding, flowing])
@async_clients
def test_leaving_hangs_up_async(
    client: AsyncClient, reply: Callable[[str], Reply], leave: Leaving
) -> None:
    """Leaving in the middle ends tasks and connections."""
    replies = {dialect: reply(dialect) for dialect in DATA}

    async def run(port: int) -> None:
        waiting = {*DATA}
        await leave(amerge(sources(client, port)), waiting)
        assert not waiting
        await no_tasks(client)
        seen = [asyncio.to_thread(each.gone.wait, SECONDS) for each in replies.values()]
        assert all(await asyncio.gather(*seen))

    with nothing_left(), serve(replies) as port:
        asyncio.run(run(port))


@pytest.mark.parametrize(
    ("client", "kind"), [(by_streams, WireError), (by_httpx, httpx.RemoteProtocolError)]
)
def test_one_that_breaks_off_hurts_no_other_async(
    client: AsyncClient, kind: type[Exception]
) -> None:
    """Where the client did not see it, the decoder says that the stream was cut off."""

    async def run(port: int) -> None:
        check_broken_off([item async for item in amerge(sources(client, port))], kind)
        await no_tasks(client)

    with nothing_left(), serve(breaking_off()) as port:
        asyncio.run(run(port))
