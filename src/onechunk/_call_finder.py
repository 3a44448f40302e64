"""Which call a fragment belongs to, however the wire tells calls apart."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from onechunk._parts import ToolCall

__all__ = ["CallFinder", "Known"]


class Known(Protocol):
    """A call that began.

    Attributes:
        given_id: The id that the source gave it; None as long as it gave none.
    """

    given_id: str | None


K = TypeVar("K", bound=Known)


class CallFinder(Generic[K]):
    """Finds the call of one choice that a fragment goes on with: by id, by number, or the last."""

    __slots__ = ("_by_both", "_by_id", "_by_index", "_last")

    def __init__(self) -> None:
        self._last: K | None = None
        self._by_index: dict[int | None, K] = {}
        self._by_id: dict[str, K] = {}
        self._by_both: dict[tuple[str, int], K] = {}

    def at(self, index: int | None) -> K | None:
        """Return the call that has this number now."""
        return self._by_index.get(index)

    def find(self, part: ToolCall) -> K | None:
        """Return the call that *part* goes on with; None if it begins one."""
        index = part.index
        if part.id is not None:
            known = self._by_id.get(part.id)
            if known is not None and index is not None:
                # Some servers give every call the same id: another number with a name is another.
                return self._by_both.get((part.id, index), None if part.name is not None else known)
            if known is not None:
                return known
        if index is not None:
            call = self._by_index.get(index)
            # A new id under a number that is taken is a new call; a late id is not.
            new = call is not None and call.given_id is not None
            return None if new and part.id is not None else call
        if part.id is not None or part.name is not None:
            return None
        return self._last

    def enter(self, part: ToolCall, call: K, *, begins: bool) -> None:
        """Note what *part* says of the *call* that it belongs to."""
        if part.index is not None:
            numbered = self._by_index.get(part.index)
            # A call that has nothing but its number keeps it.
            if begins or numbered is None or numbered.given_id is not None:
                self._by_index[part.index] = call
        if part.id is not None:
            self._by_id[part.id] = call
            if part.index is not None:
                self._by_both[part.id, part.index] = call
            if call.given_id is None:
                call.given_id = part.id
        if begins:
            self._last = call
