"""`ToolCall.parse`: a JSON value, or an error that says whether the text was cut off."""

import json
import math
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onechunk import ArgumentsError, ToolCall
from tests.support.json_equal import difference

many = settings(max_examples=300, deadline=None)

numbers = st.integers() | st.integers(2**60, 2**90) | st.floats()
texts = st.text(max_size=6) | st.sampled_from(
    ["", "\ud83d", "\ude00", '"\\/\b\f\n\r\t', "\u2028é🔺"]
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
layouts = st.builds(
    json.JSONEncoder,
    ensure_ascii=st.booleans(),
    indent=st.sampled_from([None, None, 1]),
    separators=st.sampled_from([None, (",", ":"), (" , ", "\t:\n")]),
)


def parse(text: Any) -> Any:
    """Return what the arguments of a call are."""
    return ToolCall(0, "i", "look_up", text).parse()


def fault(text: str) -> ArgumentsError | None:
    """Return what is wrong with arguments; None if they are JSON."""
    try:
        parse(text)
    except ArgumentsError as error:
        found = error
    else:
        return None
    assert found.text == text
    return found


@many
@given(value=values, layout=layouts)
def test_every_value(value: Any, layout: json.JSONEncoder) -> None:
    """Every JSON value is read as it is: integers of any size, NaN and lone halves too."""
    text = layout.encode(value)

    assert difference(json.loads(text), parse(text)) == ""


@many
@given(value=values, layout=layouts)
def test_cut_off_at_every_character(value: Any, layout: json.JSONEncoder) -> None:
    """The beginning of a JSON text is an error that says so, unless it is a JSON text itself."""
    text = layout.encode(value)
    for end in range(1, len(text)):
        error = fault(text[:end])
        assert error is None or error.cut_off, text[:end]
        assert error is None or f"cut off after {end} characters" in str(error)


@many
@given(value=values, layout=layouts, data=st.data())
def test_what_no_json_text_begins_with(
    value: Any, layout: json.JSONEncoder, data: st.DataObject
) -> None:
    """Where something stands that no JSON text can have there, nothing was cut off."""
    text = layout.encode(value)
    place = data.draw(st.integers(0, len(text)))
    error = fault(f"{text[:place]}\x01{text[place:]}")

    assert error is not None
    assert not error.cut_off


WRONG = (
    *("nonsense", "{x", '{"a" b', '{"a":1}}', '{"a":1} x', "[1,]", '{"a":1,}', "{,", "[1}", "[1 x"),
    *(
        "01",
        "[01",
        "1.5.",
        "1.e",
        "1ee",
        "--",
        "-e",
        "+1",
        "trux",
        "tru ",
        "{}tr",
        '{"a" 1.',
        "12x",
    ),
    *('"\\x', '"\\u12g', '"a\nb', "'a'", '{"a":\x00', "[[]]]", "True", "undefined", "}", "NaNs"),
    *('{"a":"\\ud800","b": x', "[NaN x", "\ufeff{}", "1e999", "9" * 5_000),
)


@pytest.mark.parametrize("text", WRONG, ids=lambda text: repr(text[:24]))
def test_no_json(text: str) -> None:
    """What is no JSON, and no beginning of any, was not cut off."""
    error = fault(text)

    assert error is not None
    assert not error.cut_off
    assert "look_up" in str(error)


CUT = (
    *("{", "[", '"', "-", "1.", "1.5e", "1E+", "t", "tru", "nul", "N", "-Inf", '{"', '{"a', '{"a"'),
    *(
        '{"a":',
        '{"a":1',
        '{"a":1,',
        '{"a":-',
        '{"a":fals',
        '{"a":"\\',
        '{"a":"\\u',
        '{"a":"\\u00e9',
    ),
    *('{"a":"\\ud83d', '{"a":"\\ud83d\\ude0', "[1,", "[1 ", "[NaN,", '{"a":"\\ud800","b":', "\n[ "),
    *("[" * 100_000, '{"a":1e999', '{"a":' + "9" * 5_000, '{"a": {"b": [{"c": "d"}, '),
)


@pytest.mark.parametrize("text", CUT, ids=lambda text: repr(text[:24]))
def test_cut_off(text: str) -> None:
    """What begins as JSON and stays open was cut off."""
    error = fault(text)

    assert error is not None
    assert error.cut_off


@pytest.mark.parametrize("nothing", [None, "", " \n"])
def test_nothing(nothing: str | None) -> None:
    """A call without arguments has an empty object of them."""
    assert parse(nothing) == {}


def test_an_object() -> None:
    """Arguments that came as an object are that object."""
    value = {"a": [1]}

    assert parse(value) is value


@pytest.mark.parametrize("wrong", [5, ["a"], b"{}", 1.5])
def test_arguments_of_no_type_they_can_have(wrong: Any) -> None:
    """What is neither text nor an object is refused with an error of ours."""
    with pytest.raises(ArgumentsError, match="are no text but") as raised:
        parse(wrong)

    assert not raised.value.cut_off


def test_special_numbers() -> None:
    """Integers keep every digit, and NaN is read as vendors write it."""
    assert parse("[123456789012345678901234567890]") == [123456789012345678901234567890]
    assert math.isnan(parse("NaN"))
    assert type(parse("1.0")) is float


@given(text=st.text(max_size=12) | st.text('{}[]",:\\u0e1.-tnN ', max_size=12))
def test_any_text(text: str) -> None:
    """Any text is JSON, or an error of this library that passes between processes."""
    error = fault(text)
    if error is not None:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
        assert isinstance(again, ArgumentsError)
        assert (again.text, again.cut_off, str(again)) == (text, error.cut_off, str(error))
