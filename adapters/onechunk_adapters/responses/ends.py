"""Why a response ended, and what went wrong."""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, UNSET, Error, Finish, FinishReason, Json
from onechunk.events import Envelope
from onechunk.mapping import Leaf, Manner, Object, Table, Via, is_object, make_reader, make_writer
from onechunk_adapters.responses.words import INCOMPLETE, REASONS, STATUSES, WORDS

__all__ = [
    "BEGINS",
    "ENDS",
    "ERROR",
    "FINISH",
    "ended",
    "error_object",
    "fail",
    "put_status",
    "take_error",
    "take_status",
]

ENDS: Final[dict[str, FinishReason]] = {
    f"response.{status}": reason for status, reason in STATUSES.items()
}
"""Events that end a response, and what each says of it by its name."""

BEGINS: Final = ("response.queued", "response.created", "response.in_progress")
"""Events that have a response too, but end none."""


def _part(holder: Object, key: str) -> Object:
    value = holder.get(key)
    return value if is_object(value) else {}


def _read_finish(value: Json, event: Object) -> Finish | None:
    """Take the finish of an event that ends a response."""
    if value not in ENDS:
        return None
    return take_status(_part(event, "response")) or Finish(ENDS[value])


def take_status(response: Object) -> Finish | None:
    """Take the status, or the reason for an incomplete answer, which says more."""
    status = response.get("status")
    if not isinstance(status, str) or not status:
        return None
    details = _part(response, "incomplete_details")
    reason = details.get("reason")
    if status == "incomplete" and isinstance(reason, str) and reason:
        response["status"] = UNSET
        del details["reason"]
        return Finish(INCOMPLETE.get(reason, FinishReason.OTHER), reason)
    response["status"] = DERIVED
    return Finish(STATUSES.get(status, FinishReason.OTHER), status)


def _write_finish(finish: Finish, out: Object, residue: Object) -> None:
    """Put status and reason back into the response of an event; none if the event says the same."""
    stood = _part(residue, "response")
    if not _is_marked(stood):
        kind = residue.get("type")
        if kind is not None and _means(ENDS.get(kind, FinishReason.OTHER), finish.reason):
            return
    out["response"] = {**_part(out, "response")}
    put_status(finish, out["response"], stood)


def _is_marked(stood: Object) -> bool:
    """Say whether the status was taken: its place holds `DERIVED`, UNSET if the reason counted."""
    mark = stood.get("status")
    return mark is DERIVED or mark is UNSET


def put_status(finish: Finish, response: Object, stood: Object) -> None:
    """Put status and reason back where they stood; other words where the finish was changed."""
    why = stood.get("status") is UNSET
    raw = finish.raw if _is_marked(stood) else None
    if raw is not None and _means(REASONS.get(raw, FinishReason.OTHER), finish.reason):
        word, incomplete = raw, why
    else:
        word = WORDS[finish.reason] or "completed"
        incomplete = word in INCOMPLETE
    response["status"] = "incomplete" if incomplete else word
    if incomplete:
        details = _part(stood, "incomplete_details")
        response["incomplete_details"] = {**details, "reason": word}
    elif why:
        response["incomplete_details"] = None


def _means(known: FinishReason, reason: FinishReason) -> bool:
    """Say whether a word means *reason*; only its items tell an answer that calls tools."""
    called = known is FinishReason.STOP and reason is FinishReason.TOOL_CALLS
    return called or known is reason


FINISH: Final = Via("type", "finish", _read_finish, _write_finish)

_FIELDS: Final = Table(
    Error,
    (
        Leaf("message", "message", silent=()),
        Leaf("type", "type"),
        Leaf("param", "param"),
        Leaf("code", "code", (str, int)),
    ),
)
_FLAT: Final = Table(Error, tuple(row for row in _FIELDS.rows if row.wire != "type"))
take_error: Final = make_reader(_FIELDS)
_take_flat: Final = make_reader(_FLAT)
error_object: Final = make_writer(_FIELDS, Manner())
_put_flat: Final = make_writer(_FLAT, Manner())


def _read_error(value: Json, event: Object) -> Error | None:
    """Take an error from where it stands: in the response, beside it, or flat in the event."""
    for holder in (_part(event, "response"), event):
        error = holder.get("error")
        if is_object(error):
            holder["error"] = DERIVED
            found: Error = take_error(error)
            return found
    if value != "error":
        return None
    flat: Object = {key: event.pop(key) for key in ("message", "param", "code") if key in event}
    found = _take_flat(flat)
    event.update(found.extra)
    found.extra = {}
    return found


def _write_error(error: Error, out: Object, residue: Object) -> None:
    if residue.get("error") is DERIVED:
        out["error"] = error_object(error)
    elif residue.get("type") == "error":
        out.update(_put_flat(error))
    else:
        out["response"] = {**_part(out, "response"), "error": error_object(error)}


ERROR: Final = Via("type", "error", _read_error, _write_error)


def fail(envelope: Envelope, error: Error) -> Object:
    """Return the event that breaks a response off; one that fails it would repeat what was said."""
    del envelope  # such an event names no response
    code = error.type if error.code is None else str(error.code)
    return {"type": "error", "code": code, "message": error.message or "", "param": error.param}


def ended(kind: Any) -> bool:
    """Say whether *kind* is the type of an event that ends a response."""
    return isinstance(kind, str) and kind in ENDS
