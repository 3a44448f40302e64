"""Where a JSON text ends."""

from hypothesis import given
from hypothesis import strategies as st

from onechunk._framing._scan import BracketScanner
from tests.framing.reference import bracket_depth

_LINES = st.lists(st.lists(st.sampled_from(b'{}[]""\\\\a')).map(bytes), min_size=1)


@given(_LINES)
def test_as_byte_by_byte(lines: list[bytes]) -> None:
    """A text is complete after the first line at whose end no bracket is open."""
    scanner = BracketScanner()
    text: list[bytes] = []
    for line in lines:
        text.append(line)
        complete = scanner.feed(line)

        assert complete == (bracket_depth(b"\n".join(text)) <= 0)

        if complete:
            text.clear()
