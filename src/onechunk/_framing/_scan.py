"""Where a JSON text ends, told by its brackets."""

import re
from typing import Final

# Opening and closing brackets of both kinds count alike: whether they match is the JSON parser's
# business. Everything that is neither bracket nor quote is deleted.
_MARKS: Final = bytes.maketrans(b"[]", b"{}")
_DELETED: Final = bytes(byte for byte in range(256) if byte not in b'{}[]"')
_BACKSLASH: Final = 92
_QUOTE: Final = 34
_STRING: Final = re.compile(rb'"[^"]*+"?')


class BracketScanner:
    """Follow a JSON text line by line until its brackets balance.

    Every line is looked at once. The lines need not be JSON: nothing is refused.
    """

    __slots__ = ("_depth", "_in_string")

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False

    def feed(self, line: bytes) -> bool:
        """Tell whether the text is complete after this line; the next line starts another."""
        if _BACKSLASH in line:
            line = line.replace(rb"\\", b"").replace(rb"\"", b"")
        marks = line.translate(_MARKS, _DELETED)
        if self._in_string:
            marks = b'"' + marks
        # Neighbouring quotes are an empty string or lie between two strings: without them the
        # other marks stay inside or outside as before, and mostly no string is left.
        marks = marks.replace(b'""', b"")
        if _QUOTE in marks:
            self._in_string = marks.count(b'"') % 2 == 1
            marks = _STRING.sub(b"", marks)
        else:
            self._in_string = False
        self._depth += 2 * marks.count(b"{") - len(marks)
        if self._depth > 0:
            return False
        self._depth = 0
        self._in_string = False
        return True
