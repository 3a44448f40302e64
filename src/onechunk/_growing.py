"""A text that grows, and passages of it."""

from __future__ import annotations

__all__ = ["Growing"]


class Growing:
    """All of a text so far, in few pieces: taking a passage looks only at what it touches."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        """Add a piece; every piece is longer than the next, so that there are few."""
        if not text:
            return
        pieces = self._pieces
        self._length += len(text)
        while pieces and len(pieces[-1]) <= len(text):
            text = pieces.pop() + text
        pieces.append(text)

    def whole(self) -> str:
        """Return the text."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def is_whole(self, text: object) -> bool:
        """Say whether *text* is all of it, and not empty."""
        if not isinstance(text, str) or not text or len(text) != self._length:
            return False
        return text == self.whole()

    def passage(self, start: int | None, end: int | None) -> str:
        """Return a passage; empty where there is no such place."""
        if start is None or end is None or start < 0:
            return ""
        found: list[str] = []
        offset = 0
        for piece in self._pieces:
            if start < offset + len(piece) and offset < end:
                found.append(piece[max(0, start - offset) : end - offset])
            offset += len(piece)
        return "".join(found)

    def is_passage(self, text: object, start: int | None, end: int | None) -> bool:
        """Say whether *text* is a passage, and not empty."""
        if start is None or end is None or not isinstance(text, str) or not text:
            return False
        return len(text) == end - start and text == self.passage(start, end)
