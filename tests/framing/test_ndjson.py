"""What the splitter makes of lines of JSON, however the bytes are cut."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing import NDJSONSplitter, write_ndjson
from tests.framing.cutting import all_cuts, some_cuts, split

CASES: dict[str, tuple[bytes, list[bytes]]] = {
    "nothing": (b"", []),
    "one text": (b'{"a":1}\n', [b'{"a":1}']),
    "several": (b'{"a":1}\n{"a":2}\n{"a":3}\n', [b'{"a":1}', b'{"a":2}', b'{"a":3}']),
    "CRLF": (b"{}\r\n[]\r\n", [b"{}", b"[]"]),
    "CR is no line end": (b'{"a":\r1}\n', [b'{"a":\r1}']),
    "other line ends": ('"\u2028\x85\x0b"\n{}\n'.encode(), ['"\u2028\x85\x0b"'.encode(), b"{}"]),
    "blank lines": (b"\n\r\n{}\n \t\r\n\n{}\n\n", [b"{}", b"{}"]),
    "no line end at the end": (b"{}\n[1]", [b"{}", b"[1]"]),
    "CR at the end": (b"{}\r", [b"{}"]),
    "byte order mark": (b"\xef\xbb\xbf{}\n", [b"{}"]),
    "half a byte order mark": (b"\xef\xbb", [b"\xef\xbb"]),
    "values of other kinds": (b'null\n1\n"a"\n', [b"null", b"1", b'"a"']),
    "space around": (b" {} \n", [b" {} "]),
    "several lines": (
        b'{\n  "error": {\n\n  "code": 400}\n}\n{}\n',
        [b'{\n  "error": {\n\n  "code": 400}\n}', b"{}"],
    ),
    "several lines, CRLF": (b"[\r\n1\r\n]\r\n", [b"[\n1\n]"]),
    "several lines behind one": (b'{}\n{"a": [\n]}\n{}\n', [b"{}", b'{"a": [\n]}', b"{}"]),
    "comma first": (b'{"a": {"b": "}"}\n,"c": 1}\n{}\n', [b'{"a": {"b": "}"}\n,"c": 1}', b"{}"]),
    "brackets in strings": (b'["}{"]\n["\\"{"]\n["\\\\"]\n', [b'["}{"]', b'["\\"{"]', b'["\\\\"]']),
    "unfinished": (b'{"a": [\n1\n', [b'{"a": [\n1']),
    "not JSON": (b"}}\nit's \"so\n{}\n", [b"}}", b"it's \"so", b"{}"]),
}


@pytest.mark.parametrize(("body", "texts"), CASES.values(), ids=CASES)
def test_cut_anywhere(body: bytes, texts: list[bytes]) -> None:
    """A body gives the same texts wherever it is cut."""
    for pieces in all_cuts(body):
        assert split(NDJSONSplitter(), pieces) == texts, pieces


def test_as_soon_as_complete() -> None:
    """A text comes with the byte that completes its line."""
    splitter = NDJSONSplitter()

    assert splitter.feed(b"{}") == []
    assert splitter.feed(b"\n{}\n[") == [b"{}", b"{}"]
    assert splitter.feed(b"\n]") == []
    assert splitter.feed(b"\n") == [b"[\n]"]
    assert splitter.close() == []


_VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(), st.sampled_from(["{", "}", '"', "\\", "[\n"])),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(st.lists(_VALUES), st.sampled_from([None, 0, 2]), st.data())
def test_any_json(values: list[Any], indent: int | None, draw: st.DataObject) -> None:
    """Compact or pretty-printed, every text comes back whole, wherever the bytes are cut."""
    texts = [json.dumps(value, indent=indent, ensure_ascii=False).encode() for value in values]
    body = b"".join(map(write_ndjson, texts))

    assert split(NDJSONSplitter(), draw.draw(some_cuts(body))) == texts
