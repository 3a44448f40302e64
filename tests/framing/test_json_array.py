"""What the splitter makes of a JSON array that is sent bit by bit, however the bytes are cut."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing import BETWEEN, CLOSING, OPENING, JSONArraySplitter, write_json_array
from tests.framing.cutting import all_cuts, some_cuts, split

CASES: dict[str, tuple[bytes, list[bytes]]] = {
    "nothing": (b"", []),
    "white space": (b" \r\n\t", []),
    "no element": (b"[]", []),
    "no element on lines": (b"[\r\n]\r\n", []),
    "one element": (b'[{"a":1}]', [b'{"a":1}']),
    "as Google sends": (b'[{"a":1}\n,\r\n{"a":2}\n]', [b'{"a":1}', b'{"a":2}']),
    "on one line": (b'[{"a":1},{"a":2},[3]]', [b'{"a":1}', b'{"a":2}', b"[3]"]),
    "pretty-printed": (
        b'[\n  {\n    "a": [\n      1\n    ]\n  },\n  {}\n]\n',
        [b'{\n    "a": [\n      1\n    ]\n  }', b"{}"],
    ),
    "CRLF within": (b'[{\r\n"a":1\r\n}]', [b'{\r\n"a":1\r\n}']),
    "white space around": (b' \n[ \t{ "a" : 1 } \n, {} ] ', [b'{ "a" : 1 }', b"{}"]),
    "byte order mark": (b"\xef\xbb\xbf[{}]", [b"{}"]),
    "half a byte order mark": (b"\xef\xbb", [b"\xef\xbb"]),
    "marks in strings": (
        rb'[{"]},[{":"\"]}"},{"\\":"}\\\""},["\\"]]',
        [rb'{"]},[{":"\"]}"}', rb'{"\\":"}\\\""}', rb'["\\"]'],
    ),
    "not ASCII": ('[{"é":"\u2028🔺"}]'.encode(), ['{"é":"\u2028🔺"}'.encode()]),
    "values of other kinds": (
        b'[1,-2.50 ,null\n,true,"a,b]","",{}]',
        [b"1", b"-2.50", b"null", b"true", b'"a,b]"', b'""', b"{}"],
    ),
    "arrays": (b"[[],[[1],2]]", [b"[]", b"[[1],2]"]),
    "no bracket at the end": (b'[{"a":1}\n,\r\n{"a":2}\n', [b'{"a":1}', b'{"a":2}']),
    "cut off behind a comma": (b'[{"a":1}\n,\r\n', [b'{"a":1}']),
    "cut off in an element": (b'[{}\n,{"a":{"b":1}, \n', [b"{}", b'{"a":{"b":1},']),
    "cut off in a string": (b'[{}\n,{"a":"b]}', [b"{}", b'{"a":"b]}']),
    "cut off in an escape": (b'[{"a":"\\', [b'{"a":"\\']),
    "cut off in a number": (b"[1,23", [b"1", b"23"]),
    "cut off at once": (b"[", []),
    "error alone": (b'{\n"error": {"code": 1}\n}\n', [b'{\n"error": {"code": 1}\n}']),
    "error behind": (b'[{"a":1}\n]\n{"error":1}', [b'{"a":1}', b'{"error":1}']),
    "error instead of the end": (b'[{}\n,{"error":1}\n', [b"{}", b'{"error":1}']),
    "another array behind": (b"[{}]\n[{},{}]", [b"{}", b"[{},{}]"]),
    "too many ends": (b"[{}]]}", [b"{}", b"]", b"}"]),
    "brackets that do not match": (b"[{]{}", [b"{]", b"{}"]),
    "missing and doubled commas": (b"[{}{},,{}]", [b"{}", b"{}", b"{}"]),
    "not JSON": (b"<html>no</html>", [b"<html>no</html>"]),
    "not JSON in an array": (b'[it\'s "so",{}]', [b"it's", b'"so"', b"{}"]),
    "a quote behind a word": (b'[a"b"c]', [b"a", b'"b"', b"c"]),
}


@pytest.mark.parametrize(("body", "elements"), CASES.values(), ids=CASES)
def test_cut_anywhere(body: bytes, elements: list[bytes]) -> None:
    """A body gives the same elements wherever it is cut."""
    for pieces in all_cuts(body):
        splitter = JSONArraySplitter()

        assert split(splitter, pieces) == elements, pieces
        assert splitter.failure is None


def test_as_soon_as_complete() -> None:
    """An element comes with the byte that completes it; what has no bracket, with the next."""
    splitter = JSONArraySplitter()

    assert splitter.feed(b'[{"a":"}') == []
    assert splitter.feed(b'"}') == [b'{"a":"}"}']
    assert splitter.feed(b",") == []
    assert splitter.feed(b'"b"') == [b'"b"']
    assert splitter.feed(b",1") == []
    assert splitter.feed(b"2") == []
    assert splitter.feed(b"\n{},{}") == [b"12", b"{}", b"{}"]
    assert splitter.feed(b"]") == []
    assert splitter.close() == []


def _write(elements: list[bytes]) -> bytes:
    between = BETWEEN["json_array"]
    written = between.join(map(write_json_array, elements))
    return OPENING["json_array"] + written + CLOSING["json_array"]


_VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(), st.sampled_from(["{", "}", '"', "\\", ",]["])),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(st.lists(_VALUES), st.sampled_from([None, 0, 2]), st.data())
def test_any_json(values: list[Any], indent: int | None, draw: st.DataObject) -> None:
    """Written by us or by another, compact or pretty, every element comes back whole."""
    elements = [json.dumps(value, indent=indent, ensure_ascii=False).encode() for value in values]
    body = _write(elements)
    other = json.dumps(values, indent=indent).encode()

    assert json.loads(body) == values
    assert split(JSONArraySplitter(), draw.draw(some_cuts(body))) == elements
    found = split(JSONArraySplitter(), draw.draw(some_cuts(other)))
    assert [json.loads(each) for each in found if isinstance(each, bytes)] == values


@given(st.lists(_VALUES), st.data())
def test_broken_off(values: list[Any], draw: st.DataObject) -> None:
    """A body that breaks off anywhere gives the elements that were complete, and the started."""
    elements = [json.dumps([value]).encode() for value in values]
    body = _write(elements)
    place = draw.draw(st.integers(0, len(body)))

    found = split(JSONArraySplitter(), draw.draw(some_cuts(body[:place])))

    assert found[:-1] == elements[: len(found)][:-1]
    for last in found[-1:]:
        assert isinstance(last, bytes)
        assert elements[len(found) - 1].startswith(last)
