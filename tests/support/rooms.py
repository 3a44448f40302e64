"""What the tests of single rooms start from: a recording by its case, and what it says."""

from typing import Any

import attrs

from onechunk import Chunk
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all

__all__ = ["Room", "parts"]


@attrs.frozen
class Room:
    """The recordings of one dialect."""

    dialect: str

    def recorded(self, case: str) -> bytes:
        """Return the bytes of a recording."""
        [found] = [each for each in RECORDINGS if each.id == f"{self.dialect}/{case}"]
        return found.data

    def decoded(self, case: str) -> list[Chunk]:
        """Return its chunks."""
        return decode_all(self.dialect, [self.recorded(case)])


def parts(chunks: list[Chunk], kind: type[Any]) -> list[Any]:
    """Return all parts of a class."""
    return [p for c in chunks for choice in c.choices for p in choice.parts if type(p) is kind]
