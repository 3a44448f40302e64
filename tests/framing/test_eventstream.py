"""What the splitter makes of AWS event stream messages, however the bytes are cut."""

import struct
import zlib

import pytest

from onechunk._framing import EventStreamSplitter, Frame
from tests.framing.cutting import all_cuts, split
from tests.framing.messages import CASES, ERROR, EVENT, EXCEPTION, A, header
from tests.support.aws_messages import ParserError, build, build_event, read_messages, text_header


@pytest.mark.parametrize(("message", "item"), CASES.values(), ids=CASES)
def test_cut_anywhere(message: bytes, item: bytes | Frame) -> None:
    """A message gives its item wherever it is cut, behind and before others."""
    other = build_event("z", b"{}")
    for body, items in (
        (message, [item]),
        (other + message + other, [b'{"z":{}}', item, b'{"z":{}}']),
    ):
        for pieces in all_cuts(body):
            splitter = EventStreamSplitter()

            assert split(splitter, pieces) == items
            assert splitter.failure is None


def _prelude(size: int, headers: int) -> bytes:
    lengths = struct.pack(">II", size, headers)
    return lengths + struct.pack(">I", zlib.crc32(lengths))


FAILURES: dict[str, tuple[bytes, str]] = {
    "no message": (b'{"message":"no"}', "the checksum of a message's first 8 bytes is wrong"),
    "a wrong length": (_prelude(99, 4)[:7] + b"\x05" + _prelude(99, 4)[8:], "first 8 bytes"),
    "a wrong byte": (build_event("a", b"{}").replace(b"{}", b"{ "), "the checksum of a message is"),
    "too short": (_prelude(15, 0), "a message of 15 bytes is shorter than any can be"),
    "too long headers": (_prelude(20, 5), "headers of 5 bytes are longer than their message of 20"),
    "too long": (_prelude(2**25 + 1, 0), "longer than the frame limit of 33554432 bytes"),
    "nothing in it": (build(b""), "a message of type None is neither event, exception nor error"),
    "no type": (build(A), "a message of type None is neither"),
    "unknown type": (build(A + text_header(":message-type", "b")), "a message of type 'b' is"),
    "type that is no text": (build(header(":message-type", 4, bytes(4))), "of type None"),
    "no event type": (build(EVENT), "a message of type 'event' has no header ':event-type'"),
    "no exception type": (build(A + EXCEPTION), "'exception' has no header ':exception-type'"),
    "no error code": (build(A + ERROR), "'error' has no header ':error-code'"),
    "name cut off": (build(EVENT + b"\x09a"), "a message's headers end within one"),
    "only a name": (build(EVENT + b"\x01a"), "a message's headers end within one"),
    "number cut off": (build(header("a", 5, bytes(7))), "a message's headers end within one"),
    "text cut off": (build(EVENT[:-1]), "a message's headers end within one"),
    "UUID cut off": (build(header("a", 9, bytes(15))), "a message's headers end within one"),
    "unknown header": (build(header("a", 10, b"")), "a header has the unknown type 10"),
    "a header twice": (build(A + EVENT + EVENT), "a message has two headers ':message-type'"),
    "not UTF-8": (build(header("a", 7, b"\x00\x01\xff")), r"a header's text is no UTF-8: b'\xff'"),
}


@pytest.mark.parametrize(("body", "failure"), FAILURES.values(), ids=FAILURES)
def test_failure(body: bytes, failure: str) -> None:
    """What is no message ends the splitting, behind the messages before it, however it is cut."""
    for pieces in all_cuts(build_event("a", b"") + body, pairs_up_to=0):
        splitter = EventStreamSplitter()
        found = [item for piece in pieces for item in splitter.feed(piece)]

        assert splitter.failure is not None, pieces
        assert failure in splitter.failure.message
        assert splitter.feed(build_event("a", b"")) == []
        assert splitter.close() == []
        assert found == [b'{"a":{}}']


def test_cut_off() -> None:
    """A message that the end cuts off is a failure; the messages before it come."""
    first, last = build_event("a", b""), build_event("b", b"{}")
    for place in range(1, len(last)):
        for pieces in (
            [first + last[:place]],
            [first, last[:place]],
            [*_bytes(first + last[:place])],
        ):
            splitter = EventStreamSplitter()

            assert split(splitter, pieces) == [b'{"a":{}}']
            assert splitter.failure is not None
            assert splitter.failure.message == f"the stream ends after {place} bytes of a message"


def _bytes(body: bytes) -> list[bytes]:
    return [body[i : i + 1] for i in range(len(body))]


@pytest.mark.parametrize("name", ["event", "padded chunk", "exception", "error", "more headers"])
def test_corrupt(name: str) -> None:
    """No byte can be changed unnoticed, by this reader or by botocore's."""
    message, _ = CASES[name]
    for place in range(len(message)):
        for change in (1, 2, 0x20, 0x80, 0xFF):
            wrong = bytearray(message)
            wrong[place] ^= change
            splitter = EventStreamSplitter()

            assert split(splitter, [bytes(wrong)]) == []
            assert splitter.failure is not None
            with pytest.raises(ParserError, match="Checksum mismatch"):
                read_messages(bytes(wrong))
