"""Gemini's response and the canonical chunk, key by key."""

from __future__ import annotations

from typing import Final

from onechunk import DERIVED, UNSET, Choice, Chunk, Error, Finish, FinishReason, Json
from onechunk.mapping import (
    Const,
    Each,
    Into,
    Leaf,
    Manner,
    Object,
    Row,
    Table,
    Via,
    finish_row,
    is_object,
    make_reader,
    make_writer,
    usage_row,
)
from onechunk_adapters.gemini.logprobs import LOGPROBS
from onechunk_adapters.gemini.parts import CLASSES, PARTS, is_on_wire
from onechunk_adapters.gemini.sources import source_rows
from onechunk_adapters.gemini.times import CREATED
from onechunk_adapters.gemini.words import APART, NUMBERS, REASONS, USAGE, WORDS

__all__ = ["build"]

MOST_NUMBER: Final = 2**31 - 1
"""The largest number that an enum can have."""

_FEEDBACK: Final = "promptFeedback"
_BLOCKED: Final = "blockReason"
_FINISH: Final = finish_row("finishReason", REASONS, WORDS, away=UNSET, tells=True)
_ERROR: Final = Table(
    Error, (Leaf("code", "code", (int, str)), Leaf("message", "message"), Leaf("status", "type"))
)
_take_error = make_reader(_ERROR)
_put_error = make_writer(_ERROR, Manner())


def read_finish(value: Json, rest: Object) -> Finish | None:
    """Take a finish word, or the number that stands for one, which is marked."""
    if type(value) is not int or not 0 <= value <= MOST_NUMBER:
        found: Finish | None = _FINISH.read(value, rest)
        return found
    rest["finishReason"] = DERIVED
    return Finish(_meant(value), str(value))


def _meant(number: int) -> FinishReason:
    return REASONS.get(NUMBERS.get(number, ""), FinishReason.OTHER)


def write_finish(finish: Finish, out: Object, extra: Object) -> None:
    """Write a number where one came, as long as it means the reason."""
    raw = finish.raw
    if extra.get("finishReason") is DERIVED and raw is not None and raw.isdecimal():
        number = int(raw)
        meant = {_meant(number)}
        if FinishReason.STOP in meant:
            meant.add(FinishReason.TOOL_CALLS)
        if finish.reason in meant:
            out["finishReason"] = number
            return
    _FINISH.write(finish, out, extra)


def read_role(value: Json, rest: Object) -> str | None:
    """Take the role; Google's word for the assistant is `model`."""
    if not isinstance(value, str) or value in ("", "assistant"):
        return None
    del rest["role"]
    return "assistant" if value == "model" else value


def write_role(role: str, out: Object, _: Object) -> None:
    """Write the role."""
    out["role"] = "model" if role == "assistant" else role


def _write_nothing(*_: object) -> None:
    """Leave the key to another row."""


def read_block(value: Json, rest: Object) -> list[Choice] | None:
    """Return the one choice of a prompt that was blocked, which no candidate answers.

    Its finish holds the vendor's word, and the choice a mark that it stands nowhere on the wire.
    """
    reason = value.get(_BLOCKED) if is_object(value) else None
    if not reason or type(reason) not in (str, int) or rest.get("candidates", ...) not in _NONE:
        return None
    raw = None
    if isinstance(reason, str):
        raw = reason
        value[_BLOCKED] = DERIVED
    finish = Finish(FinishReason.CONTENT_FILTER, raw)
    return [Choice(None, finish=finish, extra={_FEEDBACK: DERIVED})]


_NONE: Final = (None, UNSET)


def write_block(choices: list[Choice], out: Object, extra: Object) -> None:
    """Write why the prompt was blocked in place of the choice that says so."""
    feedback = extra.get(_FEEDBACK)
    if not is_object(feedback):
        return
    reason = feedback.get(_BLOCKED)
    rest: Object = {key: value for key, value in feedback.items() if value is not DERIVED}
    finish = choices[0].finish if len(choices) == 1 else None
    made = finish is not None and choices[0].extra.get(_FEEDBACK) is DERIVED
    if finish is None or not made:
        out[_FEEDBACK] = rest
        return
    if reason is DERIVED:
        rest[_BLOCKED] = finish.raw or "BLOCKED_REASON_UNSPECIFIED"
    out[_FEEDBACK] = rest
    silent = not any(map(is_on_wire, choices[0].parts))
    if silent and finish.reason is FinishReason.CONTENT_FILTER:
        # There was no list of candidates, or null.
        del out["candidates"]
        if extra.get("candidates", UNSET) is None:
            out["candidates"] = None


def write_block_away(choices: list[Choice], out: Object, _: Object) -> None:
    """Leave out the list of candidates where there are none, as Google does."""
    if not choices:
        del out["candidates"]


def read_error(value: Json, rest: Object) -> Error | None:
    """Take an error; a string is its message."""
    if isinstance(value, str) and value:
        rest["error"] = DERIVED
        return Error(value)
    if not is_object(value):
        return None
    del rest["error"]
    error: Error = _take_error(value)
    return error


def write_error(error: Error, out: Object, extra: Object) -> None:
    """Write an error at home."""
    plain = extra.get("error") is DERIVED
    out["error"] = error.message or "" if plain else _put_error(error)


def write_error_away(error: Error, out: Object, _: Object) -> None:
    """Write an error from elsewhere; readers need a number and a word."""
    code = error.code
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code)
    out["error"] = {
        "code": code if type(code) is int else 500,
        "message": error.message or "",
        "status": error.type or "INTERNAL",
    }


_CONTENT: Final[tuple[Row, ...]] = (
    Via("role", "role", read_role, write_role, write_away=_write_nothing),
    Const("role", "model"),
    PARTS,
)

_CANDIDATE: Final[tuple[Row, ...]] = (
    Into("content", _CONTENT, lenient=True),
    Via("finishReason", "finish", read_finish, write_finish, write_away=_FINISH.write_away),
    Leaf("index", "index", (int,), away=0),
    LOGPROBS,
    *source_rows(CLASSES),
)


def build(dialect: str) -> Table:
    """Return the table of *dialect*: of a record of the stream, or of a body that comes whole."""
    rows: tuple[Row, ...] = (
        # A record that is an error must begin with it: some readers look at the first bytes only.
        Via("error", "error", read_error, write_error, write_away=write_error_away),
        Each("candidates", "choices", Table(Choice, _CANDIDATE)),
        Via(_FEEDBACK, "choices", read_block, write_block, write_away=write_block_away),
        usage_row("usageMetadata", USAGE, apart=APART, total=True),
        Leaf("modelVersion", "model", envelope=True),
        Leaf("responseId", "id", envelope=True),
        CREATED,
    )
    return Table(Chunk, rows, fixed={"dialect": dialect, "done": False, "frame": None})
