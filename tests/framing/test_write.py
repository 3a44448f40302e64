"""What the writers write, and that the splitters read it back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing import (
    BETWEEN,
    CLOSING,
    FRAMINGS,
    OPENING,
    AutoSplitter,
    Frame,
    SSESplitter,
    write_comment_sse,
    write_event_stream,
    write_json_array,
    write_ndjson,
    write_sse,
)
from tests.framing.cutting import some_cuts, split

CASES: dict[str, tuple[Frame | bytes, bytes]] = {
    "plain": (b"{}", b"data: {}\n\n"),
    "empty": (b"", b"data: \n\n"),
    "leading space": (b" 1", b"data:  1\n\n"),
    "name": (Frame(b"{}", event="a"), b"event: a\ndata: {}\n\n"),
    "empty name": (Frame(b"{}", event=""), b"event: \ndata: {}\n\n"),
    "everything": (
        Frame(b"1\n2", event="a", id="b", retry="3", comments=("c", " d")),
        b":c\n: d\nevent: a\nid: b\nretry: 3\ndata: 1\ndata: 2\n\n",
    ),
    "not UTF-8": (Frame(b"\xff", "\udcff", "\udc80"), b"event: \xff\nid: \x80\ndata: \xff\n\n"),
    "bare": (Frame(b'{\n"a":1}', bare=True), b'{\n"a":1}\n'),
    "bare with a name": (Frame(b"{}", event="error", bare=True), b"event: error\n{}\n"),
    "comments": (Frame(None, comments=(" ping", "")), b": ping\n:\n\n"),
}


def write(frame: bytes | Frame) -> bytes:
    """Write what a splitter gave."""
    if isinstance(frame, bytes):
        return write_sse(frame)
    if frame.data is None:
        return write_comment_sse(frame.comments)
    return write_sse(frame.data, frame)


@pytest.mark.parametrize(("frame", "body"), CASES.values(), ids=CASES)
def test_both_ways(frame: bytes | Frame, body: bytes) -> None:
    """A frame is written in one way, and reading that gives the frame."""
    assert write(frame) == body
    assert split(SSESplitter(), [body]) == [frame]


@pytest.mark.parametrize("data", [b"1\n2\n3", b"1\r\n2\r3", b"1\r2\r3"])
def test_line_ends_in_data(data: bytes) -> None:
    """Every line end of the data begins a new data line."""
    assert write_sse(data) == b"data: 1\ndata: 2\ndata: 3\n\n"


def test_no_comments() -> None:
    """No comments are no bytes, not a blank line."""
    assert write_comment_sse([]) == b""


def test_ndjson() -> None:
    """A line of JSON is the JSON and a LF, whatever its frame says."""
    assert write_ndjson(b"{}") == b"{}\n"
    assert write_ndjson(b"{}", Frame(b"", event="a", comments=("b",))) == b"{}\n"


def test_json_array() -> None:
    """An element is the JSON and a LF, whatever its frame says."""
    assert write_json_array(b"{}") == b"{}\n"
    assert write_json_array(b"{}", Frame(b"", event="a", comments=("b",))) == b"{}\n"


def test_around_frames() -> None:
    """Only the array has something before, between and behind its frames."""
    for table in (OPENING, BETWEEN, CLOSING):
        assert table.keys() == FRAMINGS.keys()
        assert [name for name, text in table.items() if text] == ["json_array"]


@pytest.mark.parametrize("text", ["a\ndata: 2", "a\r", "\r\n", "\ud800"])
def test_strict(text: str) -> None:
    """A text that would write more than itself, or no bytes at all, is refused."""
    for frame in (
        Frame(b"1", event=text),
        Frame(b"1", id=text),
        Frame(b"1", retry=text),
        Frame(b"1", comments=("a", text)),
        Frame(b"{}", event=text, bare=True),
    ):
        with pytest.raises(ValueError, match=r"line end|surrogates"):
            write_sse(b"1", frame)
    with pytest.raises(ValueError, match=r"line end|surrogates"):
        write_comment_sse([text])


_TEXTS = (
    st.binary()
    .map(lambda text: text.replace(b"\n", b"").replace(b"\r", b""))
    .map(lambda text: text.decode("utf-8", "surrogateescape"))
)
_DATA = st.binary().map(lambda data: data.replace(b"\r", b""))
_JSON = st.sampled_from([b"{}", b"[]", b'{"error": {"code": 1}}', b'[{\n\n"a": "}"}\n]', b" {\n}"])
_FIELDS = {
    "event": st.none() | _TEXTS,
    "id": st.none() | _TEXTS,
    "retry": st.none() | _TEXTS,
    "comments": st.lists(_TEXTS).map(tuple[str, ...]),
}


def _plain(frame: Frame) -> bytes | Frame:
    """Make of a frame that says nothing around its data what a splitter gives for it."""
    alone = frame.data is not None and frame == Frame(frame.data) and b"\n" not in frame.data
    return frame.data if alone and frame.data is not None else frame


_FRAMES = st.lists(
    st.one_of(
        st.builds(Frame, _DATA, **_FIELDS).map(_plain),
        st.builds(Frame, _JSON, bare=st.just(value=True), **_FIELDS),
        st.builds(Frame, st.none(), comments=st.lists(_TEXTS, min_size=1).map(tuple[str, ...])),
    )
)


@given(_FRAMES, st.sampled_from([b"\n", b"\r", b"\r\n"]), st.data())
def test_written_is_read(frames: list[bytes | Frame], line_end: bytes, draw: st.DataObject) -> None:
    """Frames written, with any line end, and cut anywhere are read as the same frames."""
    body = b"".join(map(write, frames)).replace(b"\n", line_end)

    assert split(SSESplitter(), draw.draw(some_cuts(body))) == frames


@given(st.lists(st.sampled_from([b'{"a":1}', b'{"b":"}"}', b'{"c":{}}'])), st.data())
def test_written_is_recognised(texts: list[bytes], draw: st.DataObject) -> None:
    """What any writer wrote is recognised and read."""
    writers = {
        "eventstream": write_event_stream,
        "json_array": write_json_array,
        "ndjson": write_ndjson,
        "sse": write_sse,
    }
    assert writers.keys() == FRAMINGS.keys()
    for framing, write_text in writers.items():
        frames = BETWEEN[framing].join(map(write_text, texts))
        body = OPENING[framing] + frames + CLOSING[framing]
        splitter = AutoSplitter(choices=("sse", *writers))

        assert split(splitter, draw.draw(some_cuts(body))) == texts
        assert splitter.framing == (framing if body else None)
