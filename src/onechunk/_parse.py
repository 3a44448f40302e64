"""Arguments of a tool call as a JSON value."""

from __future__ import annotations

import json
import re
from typing import Final

from onechunk._errors import ArgumentsError
from onechunk._framing._scan import BracketScanner
from onechunk._json import loads, loads_exact
from onechunk._marks import Json, is_object
from onechunk._parts import ToolCall

__all__ = ["parse_arguments"]

_WORDS: Final = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_OPEN_ESCAPE: Final = re.compile(r"\\u[0-9a-fA-F]{0,4}")
_OPEN_NUMBER: Final = re.compile(
    r"(?:.*[^\d.eE+-])?-?(?:0|[1-9]\d*)(?:\.|(?:\.\d+)?[eE][+-]?)", re.DOTALL
)


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
    try:
        return loads(arguments.encode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        pass
    try:
        return loads_exact(arguments)
    except ValueError as exc:
        cut_off = _is_cut_off(arguments, exc.__cause__)
        what = f"were cut off after {len(arguments)} characters" if cut_off else f"are {exc}"
        message = f"the arguments of the call {who!r} {what}"
        raise ArgumentsError(message, text=arguments, cut_off=cut_off) from exc


def _is_cut_off(text: str, cause: BaseException | None) -> bool:
    """Say whether *text* is the beginning of a JSON text; *cause* says why it is none."""
    if not isinstance(cause, json.JSONDecodeError):
        # It is too deep, or has too large a number, and reading it ended there.
        return not BracketScanner().feed(text.encode("utf-8", "surrogatepass"))
    if cause.msg.startswith("Unterminated string"):
        return True
    if "escape" in cause.msg:
        return _OPEN_ESCAPE.fullmatch(text, text.rfind("\\")) is not None
    if cause.msg.startswith("Invalid control"):
        return False
    rest = text[cause.pos :]
    if not rest.strip(" \t\n\r") or (rest[0] in ".eE" and _OPEN_NUMBER.fullmatch(text)):
        return True
    return cause.msg.startswith("Expecting value") and any(w.startswith(rest) for w in _WORDS)
