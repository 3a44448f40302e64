"""What OpenAI's accumulator of chat completions runs into.

Read in `openai.lib.streaming.chat._completions` and `openai.lib.streaming._deltas`, version 3.57.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from onechunk.mapping import is_list, is_object
from tests.interop.kinds import choices_of

__all__ = ["CRASHES", "deltas_of"]

Object = dict[str, Any]
Crash = tuple[int, str]
"""The place of the chunk, and the error."""
Find = Callable[[list[Any]], Crash | None]


def deltas_of(payloads: list[Any]) -> Iterator[tuple[int, Object, Object]]:
    """Yield place of the chunk, choice and delta."""
    for number, payload in enumerate(payloads):
        for choice in choices_of(payload):
            delta = choice.get("delta")
            yield number, choice, delta if is_object(delta) else {}


def _fragments(payloads: list[Any]) -> Iterator[Any]:
    for _, _, delta in deltas_of(payloads):
        calls = delta.get("tool_calls")
        yield from calls if is_list(calls) else ()


def _without_choices(payloads: list[Any]) -> Crash | None:
    for number, payload in enumerate(payloads):
        if "choices" not in payload:
            return number, "AttributeError" if number else "KeyError"
        if payload["choices"] is None:
            return number, "TypeError"
    return None


def _without_delta(payload: Any) -> bool:
    return any(not is_object(choice.get("delta")) for choice in choices_of(payload))


def _without_index(payload: Any) -> bool:
    return any(choice.get("index") is None for choice in choices_of(payload))


def _single_call(payload: Any) -> bool:
    return any(is_object(delta.get("tool_calls")) for _, _, delta in deltas_of([payload]))


def _call_without_index(payload: Any) -> bool:
    return any(is_object(each) and each.get("index") is None for each in _fragments([payload]))


def _call_without_function(payload: Any) -> bool:
    return any(not is_object(each.get("function")) for each in _fragments([payload]))


def _odd_logprobs(payload: Any) -> bool:
    found = [choice.get("logprobs") for choice in choices_of(payload)]
    return any(each is not None and not is_object(each) for each in found)


def _out_of_order(payloads: list[Any]) -> Crash | None:
    first = choices_of(payloads[0])
    beyond = any((choice.get("index") or 0) >= len(first) for choice in first)
    return (0, "IndexError") if beyond else None


def _lists(payloads: list[Any]) -> Crash | None:
    met: set[tuple[Any, str]] = set()
    for number, choice, delta in deltas_of(payloads):
        for key, value in delta.items():
            place = choice.get("index"), key
            if is_list(value) and any(is_object(each) and "index" not in each for each in value):
                if place in met:
                    return number, "RuntimeError"
                met.add(place)
    return None


def _untyped(payloads: list[Any]) -> Crash | None:
    typed: set[tuple[Any, Any]] = set()
    for number, choice, delta in deltas_of(payloads):
        for each in _fragments([{"choices": [{"delta": delta}]}]):
            place = choice.get("index"), each.get("index")
            if "type" in each and each["type"] != "function" and place in typed:
                return number, "AssertionError"
            if each.get("type") == "function":
                typed.add(place)
    return None


def _in(test: Callable[[Any], bool], error: str) -> Find:
    """Return what finds the first payload of which *test* is true."""

    def find(payloads: list[Any]) -> Crash | None:
        return next(((number, error) for number, each in enumerate(payloads) if test(each)), None)

    return find


CRASHES: Final[Mapping[str, tuple[Find, str]]] = {
    "no choices": (
        _without_choices,
        (
            "A chunk without `choices`, or with null there, is a `KeyError`, an `AttributeError` "
            "or a `TypeError`."
        ),
    ),
    "no delta": (
        _in(_without_delta, "AttributeError"),
        "A choice without a `delta` is an `AttributeError`.",
    ),
    "a choice without a number": (_in(_without_index, "TypeError"), "It is a `TypeError`."),
    "choices out of order": (
        _out_of_order,
        "A first chunk that speaks of choice 1 alone is an `IndexError`.",
    ),
    "tool calls as one object": (
        _in(_single_call, "KeyError"),
        "An object where a list belongs is a `KeyError`.",
    ),
    "tool calls without a number": (
        _in(_call_without_index, "TypeError"),
        "The list of calls is indexed with None: a `TypeError`.",
    ),
    "tool calls without a function": (
        _in(_call_without_function, "AttributeError"),
        "A custom call, or a fragment that has no `function`, is an `AttributeError`.",
    ),
    "a call whose type is null later": (
        _untyped,
        (
            "`accumulate_delta` lets every `type` replace the one before. Writer, and whatever "
            "dumps OpenAI's own models, sends null after the first fragment: `assert "
            'new_tool.type == "function"` fails.'
        ),
    ),
    "lists without numbers": (
        _lists,
        (
            "`accumulate_delta` joins lists of objects by their `index`; the second list of "
            "annotations, reasoning details or content items without it is a `RuntimeError`."
        ),
    ),
    "log probabilities that are a number": (
        _in(_odd_logprobs, "AttributeError"),
        "Anything but an object is an `AttributeError`.",
    ),
}
"""What its code runs into: how to find where it does so first, and how it comes about."""
