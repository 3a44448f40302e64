"""A frame that does not end within the limit ends the splitting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing import DEFAULT_FRAME_LIMIT, FRAMINGS, AutoSplitter, Frame, make_splitter
from tests.framing.cutting import all_cuts, some_cuts
from tests.support.aws_messages import build, build_event

LIMIT = 12

# A name of a framing, a body, the frames before the failure, whether there is one.
CASES: dict[str, tuple[str, bytes, list[bytes | Frame], bool]] = {
    "event at the limit": ("sse", b"data: 123456\n\n" * 3, [b"123456"] * 3, False),
    "event over it": ("sse", b"data: 1\n\ndata: 1234567\n\ndata: 2\n\n", [b"1"], True),
    "last event over it": ("sse", b"data: 1\n\ndata: 1234567", [b"1"], True),
    "lines at it": ("sse", b"data:1\ndata\n\n", [Frame(b"1\n")], False),
    "lines over it": ("sse", b"data: 1\ndata:\n\n" * 2, [], True),
    "named at it": ("sse", b"event\ndata:1\n\n" * 2, [Frame(b"1", event="")] * 2, False),
    "named over it": ("sse", b"event:\ndata:1\n\n" * 2, [], True),
    "comments over it": ("sse", b": 45\n: 90\n: 12\n\n", [], True),
    "unknown line over it": ("sse", b"data: 1\n\n<!doctype html>\n\n", [b"1"], True),
    "bare at it": ("sse", b'{"a":"7890"}\n' * 2, [Frame(b'{"a":"7890"}', bare=True)] * 2, False),
    "bare over it": ("sse", b'{"a":"78901"}\n', [], True),
    "bare lines at it": ("sse", b'{"a":\n\n\n 10}', [Frame(b'{"a":\n\n\n 10}', bare=True)], False),
    "bare lines over it": ("sse", b'{"a":\n\n\n  11}\n', [], True),
    "bare blank lines over it": ("sse", b"{" + b"\n" * 13, [], True),
    "blank lines": ("sse", b"\n" * 99 + b"data: 1\n\n", [b"1"], False),
    "lines, then another event": ("sse", b"data:1\ndata:2\n\ndata\n\n" * 2, [], True),
    "a line over it, then an event": ("sse", b"data:123456\n:\n\ndata\n\n", [], True),
    "bare over it, then an event": ("sse", b"[123456789\n\n\n1\n\ndata\n\n", [], True),
    "text at the limit": ("ndjson", b'{"a":"7890"}\n' * 3, [b'{"a":"7890"}'] * 3, False),
    "text over it": ("ndjson", b'[]\n{"a":"78901"}\n{}\n', [b"[]"], True),
    "last text over it": ("ndjson", b'{"a":"78901"}', [], True),
    "CR over it": ("ndjson", b'{"a":"7890"}\r\n', [], True),
    "lines of a text at it": ("ndjson", b'{"a":\n\n\n 10}\n{}', [b'{"a":\n\n\n 10}', b"{}"], False),
    "lines of a text over it": ("ndjson", b'{"a":\n\n\n  11}\n', [], True),
    "blank lines of a text": ("ndjson", b"{" + b"\n" * 13, [], True),
    "blank lines between texts": ("ndjson", b"\n" * 99 + b"{}\n", [b"{}"], False),
    "element at the limit": ("json_array", b'[{"a":"7890"},2]', [b'{"a":"7890"}', b"2"], False),
    "element over it": ("json_array", b'[{},{"a":"78901"},{}]', [b"{}"], True),
    "last element over it": ("json_array", b'[{},{"a":"7890123', [b"{}"], True),
    "number over it": ("json_array", b"[1,1234567890123,1]", [b"1"], True),
    "last number at it": ("json_array", b"[123456789012", [b"123456789012"], False),
    "string over it": ("json_array", b'["12345678901"]', [], True),
    "space within an element": ("json_array", b"[{" + b" " * 11 + b"}]", [], True),
    "space between elements": ("json_array", b"[" + b" " * 99 + b"{}" + b"," * 99, [b"{}"], False),
}  # fmt: skip


@pytest.mark.parametrize(("framing", "body", "frames", "fails"), CASES.values(), ids=CASES)
def test_limit(
    framing: str,
    body: bytes,
    frames: list[bytes | Frame],
    fails: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The frames before the failure come, wherever the bytes are cut, and none afterwards."""
    for pieces in all_cuts(body):
        splitter = make_splitter(framing, LIMIT)
        found = [frame for piece in pieces for frame in splitter.feed(piece)]
        if splitter.failure is not None:
            assert splitter.feed(b"data: 1\n\n{}\n") == []
        found += splitter.close()

        assert found == frames, pieces
        assert (splitter.failure is not None) == fails


def test_event_stream() -> None:
    """A message at the limit comes; one over it does not, though only its beginning came."""
    message = build_event("a", b"{}")
    for pieces in all_cuts(message * 2):
        for limit in (len(message), len(message) - 1):
            splitter = make_splitter("eventstream", limit)
            found = [item for piece in pieces for item in splitter.feed(piece)]

            assert found == ([b'{"a":{}}'] * 2 if limit == len(message) else [])
            assert (splitter.failure is None) == (limit == len(message))
    splitter = make_splitter("eventstream", len(message) - 1)

    assert splitter.feed(message[:11]) == []
    assert splitter.failure is None
    assert splitter.feed(message[11:12]) == []
    assert splitter.failure is not None


@pytest.mark.parametrize("framing", FRAMINGS)
def test_message(framing: str) -> None:
    """The failure names the limit."""
    splitter = make_splitter(framing, LIMIT)
    splitter.feed(build(b"") if framing == "eventstream" else b"?" * (LIMIT + 1))

    assert splitter.failure is not None
    assert splitter.failure.message == "a frame is longer than the frame limit of 12 bytes"
    assert str(splitter.failure) == splitter.failure.message


@pytest.mark.parametrize("body", [b" " * (LIMIT + 1) + b"{}", b"\n" * (LIMIT + 1) + b"{}"])
def test_white_space(body: bytes) -> None:
    """White space before the first frame is held no longer than the limit allows."""
    framings: set[str | None] = set()
    for pieces in all_cuts(body):
        splitter = AutoSplitter(LIMIT)
        for piece in pieces:
            splitter.feed(piece)
        framings.add(splitter.framing)

    assert framings == {"sse"}


def test_default() -> None:
    """Megabytes in one event are no failure by default."""
    for framing in FRAMINGS:
        splitter = make_splitter(framing)
        text = b'{"a":"' + bytes(8_000_000) + b'"}'
        bodies = {
            "eventstream": build_event("a", text),
            "json_array": b"[" + text + b"]",
            "ndjson": text + b"\n",
            "sse": b"data: " + text + b"\n\n",
        }
        body = bodies[framing]
        item = b'{"a":' + text + b"}" if framing == "eventstream" else text

        assert len(body) < DEFAULT_FRAME_LIMIT
        assert splitter.feed(body[:5_000_000]) + splitter.feed(body[5_000_000:]) == [item]


@pytest.mark.parametrize(
    ("framing", "beginning", "more"),
    [
        ("sse", b"data: ", b"x"),
        ("sse", b"data:1\n", b"x"),
        ("sse", b"", b"data:1\n"),
        ("sse", b"", b":\r\n"),
        ("sse", b"[\n", b"x"),
        ("sse", b"[", b"\n"),
        ("ndjson", b"[", b"x"),
        ("ndjson", b"[\n", b"x"),
        ("ndjson", b"[", b"\n"),
        ("json_array", b"[{", b"\n"),
        ("json_array", b'["', b"x"),
        ("json_array", b"[", b"x"),
        ("json_array", b"[", b"["),
    ],
)
def test_at_once(framing: str, beginning: bytes, more: bytes) -> None:
    """The byte behind the limit fails, though nothing has ended."""
    splitter = make_splitter(framing, LIMIT)
    body = beginning + more * 2 * LIMIT
    fed = b""
    for byte in body:
        if splitter.failure is None:
            fed += bytes([byte])
            splitter.feed(fed[-1:])

    assert splitter.failure is not None
    assert len(fed.replace(b"\r", b"")) in {LIMIT + 1, LIMIT + 2}


_BYTES = st.lists(st.sampled_from(b'data: \n\n\n{}[]"event: \r'), max_size=80).map(bytes)
_LINES = st.lists(
    st.sampled_from(b"data: 1,data: 234,event: a,:c,{,},[],abc, ,,,".split(b",")), max_size=16
).map(b"\n".join)

_ELEMENTS = st.lists(st.sampled_from(b'[]{}",,\\\\\n 1x'), max_size=40).map(bytes)
_MESSAGES = st.lists(
    st.sampled_from([build_event("a", b"{}"), build_event("chunk", b""), build(b""), b"\x00"]),
    max_size=4,
).map(b"".join)


@pytest.mark.parametrize("framing", [*FRAMINGS, None])
@given(_BYTES | _LINES | _ELEMENTS | _MESSAGES, st.integers(0, 99), st.data())
def test_cut_anywhere(framing: str | None, body: bytes, limit: int, draw: st.DataObject) -> None:
    """Cutting changes neither what comes before a failure nor whether there is one."""
    results: list[tuple[list[bytes | Frame], bool]] = []
    for pieces in ([body], draw.draw(some_cuts(body)), draw.draw(some_cuts(body))):
        splitter = make_splitter(framing, limit)
        frames = [frame for piece in pieces for frame in splitter.feed(piece)]
        frames += splitter.close()
        results.append((frames, splitter.failure is None))

    assert results[0] == results[1] == results[2]
