"""What is written as AWS event stream messages: what botocore and the splitter read alike."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing import EventStreamSplitter, Frame, write_event_stream
from tests.framing.cutting import some_cuts, split
from tests.framing.messages import CASES, CHUNK, EXCEPTION, SAME, TYPE, wrap
from tests.support.aws_messages import build, read_messages, text_header


def _write(item: bytes | Frame) -> bytes:
    if isinstance(item, bytes):
        return write_event_stream(item)
    assert item.data is not None
    return write_event_stream(item.data, item)


@pytest.mark.parametrize(("message", "item"), SAME.values(), ids=SAME)
def test_both_ways(message: bytes, item: bytes | Frame) -> None:
    """What was read is written as the bytes that came."""
    assert _write(item) == message


@pytest.mark.parametrize(("message", "item"), CASES.values(), ids=CASES)
def test_as_botocore(message: bytes, item: bytes | Frame) -> None:
    """Botocore reads the same headers and payload, in what came and in what is written."""
    [came], [written] = read_messages(message), read_messages(_write(item))

    assert came.headers.items() <= written.headers.items()
    assert written.headers.keys() - came.headers.keys() <= {":content-type"}
    for name, kind, value in item.headers if isinstance(item, Frame) else ():
        assert came.headers[name] == value
        assert type(came.headers[name]) is type(value), kind
    if not came.payload:
        assert written.payload in {b"", b"{}"}
    else:
        payloads = [json.loads(each) for each in (came.payload, written.payload)]
        if isinstance(item, Frame) and item.field == "bytes":
            payloads[0].pop("p", None)
        assert payloads[0] == payloads[1]
    head = list(written.headers)
    assert head[:3] in (
        [":event-type", ":content-type", ":message-type"],
        [":exception-type", ":content-type", ":message-type"],
        [":error-code", ":error-message", ":message-type"],
        [":error-code", ":message-type", *head[2:3]],
    )


@pytest.mark.parametrize(
    ("data", "payload"),
    [
        (b' { "a" : {"b" : 1.50}\n} ', b'{"b" : 1.50}'),
        (b'{"\\u0061":1e5}', b"1e5"),
        (b'{"a":' + b"9" * 50 + b"}", b"9" * 50),
        (b'{"a":{"b":"}","a":2}}', b'{"b":"}","a":2}'),
        (b'{"a":[NaN]}', b"[NaN]"),
        (b'{"a":"\\ud800"}', b'"\\ud800"'),
    ],
)
def test_payload_as_it_stands(data: bytes, payload: bytes) -> None:
    """The payload is cut out of the object, whatever stands around it."""
    [message] = read_messages(write_event_stream(data))

    assert message.headers[":event-type"] == "a"
    assert message.payload == payload


def test_not_wrapped() -> None:
    """A model's own JSON needs no frame to go into a chunk; an exception is none."""
    frame = Frame(None, field="exception")

    assert write_event_stream(b"[1]", wrapped=False) == build(CHUNK, wrap(b"[1]"))
    assert write_event_stream(b"{}", Frame(None, event="a"), wrapped=False) == build(
        CHUNK, wrap(b"{}")
    )
    assert write_event_stream(b'{"a":{}}', frame, wrapped=False) == build(
        text_header(":exception-type", "a") + TYPE + EXCEPTION, b"{}"
    )


@pytest.mark.parametrize("data", [b"{}", b'{"a":1,"b":2}', b"[]", b"1", b"[DONE]", b"", b'{"a":'])
def test_no_event(data: bytes) -> None:
    """What is no object with one key has no name and is refused."""
    for frame in (None, Frame(None, field="exception"), Frame(None, field="error-message")):
        with pytest.raises(ValueError, match=r"must be an object with one key|invalid JSON"):
            write_event_stream(data, frame)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":{}}',
        b'{"error":1}',
        b'{"error":{}}',
        b'{"error":{"message":"a"}}',
        b'{"error":{"code":"a","type":"b"}}',
        b'{"error":{"code":1}}',
    ],
)
def test_no_error(data: bytes) -> None:
    """An error that its headers cannot say is refused."""
    with pytest.raises(ValueError, match=r"^an error's message|^a header ':error-code' of type 7"):
        write_event_stream(data, Frame(None, field="error-message"))


@pytest.mark.parametrize(
    "header",
    [
        ("a" * 256, 0, True),
        ("a", 0, False),
        ("a", 1, True),
        ("a", 2, 128),
        ("a", 5, 2**63),
        ("a", 4, "1"),
        ("a", 6, "1"),
        ("a", 6, bytes(65_536)),
        ("a", 7, 1),
        ("a", 7, "a" * 65_536),
        ("a", 7, "\ud800"),
        ("\ud800", 0, True),
        ("a", 9, bytes(15)),
        ("a", 10, b""),
        ("a", 256, b""),
    ],
)
def test_bad_header(header: tuple[str, int, Any]) -> None:
    """A header that its type cannot hold is refused."""
    with pytest.raises(ValueError, match=r"^a header '.*' of type \d+ cannot be "):
        write_event_stream(b'{"a":{}}', Frame(None, headers=(header,)))


def test_long_headers() -> None:
    """Headers of any length are read, one of them of all bytes that it can have."""
    header = ("a", 6, bytes(65_535))
    frame = Frame(b'{"a":{}}', headers=(header, ("b", 7, "é" * 32_767)))

    assert split(EventStreamSplitter(), [_write(frame)]) == [frame]


_TEXTS = st.text(max_size=9)
_HEADER = st.one_of(
    st.tuples(_TEXTS, st.just(0), st.just(value=True)),
    st.tuples(_TEXTS, st.just(1), st.just(value=False)),
    st.tuples(_TEXTS, st.just(2), st.integers(-(2**7), 2**7 - 1)),
    st.tuples(_TEXTS, st.just(3), st.integers(-(2**15), 2**15 - 1)),
    st.tuples(_TEXTS, st.just(4), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(_TEXTS, st.sampled_from([5, 8]), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(_TEXTS, st.just(6), st.binary()),
    st.tuples(_TEXTS, st.just(7), _TEXTS),
    st.tuples(_TEXTS, st.just(9), st.binary(min_size=16, max_size=16)),
)
_HEADERS = st.lists(_HEADER, max_size=4, unique_by=lambda header: header[0]).map(
    lambda headers: tuple(each for each in headers if each[0][:1] != ":")
)
_OBJECTS = st.dictionaries(_TEXTS, st.integers() | _TEXTS | st.none(), max_size=3)


def _event(name: str, value: Any, headers: tuple[Any, ...]) -> bytes | Frame:
    data = json.dumps({name: value}).encode()
    return Frame(data, headers=headers) if headers else data


def _exception(name: str, value: Any, headers: tuple[Any, ...]) -> Frame:
    return Frame(json.dumps({name: value}).encode(), field="exception", headers=headers)


_ITEMS = st.one_of(
    st.builds(_event, _TEXTS.filter(lambda name: name != "chunk"), _OBJECTS, _HEADERS),
    st.builds(Frame, st.binary(), field=st.just("bytes"), headers=_HEADERS),
    st.builds(_exception, _TEXTS, _OBJECTS, _HEADERS),
)


@given(st.lists(_ITEMS), st.data())
def test_written_is_read(items: list[bytes | Frame], draw: st.DataObject) -> None:
    """Messages written and cut anywhere are read as the same items, and by botocore alike."""
    body = b"".join(map(_write, items))

    found = split(EventStreamSplitter(), draw.draw(some_cuts(body)))
    assert list(map(_normal, found)) == list(map(_normal, items))
    for message, item in zip(read_messages(body), items, strict=True):
        for name, _, value in item.headers if isinstance(item, Frame) else ():
            assert message.headers[name] == value


def _normal(item: bytes | Frame) -> Any:
    if isinstance(item, Frame):
        data = item.data if item.field == "bytes" else json.loads(item.data or b"")
        return data, item.field, item.headers
    return json.loads(item)
