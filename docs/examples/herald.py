"""An adapter for Herald, a service made up for this page, which speaks in events and blocks."""

from collections.abc import Iterable
from typing import Any

from onechunk import (
    UNSET,
    Adapter,
    Choice,
    Chunk,
    Error,
    Finish,
    FinishReason,
    Rules,
    Text,
    ToolCall,
    Unset,
    Usage,
)
from onechunk.events import Block, Blocks, StreamMemory
from onechunk.mapping import Here, Into, Leaf, Object, Table, Tagged, error_rows, finish_row
from onechunk.wire import Wire, rare, wire

NAME = "herald"


@wire
class Event(Wire):
    """One event; which keys it has is a matter of its kind."""

    kind: str | None | Unset = UNSET
    block: int | None | Unset = rare()
    say: str | None | Unset = rare()
    ask: dict[str, Any] | None | Unset = rare()
    why: str | None | Unset = rare()


REASONS = {"done": FinishReason.STOP, "full": FinishReason.LENGTH, "ask": FinishReason.TOOL_CALLS}
WORDS = {
    **dict.fromkeys(FinishReason, "done"),
    FinishReason.LENGTH: "full",
    FinishReason.TOOL_CALLS: "ask",
    FinishReason.ERROR: None,
}


def event(*rows: Any, done: bool = False) -> Table:
    """Say which key of one kind of event is which canonical field."""
    return Table(Chunk, rows, fixed={"dialect": NAME, "done": done, "frame": None})


def part(table: Table) -> Here:
    """Say that an event is a part of the one answer, in the block that it names."""
    inner = Here("parts", table, address=(Leaf("block", "block", (int,)),))
    return Here("choices", Table(Choice, (inner,), fixed={"index": 0}))


ASK = Table(
    ToolCall,
    (Into("ask", (Leaf("id", "id"), Leaf("tool", "name"), Leaf("with", "arguments", silent=()))),),
)
EVENTS = Tagged(
    {
        "open": event(Leaf("answer", "id"), Leaf("engine", "model")),
        "say": event(part(Table(Text, (Leaf("say", "text", silent=()),)))),
        "ask": event(part(ASK)),
        "end": event(
            Here("choices", Table(Choice, (finish_row("why", REASONS, WORDS),), {"index": 0})),
            done=True,
        ),
        "fault": event(*error_rows()),
    },
    unknown=event(),
    tag="kind",
)


class Writer(Blocks):
    """Write other dialects' chunks as events."""

    kinds = frozenset({Text, ToolCall})

    def begin(self, role: str) -> Iterable[Object]:
        """Open the answer."""
        yield {"kind": "open", "answer": self.envelope.id, "engine": self.envelope.model}

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Say a piece of text, or ask for a tool."""
        if isinstance(part, Text):
            yield {"kind": "say", "block": block.number, "say": part.text}
        else:
            said = {"id": part.id, "tool": part.name, "with": part.arguments}
            ask = {key: value for key, value in said.items() if value is not None}
            yield {"kind": "ask", "block": block.number, "ask": ask}

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Say why the answer ended."""
        finish = choice.finish or Finish(FinishReason.STOP)
        yield {"kind": "end", "why": WORDS[finish.reason]}

    def count(self, usage: Usage) -> Iterable[Object]:
        """Say nothing: Herald does not count."""
        return ()

    def fail(self, error: Error) -> Iterable[Object]:
        """Say what went wrong."""
        yield {"kind": "fault", "error": {"message": error.message or ""}}


ADAPTER = Adapter(
    name=NAME,
    title="Herald",
    wire=Event,
    table=lambda: EVENTS,
    rules=Rules(
        says=frozenset({Text, ToolCall}), roles=False, usage="last", choices="one", calls="serial"
    ),
    end=None,
    named="kind",
    memory=StreamMemory,
    stage=Writer,
    scaffold=frozenset({"kind", "block"}),
)
