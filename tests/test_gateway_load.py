"""Many clients at once: memory stays flat, and whoever leaves takes the upstream along."""

from __future__ import annotations

import asyncio
import resource
import socket
import struct
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from onechunk.gateway import Route, create_app
from tests.support.app_server import run_app
from tests.support.gateway import EVENT, EVENTS, STOP, is_whole, run_command, settle
from tests.support.meaning import meaning
from tests.support.streams import decode_all
from tests.support.upstream import SECONDS, Answer, Gate, Step, Upstream, serve

MANY: Final = 500
ROUNDS: Final = 25
FIRST: Final = 4
"""Rounds whose buffers are there for good."""
WORDS: Final = b"tide " * 800
"""4,000 bytes: what 500 streams say in all is 50 MB, and none of it may stay."""
FLAT: Final = 8 * 1024
"""KiB by which memory may grow while they say it."""

LEAVING: Final = 200
AT_ONCE: Final = 40

REQUEST: Final = (
    b"POST /v1/messages HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"
    b'connection: close\r\ncontent-length: 29\r\n\r\n{"model":"m", "messages": []}'
)


@pytest.fixture(scope="module", autouse=True)
def files() -> Generator[None]:
    """Let this process, and those that it starts, open enough sockets: some for each stream."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(6 * MANY, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def upstream(files: None) -> Generator[Upstream]:
    """A running server."""
    del files
    with serve() as upstream:
        yield upstream


def memory(pid: int) -> int:
    """Return how much of it is in memory, in KiB."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        return int(status.read_text().partition("VmRSS:")[2].split()[0])
    command = ["ps", "-o", "rss=", "-p", str(pid)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


async def read_all(port: int, heard: asyncio.Queue[None]) -> bytes:
    """Ask for a stream, and return its body; tell of the words as they come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    body = bytearray()
    while size := int(await reader.readline(), 16):
        piece = await reader.readexactly(size)
        for _ in range(piece.count(b'"text_delta"')):
            heard.put_nowait(None)
        body += piece
        await reader.readexactly(2)
    writer.close()
    await writer.wait_closed()
    return bytes(body)


def test_many_streams(upstream: Upstream) -> None:
    """Five hundred streams at once are all whole, and the gateway keeps nothing of them."""
    event = EVENT.replace(b"tide", WORDS)
    # No stream is ahead of another: what waits in the gateway does not depend on its speed.
    gates = [Gate() for _ in range(ROUNDS)]
    rounds: list[Step] = [step for gate in gates for step in (event, gate)]
    answer = Answer([*rounds, STOP], EVENTS)
    route = ("--upstream", upstream.add(answer), "--from", "openai", "--to", "anthropic")

    with run_command(*route, "--max-streams", str(MANY)) as gateway:

        def told(name: str) -> float:
            lines = httpx.get(f"{gateway.url}/metrics", timeout=SECONDS).text.splitlines()
            return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

        async def run() -> tuple[list[bytes], list[int]]:
            heard: asyncio.Queue[None] = asyncio.Queue()
            seen: list[int] = []
            async with asyncio.TaskGroup() as group:
                clients = [group.create_task(read_all(gateway.port, heard)) for _ in range(MANY)]
                for said, gate in enumerate(gates, 1):
                    async with asyncio.timeout(SECONDS):
                        for _ in range(MANY):
                            await heard.get()
                    assert heard.empty()
                    seen.append(memory(gateway.pid))
                    if said == 1:
                        assert await asyncio.to_thread(told, "onechunk_streams_open") == MANY
                    gate.open()
            return [client.result() for client in clients], seen

        bodies, seen = asyncio.run(run())
        gateway.wait(lambda: len(gateway.lines) == MANY)
        assert told("onechunk_requests_total") == MANY
        assert told("onechunk_streams_open") == 0
        records = gateway.records
    assert len({record["id"] for record in records}) == MANY
    assert {record["outcome"] for record in records} == {"complete"}
    [body] = set(bodies)
    assert is_whole(body)
    text = meaning(decode_all("anthropic", [body]))[0, "text"]
    assert text == WORDS.decode() * ROUNDS
    assert max(seen[FIRST:]) - seen[FIRST - 1] < FLAT, seen


class Counted:
    """An app, and a page that tells how many tasks its loop has."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer."""
        if scope["type"] != "http" or scope["path"] != "/tasks":
            await self._app(scope, receive, send)
            return
        body = str(len(asyncio.all_tasks())).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


async def leave(port: int, random: Random) -> None:
    """Ask, take some or nothing of the answer, and hang up or tear the connection down."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    whole = random.random() < 0.9
    writer.write(REQUEST if whole else REQUEST[: random.randrange(len(REQUEST))])
    await writer.drain()
    if whole and random.random() < 0.8:
        await reader.readexactly(random.randrange(1, 4000))
    if random.random() < 0.5:
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    writer.close()
    await asyncio.wait({asyncio.create_task(writer.wait_closed())})


def test_many_leave(upstream: Upstream) -> None:
    """Two hundred clients leave at random, and no task and no socket stays."""
    # Slow enough that a client leaves in the midst of it, and never at its end.
    answer = Answer([EVENT, 0.01] * 100_000, EVENTS)
    app = Counted(create_app([Route(upstream.add(answer), "openai", "anthropic")]))
    random = Random(4711)  # noqa: S311 - nothing is kept secret by it

    with (
        run_app(app, lifespan="on") as url,
        httpx.Client(base_url=url, timeout=SECONDS) as client,
    ):

        def standing() -> tuple[int, int]:
            """Return how many tasks the gateway has, and this process open files."""
            return int(client.get("/tasks").text), len([*Path("/dev/fd").iterdir()])

        async def run() -> None:
            port = int(url.rpartition(":")[2])
            some = asyncio.Semaphore(AT_ONCE)

            async def one() -> None:
                async with some:
                    await leave(port, random)

            await asyncio.gather(*(one() for _ in range(LEAVING)))

        before = standing()
        asyncio.run(run())
        upstream.wait(lambda: upstream.open == 0)
        until = time.monotonic() + SECONDS
        while (after := standing()) != before and time.monotonic() < until:
            time.sleep(0.05)
        assert after == before
        assert answer.began > LEAVING / 2
        assert answer.left == answer.began
        assert 'outcome="complete"' not in settle(client)
