"""JSON texts, one on a line, out of the pieces of a body."""

from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame, FrameError, too_long
from onechunk._framing._lines import LineBuffer, TextStart
from onechunk._framing._scan import BracketScanner


class NDJSONSplitter:
    r"""Cut a body into JSON texts at its line ends, LF or CRLF.

    A line whose brackets do not balance is joined with the next ones until they do, with `\n`: so
    a pretty-printed error body is one text. Blank lines between texts are skipped. Every item is
    plain `bytes`.

    One text may not be longer than `limit` bytes; a CR at its end counts.

    Attributes:
        failure: Why nothing more comes; the texts before it were returned.
    """

    __slots__ = ("_limit", "_lines", "_one_line", "_scanner", "_size", "_start", "_text", "failure")

    def __init__(self, limit: int = DEFAULT_FRAME_LIMIT) -> None:
        self.failure: FrameError | None = None
        self._limit = limit
        self._start = TextStart()
        self._lines = LineBuffer()
        self._scanner = BracketScanner()
        # The lines of an unfinished text, and their bytes with one for each line end.
        self._text: list[bytes] = []
        self._size = 0
        # The last text was one line: the next object that fills its line needs no scan.
        self._one_line = False

    def feed(self, data: bytes) -> list[bytes | Frame]:
        """Return the texts that these bytes complete; none after a failure."""
        texts: list[bytes | Frame] = []
        if self.failure is None:
            if not self._start.passed:
                data = self._start.strip(data)
            self._take(self._lines.feed(data), texts)
            held = self._lines.held
            if held and self._size + held > self._limit:
                self._fail()
        return texts

    def close(self) -> list[bytes | Frame]:
        """Return the text that no line end, or no bracket, ended; the splitter is used up."""
        texts: list[bytes | Frame] = []
        if self.failure is None:
            rest = self._start.close() + self._lines.close()
            if rest:
                self._take([rest], texts)
            if self._text:
                texts.append(b"\n".join(self._text))
                self._text.clear()
        return texts

    def _take(self, lines: list[bytes], texts: list[bytes | Frame]) -> None:
        limit = self._limit
        for line in lines:
            if self._size + len(line) > limit:
                self._fail()
                return
            if self._one_line and line[:1] == b"{" and line[-1:] == b"}":
                texts.append(line)
            else:
                self._take_line(line, texts)

    def _take_line(self, line: bytes, texts: list[bytes | Frame]) -> None:
        text = line.removesuffix(b"\r")
        if not self._text and not text.strip(b" \t"):
            return
        self._text.append(text)
        self._size += len(line) + 1
        complete = self._scanner.feed(text)
        self._one_line = complete and len(self._text) == 1
        if complete:
            texts.append(b"\n".join(self._text))
            self._text.clear()
            self._size = 0

    def _fail(self) -> None:
        self.failure = too_long(self._limit)
        self._lines.close()
        self._text.clear()
