"""A real HTTP server on loopback that plays answers: in pieces, held back, broken off, watched."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from threading import Condition, Event, Thread
from typing import Any, Final, Literal

import attrs

from tests.support.recordings import RECORDINGS, Recording

__all__ = [
    "SECONDS",
    "TYPES",
    "Answer",
    "Gate",
    "Request",
    "Step",
    "Upstream",
    "cut",
    "replay",
    "serve",
]

SECONDS: Final = 20
"""How long anything is waited for that must happen; the machine may be slow."""

TYPES: Final = {
    ".eventstream": "application/vnd.amazon.eventstream",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".sse": "text/event-stream",
}
"""Suffix of a recording to the content type that its server sends."""

_REASONS: Final = "Whatever"
_MOST_HEAD: Final = 1 << 20
_BACKLOG: Final = 1024
"""Clients that may wait to be heard: the system resets some of those that find no room, and the
500 that come at once find none in asyncio's 100 where this thread is held up for a second."""


class Gate:
    """Holds an answer back until the test opens it.

    Attributes:
        reached: Set when the server has sent all that stands before it.
    """

    def __init__(self) -> None:
        self.reached = Event()
        self._lock = Condition()
        self._opened = False
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def open(self) -> None:
        """Let pass all who wait, and all who come."""
        with self._lock:
            self._opened = True
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    async def passed(self) -> None:
        """Return when it is open."""
        event = asyncio.Event()
        with self._lock:
            if self._opened:
                event.set()
            else:
                self._waiting.append((asyncio.get_running_loop(), event))
        self.reached.set()
        await event.wait()


Step = bytes | float | Gate
"""Bytes to send, seconds to sleep, or a gate to wait at."""


@attrs.define(eq=False)
class Answer:
    """What requests to one address are answered with; any number of them.

    Attributes:
        steps: What is sent of the body.
        headers: Without those that tell where the body ends.
        body: How the end of the body is told: by `chunked` coding, by its `length` or by `close` of
            the connection. A length is that of all steps, sent or not.
        end: `good`; `cut`: the connection ends before the body does, which nothing tells where the
            close of the connection is the end; `reset`: it is torn down; `never`: it stays open.
        status: Of the response.
        began: How many times it was begun.
        sent: Bytes of steps that the system took, over all requests.
        finished: How many times all was sent.
        left: How many times the client hung up before the end.
    """

    steps: Sequence[Step]
    headers: Sequence[tuple[str, str]] = (("content-type", "text/event-stream"),)
    body: Literal["chunked", "length", "close"] = "chunked"
    end: Literal["good", "cut", "reset", "never"] = "good"
    status: int = 200
    began: int = attrs.field(default=0, init=False)
    sent: int = attrs.field(default=0, init=False)
    finished: int = attrs.field(default=0, init=False)
    left: int = attrs.field(default=0, init=False)


@attrs.frozen
class Request:
    """What a client asked.

    Attributes:
        target: Path and query as they were sent, with what the address of the answer begins with.
        headers: Names in lower case.
    """

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of the first header of that name."""
        return next((value for key, value in self.headers if key == name), None)


def cut(data: bytes, size: int) -> list[bytes]:
    """Cut *data* into pieces of *size* bytes."""
    return [data[start : start + size] for start in range(0, len(data), size)]


def replay(name: str | Recording, steps: Iterable[Step] | None = None, **fields: Any) -> Answer:
    """Return the answer that a server sends a recording with.

    Args:
        name: A recording, or its id: `openai/refusal`.
        steps: What is sent in its place, with its content type; None for its bytes at once.
        fields: Of `Answer`.
    """
    recording = name if isinstance(name, Recording) else _BY_ID[name]
    headers = [("content-type", TYPES[recording.path.suffix])]
    return Answer([recording.data] if steps is None else [*steps], headers, **fields)


_BY_ID: Final = {recording.id: recording for recording in RECORDINGS}


class Upstream:
    """A running server.

    Attributes:
        open: Connections that are open now.
        most: The most that were open at a time.
        requests: All that came, in order.
    """

    def __init__(self) -> None:
        self.open = 0
        self.most = 0
        self.requests: list[Request] = []
        self.changed = Condition()
        self._answers: dict[str, Answer] = {}
        self._port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._failures: list[BaseException] = []

    def add(self, answer: Answer) -> str:
        """Return the address below which any path gives *answer*: no slash at its end."""
        name = str(len(self._answers))
        self._answers[name] = answer
        return f"http://127.0.0.1:{self._port}/{name}"

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait until what the server counts makes *condition* true."""
        with self.changed:
            assert self.changed.wait_for(condition, SECONDS), "it did not come to that"

    def raise_failures(self) -> None:
        """Raise what went wrong in the server itself."""
        for failure in self._failures:
            raise failure

    async def run(self, ready: Event) -> None:
        """Serve until `stop`."""
        stop = asyncio.Event()
        self._stop = asyncio.get_running_loop(), stop
        server = await asyncio.start_server(
            self._connected, "127.0.0.1", 0, limit=_MOST_HEAD, backlog=_BACKLOG
        )
        self._port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop(self) -> None:
        """Let `run` end."""
        assert self._stop is not None
        loop, event = self._stop
        loop.call_soon_threadsafe(event.set)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._converse(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self.changed:
            self.open += 1
            self.most = max(self.most, self.open)
        # What the system has taken counts as sent, and what waits here does not.
        writer.transport.set_write_buffer_limits(high=0)
        ahead: bytes | None = b""
        try:
            while ahead is not None:
                request = await _read_request(reader, ahead)
                if request is None:
                    break
                with self.changed:
                    self.requests.append(request)
                    self.changed.notify_all()
                name = request.target.split("/")[1].split("?")[0]
                play = _Play(self, self._answers[name], request, writer)
                ahead = await _watched(reader, play.send())
                if ahead is None and not play.over:
                    self.count(play.answer, "left")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except Exception as failure:  # noqa: BLE001 - it is raised where the server was started
            self._failures.append(failure)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            with self.changed:
                self.open -= 1
                self.changed.notify_all()

    def count(self, answer: Answer, name: str, more: int = 1) -> None:
        """Count something of an answer, and tell who waits for it."""
        with self.changed:
            setattr(answer, name, getattr(answer, name) + more)
            self.changed.notify_all()


@attrs.define(eq=False)
class _Play:
    """One answer, sent once."""

    upstream: Upstream
    answer: Answer
    request: Request
    writer: asyncio.StreamWriter
    over: bool = False

    async def send(self) -> bool:
        """Send all; say whether the connection may serve another request."""
        answer, writer = self.answer, self.writer
        self.upstream.count(answer, "began")
        writer.write(self._head())
        chunked = answer.body == "chunked"
        for step in answer.steps if self.request.method != "HEAD" else ():
            if isinstance(step, Gate):
                await writer.drain()
                await step.passed()
            elif isinstance(step, float | int):
                await asyncio.sleep(step)
            elif step:
                writer.write(b"%x\r\n%b\r\n" % (len(step), step) if chunked else step)
                await writer.drain()
                self.upstream.count(answer, "sent", len(step))
        if answer.end == "good":
            if chunked and self.request.method != "HEAD":
                writer.write(b"0\r\n\r\n")
            await writer.drain()
        elif answer.end == "never":
            await asyncio.Event().wait()
        elif answer.end == "reset":
            _tear_down(writer)
        self.over = True
        self.upstream.count(answer, "finished")
        return answer.end == "good" and answer.body != "close"

    def _head(self) -> bytes:
        answer = self.answer
        headers = [*answer.headers]
        if answer.body == "chunked":
            headers.append(("transfer-encoding", "chunked"))
        elif answer.body == "length":
            size = sum(len(step) for step in answer.steps if isinstance(step, bytes))
            headers.append(("content-length", str(size + (answer.end != "good"))))
        else:
            headers.append(("connection", "close"))
        lines = [f"HTTP/1.1 {answer.status} {_REASONS}", *(f"{k}: {v}" for k, v in headers)]
        return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


async def _read_request(reader: asyncio.StreamReader, ahead: bytes) -> Request | None:
    """Return the next request; None if the client has hung up."""
    try:
        head = ahead + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").splitlines()
    method, target, _ = first.split(" ")
    pairs = [line.partition(":") for line in lines if line]
    headers = [(name.lower(), value.strip()) for name, _, value in pairs]
    fields = dict(headers)
    if fields.get("transfer-encoding") == "chunked":
        return Request(method, target, headers, await _read_chunks(reader))
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return Request(method, target, headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body


async def _watched(
    reader: asyncio.StreamReader, sending: Coroutine[Any, Any, bool]
) -> bytes | None:
    """Send until all is sent or the client hangs up.

    Returns the beginning of the next request that was read meanwhile, which is mostly nothing;
    None if there is no next request.
    """
    send = asyncio.create_task(sending)
    watch = asyncio.create_task(reader.read(1))
    try:
        await asyncio.wait({send, watch}, return_when=asyncio.FIRST_COMPLETED)
        if watch.done() and not send.done() and watch.exception() is None and watch.result():
            # It is no hang-up: the client asks on before it has heard all.
            await send
        again = send.done() and await send
    except ConnectionError:
        again = False
    finally:
        for task in (send, watch):
            task.cancel()
        await asyncio.gather(send, watch, return_exceptions=True)
    if not again:
        return None
    return b"" if watch.cancelled() else watch.result() or None


def _tear_down(writer: asyncio.StreamWriter) -> None:
    """Reset the connection: what was not received yet may be lost."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def serve() -> Generator[Upstream]:
    """Run a server, in a thread with a loop of its own, until the block ends."""
    upstream = Upstream()
    ready = Event()
    thread = Thread(target=lambda: asyncio.run(upstream.run(ready)), name="upstream")
    thread.start()
    try:
        assert ready.wait(SECONDS)
        yield upstream
    finally:
        upstream.stop()
        thread.join()
    upstream.raise_failures()
