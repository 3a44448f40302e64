"""Ways to cut a body into pieces, and what a splitter makes of them."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, pairwise

from hypothesis import strategies as st

from onechunk._framing import Frame, Splitter

MakeSplitter = Callable[[], Splitter]


def split(splitter: Splitter, pieces: Iterable[bytes]) -> list[bytes | Frame]:
    """Feed all pieces and close."""
    frames: list[bytes | Frame] = []
    for piece in pieces:
        frames += splitter.feed(piece)
    return frames + splitter.close()


def all_cuts(body: bytes, pairs_up_to: int = 64) -> Iterator[list[bytes]]:
    """Cut a body nowhere, at every byte, byte by byte and, if it is short, at every two bytes."""
    yield [body]
    yield [body[i : i + 1] for i in range(len(body))]
    inside = range(1, len(body))
    for at in inside:
        yield [body[:at], body[at:]]
    if len(body) <= pairs_up_to:
        for first, second in combinations(inside, 2):
            yield [body[:first], body[first:second], body[second:]]


def some_cuts(body: bytes) -> st.SearchStrategy[list[bytes]]:
    """Cut a body anywhere, into empty pieces too."""

    def cut(places: list[int]) -> list[bytes]:
        ends = [0, *sorted(places), len(body)]
        return [body[start:end] for start, end in pairwise(ends)]

    return st.lists(st.integers(0, len(body)), max_size=12).map(cut)
