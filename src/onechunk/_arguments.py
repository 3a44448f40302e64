"""Arguments of one call as they flow; plain text is made an object for readers who parse it."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from onechunk._framing._scan import BracketScanner
from onechunk._marks import is_object

__all__ = ["Arguments", "as_object", "is_exact"]

_KEY: Final = "input"


def as_object(text: str) -> dict[str, str]:
    """Return the object that stands for arguments that are plain *text*."""
    return {_KEY: text}


def is_exact(text: str) -> bool:
    """Say whether an object says all that its JSON *text* does.

    It does not where a key stands twice, or where a number has more digits than a double.
    """
    try:
        json.loads(text, parse_float=_check_number, object_pairs_hook=_check_keys)
    except (ValueError, InvalidOperation, RecursionError):
        return False
    return True


def _check_number(text: str) -> None:
    if Decimal(text) != Decimal(repr(float(text))):
        raise ValueError(text)


def _check_keys(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise ValueError(pairs)


class FreeText:
    """Lets JSON through, and wraps what a tool with free input gets, while both flow.

    An object begins with a brace, and a quote or the other brace behind it: until that is seen,
    what came is held.

    Attributes:
        plain: True if it is plain text; None while nobody knows.
    """

    __slots__ = ("_brace", "_held", "plain")

    def __init__(self) -> None:
        self.plain: bool | None = None
        self._held: list[str] = []
        self._brace = False

    def feed(self, text: str) -> str:
        """Return what can be said now."""
        if self.plain is None:
            self._held.append(text)
            self._look(text.lstrip())
            if self.plain is None:
                return ""
            text = "".join(self._held)
            self._held.clear()
            if self.plain:
                return f'{{"{_KEY}":"{_escaped(text)}'
        return _escaped(text) if self.plain else text

    def _look(self, start: str) -> None:
        """Look at what begins with no white space."""
        if not self._brace and start:
            self._brace = start[0] == "{"
            self.plain = None if self._brace else True
            start = start[1:].lstrip()
        if self._brace and start:
            self.plain = start[0] not in '"}'

    def end(self, *, whole: bool) -> str:
        """Return what is left to say; text that was cut off stays open."""
        held = "".join(self._held)
        self._held.clear()
        return '"}' if self.plain and whole else held


class Arguments:
    """Text of a call's arguments, and whether it is a whole JSON value; looked at once a byte."""

    __slots__ = ("_pieces", "_rest", "_scanner", "_whole", "free", "said")

    def __init__(self) -> None:
        self.said = False
        self.free = FreeText()
        self._pieces: list[str] = []
        self._rest = ""
        self._scanner = BracketScanner()
        self._whole = False

    def add(self, arguments: Any) -> Any:
        """Return what can be said of them now."""
        if is_object(arguments):
            self.said = self._whole = True
            self.free.plain = False
        elif arguments:
            self.said = self.said or bool(arguments.strip())
            arguments = self.free.feed(arguments)
            self._pieces.append(arguments)
        return arguments

    @property
    def whole(self) -> bool:
        """True if something was said and its brackets balance."""
        if self._pieces:
            text = self._rest + "".join(self._pieces)
            self._pieces.clear()
            # An escape that is not finished is looked at together with what follows.
            cut = len(text) - (len(text) - len(text.rstrip("\\"))) % 2
            self._rest = text[cut:]
            self._whole = self._scanner.feed(text[:cut].encode("utf-8", "surrogatepass"))
        return self.said and self._whole and not self._rest and self.free.plain is not None


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
