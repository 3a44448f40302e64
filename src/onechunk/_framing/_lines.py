"""The start of a text, and its lines, out of pieces."""

from typing import Final

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

# As ints, because `10 in data` is a memchr and `b"\n" in data` takes ten times as long.
LF: Final = 10
CR: Final = 13


class TextStart:
    """Take a UTF-8 byte order mark off the start of a text.

    Attributes:
        passed: Whether the start is behind us; later pieces need no call.
    """

    __slots__ = ("_head", "passed")

    def __init__(self) -> None:
        self.passed = False
        self._head = b""

    def strip(self, data: bytes) -> bytes:
        """Return what follows the mark; nothing as long as there may be half a mark."""
        head = self._head + data
        if len(head) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(head):
            self._head = head
            return b""
        self.passed = True
        return head.removeprefix(BYTE_ORDER_MARK)

    def close(self) -> bytes:
        """Return the half mark that a text consisted of."""
        head = b"" if self.passed else self._head
        self.passed = True
        return head


class LineBuffer:
    r"""Cut pieces into lines at `\n`.

    Pieces of an unfinished line are kept as they came and joined once, so that a long line costs
    time in proportion to its length however it was cut.

    Attributes:
        held: Bytes of the unfinished line.
    """

    __slots__ = ("_pieces", "held")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.held = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that these bytes finish, without their ends."""
        lines = data.split(b"\n")
        rest = lines.pop()
        if lines and self.held:
            self._pieces.append(lines[0])
            lines[0] = self.close()
        self.hold(rest)
        return lines

    def hold(self, data: bytes) -> None:
        """Take bytes that finish no line."""
        if data:
            self._pieces.append(data)
            self.held += len(data)

    def close(self) -> bytes:
        """Return the line that was not finished; empty if there is none."""
        line = b"".join(self._pieces)
        self._pieces.clear()
        self.held = 0
        return line
