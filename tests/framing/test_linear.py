"""Work and memory follow the bytes, not the pieces they come in: counted, not timed."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from onechunk._framing import FRAMINGS, make_splitter
from tests.support.aws_messages import build_event

# How a message of a megabyte begins.
_LONG_MESSAGE = build_event("a", bytes(1_000_000))[:-1_000_000]

_CUT = ["partition", "rpartition", "split"]
_COPIED = ["__add__", "__radd__", "__getitem__"]
_SEEN = ["__contains__", "count", "decode", "find", "lstrip", "removeprefix", "removesuffix"]
_METERED = [*_CUT, *_COPIED, *_SEEN, "replace", "strip", "translate"]


class Meter:
    """Count the bytes that are looked at or copied."""

    seen = 0


def _metered(name: str) -> Callable[..., Any]:
    def method(self: bytes, *arguments: Any) -> Any:
        if name == "__radd__":
            result = arguments[0].__add__(bytes(self))
        else:
            result = getattr(bytes, name)(self, *arguments)
        copied = len(result) if isinstance(result, bytes) else 1
        Meter.seen += copied if name in _COPIED else len(self)
        if isinstance(result, bytes):
            return Metered(result)
        return type(result)(map(Metered, result)) if name in _CUT else result

    return method


Metered: type[bytes] = type("Metered", (bytes,), {name: _metered(name) for name in _METERED})

# A framing, how a body begins, what goes on without ever completing a frame.
UNFINISHED: dict[str, tuple[str | None, bytes, bytes]] = {
    "one data line": ("sse", b"data: ", b"x"),
    "one data line behind a name": ("sse", b"event: a\ndata: ", b"x"),
    "data lines": ("sse", b"", b"data: 1\n"),
    "data lines, CRLF": ("sse", b"", b"data: 1\r\n"),
    "comments": ("sse", b"", b":\n"),
    "a comment": ("sse", b":", b"x"),
    "unknown fields": ("sse", b"", b"x\n"),
    "bare": ("sse", b'{"a": "', b"x"),
    "bare lines": ("sse", b"[", b"[],\n"),
    "bare lines with blank ones": ("sse", b"[", b"\n\n"),
    "a string of quotes in bare lines": ("sse", b'["', b'\\"'),
    "one line": ("ndjson", b'{"a": "', b"x"),
    "lines": ("ndjson", b"[", b"[],\n"),
    "blank lines": ("ndjson", b"", b"\n"),
    "lines of an unclosed string": ("ndjson", b'["', b"\\\n"),
    "one element": ("json_array", b'[{"a": "', b"x"),
    "values in an element": ("json_array", b"[[", b"[],\n"),
    "brackets": ("json_array", b"[", b'{"a":['),
    "a string of quotes in an element": ("json_array", b'["', b'\\"'),
    "a number": ("json_array", b"[", b"1"),
    "white space between elements": ("json_array", b"[{}", b"\r\n,"),
    "a message": ("eventstream", _LONG_MESSAGE, b"x"),
    "white space": (None, b"", b" \r\n"),
    "recognised": (None, b"data: ", b"x"),
}


def _pieces(beginning: bytes, more: bytes, size: int) -> Iterator[bytes]:
    body = beginning + more * 4_000
    for start in range(0, len(body), size):
        yield Metered(body[start : start + size])


@pytest.mark.parametrize(("framing", "beginning", "more"), UNFINISHED.values(), ids=UNFINISHED)
@pytest.mark.parametrize("size", [1, 7, 500])
def test_work(framing: str | None, beginning: bytes, more: bytes, size: int) -> None:
    """A piece costs what its own bytes cost, however much is held already."""
    splitter = make_splitter(framing)
    costs: list[int] = []
    for piece in _pieces(beginning, more, size):
        Meter.seen = 0
        splitter.feed(piece)
        costs.append(Meter.seen)

    assert max(costs[len(costs) // 2 :]) <= 20 * size + 20
    assert max(costs) <= 20 * size + 40


def test_work_of_many_events() -> None:
    """Bytes are looked at a few times, whatever the pieces."""
    for framing, event in (
        ("sse", b"data: 123456789\n\n"),
        ("sse", b"event: a\ndata: 12345\n\n"),
        ("sse", b": 123456789012345\n\n"),
        ("json_array", b'{"a": [1, "2"]}\n,\r\n'),
        ("eventstream", build_event("a", b"{}")),
    ):
        body = event * 500
        for size in (1, 7, len(event), 1000, len(body)):
            splitter = make_splitter(framing)
            Meter.seen = 0
            frames = [
                frame
                for start in range(0, len(body), size)
                for frame in splitter.feed(Metered(body[start : start + size]))
            ]

            assert len(frames) == 500
            assert Meter.seen <= 40 * len(body)


def _held_by(value: object) -> Iterator[bytes]:
    """Find the bytes that an object keeps."""
    for inner in gc.get_referents(value):
        if isinstance(inner, bytes):
            yield inner
        elif _is_followed(inner):
            yield from _held_by(inner)


def _is_followed(value: object) -> bool:
    return isinstance(value, list) or type(value).__module__.startswith("onechunk.")


@pytest.mark.parametrize(
    ("framing", "beginning"),
    [
        ("sse", b"data: "),
        ("ndjson", b"["),
        ("json_array", b"[["),
        ("json_array", b'["'),
        ("eventstream", _LONG_MESSAGE),
    ],
)
def test_pieces_are_kept_as_they_came(framing: str, beginning: bytes) -> None:
    """The pieces of an unfinished line are held, not joined, until the line ends."""
    splitter = make_splitter(framing)
    splitter.feed(beginning)
    pieces = [b"%6d" % number for number in range(1000)]
    for piece in pieces:
        splitter.feed(piece)

    held = {id(data) for data in _held_by(splitter)}
    assert {id(piece) for piece in pieces} <= held


@pytest.mark.parametrize("framing", [*FRAMINGS, None])
def test_empty_pieces_are_not_kept(framing: str | None) -> None:
    """An empty piece leaves nothing behind, within a line neither."""
    splitter = make_splitter(framing)
    for beginning in (b"", b" ", b"d"):
        splitter.feed(beginning)
        before = len(list(_held_by(splitter)))
        for _ in range(10):
            splitter.feed(b"")

        assert len(list(_held_by(splitter))) == before


@pytest.mark.parametrize("framing", [*FRAMINGS, None])
def test_nothing_is_kept(framing: str | None) -> None:
    """Between frames, and after a failure, no more is held than what begins an event."""
    splitter = make_splitter(framing, 1000)
    texts = {
        "eventstream": build_event("a", b'{"a": 1}'),
        "json_array": b'{"a": 1}\n,\r\n',
        "ndjson": b'{"a": 1}\n',
    }
    text = texts.get(framing or "", b'data: {"a": 1}\n\n')
    for _ in range(100):
        splitter.feed(text * 20)

    assert sum(map(len, _held_by(splitter))) < 20

    splitter.feed(text + b"x" * 1001)

    assert splitter.failure is not None
    assert sum(map(len, _held_by(splitter))) < 20
