"""What the splitter makes of server-sent events, however the bytes are cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing import Frame, SSESplitter
from tests.framing.cutting import all_cuts, some_cuts, split
from tests.framing.reference import split_sse

CASES: dict[str, tuple[bytes, list[bytes | Frame]]] = {
    "nothing": (b"", []),
    "one event": (b'data: {"a":1}\n\n', [b'{"a":1}']),
    "alike events": (b"data: 1\n\ndata: 2\n\ndata: 3\n\n", [b"1", b"2", b"3"]),
    "no space": (b"data:1\n\ndata: 2\n\ndata:3\n\n", [b"1", b"2", b"3"]),
    "only one space goes": (b"data:  1 \n\n", [b" 1 "]),
    "a tab stays": (b"data:\t1\n\n", [b"\t1"]),
    "no colon": (b"data\n\n", [b""]),
    "empty data": (b"data:\n\ndata: \n\n", [b"", b""]),
    "colons in data": (b"data: a: b:c\n\n", [b"a: b:c"]),
    "two data lines": (b"data: 1\ndata: 2\n\n", [Frame(b"1\n2")]),
    "empty data lines": (b"data\ndata:\n\n", [Frame(b"\n")]),
    "single line ends between events": (b"data: {}\ndata: {}\n\n", [Frame(b"{}\n{}")]),
    "event name": (b"event: a\ndata: 1\n\n", [Frame(b"1", event="a")]),
    "alike names": (
        b"event: a\ndata: 1\n\nevent: a\ndata: 2\n\nevent: a\ndata: 3\n\n",
        [Frame(b"1", event="a"), Frame(b"2", event="a"), Frame(b"3", event="a")],
    ),
    "changing names": (
        b"event: a\ndata: 1\n\nevent: b\ndata: 2\n\ndata: 3\n\nevent: a\ndata: 4\n\n",
        [Frame(b"1", event="a"), Frame(b"2", event="b"), b"3", Frame(b"4", event="a")],
    ),
    "alike but for a line": (
        b"event: a\ndata: 1\n\nevent: a\ndata: 2\ndata: 3\n\nevent: a\ndata: 4\n\n",
        [Frame(b"1", event="a"), Frame(b"2\n3", event="a"), Frame(b"4", event="a")],
    ),
    "last name wins": (b"event: a\nevent: b\ndata: 1\n\n", [Frame(b"1", event="b")]),
    "name after data": (b"data: 1\nevent: a\n\n", [Frame(b"1", event="a")]),
    "empty name": (b"event:\ndata: 1\n\n", [Frame(b"1", event="")]),
    "name without colon": (b"event\ndata: 1\n\n", [Frame(b"1", event="")]),
    "id and retry": (b"id: 7\nretry: 10\ndata: 1\n\n", [Frame(b"1", id="7", retry="10")]),
    "everything": (
        b"id:1\nevent:result\n:HTTP_STATUS/200\ndata:1\n\n",
        [Frame(b"1", event="result", id="1", comments=("HTTP_STATUS/200",))],
    ),
    "name without data": (b"event: a\n\ndata: 1\n\n", [b"1"]),
    "retry without data": (b"retry: 3000\n\ndata: 1\n\n", [b"1"]),
    "comment alone": (b": ping\n\n", [Frame(None, comments=(" ping",))]),
    "comments alone": (b":a\n:\n: b \n\n", [Frame(None, comments=("a", "", " b "))]),
    "comment and name without data": (b":a\nevent: b\n\n", [Frame(None, comments=("a",))]),
    "comment before an event": (b": ping\ndata: 1\n\n", [Frame(b"1", comments=(" ping",))]),
    "comment within an event": (b"data: 1\n:a\ndata: 2\n\n", [Frame(b"1\n2", comments=("a",))]),
    "comment between events": (
        b"data: 1\n\n: ping\n\ndata: 2\n\n",
        [b"1", Frame(None, comments=(" ping",)), b"2"],
    ),
    "unknown fields": (
        b"status: 1\ndatum: 2\n data: 3\nDATA: 4\ndata: 5\n\n",
        [Frame(b"5", unknown=("status: 1", "datum: 2", " data: 3", "DATA: 4"))],
    ),
    "only unknown fields": (
        b"<html>\n\nnot found\n\n",
        [Frame(None, unknown=("<html>",)), Frame(None, unknown=("not found",))],
    ),
    "error field": (
        b'error: {"code":1}\n\n',
        [Frame(b'{"error":{"code":1}}', field="error")],
    ),
    "error field without an object": (b"error: no\n\n", [Frame(None, unknown=("error: no",))]),
    "extra blank lines": (b"\n\n\ndata: 1\n\n\n\n\ndata: 2\n\n\n", [b"1", b"2"]),
    "no blank line at the end": (b"data: 1\n\ndata: 2\n", [b"1", b"2"]),
    "no line end at the end": (b"data: 1\n\ndata: 2", [b"1", b"2"]),
    "name at the end": (b"data: 1\n\nevent: a", [b"1"]),
    "comment at the end": (b"data: 1\n\n: bye", [b"1", Frame(None, comments=(" bye",))]),
    "sentinel": (b"data: 1\n\ndata: [DONE]\n\n", [b"1", b"[DONE]"]),
    "byte order mark": (b"\xef\xbb\xbfdata: 1\n\n", [b"1"]),
    "byte order mark later": (
        b"data: 1\n\n\xef\xbb\xbfdata: 2\n\n",
        [b"1", Frame(None, unknown=("\ufeffdata: 2",))],
    ),
    "half a byte order mark": (b"\xef\xbb", []),
    "byte order mark in data": (b"data: \xef\xbb\xbf1\n\n", [b"\xef\xbb\xbf1"]),
    "other line ends": (
        "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\n".encode(),
        ["a\u2028b\u2029c\x85d\x0be\x0cf\x1cg".encode()],
    ),
    "not UTF-8": (
        b":\xff\nevent: \xe2\x82\nid: \x80\nretry: \xc3\ndata: \xfe\n\n",
        [Frame(b"\xfe", "\udce2\udc82", "\udc80", "\udcc3", ("\udcff",))],
    ),
    "bare": (b'{"error": 1}\n', [Frame(b'{"error": 1}', bare=True)]),
    "bare without line end": (b'{"error": 1}', [Frame(b'{"error": 1}', bare=True)]),
    "bare after an event": (b"data: 1\n\n{}\n\n", [b"1", Frame(b"{}", bare=True)]),
    "bare before an event": (b"{}\ndata: 1\n\n", [Frame(b"{}", bare=True), b"1"]),
    "bare and a blank line": (b"{}\n\ndata: 1\n\n", [Frame(b"{}", bare=True), b"1"]),
    "bare ones": (b"{}\n[]\n", [Frame(b"{}", bare=True), Frame(b"[]", bare=True)]),
    "bare lines": (
        b'[{\n  "error": {\n\n    "code": 400}\n}\n]\ndata: 1\n\n',
        [Frame(b'[{\n  "error": {\n\n    "code": 400}\n}\n]', bare=True), b"1"],
    ),
    "bare with space": (b' \t{"a":\n1} \n', [Frame(b' \t{"a":\n1} ', bare=True)]),
    "bare with brackets in strings": (
        b'{"a": "}\\"}",\n"[": "\\\\"}\ndata: 1\n\n',
        [Frame(b'{"a": "}\\"}",\n"[": "\\\\"}', bare=True), b"1"],
    ),
    "bare, unfinished": (b'{"a": [\ndata: 1\n\n', [Frame(b'{"a": [\ndata: 1\n', bare=True)]),
    "bare, unfinished at blank lines": (
        b"[\n\ndata: 1\n\ndata: 2\n\n",
        [Frame(b"[\n\ndata: 1\n\ndata: 2\n", bare=True)],
    ),
    "bare over blank lines": (
        b"[\n\ndata: 1\n\n]\ndata: 2\n\ndata: 3\n\n",
        [Frame(b"[\n\ndata: 1\n\n]", bare=True), b"2", b"3"],
    ),
    "bare with a name": (b"event: error\n{}\n", [Frame(b"{}", event="error", bare=True)]),
    "bare with a comment": (b":a\n{}\n", [Frame(b"{}", comments=("a",), bare=True)]),
    "bracket after data": (b"data: 1\n{}\n\n", [Frame(b"1", unknown=("{}",))]),
}


@pytest.mark.parametrize(("body", "frames"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_cut_anywhere(body: bytes, frames: list[bytes | Frame], line_end: bytes) -> None:
    """A body gives the same frames with any line end, wherever it is cut."""
    body = body.replace(b"\n", line_end)

    for pieces in all_cuts(body):
        assert split(SSESplitter(), pieces) == frames, pieces


@pytest.mark.parametrize(("body", "frames"), CASES.values(), ids=CASES)
def test_after_other_events(body: bytes, frames: list[bytes | Frame]) -> None:
    """A body gives the same frames behind events that the splitter has got used to."""
    for before in (b"data: 0\n\n", b"event: 0\ndata: 0\n\n"):
        splitter = SSESplitter()
        first = splitter.feed(before) + splitter.feed(before)
        later = split(splitter, [body])

        assert len(first) == 2
        if not body.startswith(b"\xef"):
            assert later == frames


@pytest.mark.parametrize(
    ("pieces", "frames"),
    [
        ([b"data: 1\r\n\r\n"], [b"1"]),
        ([b"data: 1\r\n\r", b"\n"], [b"1"]),
        ([b"data: 1\r\r", b"\ndata: 2\r\r"], [b"1", b"2"]),
        ([b"data: 1\r", b"", b"\ndata: 2\n\r\n"], [Frame(b"1\n2")]),
        ([b"data: 1\n\r"], [b"1"]),
        ([b"data: 1\n\r\n"], [b"1"]),
        ([b"data: 1\r\n\n"], [b"1"]),
        ([b"data: 1\r\r\n"], [b"1"]),
    ],
)
def test_mixed_line_ends(pieces: list[bytes], frames: list[bytes | Frame]) -> None:
    """A CR with the LF behind it is one line end, in one piece or two."""
    assert split(SSESplitter(), pieces) == frames
    assert split(SSESplitter(), [b"data: 0\n\n", *pieces]) == [b"0", *frames]


def test_empty_pieces() -> None:
    """Empty pieces change nothing, before the body begins neither."""
    body = [b"data: 1\n\n", b"\xef\xbb\xbfdata: 2\n\n", b"da", b"ta: 3", b"\n", b"\n"]
    pieces = [piece for data in body for piece in (b"", data, b"")]

    assert (
        split(SSESplitter(), body)
        == split(SSESplitter(), pieces)
        == [
            b"1",
            Frame(None, unknown=("\ufeffdata: 2",)),
            b"3",
        ]
    )


def test_as_soon_as_complete() -> None:
    """A frame comes with the byte that completes it."""
    splitter = SSESplitter()

    assert splitter.feed(b"data: 1\n") == []
    assert splitter.feed(b"\ndata: 2\r\n\r") == [b"1", b"2"]
    assert splitter.feed(b"\n: ping\n") == []
    assert splitter.feed(b"\n") == [Frame(None, comments=(" ping",))]
    assert splitter.feed(b'{"a":\n1}') == []
    assert splitter.feed(b"\n") == [Frame(b'{"a":\n1}', bare=True)]
    assert splitter.close() == []


# Few kinds of short lines, so that their meetings are many.
_LINES = st.sampled_from(
    [
        *b"data: 1,data:2,data,event: a,event: b,id: 1,retry,:c,: d,x: y,{},[,]".split(b","),
        *[b'{"a": "', b'\\"}', b'"', b" {", b"\xef\xbb\xbf", b"\xe2\x82"],
    ]
)
_BODIES = st.lists(
    st.tuples(st.one_of(st.just(b""), _LINES), st.sampled_from([b"\n", b"\r", b"\r\n", b"\n\n"])),
    max_size=30,
).map(lambda lines: b"".join([line + end for line, end in lines]))
_BYTES = st.lists(st.sampled_from(b'data: \nevent\r:{}[]"\\\xef\xbb\xbf')).map(bytes)


@given(st.one_of(_BODIES, _BYTES), st.data())
def test_as_the_reference(body: bytes, draw: st.DataObject) -> None:
    """Any bytes, cut anywhere, give what the slow rules give."""
    pieces = draw.draw(some_cuts(body))

    assert split(SSESplitter(), pieces) == split_sse(body)


def test_plain_items_hold_no_line_end() -> None:
    """A plain item is one line: several JSON texts in one event come as a frame."""
    for body, frames in CASES.values():
        plain = [frame for frame in split(SSESplitter(), [body]) if isinstance(frame, bytes)]

        assert plain == [frame for frame in frames if isinstance(frame, bytes)]
        assert not any(re.search(rb"[\r\n]", data) for data in plain)
