"""Hypothesis strategies for legal wire objects, made from the annotations of the wire classes."""

from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from onechunk import load_adapters
from onechunk.wire import Wire

Json = st.SearchStrategy[Any]
_ABSENT = object()
_DEEP: list[Json] = []
Rename = Callable[[str], str]

# Names of ours, and names that have a meaning elsewhere on the wire.
_LIKE_OURS = (
    *("parts", "extra", "finish", "stop", "part", "done", "dialect", "frame", "raw", "block"),
    *("message", "text", "type", "index", "id", "name", "error", "usage", "choices", "delta"),
    *("reasoning_details", "audio", "annotations", "x_groq", "stop_reason", "matched_stop"),
    *("reasoning", "reasoning_content", "function_call", "logprobs", "object", "thinking"),
    *("cached_tokens", "num_cached_tokens", "prompt_token_details", "additionalProperties"),
    *("$", "", "p", "obfuscation", "reason", "refusal", "content", "signature", "summary"),
)

texts = st.text(max_size=8) | st.sampled_from(["", "null", "[DONE]", "\u2028", "é🔺", '"\\\n'])
numbers = st.integers() | st.integers(-2, 300) | st.integers(2**53, 2**70)
floats = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0, 1.0, 1e300])
scalars = st.none() | st.booleans() | numbers | floats | texts
keys = st.text(max_size=4) | st.sampled_from(_LIKE_OURS)
json_values: Json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(keys, json_values, max_size=5)

_token: Json = st.fixed_dictionaries(
    {},
    optional={
        "token": texts | st.none(),
        "logprob": floats | st.none() | st.integers(-9999, 0),
        "bytes": st.lists(st.integers(0, 255), max_size=3) | st.none(),
        "token_id": st.integers(0, 9) | st.none(),
        "top_logprobs": st.none() | st.lists(st.fixed_dictionaries({"token": texts}), max_size=2),
        "x": json_values,
    },
)
_tokens = st.none() | st.lists(_token, max_size=3)
_details: Json = st.dictionaries(
    st.sampled_from(["cached_tokens", "audio_tokens", "reasoning_tokens", "x"]),
    st.none() | numbers,
    max_size=3,
)

# Values that a field typed as anything really has, beside any other.
_USUAL: dict[str, Json] = {
    "role": st.sampled_from(["assistant", "user", "tool", "developer"]),
    "finish_reason": st.sampled_from(["stop", "length", "tool_calls", "error", "content_filter"]),
    "logprobs": st.fixed_dictionaries({}, optional={"content": _tokens, "refusal": _tokens}),
    "stop_reason": st.fixed_dictionaries({}, optional={"Int": numbers, "String": texts}),
    "prompt_tokens_details": _details,
    "completion_tokens_details": _details,
    "error": st.fixed_dictionaries({}, optional={"message": texts, "code": numbers | texts}),
    "reference_ids": st.lists(st.integers(0, 9) | texts, max_size=3),
}

# Keys that no class names and some vendors send.
_VENDORS: dict[str, Json] = {
    "reasoning_details": st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["reasoning.text", "reasoning.encrypted", "reasoning.x"])},
            optional={"text": texts, "signature": texts, "data": texts, "index": numbers},
        ),
        max_size=2,
    ),
    "reasoning": texts | st.none(),
    "audio": st.fixed_dictionaries({}, optional={"id": texts, "data": texts, "transcript": texts}),
    "annotations": st.lists(
        st.fixed_dictionaries({"type": texts, "url_citation": _details | json_objects}), max_size=2
    ),
    "message": st.fixed_dictionaries({}, optional={"role": texts, "content": texts}),
    "text": texts,
    "usage": _details,
    "x_groq": st.fixed_dictionaries({}, optional={"id": texts, "usage": _details}),
    "matched_stop": numbers | texts,
}

_LEAVES: dict[type, Json] = {str: texts, int: numbers, float: floats, bool: st.booleans()}


@cache
def wire_objects(dialect: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return payloads that are legal in a dialect or profile."""
    adapter = load_adapters()[dialect]
    return _objects(adapter.wire, adapter.rename)


def _objects(cls: type[Wire], rename: Rename) -> st.SearchStrategy[dict[str, Any]]:
    hints = {name: hint for name, hint in get_type_hints(cls).items() if name != "extra"}
    known = {rename(name): _values(name, hint, rename) for name, hint in hints.items()}
    others = st.dictionaries(keys.filter(lambda key: key not in known), json_values, max_size=2)
    vendors = [
        st.fixed_dictionaries({key: value}) for key, value in _VENDORS.items() if key not in known
    ]
    nothing: dict[str, Any] = {}
    return st.builds(
        _merged,
        st.just(nothing) | st.one_of(vendors) | others,
        st.fixed_dictionaries(known),
    )


def _merged(more: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    return {**more, **{key: value for key, value in found.items() if value is not _ABSENT}}


def _values(name: str, hint: Any, rename: Rename) -> Json:
    """Return what may stand under a key, absence included."""
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    options = list(_options(hint, rename))
    if name in _USUAL:
        options += [_USUAL[name]] * 2
    # Deep objects are what the laws are about: a key that leads to some is mostly there.
    options += [option for option in options if option in _DEEP] * 12
    return st.just(_ABSENT) | st.one_of(options)


def _options(hint: Any, rename: Rename) -> Iterator[Json]:
    """Yield a strategy for each type that an annotation allows."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        for each in arguments:
            yield from _options(each, rename)
    elif origin is list:
        items = list(_options(arguments[0], rename))
        found: Json = st.lists(st.one_of(items), max_size=3)
        if any(item in _DEEP for item in items):
            found = st.lists(st.one_of(items), min_size=1, max_size=2)
            _DEEP.append(found)
        yield found
    elif origin is dict:
        yield json_objects
    elif hint is Any:
        yield json_values
    elif hint is NoneType:
        yield st.none()
    elif hint in _LEAVES:
        yield _LEAVES[hint]
    elif origin is not Literal:
        found = _objects(hint, rename)
        _DEEP.append(found)
        yield found
