"""The parts of one choice, and which of them a new piece goes on with."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk._fresh import fresh_part
from onechunk._growth import Growth, MediaGrowth, mended
from onechunk._parts import Media, Other, Part, Reasoning, Refusal, Text, ToolCall
from onechunk._series import merge

__all__ = ["Shelf", "are_apart"]

_TEXTS: Final = frozenset({Text, Reasoning, Refusal})


class Shelf:
    """Puts every piece where it belongs.

    A piece with a block goes on with the part of its class in that block; one without goes on with
    the last part, if that is of its class. An empty text without a block parts nothing: some
    servers send one beside every piece of reasoning.

    Args:
        parts: The parts, in reading order; filled here.
        grown: Where parts that grew are noted.
    """

    __slots__ = ("_before", "_blocks", "_first", "_grown", "_last", "_next", "_parts", "_plain")

    def __init__(self, parts: list[Part], grown: list[Growth]) -> None:
        self._parts = parts
        self._grown = grown
        self._last: Growth | None = None
        self._blocks: dict[tuple[type[Any], int], Growth] = {}
        # The last part of each class of text that has no block.
        self._plain: dict[type[Any], Growth] = {}
        # Where blocks are counted from, and a number that no block has.
        self._first = self._next = 0
        # What stood last as an answer ended.
        self._before: Growth | None = None

    def open(self, growth: Growth) -> None:
        """Put up a part that goes on."""
        self._append(growth.part)
        self._last = growth

    def _append(self, part: Any) -> None:
        self._parts.append(part)
        self._before = None
        if part.block is not None and part.block >= self._next:
            self._next = part.block + 1

    def end(self) -> None:
        """Let no piece that comes go on with a part that is there; their blocks are counted on."""
        self._before, self._last = self._last or self._before, None
        self._blocks.clear()
        self._first = self._next

    def moved(self, part: Any) -> Any:
        """Return *part* with its block as it is counted here."""
        if self._first and part.block is not None:
            return evolve(part, block=part.block + self._first)
        return part

    def add(self, part: Part, silent: frozenset[str]) -> None:
        """Add a part, or a piece of one, that is no tool call."""
        kind: type[Any] = part.__class__
        if self._first:
            part = self.moved(part)
        if kind in _TEXTS:
            self._text(part, kind, silent)
        elif kind is Media:
            self._media(part, silent)
        elif kind is Other:
            self._other(part, silent)
        else:
            # What comes whole is repeated by nothing: all that it says counts.
            self._put(part, frozenset())

    def _put(self, part: Any, silent: frozenset[str]) -> Any:
        """Put up a part that is whole."""
        made = _copy(part, silent)
        self._append(made)
        self._last = None
        return made

    def _text(self, part: Any, kind: type[Any], silent: frozenset[str]) -> None:
        text = part.text
        if text.__class__ is not str:
            _check_text(text)
        growth = self._last
        if part.block is not None:
            growth = self._blocks.get((kind, part.block))
        elif growth is None or growth.takes is not kind or _is_encrypted(part):
            growth = None
            if not text and not _is_sealed(part):
                growth = self._plain.get(kind)
                if growth is None:
                    # It opens the answer where nothing else does, and makes way for what does.
                    growth = self._plain[kind] = Growth(_copy(part, silent), "text", self._grown)
                    self._parts.append(growth.part)
                    return
        if growth is None:
            self._begin(part, kind, silent)
            return
        if text:
            growth.grow(text)
        if kind is Reasoning:
            _seal(growth, part)
        if part.extra:
            merge(growth.part.extra, part.extra, silent)

    def _begin(self, part: Any, kind: type[Any], silent: frozenset[str]) -> None:
        """Begin a text; it takes the place of an empty one that only opened the answer."""
        growth = Growth(_copy(part, silent), "text", self._grown)
        growth.part.text = mended(part.text)
        if part.block is not None:
            self._blocks[kind, part.block] = growth
        else:
            before = self._plain.get(kind)
            if before is not None and _is_empty(before):
                extra = before.part.extra
                merge(extra, growth.part.extra, silent)
                growth.part.extra = extra
                place = next(n for n, each in enumerate(self._parts) if each is before.part)
                del self._parts[place]
            self._plain[kind] = growth
            growth.takes = None if _is_sealed(part) else kind
            before = self._before
            if before is not None and before.takes is kind and not _is_encrypted(part):
                self._set_apart(growth)
        self.open(growth)

    def _set_apart(self, growth: Growth) -> None:
        """Give a part the block that alone keeps it from the part of another answer before it."""
        growth.part.block = self._next
        self._first = self._next + 1

    def _media(self, part: Any, silent: frozenset[str]) -> None:
        """Add a media; only audio comes in pieces where no block holds them together."""
        for text in (part.data, part.transcript):
            if text is not None:
                _check_text(text)
        block = part.block
        growth = self._last if block is None else self._blocks.get((Media, block))
        if growth is None or not _is_piece(growth, part):
            growth = MediaGrowth(_copy(part, silent), self._grown)
            if block is not None:
                self._blocks[Media, block] = growth
            else:
                growth.takes = Media
                if self._before is not None and _is_piece(self._before, part):
                    self._set_apart(growth)
            self.open(growth)
            return
        if isinstance(growth, MediaGrowth):
            if part.data is not None:
                growth.grow(part.data)
            if part.transcript is not None:
                growth.transcript.grow(part.transcript)
        if part.extra:
            merge(growth.part.extra, part.extra, silent)

    def _other(self, part: Any, silent: frozenset[str]) -> None:
        """Add content without a word here; untyped text of one block is one text."""
        key = None if part.block is None else (Other, part.block)
        text = part.type is None and isinstance(part.value, str)
        growth = self._blocks.get(key) if text and key is not None else None
        if growth is not None:
            growth.grow(part.value)
            merge(growth.part.extra, part.extra, silent)
            return
        made = self._put(part, silent)
        if text and key is not None:
            made.value = mended(made.value)
            self._blocks[key] = Growth(made, "value", self._grown)


def are_apart(parts: list[Part]) -> bool:
    """Say whether *parts*, each of them whole, stay as many if they are put up one by one."""
    found: list[Part] = []
    shelf = Shelf(found, [])
    for part in parts:
        if type(part) is ToolCall:
            shelf.open(Growth(part, "arguments", []))
        else:
            shelf.add(part, frozenset())
    return len(found) == len(parts)


def _copy(part: Any, silent: frozenset[str]) -> Any:
    extra: dict[str, Any] = {}
    merge(extra, part.extra, silent)
    return fresh_part(part, extra)


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        message = f"a text is needed, not {type(text).__name__}"
        raise TypeError(message)


def _is_sealed(part: Any) -> bool:
    """Say whether *part* is reasoning with its seal, behind which none goes on."""
    return type(part) is Reasoning and not (part.signature is None and part.encrypted is None)


def _is_encrypted(part: Any) -> bool:
    """Say whether *part* is reasoning that stands alone where it has no block."""
    return type(part) is Reasoning and part.encrypted is not None


def _seal(growth: Growth, part: Any) -> None:
    """Take over the seal of *part*, behind which nothing goes on without a block."""
    if _is_sealed(part):
        known = growth.part
        known.signature = known.signature if part.signature is None else part.signature
        known.encrypted = known.encrypted if part.encrypted is None else part.encrypted
        growth.takes = None


def _is_empty(growth: Growth) -> bool:
    return not growth.part.text and not growth.pieces and not _is_sealed(growth.part)


def _is_piece(growth: Growth, part: Any) -> bool:
    """Say whether *part* goes on with a part: what it is was said by the first piece."""
    known = growth.part
    if known.__class__ is not Media or known.kind != part.kind:
        return False
    if part.block is None and growth.takes is not Media:
        return False
    if part.url is not None or part.name is not None or part.mime_type is not None:
        return False
    return (part.kind == "audio" or part.block is not None) and part.id in {None, known.id}
