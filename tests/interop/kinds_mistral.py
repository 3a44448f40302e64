"""What Mistral's accumulator makes of streams of Mistral's.

Read in `mistralai.extra.observability.streaming`, version 3.7; it serves the SDK's traces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from mistralai.client.models import CompletionChunk
from pydantic import ValidationError

from onechunk.mapping import is_object
from tests.interop.accumulated import Answer, Call, objects_of
from tests.interop.accumulators import chat_counts
from tests.interop.kinds import Case, Kind, choices_of

__all__ = ["MISTRAL"]

Object = dict[str, Any]


def _lines(case: Case) -> None:
    found: list[Any] = []
    for line in case.body.sent.decode("utf-8", "replace").split("\n"):
        text = line.strip()
        if text.startswith("data: ") and text != "data: [DONE]":
            try:
                found.append(json.loads(text.removeprefix("data: ")))
            except ValueError:
                continue
    case.retell(found)


def _invalid(case: Case) -> None:
    case.retell([each for each in case.payloads if _is_valid(each)])


def _is_valid(payload: Any) -> bool:
    try:
        CompletionChunk.model_validate_json(json.dumps(payload))
    except ValidationError:
        return False
    return True


def _heard(case: Case) -> Iterator[tuple[Answer, Object, Object]]:
    """Yield the answer that a choice is of, the choice and its delta."""
    places = sorted({choice["index"] for each in case.payloads for choice in choices_of(each)})
    for payload in case.payloads:
        for choice in choices_of(payload):
            delta: Object = choice["delta"]
            yield case.whole.answers[places.index(choice["index"])], choice, delta


def _thinking(case: Case) -> None:
    for answer in case.whole.answers:
        answer.reasoning = ""


def _other_parts(case: Case) -> None:
    for answer in case.whole.answers:
        answer.citations, answer.tokens = [], []


def _roles(case: Case) -> None:
    roles: dict[int, list[str]] = {}
    for answer, _, delta in _heard(case):
        said = roles.setdefault(id(answer), [])
        said += [delta["role"]] if isinstance(delta.get("role"), str) else []
    for answer in case.whole.answers:
        said = roles[id(answer)] or ["assistant"]
        if answer.role is None or len(said) > 1:
            answer.role = said[-1]


def _single_call(case: Case) -> None:
    for answer, _, delta in _heard(case):
        if is_object(delta.get("tool_calls")):
            answer.calls = []


def _calls(case: Case) -> None:
    calls: dict[int, list[Object]] = {}
    odd: set[int] = set()
    for answer, _, delta in _heard(case):
        known = calls.setdefault(id(answer), [])
        for each in objects_of(delta.get("tool_calls")):
            # The model says 0 where the wire says nothing, and the code counts where it says null.
            index = each.get("index", 0)
            index = len(known) if index is None else index
            while len(known) <= index:
                known.append({"id": None, "name": "", "arguments": ""})
            call, function = known[index], each["function"]
            if each.get("id") not in {None, "null"}:
                call["id"] = each["id"]
            call["name"] += function.get("name") or ""
            text = function.get("arguments")
            call["arguments"] += text if isinstance(text, str) else ""
            if each.get("index") is None or is_object(text):
                odd.add(id(answer))
    for answer in case.whole.answers:
        if id(answer) in odd:
            said = calls[id(answer)]
            answer.calls = [Call(each["id"], each["name"], each["arguments"]) for each in said]


def _usage(case: Case) -> None:
    given = [each["usage"] for each in case.payloads if is_object(each.get("usage"))]
    if len(given) > 1:
        case.whole.usage = _mistral_counts(given[0])


def _zeros(case: Case) -> None:
    if any(is_object(each.get("usage")) for each in case.payloads):
        names = ("input_tokens", "output_tokens", "total_tokens")
        case.whole.usage = dict.fromkeys(names, 0) | case.whole.usage


def _mistral_counts(usage: Object) -> dict[str, int]:
    cached = usage.get("num_cached_tokens")
    counts = chat_counts(usage)
    return counts if cached is None else {**counts, "cached_input_tokens": cached}


MISTRAL: Final = (
    Kind(
        "lines that do not begin with `data: `",
        "sdk",
        "It reads lines and not events: `data:` without a space behind it, and an event of several "
        "lines, are passed over.",
        _lines,
    ),
    Kind(
        "chunks that do not validate",
        "sdk",
        "What `CompletionChunk` does not accept is passed over in silence, and its text with it: "
        "content of a new type, a chunk without `finish_reason`. So are "
        "errors in mid-stream: the answer looks complete.",
        _invalid,
    ),
    Kind(
        "thinking",
        "sdk",
        "Of a list of content only the items of type `text` are taken.",
        _thinking,
    ),
    Kind(
        "references and log probabilities",
        "sdk",
        "There is no place for them.",
        _other_parts,
    ),
    Kind(
        "the last role",
        "sdk",
        "Every role replaces the one before, and without one it is `assistant`.",
        _roles,
    ),
    Kind(
        "tool calls as one object",
        "sdk",
        "What is no list is left out.",
        _single_call,
    ),
    Kind(
        "calls without a number",
        "sdk",
        "`ToolCall.index` is 0 by default, so calls that came without it are one: names, and "
        "arguments, are joined (`{}{}`). Arguments that are an object are left out.",
        _calls,
    ),
    Kind(
        "usage of the first chunk",
        "sdk",
        "The first usage stands, though it is a total so far that a later chunk brings up to date.",
        _usage,
    ),
    Kind(
        "counts that were not given",
        "sdk",
        "`UsageInfo` makes 0 of them.",
        _zeros,
    ),
)
