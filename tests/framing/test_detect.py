"""Which framing the first bytes of a body tell, and the splitters by name."""

import pytest

from onechunk._framing import FRAMINGS, AutoSplitter, Frame, make_splitter
from tests.framing.cutting import all_cuts, split
from tests.support.aws_messages import build_event

CASES: dict[str, tuple[bytes, str | None, list[bytes | Frame]]] = {
    "nothing": (b"", None, []),
    "white space": (b" \r\n", None, []),
    "half a byte order mark": (b"\xef\xbb", None, []),
    "object": (b'{"a":1}\n{"a":2}\n', "ndjson", [b'{"a":1}', b'{"a":2}']),
    "object after space": (b"\r\n \t{}\n", "ndjson", [b" \t{}"]),
    "object after a mark": (b"\xef\xbb\xbf{}", "ndjson", [b"{}"]),
    "pretty-printed": (b'{\n"a":1\n}', "ndjson", [b'{\n"a":1\n}']),
    "data": (b"data: {}\n\n", "sse", [b"{}"]),
    "data after a mark and lines": (b"\xef\xbb\xbf\n\ndata: {}\n\n", "sse", [b"{}"]),
    "a mark after lines": (b"\n\xef\xbb\xbf{}\n", "sse", [Frame(None, unknown=("\ufeff{}",))]),
    "comment": (b": a\n\ndata: {}\n\n", "sse", [Frame(None, comments=(" a",)), b"{}"]),
    "space before data": (b" data: 1\ndata: 2\n\n", "sse", [Frame(b"2", unknown=(" data: 1",))]),
    "array": (b"[{}]", "sse", [Frame(b"[{}]", bare=True)]),
    "anything else": (b"<html>", "sse", [Frame(None, unknown=("<html>",))]),
}


@pytest.mark.parametrize(("body", "framing", "frames"), CASES.values(), ids=CASES)
def test_first_byte_tells(body: bytes, framing: str | None, frames: list[bytes | Frame]) -> None:
    """The first byte that is not white space tells the framing, wherever the bytes are cut."""
    for pieces in all_cuts(body):
        splitter = AutoSplitter()

        assert splitter.framing is None
        assert split(splitter, pieces) == frames
        assert splitter.framing == framing
        assert splitter.failure is None


def test_holds_only_white_space() -> None:
    """The first byte that tells the framing brings what it completes."""
    splitter = AutoSplitter()

    assert splitter.feed(b"\n") == []
    assert splitter.feed(b"") == []
    assert splitter.feed(b"data: 1\n\nda") == [b"1"]
    assert splitter.feed(b"ta: 2\n\n") == [b"2"]


@pytest.mark.parametrize(
    ("choices", "framing"),
    [(("sse",), "sse"), (("ndjson",), "ndjson"), (("ndjson", "sse"), "ndjson")],
)
def test_choices(choices: tuple[str, ...], framing: str) -> None:
    """Only the choices are chosen, the first where the first byte tells none."""
    for body in (b"{", b"?") if len(choices) == 1 else (b"{",):
        splitter = AutoSplitter(choices=choices)
        splitter.feed(body)

        assert splitter.framing == framing


ALL = ("sse", "ndjson", "json_array", "eventstream")
MESSAGE = build_event("a", b"{}")
LONG_MESSAGE = build_event("a", b'"' + b"x" * 2**24 + b'"')

AMONG_ALL: dict[str, tuple[bytes, str | None, list[bytes | Frame]]] = {
    **{name: case for name, case in CASES.items() if name != "array"},
    "array": (b"[{}\n,\r\n{}]", "json_array", [b"{}", b"{}"]),
    "array after a mark and space": (b"\xef\xbb\xbf \n[{}]", "json_array", [b"{}"]),
    "error before an array": (b'{"error":1}', "ndjson", [b'{"error":1}']),
    "messages": (MESSAGE + MESSAGE, "eventstream", [b'{"a":{}}'] * 2),
}


@pytest.mark.parametrize(("body", "framing", "frames"), AMONG_ALL.values(), ids=AMONG_ALL)
def test_first_byte_tells_among_all(
    body: bytes, framing: str | None, frames: list[bytes | Frame]
) -> None:
    """Arrays and AWS messages are told by their first byte too, where they may be."""
    for pieces in all_cuts(body):
        splitter = AutoSplitter(choices=ALL)

        assert split(splitter, pieces) == frames
        assert splitter.framing == framing
        assert splitter.failure is None


def test_long_message() -> None:
    """The length of a message above 16 MiB begins with a byte other than 0."""
    splitter = AutoSplitter(choices=ALL)

    assert LONG_MESSAGE[:1] == b"\x01"
    assert len(splitter.feed(LONG_MESSAGE)) == 1
    assert splitter.framing == "eventstream"


@pytest.mark.parametrize("before", [b"\n", b" ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_nothing_is_stripped_before_a_message(before: bytes) -> None:
    """What stands before a message is part of it, and so no message."""
    for pieces in all_cuts(before + MESSAGE):
        splitter = AutoSplitter(choices=ALL)

        assert split(splitter, pieces) == []
        assert splitter.framing == "eventstream"
        assert splitter.failure is not None


def test_message_that_begins_like_space() -> None:
    """Where messages are the first choice, their first bytes may be any."""
    for first in (b"\t", b"\n", b" "):
        splitter = AutoSplitter(choices=("eventstream",))

        assert splitter.feed(first) == []
        assert splitter.feed(bytes(10)) == []
        assert splitter.feed(b"x") == []
        assert splitter.failure is not None
        assert "first 8 bytes" in splitter.failure.message


def test_unknown_names() -> None:
    """An unknown framing is refused with the names of the known ones."""
    with pytest.raises(
        ValueError, match=r"unknown framing 'xml'; known are eventstream, json_array, ndjson, sse"
    ):
        make_splitter("xml")
    with pytest.raises(
        ValueError, match=r"unknown framing 'xml'; known are eventstream, json_array, ndjson, sse"
    ):
        AutoSplitter(choices=("sse", "xml"))
    with pytest.raises(ValueError, match="no framing to choose from"):
        AutoSplitter(choices=())


def test_known_names() -> None:
    """Every known framing has a splitter; without a name the bytes tell."""
    assert {name: type(make_splitter(name)) for name in FRAMINGS} == FRAMINGS
    assert isinstance(make_splitter(None), AutoSplitter)
