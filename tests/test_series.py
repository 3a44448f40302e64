"""Residue of many chunks as that of one message: what differs is a series, and nothing is lost."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import DERIVED, UNSET, Chunk, Message, Series, accumulate, split
from tests.support.handmade import gathered, json_values
from tests.support.json_equal import difference

many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
nan = float("nan")

SAID: dict[str, tuple[list[Any], Any]] = {
    "once": ([1], 1),
    "again": ([1, 1, 1], 1),
    "in turn": ([1, 2, 1], Series([1, 2, 1])),
    "again, then another": (["a", "a", "b", "b"], Series(["a", "b"])),
    "three that are equal to Python": ([1, True, 1.0], Series([1, True, 1.0])),
    "no number": ([nan, float("nan")], nan),
    "nothing, then something": ([None, "", UNSET, DERIVED, 1, None, ""], 1),
    "nothing of several kinds": ([None, "", UNSET], None),
    "zero and false say something": ([0, False, [], {}], Series([0, False, [], {}])),
    "objects are one object": ([{"a": 1}, {"b": 2}, {"a": 3}], {"a": Series([1, 3]), "b": 2}),
    "deeper": ([{"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}], {"a": {"b": Series([1, 2]), "c": 3}}),
    "an object and none": ([{"a": 1}, None, {"a": 2}], {"a": Series([1, 2])}),
    "an object, then a number": (
        [{"a": 1}, {"a": 2}, 5, {"a": 3}],
        Series([{"a": Series([1, 2])}, 5, {"a": 3}]),
    ),
    "a number, then objects": ([5, {"a": 1}, {"b": 1}], Series([5, {"a": 1}, {"b": 1}])),
    "lists are whole": ([[1], [1], [1, 2], [{"a": 1}]], Series([[1], [1, 2], [{"a": 1}]])),
    "a series goes on": ([Series([1, 2]), 2, 3], Series([1, 2, 3])),
}


def message(*values: Any, dialect: str | None = None) -> Message:
    """Return the message of chunks that say these values in turn under one key."""
    return accumulate([Chunk(extra={"k": value}, dialect=dialect) for value in values])


@pytest.mark.parametrize(("said", "expected"), SAID.values(), ids=SAID)
def test_values_in_turn(said: list[Any], expected: Any) -> None:
    """A value that is repeated stands once, what says nothing is left out, the rest in turn."""
    made = message(*said)

    assert difference(expected, made.extra["k"]) == ""
    assert difference(made, accumulate(split(made))) == ""


@many
@given(extra=gathered)
def test_any_residue(extra: dict[str, Any]) -> None:
    """Residue with series, split and accumulated, is the same residue."""
    kept = deepcopy(extra)
    made = accumulate(split(Message(extra=extra)))

    assert difference(kept, made.extra) == ""
    assert difference(kept, extra) == ""


@many
@given(values=st.lists(json_values, max_size=6))
def test_any_values(values: list[Any]) -> None:
    """Any values in turn make residue that stays as it is when it is split."""
    made = message(*values)

    assert difference(made, accumulate(split(made))) == ""
    assert difference(made, message(*values, *values[-1:])) == ""


def test_values_are_copies() -> None:
    """What a series holds is the message's own: an edit of a chunk does not change it."""
    said: list[list[int]] = [[1], [2], [3]]
    made = message(*said)
    for value in said:
        value.append(0)

    assert made.extra["k"] == Series([[1], [2], [3]])


def test_chunks_say_only_what_is_new() -> None:
    """The first chunk of a split message says what never changed, each later one what is new."""
    extra = {"a": 1, "b": Series([1, 2, 3]), "c": {"d": Series(["x", "y"]), "e": None}}

    assert [chunk.extra for chunk in split(Message(extra=extra))] == [
        {"a": 1, "b": 1, "c": {"d": "x", "e": None}},
        {"b": 2, "c": {"d": "y"}},
        {"b": 3},
    ]


def test_padding_is_left_out() -> None:
    """Keys that hide lengths, or only say what kind of event it is, say nothing of the answer."""
    chunks = [
        Chunk(extra={"obfuscation": x, "y": {"obfuscation": x}}, dialect="openai") for x in "ab"
    ]

    assert accumulate(chunks).extra == {"y": {}}
    for chunk in chunks:
        chunk.dialect = "mistral"
    assert accumulate(chunks).extra == {
        "obfuscation": Series(["a", "b"]),
        "y": {"obfuscation": Series(["a", "b"])},
    }
    assert message("x", dialect="nobody").extra == {"k": "x"}


@pytest.mark.parametrize("depth", [15, 16, 17, 18, 40])
def test_depth(depth: int) -> None:
    """Residue is merged key by key some levels down and compared as a whole below."""
    one: Any = {"leaf": 1}
    two: Any = {"leaf": 2}
    for _ in range(depth):
        one, two = {"in": one}, {"in": two}
    made = message(one, two, one)

    assert difference(made, accumulate(split(made))) == ""
    assert len(list(split(made))) == 3


def test_depth_of_any_kind() -> None:
    """Residue may be deeper than Python's own recursion goes."""
    deep: list[Any] = [1, 2]
    for _ in range(3_000):
        deep = [{"in": each} for each in deep]
    made = message(*deep)
    again = accumulate(split(made))
    for inner in (made.extra["k"], again.extra["k"]):
        value = inner
        for _ in range(16):
            value = value["in"]
        assert isinstance(value, Series)
        assert len(value.values) == 2


def test_a_series_is_a_value() -> None:
    """Series compare by their values, whatever they were made of, and can be edited."""
    assert Series((1, 2)) == Series([1, 2]) == Series(iter([1, 2]))
    assert Series([1, 2]) != Series([2, 1])
    assert repr(Series([1, "a"])) == "Series(values=[1, 'a'])"
    given_values = [1, 2]
    made = Series(given_values)
    made.values.append(3)
    assert given_values == [1, 2]
