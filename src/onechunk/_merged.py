"""One item of several streams that are read at once, and what such streams must be."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import Final, Literal, cast, get_args

from attrs import frozen

from onechunk._chunk import Chunk
from onechunk._errors import OnechunkError

__all__ = ["DEFAULT_BUFFER", "Arrival", "Merged", "OnError", "check_chunk", "check_merge"]

DEFAULT_BUFFER: Final = 16
"""Chunks that may wait for each source: about what a fast model says in a tenth of a second."""

OnError = Literal["item", "raise"]
"""What becomes of a source's failure: its last item, or the end of all."""

Arrival = tuple[str, Chunk | None, BaseException | None]
"""Source, chunk, failure. The last arrival of a source has no chunk."""

_KINDS: Final[dict[str, tuple[type, type, str, str]]] = {
    "merge": (Iterable, Iterator, "iterable", "amerge"),
    "amerge": (AsyncIterable, AsyncIterator, "async iterable", "merge"),
}


@frozen
class Merged:
    """What one of several sources gave: a chunk, or the news that it has ended.

    Each source has one last item, behind all its chunks, and that item has no chunk.

    Attributes:
        source: The name that the source was given.
        chunk: None on the last item.
        error: What the source raised; None unless it failed, which only a last item can tell.
    """

    source: str
    chunk: Chunk | None = None
    error: Exception | None = None

    @property
    def ended(self) -> bool:
        """True on the last item of the source, whether it failed or not."""
        return self.chunk is None


def check_merge(function: str, sources: object, buffer: object, on_error: str) -> None:
    """Refuse what cannot be read, before anything is.

    Raises:
        OnechunkError: It says which source or option, and what is needed.
    """
    kind, iterator, words, other = _KINDS[function]
    if not isinstance(sources, Mapping):
        raise OnechunkError(f"sources must be a mapping, not {type(sources).__name__}")
    if not isinstance(buffer, int) or buffer < 1:
        raise OnechunkError(f"buffer is {buffer!r}, not an integer from 1")
    if on_error not in get_args(OnError):
        raise OnechunkError(f"on_error is {on_error!r}, not one of {', '.join(get_args(OnError))}")
    seen: dict[int, str] = {}
    for name, source in cast("Mapping[str, object]", sources).items():
        if not isinstance(source, kind):
            message = f"source {name!r} is {type(source).__name__}, not an {words}"
            if isinstance(source, _KINDS[other][0]):
                message += f": {other} takes those"
            raise OnechunkError(message)
        if isinstance(source, iterator) and seen.setdefault(id(source), name) != name:
            # Two readers of one iterator would take each other's chunks.
            raise OnechunkError(f"sources {seen[id(source)]!r} and {name!r} are one iterator")


def check_chunk(name: str, chunk: object) -> Chunk:
    """Return *chunk* if it is one.

    Raises:
        OnechunkError: Most often the source yields bytes that nobody decoded.
    """
    if isinstance(chunk, Chunk):
        return chunk
    raise OnechunkError(f"source {name!r} gave {type(chunk).__name__}, not a chunk: see read")
