"""Arguments of a tool call as a JSON value."""

from __future__ import annotations

from onechunk._errors import ArgumentsError
from onechunk._framing._scan import BracketScanner
from onechunk._json import loads, loads_exact
from onechunk._marks import Json, is_object
from onechunk._parts import ToolCall

__all__ = ["parse_arguments"]


def parse_arguments(call: ToolCall) -> Json:
    """Return the arguments of *call*, as `ToolCall.parse` says."""
    arguments = call.arguments
    if is_object(arguments):
        return arguments
    if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
        return {}
    who = call.name or call.id or "without a name"
    if not isinstance(arguments, str):
        message = f"the arguments of the call {who!r} are no text but {type(arguments).__name__}"
        raise ArgumentsError(message, text=repr(arguments), cut_off=False)
    data = arguments.encode("utf-8", "surrogatepass")
    try:
        return loads(data)
    except (ValueError, RecursionError):
        pass
    try:
        return loads_exact(arguments)
    except ValueError as exc:
        cut_off = is_cut_off(data)
        what = f"were cut off after {len(arguments)} characters" if cut_off else f"are {exc}"
        message = f"the arguments of the call {who!r} {what}"
        raise ArgumentsError(message, text=arguments, cut_off=cut_off) from exc


def is_cut_off(data: bytes) -> bool:
    """Say whether *data* that is no JSON text begins like one and leaves something open."""
    if data.lstrip()[:1] not in (b"{", b"["):
        return False
    # A backslash at the end would be taken for the escape of what follows.
    return not BracketScanner().feed(data.rstrip(b"\\"))
