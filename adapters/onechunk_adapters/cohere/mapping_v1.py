"""Cohere's v1 events and the canonical chunk, event by event."""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, Citation, Error, Json, Part, Reasoning, Text, ToolCall
from onechunk.events import Envelope
from onechunk.mapping import (
    Into,
    Leaf,
    Manner,
    Object,
    PartVia,
    Table,
    Tagged,
    Via,
    finish_row,
    is_list,
    is_object,
    make_reader,
    make_writer,
    usage_row,
)
from onechunk_adapters._events import choice, event, part
from onechunk_adapters.cohere.mapping import bare_error
from onechunk_adapters.cohere.words import REASONS, USAGE, WORDS_V1

__all__ = ["USAGE_ROW", "build", "fail"]

DIALECT: Final = "cohere-v1"
USAGE_ROW: Final = usage_row("meta", USAGE, floats=True)


def read_parameters(value: Json, rest: Object) -> Any:
    """Take the arguments of a call that comes whole."""
    return rest.pop("parameters") if is_object(value) else None


def write_parameters(arguments: Any, out: Object, _: Object) -> None:
    """Write the arguments of a call that came whole."""
    out["parameters"] = arguments


def read_documents(value: Json, rest: Object) -> Any:
    """Take the names of the documents."""
    if not is_list(value) or not value or not all(isinstance(each, str) for each in value):
        return None
    return rest.pop("document_ids")


def write_documents(references: list[int | str], out: Object, _: Object) -> None:
    """Write the names of the documents."""
    out["document_ids"] = [str(each) for each in references]


def listed(key: str, table: Table) -> PartVia:
    """Return the row of a list of objects, each of which is a part."""
    take, put = make_reader(table), make_writer(table, Manner())

    def read(value: Json, rest: Object, parts: list[Part]) -> None:
        if is_list(value) and value and all(is_object(each) for each in value):
            parts += [take(each) for each in rest.pop(key)]

    def write(said: list[Any], out: Object, _: Object) -> None:
        out[key] = [put(each) for each in said]

    return PartVia(key, (table.make,), read, write)


def read_plan(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take what the model says before it calls; at times it stands inside the call's delta."""
    inner = rest.get("tool_call_delta")
    if isinstance(value, str):
        parts.append(Reasoning(rest.pop("text")))
    elif value is None and is_object(inner) and isinstance(inner.get("text"), str):
        parts.append(Reasoning(inner["text"]))
        inner["text"] = DERIVED


def write_plan(said: list[Any], out: Object, residue: Object) -> None:
    """Write the plan where it stood."""
    text = "".join(each.text for each in said)
    inner = residue.get("tool_call_delta")
    if is_object(inner) and inner.get("text") is DERIVED:
        out["tool_call_delta"] = {**out.get("tool_call_delta", inner), "text": text}
    else:
        out["text"] = text


PLAN: Final = PartVia("text", (Reasoning,), read_plan, write_plan, also_at=("tool_call_delta",))

DELTA: Final = Table(
    ToolCall,
    (
        Into(
            "tool_call_delta",
            (
                Leaf("index", "index", (int,)),
                Leaf("name", "name"),
                Leaf("parameters", "arguments", silent=()),
            ),
            lenient=True,
        ),
    ),
)

CALL: Final = Table(
    ToolCall,
    (Leaf("name", "name"), Via("parameters", "arguments", read_parameters, write_parameters)),
)

CITATION: Final = Table(
    Citation,
    (
        Leaf("start", "start", (int,)),
        Leaf("end", "end", (int,)),
        Via("document_ids", "references", read_documents, write_documents),
    ),
)

EVENTS: Final = Tagged(
    {
        "stream-start": event(DIALECT, Leaf("generation_id", "id")),
        "text-generation": event(
            DIALECT, choice(part(Table(Text, (Leaf("text", "text", silent=()),))))
        ),
        "tool-calls-chunk": event(DIALECT, choice(part(DELTA), PLAN)),
        "tool-calls-generation": event(
            DIALECT,
            choice(part(Table(Reasoning, (Leaf("text", "text"),))), listed("tool_calls", CALL)),
        ),
        "citation-generation": event(DIALECT, choice(listed("citations", CITATION))),
        "stream-end": event(
            DIALECT,
            choice(finish_row("finish_reason", REASONS, WORDS_V1, tells=True)),
            Into("response", (USAGE_ROW,), lenient=True),
            done=True,
        ),
    },
    event(DIALECT, bare_error("event_type")),
    "event_type",
)


def fail(envelope: Envelope, error: Error) -> Object:
    """Return the last event of an answer that broke off, which repeats what was said of it."""
    del error  # there is no place for more than the word
    word = "ERROR"
    response: Object = dict.fromkeys(("text", "tool_calls", "citations"), DERIVED)
    response |= {"finish_reason": word, "generation_id": envelope.id}
    return {
        "is_finished": True,
        "event_type": "stream-end",
        "finish_reason": word,
        "response": response,
    }


def build() -> Tagged:
    """Return the tables of all events."""
    return EVENTS
