"""The message of a stream of Cohere's as a body that comes whole says it.

Events of v2 leave what they say of citations beside the message. The last event of v1 repeats the
whole answer, with marks where it repeats what was said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from attrs import evolve

from onechunk import (
    DERIVED,
    UNSET,
    Choice,
    Chunk,
    Citation,
    Defaults,
    Error,
    Finish,
    FinishReason,
    Json,
    Loss,
    Part,
    Reasoning,
    Refusal,
    Series,
    Text,
    ToolCall,
)
from onechunk.events import Settled
from onechunk.mapping import Object, is_list, is_object
from onechunk_adapters.cohere.mapping_whole import PLAN

__all__ = ["settle", "settle_v1"]

_EVENT: Final = frozenset({"type", "index", "event_type", "is_finished"})
"""What an event is, which no body says."""

_SAID: Final = ("text", "finish_reason", "tool_calls", "citations")
"""Keys of the last event of v1 under which stands what is canonical."""


def settle(chunk: Chunk, extra: Object) -> Settled:
    """Return what the message of a stream of v2 says in a body, and what of its residue is lost."""
    choice, error = _ended(chunk)
    message = _inside(extra, "delta", "message")
    cited = [part for part in choice.parts if isinstance(part, Citation)]
    residues = _residues(message.get("citations"), len(cited))
    lost = message if residues is None else {**message, "citations": None}
    parts: list[Part] = []
    for part in choice.parts:
        match part:
            case Reasoning(block=None):
                parts.append(evolve(part, extra={PLAN: DERIVED}))
            case ToolCall():
                parts.append(evolve(part, arguments=part.arguments or "{}", extra=_function()))
            case Citation():
                parts.append(evolve(part, extra=residues.pop(0) if residues else {}))
            case _:
                parts.append(part)
    logprobs = choice.logprobs and evolve(choice.logprobs, extra={})
    said = evolve(choice, parts=parts, logprobs=logprobs, extra={})
    events = {key: value for key, value in extra.items() if key != "delta"}
    outer = {key: value for key, value in _inside(extra, "delta").items() if key != "message"}
    left = {**events, "delta": {**outer, "message": lost}}
    ready = evolve(chunk, choices=[said], error=error, extra={})
    return Settled(ready, evolve(chunk, extra={}), [*_lost("$.extra", left)])


def settle_v1(chunk: Chunk, extra: Object) -> Settled:
    """Return what the message of a stream of v1 says in a body, and what of its residue is lost."""
    choice, error = _ended(chunk)
    response = _inside(chunk.extra, "response")
    body = {key: value for key, value in response.items() if key not in _SAID}
    text = "".join(p.text for p in choice.parts if isinstance(p, Text | Reasoning | Refusal))
    parts: list[Part] = [Text(text)] if text else []
    parts += [call for part in choice.parts if (call := _whole(part)) is not None]
    parts += [part for part in choice.parts if isinstance(part, Citation)]
    again = {key: value for key, value in response.items() if key in _SAID}
    candidates: Json = body.pop("generations", None)
    name, own = "generation_id", dict[str, Json]()
    if is_list(candidates) and [*map(is_object, candidates)] == [True] and parts[1:] == []:
        name = "id"
        own = {key: value for key, value in candidates[0].items() if key not in _SAID}
        body["generations"] = DERIVED
    else:
        again["generations"] = candidates
        body |= {} if text else {"text": ""}
    said = evolve(choice, index=None, parts=parts, extra=own)
    id_ = body.pop(name, None)
    if chunk.id is None and isinstance(id_, str) and id_:
        chunk = evolve(chunk, id=id_)
    left = {key: value for key, value in extra.items() if key != "response"}
    left = {key: value for key, value in left.items() if response.get(key) != value}
    again |= {name: None if id_ == chunk.id else id_}
    losses = [*_lost("$.extra", left), *_lost("$.extra.response", again)]
    ready = evolve(chunk, choices=[said], error=error, extra=body)
    return Settled(ready, evolve(chunk, extra={}), losses)


def _ended(chunk: Chunk) -> tuple[Choice, Error | None]:
    """Return the choice with a word for why it ended, and what went wrong."""
    choice = chunk.choices[0] if chunk.choices else Choice(0, "assistant")
    if choice.finish is not None:
        return choice, chunk.error
    error = chunk.error or Error(Defaults().cut_off, "incomplete_stream")
    return evolve(choice, finish=Finish(FinishReason.ERROR)), error


def _function() -> Object:
    return {"type": "function"}


def _inside(value: Object, *keys: str) -> Object:
    """Return the object under *keys*; an empty one if there is none."""
    for key in keys:
        inner = value.get(key)
        if not is_object(inner):
            return {}
        value = inner
    return value


def _residues(value: Json, count: int) -> list[Object] | None:
    """Return the residue of each of *count* citations; None if nobody knows whose it is.

    What was the same for one after the other stands once.
    """
    if is_object(value):
        columns = {key: _column(each, count) for key, each in value.items()}
        if any(column is None for column in columns.values()):
            return None
        return [{k: column[n] for k, column in columns.items() if column} for n in range(count)]
    # The first event has an empty list.
    said: list[Object] = [*filter(is_object, value.values)] if isinstance(value, Series) else []
    column = _spread(said, count) if said else [Object() for _ in range(count)]
    return None if column is None else [{**each} for each in column]


def _column(value: Json, count: int) -> list[Json] | None:
    return _spread([*value.values], count) if isinstance(value, Series) else [value] * count


def _spread(values: list[Json], count: int) -> list[Json] | None:
    return values * count if len(values) == 1 else values if len(values) == count else None


def _whole(part: Part) -> ToolCall | None:
    """Return a call with its arguments as an object; None for any other part.

    A call that was cut short must not look like one that can be run.
    """
    if not isinstance(part, ToolCall):
        return None
    arguments: Json = part.arguments
    if not is_object(arguments):
        try:
            arguments = json.loads(arguments or "{}")
        except (ValueError, RecursionError):
            return None
    return evolve(part, arguments=arguments, extra={}) if is_object(arguments) else None


def _lost(path: str, value: Json) -> Iterator[Loss]:
    """Yield what says anything in residue that has no place."""
    # Its depth is the sender's to choose: no recursion.
    todo: list[tuple[str, Json]] = [(path, value)]
    while todo:
        path, value = todo.pop()
        if is_object(value):
            inner = [(f"{path}.{key}", each) for key, each in value.items() if key not in _EVENT]
            todo += reversed(inner)
        elif is_list(value):
            todo += reversed([(f"{path}[{number}]", each) for number, each in enumerate(value)])
        elif isinstance(value, Series):
            todo += reversed([(path, each) for each in value.values])
        elif value not in (None, "", UNSET, DERIVED):
            yield Loss("dropped", path, value)
