"""Ollama's lines and the canonical chunk, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from onechunk import (
    DERIVED,
    UNSET,
    Chunk,
    Defaults,
    Error,
    Json,
    Media,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
)
from onechunk.mapping import (
    Calls,
    Const,
    Into,
    Leaf,
    Object,
    PartVia,
    Row,
    Table,
    Via,
    error_rows,
    finish_row,
    is_list,
    is_object,
)
from onechunk_adapters._events import choice
from onechunk_adapters._times import read_time, write_time
from onechunk_adapters.ollama.arguments import ARGUMENTS
from onechunk_adapters.ollama.logprobs import LOGPROBS
from onechunk_adapters.ollama.words import REASONS, USAGE, WORDS

__all__ = ["build", "build_whole"]

GENERATED: Final[dict[str, type[Any]]] = {"thinking": Reasoning, "response": Text, "image": Media}
"""What a line of `/api/generate` says, which has no message."""


def said(key: str, part: type[Any], *also: type[Any]) -> PartVia:
    """Return the row of a string that is one part; an empty one says nothing."""

    def read(value: Json, rest: Object, parts: list[Part]) -> None:
        if isinstance(value, str) and value:
            parts.append(part(value))
            del rest[key]

    def write(found: list[Any], out: Object, _: Object) -> None:
        out[key] = "".join(each.text for each in found)

    def write_away(found: list[Any], out: Object, extra: Object) -> None:
        if any(each.text for each in found):
            write(found, out, extra)

    return PartVia(key, (part, *also), read, write, write_away)


def read_images(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take images, each the base64 of one."""
    if is_list(value) and value and all(isinstance(each, str) for each in value):
        parts += [Media("image", each) for each in value]
        del rest["images"]


def write_images(found: list[Media], out: Object, _: Object) -> None:
    """Write images."""
    out["images"] = [media.data or "" for media in found]


def read_generated(_: Json, rest: Object, parts: list[Part]) -> None:
    """Take what a line of `/api/generate` says."""
    if is_chat(rest):
        return
    for key, kind in GENERATED.items():
        value = rest.get(key)
        if isinstance(value, str) and value:
            parts.append(Media("image", value) if kind is Media else kind(value))
            del rest[key]


def write_generated(found: list[Any], out: Object, extra: Object) -> None:
    """Write a line of `/api/generate` as one; what only a message can say makes it a chat."""
    if is_chat(extra) or any(type(part) not in GENERATED.values() for part in found):
        return
    out.pop("message", None)
    for key, kind in GENERATED.items():
        same = [part for part in found if type(part) is kind]
        if same:
            out[key] = "".join(part.data or "" if kind is Media else part.text for part in same)


def is_chat(extra: Object) -> bool:
    """Say whether a line has a message: of one that has none, reading has left a mark."""
    return "message" not in extra or is_object(extra["message"])


def read_created(value: Json, _: Object) -> int | None:
    """Read the time and leave it where it stands: it is finer than the seconds."""
    return read_time(value) if isinstance(value, str) else None


def write_created(created: float, out: Object, extra: Object) -> None:
    """Write the time, unless residue has the same."""
    stood = extra.get("created_at")
    if not isinstance(stood, str) or read_time(stood) != created:
        out["created_at"] = write_time(created)


def read_done(value: Json, rest: Object) -> bool | None:
    """Read the end mark; a line that does not end the answer keeps its own."""
    if value is not True:
        return None
    rest["done"] = DERIVED
    return True


def write_done(done: bool, out: Object, extra: Object) -> None:  # noqa: FBT001 - a row's writer
    """Write the end mark."""
    if done or extra.get("done") is DERIVED:
        out["done"] = done


def write_done_away(done: bool, out: Object, _: Object) -> None:  # noqa: FBT001 - as above
    """Write whether the answer ends."""
    out["done"] = done


def read_usage(_: Json, rest: Object) -> Usage | None:
    """Take the counts, which stand on the line itself; one that is zero may be left out."""
    counts = {to: rest.pop(key) for key, to in USAGE.items() if type(rest.get(key)) is int}
    return Usage(**counts) if counts else None


def write_usage(usage: Usage, out: Object, _: Object) -> None:
    """Write the counts."""
    for key, to in USAGE.items():
        if getattr(usage, to) is not None:
            out[key] = getattr(usage, to)


def write_error_away(error: Error, out: Object, _: Object) -> None:
    """Write an error from elsewhere, which is plain text."""
    # An empty message is none to any client.
    out["error"] = error.message or error.type or Defaults().failed


def write_nothing(*_: object) -> None:
    """Leave it out, or to another row."""


def keep(*_: object) -> None:
    """Leave it as it stands, where home needs no more: a call's number, a body's end mark."""


def write_index(index: int, out: Object, _: Object) -> None:
    """Write the number of a call."""
    out["index"] = index


CALL: Final = Table(
    ToolCall,
    (
        Leaf("id", "id"),
        Into(
            "function",
            (
                Via("index", "index", keep, write_nothing, write_away=write_index),
                Leaf("name", "name", away=""),
                ARGUMENTS,
            ),
            lenient=True,
        ),
    ),
)

MESSAGE: Final[tuple[Row, ...]] = (
    Leaf("role", "role", away="assistant"),
    Const("content", ""),
    said("thinking", Reasoning),
    said("content", Text, Refusal),
    Calls("tool_calls", CALL),
    # The client of the server's own makers refuses images in an answer.
    PartVia("images", (Media,), read_images, write_images, write_nothing),
)

ERROR: Final = evolve(error_rows()[0], write_away=write_error_away)
DONE: Final = Via("done", "done", read_done, write_done, write_away=write_done_away)
WHOLE_DONE: Final = Via("done", "done", keep, write_nothing, write_away=write_done_away)


def _table(dialect: str, done: Via, fixed: Mapping[str, Any]) -> Table:
    """Return the table of a line, or of a body that comes whole, with its row of the end mark."""
    rows: tuple[Row, ...] = (
        Leaf("model", "model", envelope=True),
        Via("created_at", "created", read_created, write_created),
        choice(
            Into("message", MESSAGE, always=True),
            PartVia(
                "response",
                (Text, Reasoning, Media, ToolCall, Refusal),
                read_generated,
                write_generated,
                write_nothing,
                also_at=("thinking", "image"),
            ),
            finish_row("done_reason", REASONS, WORDS, away=UNSET, tells=True),
            LOGPROBS,
        ),
        done,
        Via("prompt_eval_count", "usage", read_usage, write_usage),
        Via("eval_count", "usage", read_usage, write_nothing),
        ERROR,
    )
    return Table(Chunk, rows, fixed={"dialect": dialect, "frame": None, **fixed})


def build() -> Table:
    """Return the table of a line."""
    return _table("ollama", DONE, {})


def build_whole() -> Table:
    """Return the table of a body that comes whole, whose own end mark ends nothing."""
    return _table("ollama.whole", WHOLE_DONE, {"done": False})
