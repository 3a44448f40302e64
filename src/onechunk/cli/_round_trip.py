"""One recorded stream there and back: the first two laws, on one file."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, evolve, field, frozen

from onechunk._chunk import Chunk
from onechunk._codec import decode, encode
from onechunk._decoder import Decoder
from onechunk._encoder import Encoder
from onechunk._errors import EncodeError, OnechunkError
from onechunk._framing import Frame, make_splitter
from onechunk._json import loads_exact
from onechunk._marks import UNSET, Json, is_object
from onechunk.cli._differences import differences

__all__ = ["Difference", "Outcome", "compare_frames", "round_trip"]


@frozen
class Difference:
    """What came back otherwise.

    Attributes:
        event: Number of the frame in its stream, from 1.
        path: JSON path in the frame's data; None where the frame as such differs.
        text: What became of it.
    """

    event: int
    path: str | None
    text: str

    def __str__(self) -> str:
        """Return place and text in one line."""
        place = f"event {self.event}" + ("" if self.path is None else f", {self.path}")
        return f"{place}: {self.text}"


@define
class Outcome:
    """What a round trip showed.

    Attributes:
        chunks: How many chunks the stream had, end mark included.
        foreign: True if no payload has what the dialect calls an answer: another API's stream.
    """

    chunks: int
    foreign: bool
    differences: list[Difference] = field(factory=list[Difference])


@frozen
class _Item:
    """A comment, or an event with its data; one line of data where lines are payloads."""

    event: int
    name: str
    text: str | None = None
    value: Json = None


def round_trip(dialect: str, data: bytes) -> Outcome:
    """Decode *data* and encode it again, as a stream and chunk by chunk, and compare.

    Raises:
        WireError: The dialect does not allow *data*.
        UnknownDialectError: No adapter has the name.
    """
    decoder = Decoder(dialect)
    chunks = decoder.feed(data)
    chunks += decoder.feed(b"")  # an error is raised by the call after the chunks before it
    chunks += decoder.close()
    framing = decoder.framing or "sse"
    foreign = _is_foreign(chunks)
    before = list(_items(data, framing))
    try:
        encoder = Encoder(dialect, framing=framing)
        after = b"".join([encoder.feed(chunk) for chunk in chunks]) + encoder.close()
        found = list(_compare(before, list(_items(after, framing))))
        seen = {(difference.event, difference.path) for difference in found}
        alone = [each for item in before for each in _compare_alone(dialect, item)]
        found += [each for each in alone if (each.event, each.path) not in seen]
    except OnechunkError as error:  # what was decoded must encode
        found = [Difference(error.event or 0, error.path, error.message)]
    return Outcome(len(chunks), foreign, found)


def compare_frames(dialect: str, before: bytes, after: bytes) -> list[Difference]:
    """Return how the frames of two streams of one dialect differ.

    Raises:
        WireError: One of them is bad input.
    """
    items: list[list[_Item]] = []
    for data in (before, after):
        decoder = Decoder(dialect)
        decoder.feed(data)
        decoder.close()
        items.append(list(_items(data, decoder.framing or "sse")))
    return list(_compare(*items))


def _is_foreign(chunks: list[Chunk]) -> bool:
    """Say whether the dialect understood nothing: no choice at all, and chunks of mere residue."""
    if any(chunk.choices or chunk.extra.get("choices", UNSET) is not UNSET for chunk in chunks):
        return False
    mere = (evolve(chunk, frame=None, extra={}) == Chunk(dialect=chunk.dialect) for chunk in chunks)
    return any(chunk.extra and empty for chunk, empty in zip(chunks, mere, strict=True))


def _items(data: bytes, framing: str) -> Iterator[_Item]:
    splitter = make_splitter(framing)
    event = 0
    for frame in (*splitter.feed(data), *splitter.close()):
        whole = frame if isinstance(frame, Frame) else Frame(frame)
        for line in (*whole.comments, *whole.unknown):
            yield _Item(event + 1, "a line beside the data", line)
        if whole.data is not None:
            event += 1
            head = f"event {whole.event!r}, id {whole.id!r}, retry {whole.retry!r}"
            head += f", field {whole.field!r}"
            yield from _payloads(whole.data, event, head)


def _payloads(data: bytes, event: int, head: str) -> Iterator[_Item]:
    whole = _item(data, event, head)
    # Some servers part events by one line end only: then each line is a payload.
    lines = [data] if whole.text is None else data.split(b"\n")
    yield from [_item(line, event, head) for line in lines] if len(lines) > 1 else [whole]


def _item(data: bytes, event: int, head: str) -> _Item:
    try:
        return _Item(event, head, value=loads_exact(data))
    except ValueError:
        return _Item(event, head, data.decode("utf-8", "surrogateescape"))


def _compare(before: list[_Item], after: list[_Item]) -> Iterator[Difference]:
    for one, two in zip(before, after, strict=False):
        if one.name != two.name:
            yield Difference(one.event, None, f"{one.name} became {two.name}")
        if one.text != two.text:
            yield Difference(one.event, None, f"{one.text!r} became {two.text!r}")
        for path, text in differences(one.value, two.value):
            yield Difference(one.event, path, text)
    if len(before) != len(after):
        last = min(len(before), len(after))
        event = before[last].event if last < len(before) else after[last].event
        yield Difference(event, None, f"{len(before)} frames became {len(after)}")


def _compare_alone(dialect: str, item: _Item) -> Iterator[Difference]:
    if is_object(item.value):
        try:
            back = encode(dialect, decode(dialect, item.value))
        except EncodeError as error:
            yield Difference(item.event, error.path, error.message)
            return
        for path, text in differences(item.value, back):
            yield Difference(item.event, path, f"{text} (chunk alone)")
