"""The parts of one choice, and which of them a new piece goes on with."""

from __future__ import annotations

from typing import Any, Final

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

    __slots__ = ("_blocks", "_grown", "_last", "_parts", "_plain")

    def __init__(self, parts: list[Part], grown: list[Growth]) -> None:
        self._parts = parts
        self._grown = grown
        self._last: Growth | None = None
        self._blocks: dict[tuple[type[Any], int], Growth] = {}
        # The last part of each class of text that has no block.
        self._plain: dict[type[Any], Growth] = {}

    def open(self, growth: Growth) -> None:
        """Put up a part that goes on."""
        self._parts.append(growth.part)
        self._last = growth

    def add(self, part: Part, silent: frozenset[str]) -> None:
        """Add a part, or a piece of one, that is no tool call."""
        kind: type[Any] = part.__class__
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
        self._parts.append(made)
        self._last = None
        return made

    def _text(self, part: Any, kind: type[Any], silent: frozenset[str]) -> None:
        _check_text(part.text)
        block = part.block
        if block is not None:
            growth = self._blocks.get((kind, block))
        elif part.text or _is_sealed(part):
            growth = self._last
            if growth is not None and not _goes_on(growth.part, part, kind):
                growth = None
        else:
            growth = self._plain.get(kind)
            if growth is None:
                # It opens the answer where nothing else does, and makes way for what does.
                growth = self._plain[kind] = Growth(_copy(part, silent), "text", self._grown)
                self._parts.append(growth.part)
                return
            if part.extra:
                merge(growth.part.extra, part.extra, silent)
            return
        if growth is None:
            self._begin(part, kind, silent)
            return
        if part.text:
            growth.grow(part.text)
        if _is_sealed(part):
            known = growth.part
            known.signature = known.signature if part.signature is None else part.signature
            known.encrypted = known.encrypted if part.encrypted is None else part.encrypted
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
        self.open(growth)

    def _media(self, part: Any, silent: frozenset[str]) -> None:
        """Add a media; only audio comes in pieces where no block holds them together."""
        for text in (part.data, part.transcript):
            if text is not None:
                _check_text(text)
        block = part.block
        growth = self._last if block is None else self._blocks.get((Media, block))
        if growth is None or not _is_piece(growth.part, part):
            growth = MediaGrowth(_copy(part, silent), self._grown)
            if block is not None:
                self._blocks[Media, block] = growth
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


def _goes_on(known: Any, part: Any, kind: type[Any]) -> bool:
    """Say whether *part*, which has no block, goes on with the part before it."""
    if known.__class__ is not kind or known.block is not None:
        return False
    return kind is not Reasoning or (part.encrypted is None and not _is_sealed(known))


def _is_empty(growth: Growth) -> bool:
    return not growth.part.text and not growth.pieces and not _is_sealed(growth.part)


def _is_piece(known: Any, part: Any) -> bool:
    """Say whether *part* goes on with *known*: what it is was said by the first piece."""
    if known.__class__ is not Media or known.kind != part.kind or known.block != part.block:
        return False
    if part.url is not None or part.name is not None or part.mime_type is not None:
        return False
    return (part.kind == "audio" or part.block is not None) and part.id in {None, known.id}
