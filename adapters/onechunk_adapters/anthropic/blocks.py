"""The content blocks of Anthropic's messages and canonical parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from onechunk import (
    Citation,
    Json,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from onechunk.mapping import (
    Leaf,
    Manner,
    Object,
    Table,
    is_list,
    is_object,
    make_reader,
    make_writer,
)
from onechunk_adapters._bodies import with_object
from onechunk_adapters.anthropic.citations import (
    read_citation,
    usual_citation,
    write_citation,
)

__all__ = ["MessageBlocks"]

TEXT: Final = "text"
REDACTED: Final = "redacted_thinking"
SOURCES: Final = "citations"

TABLES: Final[Mapping[str, Table]] = {
    TEXT: Table(Text, (Leaf("text", "text", silent=(), always=True),)),
    "thinking": Table(
        Reasoning,
        (Leaf("thinking", "text", silent=(), always=True), Leaf("signature", "signature", away="")),
    ),
    REDACTED: Table(Reasoning, (Leaf("data", "encrypted"),)),
    "tool_use": Table(
        ToolCall,
        (
            Leaf("id", "id", away=""),
            Leaf("name", "name", away=""),
            Leaf("input", "arguments", (dict,), away={}),
        ),
    ),
}
"""Every other type is kept whole, the calls of the server's own tools among them."""

Writers = Mapping[str, Callable[[Any], Object]]


class MessageBlocks:
    """Reads and writes blocks; its functions are made with it."""

    def __init__(self) -> None:
        away = Manner(away=True, residue=False)
        self._read = {kind: make_reader(table) for kind, table in TABLES.items()}
        self._write: Writers = {
            kind: make_writer(table, Manner()) for kind, table in TABLES.items()
        }
        self._write_away: Writers = {
            kind: make_writer(table, away) for kind, table in TABLES.items()
        }

    def read(self, item: Json) -> list[Part]:
        """Return the parts of a block: one, or a text and its citations."""
        kind = item.get("type") if is_object(item) else None
        if not isinstance(kind, str):
            return [Other(None, item)]
        if kind not in TABLES or (kind == REDACTED and not _is_said(item.get("data"))):
            return [Other(kind, item)]
        del item["type"]
        part = self._read[kind](item)
        sources = item.get(SOURCES) if kind == TEXT else None
        if not is_list(sources) or not sources or not all(map(is_object, sources)):
            return [part]
        del item[SOURCES]
        return [part, *map(read_citation, sources)]

    def write(self, block: list[Any]) -> Json:
        """Return the block that says the parts, with their residue."""
        head = block[0]
        return head.value if type(head) is Other else _said(block, self._write, write_citation)

    def write_away(self, block: list[Any]) -> list[Json]:
        """Return the block that says parts of another dialect; nothing where none can."""
        said = [part for part in block if _speaks(part)]
        return [_said(said, self._write_away, usual_citation)] if said else []


def _is_said(value: Json) -> bool:
    return isinstance(value, str) and bool(value)


def _speaks(part: Part) -> bool:
    """Say whether a part from elsewhere has anything that a block can say."""
    match part:
        case Text(text):
            return bool(text)
        case Citation(url, title, text):
            return bool(url or title or text)
        case _:
            return True


def _said(block: list[Any], write: Writers, write_citation: Callable[[Citation], Object]) -> Object:
    """Return the block that says the parts in it."""
    head = block[0]
    match head:
        case ToolCall():
            return {"type": "tool_use", **write["tool_use"](with_object(head))}
        case Reasoning():
            redacted = head.encrypted is not None and not head.text
            kind = REDACTED if redacted else "thinking"
            return {"type": kind, **write[kind](head)}
        case Text() | Refusal() | Citation():
            texts = [part for part in block if type(part) is not Citation]
            sources = [part for part in block if type(part) is Citation]
            out = {"type": TEXT, **write[TEXT](texts[0] if texts else Text(""))}
            return {**out, SOURCES: [*map(write_citation, sources)]} if sources else out
        case _:
            message = f"there is no place for a {type(head).__name__}"
            raise TypeError(message)
