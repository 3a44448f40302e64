"""Which framing a body has, told by its first byte that is not white space."""

from collections.abc import Callable
from typing import Final

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, Splitter
from onechunk._framing._array import JSONArraySplitter
from onechunk._framing._eventstream import EventStreamSplitter
from onechunk._framing._lines import TextStart
from onechunk._framing._ndjson import NDJSONSplitter
from onechunk._framing._sse import SSESplitter

FRAMINGS: Final[dict[str, Callable[[int], Splitter]]] = {
    "eventstream": EventStreamSplitter,
    "json_array": JSONArraySplitter,
    "ndjson": NDJSONSplitter,
    "sse": SSESplitter,
}

# A server-sent event starts with a field's name or a colon. Where a JSON array may not be, it is
# left to SSE, whose bare JSON it is. An event stream message starts with its big-endian length: up
# to the default limit that begins with 0 or, above 16 MiB, with 1.
_BY_FIRST_BYTE: Final = {
    b"{": "ndjson",
    b"[": "json_array",
    b"\x00": "eventstream",
    b"\x01": "eventstream",
}
_WHITE_SPACE: Final = b" \t\r\n"


class AutoSplitter:
    """Split a body whose framing its first bytes tell.

    Args:
        limit: As for the splitters of `FRAMINGS`; white space before the first frame counts too.
        choices: The framings that may be; the first is taken where the first byte tells none.

    Attributes:
        framing: The framing's name; None until it is known.
        splitter: The splitter that does the work; None until the framing is known.

    Raises:
        ValueError: A choice names no framing, or there is no choice.
    """

    __slots__ = ("_choices", "_held", "_limit", "_space", "_start", "framing", "splitter")

    def __init__(
        self, limit: int = DEFAULT_FRAME_LIMIT, choices: tuple[str, ...] = ("sse", "ndjson")
    ) -> None:
        if not choices:
            raise ValueError("no framing to choose from")
        for choice in choices:
            _find(choice)
        self.framing: str | None = None
        self._limit = limit
        self._choices = choices
        self.splitter: Splitter | None = None
        self._start = TextStart()
        self._held: list[bytes] = []
        self._space = 0

    @property
    def failure(self) -> FrameError | None:
        """Why nothing more comes."""
        return None if self.splitter is None else self.splitter.failure

    def feed(self, data: bytes) -> list[bytes | Frame]:
        """Return the frames that these bytes complete."""
        if self.splitter is not None:
            return self.splitter.feed(data)
        if data:
            self._held.append(data)
        text = data if self._start.passed else self._start.strip(data)
        body = text.lstrip(_WHITE_SPACE)
        self._space += len(text) - len(body)
        if self._space > self._limit:
            return self._begin(b"")
        return self._begin(body[:1]) if body else []

    def close(self) -> list[bytes | Frame]:
        """Return the frame that only the end of the body completes; the splitter is used up."""
        return [] if self.splitter is None else self.splitter.close()

    def _begin(self, first: bytes) -> list[bytes | Frame]:
        known = _BY_FIRST_BYTE.get(first, "")
        self.framing = known if known in self._choices else self._choices[0]
        self.splitter = _find(self.framing)(self._limit)
        held = b"".join(self._held)
        self._held.clear()
        return self.splitter.feed(held)


def make_splitter(framing: str | None, limit: int = DEFAULT_FRAME_LIMIT) -> Splitter:
    """Make the splitter for a framing; None means that the body's first bytes tell.

    Raises:
        ValueError: No framing has this name.
    """
    return AutoSplitter(limit) if framing is None else _find(framing)(limit)


def _find(framing: str) -> Callable[[int], Splitter]:
    try:
        return FRAMINGS[framing]
    except KeyError:
        known = ", ".join(FRAMINGS)
        raise ValueError(f"unknown framing {framing!r}; known are {known}") from None
