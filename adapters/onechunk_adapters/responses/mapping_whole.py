"""OpenAI's response that comes whole and the canonical chunk."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk import DERIVED, Chunk, Error, Finish, Json, Part, Usage
from onechunk.events import Envelope
from onechunk.mapping import Const, Object, Table, Via, is_list, is_object
from onechunk_adapters._events import choice
from onechunk_adapters.responses.ends import error_object, put_status, take_error, take_status
from onechunk_adapters.responses.mapping import ENVELOPE, USAGE_ROW
from onechunk_adapters.responses.repeats import mark, put
from onechunk_adapters.responses.whole import ASKED, fill, response
from onechunk_adapters.responses.whole_new import away_items
from onechunk_adapters.responses.whole_read import messages_in, read_output, read_role
from onechunk_adapters.responses.whole_tokens import TOKENS, sweep
from onechunk_adapters.responses.whole_write import written

__all__ = ["build_whole"]

_GOING_ON: Final = frozenset({"queued", "in_progress"})
"""Statuses that end no answer."""


def nothing(*_: object) -> None:
    """Read or write nothing."""


def read_parts(value: Json, body: Object) -> list[Part] | None:
    """Take what the items say, and what is said of it again elsewhere."""
    parts = read_output(value, body)
    if parts:
        mark(body, parts)
    return parts


def write_parts(parts: list[Part], out: Object, residue: Object) -> None:
    """Write the items with what is left of them."""
    stood = residue.get("output")
    if parts or is_list(stood):
        out["output"] = written(parts, stood)


def write_parts_away(parts: list[Part], out: Object, _: Object) -> None:
    """Write the items of another dialect's parts."""
    out["output"] = away_items(parts)


def write_again(parts: list[Part], out: Object, residue: Object) -> None:
    """Write what repeats the items, when these are complete."""
    sweep(out.get("output"))
    put(out, residue, parts)


def write_role(role: str, out: Object, _: Object) -> None:
    """Write the role wherever it stood."""
    for item in messages_in(out.get("output")):
        if item.get("role") is DERIVED:
            item["role"] = role


def read_finish(value: Json, body: Object) -> Finish | None:
    """Take the status, or what says more, of an answer that ended."""
    going_on = isinstance(value, str) and value in _GOING_ON
    return None if going_on else take_status(body)


def write_finish_away(finish: Finish, out: Object, _: Object) -> None:
    """Write the status of another dialect's answer."""
    put_status(finish, out, {})


def read_error(value: Json, body: Object) -> Error | None:
    """Take what went wrong."""
    if not is_object(value):
        return None
    del body["error"]
    found: Error = take_error(value)
    return found


def write_error(error: Error, out: Object, _: Object) -> None:
    """Write what went wrong."""
    out["error"] = error_object(error)


def write_error_away(error: Error, out: Object, _: Object) -> None:
    """Write what went wrong elsewhere; the answer failed."""
    said = {"code": error.code, "message": error.message, "type": error.type, "param": error.param}
    out["error"] = {key: value for key, value in said.items() if value is not None}
    if error.code is not None:
        out["error"]["code"] = str(error.code)
    out.setdefault("status", "failed")


def write_usage_away(usage: Usage, out: Object, residue: Object) -> None:
    """Write usage with the counts that readers need."""
    write: Any = USAGE_ROW.write_away
    write(usage, out, residue)
    fill(out["usage"])


def write_frame(_: object, out: Object, __: Object) -> None:
    """Write what readers look for; what they demand of the request is put in when all is said."""
    out.update(response(Envelope(), {"output": []}))
    for key in ASKED:
        del out[key]


def write_husks(_: object, out: Object, residue: Object) -> None:
    """Write the items of a message whose choice was taken out."""
    if is_list(residue.get("output")):
        out["output"] = written((), residue["output"])
        sweep(out["output"])


def build_whole() -> Table:
    """Return the table."""
    return Table(
        Chunk,
        (
            # `done` is a field that every chunk has.
            Via("", "done", nothing, write_husks, write_away=write_frame),
            *ENVELOPE,
            Const("object", "response"),
            choice(
                Via("output", "parts", read_parts, write_parts, write_away=write_parts_away),
                Via("output", "role", read_role, write_role, write_away=nothing),
                TOKENS,
                Via("output", "parts", nothing, write_again, write_away=write_again),
                Via("status", "finish", read_finish, put_status, write_away=write_finish_away),
            ),
            Via("error", "error", read_error, write_error, write_away=write_error_away),
            evolve(USAGE_ROW, write_away=write_usage_away),
        ),
        fixed={"dialect": "responses.whole", "done": False, "frame": None},
    )
