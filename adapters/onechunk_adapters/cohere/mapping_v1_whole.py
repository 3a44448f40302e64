"""Cohere's v1 chat response that comes whole and the canonical chunk, key by key.

A body of `/v1/generate` has a list of candidates; one of chat is the only candidate itself. What
the model says before it calls stands in `text` like any answer, and is text.
"""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, Choice, Chunk, Citation, Json, Part, Refusal, Text, ToolCall
from onechunk.mapping import (
    Leaf,
    Manner,
    Object,
    PartVia,
    Row,
    Table,
    Via,
    finish_row,
    is_list,
    is_object,
    make_reader,
    make_writer,
)
from onechunk_adapters.cohere.mapping import bare_error
from onechunk_adapters.cohere.mapping_v1 import CALL, CITATION, USAGE_ROW, listed
from onechunk_adapters.cohere.words import REASONS, WORDS_V1

__all__ = ["build_whole"]

_GENERATIONS: Final = "generations"
_FINISH: Final = finish_row("finish_reason", REASONS, WORDS_V1, tells=True)


def read_text(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take the text; an empty one says nothing."""
    if isinstance(value, str) and value:
        parts.append(Text(rest.pop("text")))


def write_text(parts: list[Any], out: Object, _: Object) -> None:
    """Write the text."""
    out["text"] = "".join(part.text for part in parts)


_TEXT: Final = PartVia("text", (Text, Refusal), read_text, write_text)
_CHAT: Final = Table(
    Choice, (_TEXT, listed("tool_calls", CALL), listed("citations", CITATION), _FINISH)
)
_KEYS: Final = ("text", "tool_calls", "citations", "finish_reason")
_GENERATION: Final = Table(Choice, (Leaf("index", "index", (int,), rare=True), _TEXT, _FINISH))

_take_chat, _take_generation = make_reader(_CHAT), make_reader(_GENERATION)
_put_chat, _put_generation = make_writer(_CHAT, Manner()), make_writer(_GENERATION, Manner())


def read_generations(value: Json, rest: Object) -> list[Choice] | None:
    """Take a list of candidates, and leave a mark."""
    if not is_list(value) or not value or not all(is_object(each) for each in value):
        return None
    rest[_GENERATIONS] = DERIVED
    return [_take_generation(each) for each in value]


def read_chat(_: Json, rest: Object) -> list[Choice] | None:
    """Take what the one candidate of a chat says; its residue stays with the body."""
    if is_list_of(rest):
        return None
    said: Object = {key: rest.pop(key) for key in _KEYS if key in rest}
    found: Choice = _take_chat(said)
    rest.update(found.extra)
    found.extra = {}
    return [found] if found.parts or found.finish is not None else None


def is_list_of(extra: Object) -> bool:
    """Say whether a body is a list of candidates."""
    return extra.get(_GENERATIONS) is DERIVED


def write_choices(choices: list[Choice], out: Object, extra: Object) -> None:
    """Write the candidates of a list, or the one of a chat.

    Raises:
        TypeError: There are several in a chat.
    """
    if is_list_of(extra):
        out[_GENERATIONS] = [_put_generation(choice) for choice in choices]
        return
    if len(choices) > 1:
        message = f"a chat cannot say {len(choices)} candidates"
        raise TypeError(message)
    for choice in choices:
        out.update(_put_chat(choice))


def write_chat_away(choices: list[Choice], out: Object, _: Object) -> None:
    """Write a candidate from elsewhere as a chat."""
    choice = choices[0] if choices else Choice()
    text = "".join(part.text for part in choice.parts if isinstance(part, Text | Refusal))
    calls = [_call(part) for part in choice.parts if isinstance(part, ToolCall)]
    cited = [_cite(part, text) for part in choice.parts if isinstance(part, Citation)]
    lists = {"tool_calls": calls, "citations": [each for each in cited if each is not None]}
    out["text"] = text
    out.update({key: each for key, each in lists.items() if each})
    if choice.finish is not None:
        word = WORDS_V1[choice.finish.reason]
        out["finish_reason"] = "STOP_SEQUENCE" if word == "COMPLETE" and choice.stop else word


def _call(part: ToolCall) -> Object:
    arguments = part.arguments if is_object(part.arguments) else {}
    return {"name": part.name or "", "parameters": arguments}


def _cite(part: Citation, text: str) -> Object | None:
    """Return a citation, which is a passage and the names of what it rests on; else None."""
    if part.start is None or part.end is None or not part.references:
        return None
    return {
        "start": part.start,
        "end": part.end,
        "text": text[max(0, part.start) : max(0, part.end)],
        "document_ids": [str(each) for each in part.references],
    }


def read_id(value: Json, rest: Object) -> str | None:
    """Take the id of a chat."""
    if not isinstance(value, str) or not value or is_list_of(rest):
        return None
    return str(rest.pop("generation_id"))


def read_other_id(value: Json, rest: Object) -> str | None:
    """Take the id of a list of candidates."""
    if not isinstance(value, str) or not value or not is_list_of(rest):
        return None
    return str(rest.pop("id"))


def write_id(id_: str, out: Object, extra: Object) -> None:
    """Write the id under the key of a chat, or of a list of candidates."""
    out["id" if is_list_of(extra) else "generation_id"] = id_


def write_id_away(id_: str, out: Object, _: Object) -> None:
    """Write the id of a chat."""
    out["generation_id"] = id_


def write_nothing(*_: object) -> None:
    """Leave it to another row."""


def build_whole() -> Table:
    """Return the table of the body."""
    rows: tuple[Row, ...] = (
        Via(_GENERATIONS, "choices", read_generations, write_choices, write_away=write_chat_away),
        *(Via(key, "choices", read_chat, write_nothing) for key in _KEYS),
        Via("generation_id", "id", read_id, write_id, write_away=write_id_away),
        Via("id", "id", read_other_id, write_nothing),
        USAGE_ROW,
        bare_error("event_type"),
    )
    fixed: Object = {"dialect": "cohere-v1.whole", "choices": [], "done": False, "frame": None}
    return Table(Chunk, rows, fixed=fixed)
