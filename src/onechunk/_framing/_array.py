"""The elements of one JSON array, out of the pieces of a body."""

from __future__ import annotations

import re
from typing import Final

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, too_long
from onechunk._framing._lines import TextStart

_BACKSLASH: Final = 92
_QUOTE: Final = 34
_OPENS: Final = b"{["
_CLOSES: Final = b"}]"

# Between elements: what separates them says nothing.
_BETWEEN: Final = re.compile(rb"[ \t\r\n,]*+")
# Within brackets: everything up to the next bracket, whole strings included.
_INSIDE: Final = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_STRING: Final = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
# A number, a word, or what is no JSON: it ends where something else begins.
_WORD: Final = re.compile(rb'[^ \t\r\n,"{}\[\]]*+')


class JSONArraySplitter:
    r"""Cut a body that is one JSON array into the array's elements.

    Every item is plain `bytes`: an element as it stood, without the white space around it. What
    stands before the array, behind it or instead of it, such as an error object, is an item too.
    An array may break off: what is missing is told only by the element that it is missing in.
    The body need not be JSON: brackets are counted, commas and white space skipped, nothing is
    refused.

    One element may not be longer than `limit` bytes.

    Attributes:
        failure: Why nothing more comes; the elements before it were returned.
    """

    __slots__ = (
        "_begun",
        "_depth",
        "_escaped",
        "_in_string",
        "_limit",
        "_open",
        "_pieces",
        "_size",
        "_start",
        "failure",
    )

    def __init__(self, limit: int = DEFAULT_FRAME_LIMIT) -> None:
        self.failure: FrameError | None = None
        self._limit = limit
        self._start = TextStart()
        # Whether anything came, and whether the array has begun and not ended.
        self._begun = False
        self._open = False
        # The pieces of an unfinished element, their bytes, and where in it they end.
        self._pieces: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._in_string = False
        self._escaped = False

    def feed(self, data: bytes) -> list[bytes | Frame]:
        """Return the elements that these bytes complete; none after a failure."""
        elements: list[bytes | Frame] = []
        if self.failure is None:
            if not self._start.passed:
                data = self._start.strip(data)
            self._take(data, elements)
        return elements

    def close(self) -> list[bytes | Frame]:
        """Return the element that was not finished; the splitter is used up."""
        elements: list[bytes | Frame] = []
        if self.failure is None:
            self._take(self._start.close(), elements)
            if self._pieces and self.failure is None:
                elements.append(self._join().rstrip(b" \t\r\n"))
        return elements

    def _take(self, data: bytes, elements: list[bytes | Frame]) -> None:
        size = len(data)
        place = 0
        while place < size:
            if not self._pieces:
                place = self._find(data, place)
                if place == size:
                    return
            end, complete = self._follow(data, place)
            if end > place:
                piece = data[place:end]
                self._pieces.append(piece)
                self._size += len(piece)
            if self._size > self._limit:
                self._fail()
                return
            if complete:
                elements.append(self._join())
            place = end

    def _find(self, data: bytes, place: int) -> int:
        """Return where the next element begins; skip the brackets of the array itself."""
        between = _BETWEEN.match
        while True:
            found = between(data, place)
            place = place if found is None else found.end()
            mark = data[place : place + 1]
            if mark == b"[" and not self._begun:
                self._open = True
            elif mark == b"]" and self._open:
                self._open = False
            else:
                self._begun = self._begun or bool(mark)
                return place
            self._begun = True
            place += 1

    def _follow(self, data: bytes, place: int) -> tuple[int, bool]:
        """Return where the element ends, or the data, and whether it is the element."""
        if self._in_string:
            place = self._end_string(data, place)
            if self._in_string:
                return place, False
            if not self._depth:
                return place, True
        elif not self._depth:
            byte = data[place]
            if not self._pieces and byte in _CLOSES:
                return place + 1, True
            if not self._pieces and byte == _QUOTE:
                self._in_string = True
                place = self._end_string(data, place + 1)
                return place, not self._in_string
            if self._pieces or byte not in _OPENS:
                found = _WORD.match(data, place)
                end = place if found is None else found.end()
                return end, end < len(data)
        return self._balance(data, place)

    def _balance(self, data: bytes, place: int) -> tuple[int, bool]:
        """Follow what stands in brackets until they balance."""
        inside, size, depth = _INSIDE.match, len(data), self._depth
        while True:
            found = inside(data, place)
            place = place if found is None else found.end()
            if place == size:
                break
            byte = data[place]
            place += 1
            if byte == _QUOTE:
                # The regular expression stopped here, so the string ends in another piece.
                self._in_string = True
                place = self._end_string(data, place)
                break
            depth += 1 if byte in _OPENS else -1
            if not depth:
                self._depth = 0
                return place, True
        self._depth = depth
        return place, False

    def _end_string(self, data: bytes, place: int) -> int:
        """Return where a string ends, behind its quote, or the data."""
        size = len(data)
        if self._escaped and place < size:
            self._escaped = False
            place += 1
        found = _STRING.match(data, place)
        place = place if found is None else found.end()
        if place == size:
            return place
        if data[place] == _BACKSLASH:
            self._escaped = True
        else:
            self._in_string = False
        return place + 1

    def _join(self) -> bytes:
        pieces = self._pieces
        element = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        self._size = 0
        return element

    def _fail(self) -> None:
        self.failure = too_long(self._limit)
        self._pieces.clear()
