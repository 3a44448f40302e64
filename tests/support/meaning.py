"""What a stream says, joined by choice; written from the laws and not from the code under test."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import attrs

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Loss,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
)
from onechunk.mapping import is_list, is_object

Aspect = tuple[int | None, str]
"""The index of a choice, None for the whole stream, and what of it: `text`, `calls.name`."""

_TEXTS: dict[type[Any], str] = {Text: "text", Reasoning: "reasoning", Refusal: "refusal"}
_CALL = ("calls.id", "calls.name", "calls.arguments")
_CITATION = ("url", "title", "text", "start", "end", "references")
_TOKEN = ("token", "logprob", "bytes", "token_id")


@attrs.define
class _Call:
    """One tool call; an object as arguments is a piece of text as well."""

    index: int | None
    id: str | None = None
    name: str = ""
    text: str = ""


def meaning(chunks: Iterable[Chunk]) -> dict[Aspect, Any]:
    """Return what *chunks* say; an aspect of which they say nothing is missing."""
    said: dict[Aspect, Any] = {}
    calls: dict[int, list[_Call]] = defaultdict(list)
    for chunk in chunks:
        if chunk.usage is not None:
            _usage(chunk.usage, said)
        if chunk.error is not None:
            said[None, "error"] = chunk.error.message
        for number, choice in enumerate(chunk.choices):
            index = number if choice.index is None else choice.index
            for part in choice.parts:
                if isinstance(part, ToolCall):
                    _add_call(calls[index], part)
                elif isinstance(part, Citation):
                    values = [getattr(part, name) for name in _CITATION]
                    if _speaks(values):
                        for name, value in zip(_CITATION, values, strict=True):
                            _append(said, (index, f"citations.{name}"), value)
                elif type(part) in _TEXTS:
                    key = index, _TEXTS[type(part)]
                    said[key] = said.get(key, "") + getattr(part, "text", "")
            if choice.finish is not None:
                said.setdefault((index, "finish"), choice.finish.reason.value)
            _logprobs(choice, index, said)
    for index, found in calls.items():
        said[index, "calls.id"] = [call.id for call in found]
        said[index, "calls.name"] = [call.name for call in found]
        said[index, "calls.arguments"] = [_arguments(call) for call in found]
    return {aspect: value for aspect, value in said.items() if _speaks(value)}


def _speaks(value: Any) -> bool:
    empty: list[Any] = ["", None, []]
    return any(map(_speaks, value)) if is_list(value) else value not in empty


def _usage(usage: Any, said: dict[Aspect, Any]) -> None:
    counts = {a.name: getattr(usage, a.name) for a in attrs.fields(usage.__class__)}
    del counts["extra"]
    if any(count is not None for count in counts.values()):
        if counts["total_tokens"] == (counts["input_tokens"] or 0) + (counts["output_tokens"] or 0):
            # It says no more than the two others.
            del counts["total_tokens"]
            said.pop((None, "usage.total_tokens"), None)
        for name, count in counts.items():
            said[None, f"usage.{name}"] = count


def _append(said: dict[Aspect, Any], aspect: Aspect, value: Any) -> None:
    said.setdefault(aspect, []).append(value)


def _add_call(calls: list[_Call], part: ToolCall) -> None:
    """Add a fragment to its call: that of its id, of its index, or else the last one."""
    call = next((call for call in calls if part.id and call.id == part.id), None)
    if call is None and part.index is not None:
        call = next((call for call in reversed(calls) if call.index == part.index), None)
        if call is not None and part.id and call.id:
            call = None
    elif call is None and not part.id and not part.name and calls:
        call = calls[-1]
    if call is None:
        if not (part.id or part.name or part.arguments or part.arguments == {}):
            return
        call = _Call(part.index)
        calls.append(call)
    call.id = call.id or part.id
    call.name = call.name or part.name or ""
    if isinstance(part.arguments, dict):
        call.text += json.dumps(part.arguments, separators=(",", ":"), ensure_ascii=False)
    else:
        call.text += part.arguments or ""


def _arguments(call: _Call) -> Any:
    """Return the arguments as a JSON value, or as text where they are none."""
    try:
        value = json.loads(call.text)
    except ValueError:
        return call.text
    return value if is_object(value) else call.text


def _logprobs(choice: Choice, index: int, said: dict[Aspect, Any]) -> None:
    if choice.logprobs is not None:
        for place in ("content", "refusal"):
            for token in getattr(choice.logprobs, place) or ():
                for name in _TOKEN:
                    _append(said, (index, f"logprobs.{place}.{name}"), getattr(token, name))
                _append(said, (index, f"logprobs.{place}.top"), [*map(_top, token.top or ())])


def _top(token: TokenLogprob) -> list[Any]:
    return [token.token, token.logprob]


def different(one: dict[Aspect, Any], two: dict[Aspect, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the aspects that are not equal, with both values, without the choice."""
    found = {
        key[1]: (one.get(key), two.get(key))
        for key in sorted({*one, *two}, key=repr)
        if _said(one.get(key)) != _said(two.get(key))
    }
    if found.keys() & {"usage.input_tokens", "usage.output_tokens"}:
        # A total says something of its own only where it is not the sum.
        found.pop("usage.total_tokens", None)
    return found


def _said(value: Any) -> Any:
    """Return *value* without the difference between an empty text and none."""
    if is_list(value):
        return [_said(each) for each in value]
    return None if value == "" else value


def named(losses: Iterable[Loss], chunks: list[Chunk]) -> set[str]:
    """Return the aspects that a report of losses names; *chunks* are those it speaks of."""
    found = list(losses)
    aspects = {aspect for loss in found for aspect in _aspects(loss, chunks)}
    for index, aspect in meaning(chunks):
        # What came behind the target's end is lost whole, and so is a candidate without a place.
        if any(x.path == "$" or _is_choice(x, index) for x in found):
            aspects.add(aspect)
    return aspects


def _is_choice(loss: Loss, index: int | None) -> bool:
    whole = re.fullmatch(r"\$\.choices\[\d+\]", loss.path)
    return whole is not None and index is not None and loss.value == index


def _aspects(loss: Loss, chunks: list[Chunk]) -> set[str]:
    if match := re.fullmatch(r"\$\.choices\[(\d+)\]\.parts\[(\d+)\](?:\.(\w+))?.*", loss.path):
        return _aspects_of_part(loss, chunks, int(match[1]), int(match[2]), match[3])
    if match := re.fullmatch(r"\$\.choices\[\d+\]\.tool_calls\[\d+\](?:\.(\w+))?", loss.path):
        return {f"calls.{match[1]}"} if match[1] else set(_CALL)
    if match := re.fullmatch(r"\$\.choices\[\d+\]\.logprobs\.(\w+)(.*)", loss.path):
        field = re.search(r"\.(top|\w+)", match[2])
        fields = (*_TOKEN, "top") if field is None else (field[1],)
        return {f"logprobs.{match[1]}.{field}" for field in fields}
    if loss.path.endswith(".finish.reason"):
        return {"finish"}
    return {"error"} if loss.path.startswith("$.error") else {loss.path.removeprefix("$.")}


def _aspects_of_part(
    loss: Loss, chunks: list[Chunk], choice: int, number: int, field: str | None
) -> set[str]:
    if loss.kind == "invented" and field in {"id", "text"}:
        return {"calls.id"} if field == "id" else {"text"}
    part = chunks[(loss.event or 1) - 1].choices[choice].parts[number]
    if field == "extra":
        return set()
    if isinstance(part, ToolCall):
        return set(_CALL) if field is None else {f"calls.{field}"}
    if isinstance(part, Citation):
        return {f"citations.{name}" for name in ([field] if field else _CITATION)}
    # A refusal that changes becomes text.
    changed: set[str] = {"text"} if isinstance(part, Refusal) and loss.kind == "changed" else set()
    return {_TEXTS[type(part)], *changed} if type(part) in _TEXTS else set()
