"""Cohere's v2 chat response that comes whole and the canonical chunk, key by key.

Thinking is an item of the content; a plan, which comes before calls, has a key of its own and is
marked. An item's place in the content is its block, which citations name.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk import (
    DERIVED,
    Chunk,
    Citation,
    Error,
    Json,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from onechunk.mapping import (
    Const,
    Items,
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
from onechunk_adapters._events import choice
from onechunk_adapters._shared import TEXT_ITEM
from onechunk_adapters.cohere.citations import ROWS
from onechunk_adapters.cohere.logprobs import LOGPROBS
from onechunk_adapters.cohere.mapping import USAGE_ROW, into, read_error, write_error
from onechunk_adapters.cohere.words import REASONS, WORDS

__all__ = ["PLAN", "build_whole", "is_plan", "stop_row"]

PLAN: Final = "tool_plan"

_ITEMS: Final = Items(
    {
        "text": TEXT_ITEM,
        "thinking": Table(Reasoning, (Leaf("thinking", "text", silent=(), always=True),)),
    },
    also={Refusal: "text"},
)
_CALL: Final = Table(
    ToolCall,
    (
        Leaf("id", "id"),
        Const("type", "function"),
        into(
            "function",
            Leaf("name", "name", away=""),
            Leaf("arguments", "arguments", (str, dict), silent=(), away="", as_text=True),
        ),
    ),
)
_CITATION: Final = Table(Citation, ROWS)
_take_call, _take_citation = make_reader(_CALL), make_reader(_CITATION)
_put_call, _put_citation = make_writer(_CALL, Manner()), make_writer(_CITATION, Manner())
_put_call_away = make_writer(_CALL, Manner(away=True, residue=False))
_put_citation_away = make_writer(_CITATION, Manner(away=True, residue=False))
_LISTS: Final = (("tool_calls", _take_call), ("citations", _take_citation))


def is_plan(part: Any) -> bool:
    """Say whether *part* is what the model said before it called tools."""
    return PLAN in part.extra


def read_parts(content: Json, rest: Object, parts: list[Part]) -> None:
    """Take the plan, the content, the calls and the citations."""
    if isinstance(rest.get(PLAN), str) and rest[PLAN]:
        parts.append(Reasoning(rest.pop(PLAN), extra={PLAN: DERIVED}))
    if is_list(content) and content:
        items: list[Any] = []
        _ITEMS.read(rest.pop("content"), items)
        for number, part in enumerate(items):
            part.block = number
        parts += items
    for key, take in _LISTS:
        values = rest.get(key)
        if is_list(values) and values and all(is_object(each) for each in values):
            parts += [take(each) for each in rest.pop(key)]


def write_parts(parts: list[Any], out: Object, _: Object) -> None:
    """Write every part where it stood."""
    plan = [part.text for part in parts if is_plan(part)]
    items: list[Json] = []
    lists: dict[str, list[Json]] = {}
    for part in parts:
        match part:
            case ToolCall():
                lists.setdefault("tool_calls", []).append(_put_call(part))
            case Citation():
                lists.setdefault("citations", []).append(_put_citation(part))
            case Other(value=value):
                items.append(value)
            case _ if not is_plan(part):
                items += _ITEMS.write_one(part, part.extra)
            case _:
                pass
    if items:
        out["content"] = items
    if plan:
        out[PLAN] = "".join(plan)
    out.update(lists)


def write_parts_away(parts: list[Any], out: Object, _: Object) -> None:
    """Write parts from elsewhere: reasoning that stands in no block is the plan of the calls."""
    calls = [_put_call_away(part) for part in parts if type(part) is ToolCall]
    plan: list[str] = []
    items: list[Object] = []
    texts: dict[int | None, int] = {}
    for part in parts:
        if type(part) is Reasoning and calls and part.block is None:
            plan.append(part.text)
        elif isinstance(part, Text | Refusal | Reasoning) and part.text:
            kind = "thinking" if isinstance(part, Reasoning) else "text"
            if kind == "text":
                texts.setdefault(part.block, len(items))
            items.append({"type": kind, kind: part.text})
    citations = [_cited(part, items, texts) for part in parts if type(part) is Citation]
    lists = {"content": items, "tool_calls": calls, "citations": citations}
    out.update({key: each for key, each in lists.items() if each})
    if any(plan):
        out[PLAN] = "".join(plan)


def write_something_away(_: object, out: Object, __: Object) -> None:
    """Write an empty text where nothing was said: readers look at the first item."""
    if "content" not in out and "tool_calls" not in out:
        out["content"] = [{"type": "text", "text": ""}]


def _cited(part: Citation, items: list[Object], texts: dict[int | None, int]) -> Object:
    """Return a citation with the text that it speaks of, and its passage."""
    index = texts.get(part.block, next(iter(texts.values()), None))
    said: Object = _put_citation_away(evolve(part, block=index))
    start, end = part.start, part.end
    if index is not None and start is not None and end is not None and 0 <= start < end:
        said["text"] = items[index]["text"][start:end]
    return {**said, "type": "TEXT_CONTENT"}


def read_bare_error(value: Json, rest: Object) -> Error | None:
    """Take the error of a body that is nothing else, whose message is plain text."""
    if not isinstance(value, str) or not value:
        return None
    rest["message"] = DERIVED
    return Error(value)


def read_error_beside(value: Json, rest: Object) -> Error | None:
    """Take the error that stands beside what was said, unless plain text says one already."""
    return None if rest.get("message") is DERIVED else read_error(value, rest)


def write_any_error(error: Error, out: Object, extra: Object) -> None:
    """Write an error where it stood."""
    if extra.get("message") is DERIVED:
        out["message"] = error.message or ""
    else:
        write_error(error, out, extra)


def _nothing(*_: object) -> None:
    """Leave it to another row."""


def _write_stop(_: object, out: Object, __: Object) -> None:
    if out.get("finish_reason") == "COMPLETE":
        out["finish_reason"] = "STOP_SEQUENCE"


def stop_row() -> Via:
    """Return the row that says that a stop sequence was matched, which has no place itself."""
    return Via("finish_reason", "stop", _nothing, _nothing, write_away=_write_stop)


_PARTS: Final = PartVia(
    "content",
    (Text, Reasoning, Refusal, ToolCall, Citation, Other),
    read_parts,
    write_parts,
    write_parts_away,
    also_at=(PLAN, "tool_calls", "citations"),
)

_SOMETHING: Final = Via("content", "parts", _nothing, _nothing, write_away=write_something_away)


def build_whole() -> Table:
    """Return the table of the body."""
    rows: tuple[Row, ...] = (
        Leaf("id", "id", envelope=True),
        choice(
            into("message", Leaf("role", "role", away="assistant"), _PARTS, _SOMETHING),
            finish_row("finish_reason", REASONS, WORDS),
            stop_row(),
            LOGPROBS,
        ),
        USAGE_ROW,
        Via("message", "error", read_bare_error, _nothing),
        Via("error", "error", read_error_beside, write_any_error, write_away=write_error),
    )
    return Table(Chunk, rows, fixed={"dialect": "cohere.whole", "done": False, "frame": None})
