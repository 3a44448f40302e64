"""A whole message to the chunks of a stream that says it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any, Final, Literal

from attrs import evolve

from onechunk._chunk import Choice, Chunk, Logprobs, TokenLogprob
from onechunk._errors import UNWRITABLE, EncodeError
from onechunk._fresh import fresh_part, fresh_tokens
from onechunk._marks import Json, is_object
from onechunk._message import Message
from onechunk._parts import Media, Other, Part, Reasoning, Refusal, Text, ToolCall
from onechunk._registry import SPLIT, WHOLE
from onechunk._series import fresh_extra, unfold

__all__ = ["By", "split"]

By = int | Literal["part", "word"] | Callable[[str], Iterable[str]]
"""How texts are cut: most characters a piece, whole parts, words, or a function of the text."""

_WORD: Final = re.compile(r"\s*\S+|\s+")
_TEXTS: Final[dict[type[Any], str]] = {
    Text: "text",
    Reasoning: "text",
    Refusal: "text",
    ToolCall: "arguments",
}


def split(message: Message, *, by: By = "word") -> Iterator[Chunk]:
    """Yield the chunks of a stream that says *message*: `accumulate` makes the same of them.

    An encoder makes a legal stream of them in any dialect: so an answer that came whole, or out of
    a cache, is streamed to a client. The last chunk is the end mark; a message that is not
    complete has none.

    Args:
        message: Not changed.
        by: How text, reasoning, refusals and the text of arguments are cut. The pieces of a
            function must make the text again.

    Raises:
        EncodeError: The message's fields are not what they should be, or *by* is no way to cut.
    """
    return _split(message, _cutter(by))


def _split(message: Message, cut: Callable[[str], list[str]]) -> Iterator[Chunk]:
    try:
        yield from _Splitter(message, cut).chunks()
    except UNWRITABLE as exc:
        dialect = getattr(message, "dialect", None)
        dialect = dialect if isinstance(dialect, str) else None
        text = f"the message cannot be split: {exc}"
        raise EncodeError(text, dialect=dialect) from exc


def _cutter(by: By) -> Callable[[str], list[str]]:
    """Return the function that cuts a text; an empty text is one piece."""
    if by == "part":
        return lambda text: [text]
    if by == "word":
        return lambda text: _WORD.findall(text) or [text]
    if callable(by):
        return lambda text: _checked([*by(text)], text)
    if type(by) is int and by > 0:
        return lambda text: [text[at : at + by] for at in range(0, len(text), by)] or [text]
    message = f"by is {by!r}, not a number above 0, 'part', 'word' or a function"
    raise EncodeError(message)


def _checked(pieces: list[str], text: str) -> list[str]:
    if "".join(pieces) != text:
        message = "the pieces do not make the text again"
        raise EncodeError(message)
    # A piece without text says nothing, not even where the text goes on.
    return [piece for piece in pieces if piece] or [text]


class _Splitter:
    """Writes the chunks of one message."""

    def __init__(self, message: Message, cut: Callable[[str], list[str]]) -> None:
        self._message = message
        self._cut = cut

    def chunks(self) -> Iterator[Chunk]:
        message = self._message
        for extra in unfold(message.extra):
            yield self._chunk(extra=extra)
        choices = message.in_order()
        before = _before(message.choices)
        for choice in choices:
            first = [] if message.order is None else [Choice(choice.index)]
            # Where the order counts, a choice that ends without a word is named in its turn.
            for said in [*self._choice(choice)] or first:
                yield self._chunk(choices=[*before.get(id(choice), ()), said])
        for choice in choices:
            for said in _end(choice):
                yield self._chunk(choices=[*before.get(id(choice), ()), said])
        if message.usage is not None:
            usage = message.usage
            for extra in unfold(usage.extra):
                yield self._chunk(usage=evolve(usage, extra=extra))
        if message.error is not None:
            error = message.error
            for extra in unfold(error.extra):
                yield self._chunk(error=evolve(error, extra=extra))
        if message.complete:
            yield self._chunk(done=True)

    def _chunk(self, **said: Any) -> Chunk:
        message = self._message
        dialect = message.dialect
        if dialect is not None and not dialect.endswith(WHOLE):
            # Its residue was gathered from many frames: no single one may go home with it.
            dialect += SPLIT
        return Chunk(message.id, message.model, message.created, dialect=dialect, **said)

    def _choice(self, choice: Choice) -> Iterator[Choice]:
        role = choice.role
        for extra in unfold(choice.extra):
            yield Choice(choice.index, role, extra=extra)
            role = None
        tokens = _Tokens(choice)
        for part in choice.parts:
            for piece in self._pieces(part):
                yield Choice(choice.index, parts=[piece], logprobs=tokens.of(piece))
        for rest in tokens.rest():
            yield Choice(choice.index, logprobs=rest)

    def _pieces(self, part: Part) -> Iterator[Part]:
        """Yield the pieces of a part; all it has but its text comes with the first, seals last."""
        more = _MORE.get(type(part)) if _may_go_on(part) else None
        if more is None:
            yield fresh_part(part, fresh_extra(part.extra))
            return
        first, *others = unfold(part.extra)
        head = fresh_part(part, first)
        name = _TEXTS.get(type(part))
        text = None if name is None else getattr(part, name)
        pieces: list[Any] = []
        if name is not None and text and _may_be_cut(part):
            said, *rest = self._cut(text)
            setattr(head, name, said)
            pieces += [more(part, piece, {}) for piece in rest]
        if pieces and type(part) is Reasoning:
            head.signature, pieces[-1].signature = None, part.signature
            head.encrypted, pieces[-1].encrypted = None, part.encrypted
        yield head
        yield from pieces
        for extra in others:
            yield more(part, None, extra)


def _before(choices: list[Choice]) -> dict[int, list[Choice]]:
    """Return what must stand before each choice without an index, which counts by its place."""
    found: dict[int, list[Choice]] = {}
    known = next((choice.index for choice in choices if choice.index is not None), None)
    place = -1
    said: set[int] = set()
    for choice in choices:
        if choice.index is None:
            place = max(place + 1, 0)
            # A place that nobody has is held by a choice that is there.
            found[id(choice)] = [Choice(None if n in said else known) for n in range(place)]
        else:
            place = choice.index
        said.add(place)
    return found


def _end(choice: Choice) -> Iterator[Choice]:
    """Yield why a choice ended: behind the parts of all, since an error ends a stream."""
    if choice.finish is not None or choice.stop is not None:
        finish = None if choice.finish is None else evolve(choice.finish)
        yield Choice(choice.index, finish=finish, stop=choice.stop)


def _may_go_on(part: Any) -> bool:
    """Say whether a piece can go on with *part*, as `Shelf` does it."""
    if type(part) is Media:
        return part.kind == "audio" or part.block is not None
    if type(part) is Other:
        return part.type is None and isinstance(part.value, str) and part.block is not None
    return True


def _may_be_cut(part: Any) -> bool:
    """Say whether pieces of the text find together; encrypted without a block stands alone."""
    if is_object(getattr(part, "arguments", None)):
        return False
    return getattr(part, "encrypted", None) is None or part.block is not None


_More = Callable[[Any, str | None, dict[str, Json]], Any]

_MORE: Final[dict[type[Any], _More]] = {
    Text: lambda part, text, extra: Text(text or "", part.block, extra),
    Reasoning: lambda part, text, extra: Reasoning(text or "", block=part.block, extra=extra),
    Refusal: lambda part, text, extra: Refusal(text or "", part.block, extra),
    ToolCall: lambda part, text, extra: ToolCall(
        part.index, arguments=text, block=part.block, extra=extra
    ),
    Media: lambda part, _, extra: Media(part.kind, block=part.block, extra=extra),
    Other: lambda part, _, extra: Other(None, "", part.block, extra),
}
"""Class of part to what makes a piece that goes on with such a part."""


class _Tokens:
    """The tokens of a choice, each with the piece of text in which it ends.

    Where the tokens do not make the text, all of them come with its first piece.
    """

    def __init__(self, choice: Choice) -> None:
        self._logprobs = choice.logprobs
        self._given = False
        self._lists: dict[type[Any], _List] = {}
        for kind, name in _LISTS.items():
            tokens = getattr(choice.logprobs, name, None)
            if tokens:
                same: list[Any] = [part for part in choice.parts if type(part) is kind]
                text = "".join(part.text for part in same)
                self._lists[kind] = _List(name, tokens, text)

    def of(self, piece: Any) -> Logprobs | None:
        """Return the tokens that end in a piece; None if none do."""
        known = self._lists.get(piece.__class__)
        tokens = None if known is None else known.take(len(piece.text))
        if known is None or not tokens:
            return None
        self._given = True
        said: dict[str, Any] = {known.name: fresh_tokens(tokens)}
        return Logprobs(**said)

    def rest(self) -> Iterator[Logprobs]:
        """Yield what no piece took."""
        logprobs = self._logprobs
        if logprobs is None:
            return
        left: dict[str, Any] = {known.name: known.left() for known in self._lists.values()}
        for name in _LISTS.values():
            if getattr(logprobs, name) == []:
                left[name] = []
        left = {name: tokens for name, tokens in left.items() if tokens is not None}
        first, *others = unfold(logprobs.extra)
        if left or first or not self._given:
            yield Logprobs(**left, extra=first)
        for extra in others:
            yield Logprobs(extra=extra)


_LISTS: Final[dict[type[Any], str]] = {Text: "content", Refusal: "refusal"}
"""Class of part to the list of its tokens."""


class _List:
    """Tokens that are given out as their text is said."""

    def __init__(self, name: str, tokens: list[TokenLogprob], text: str) -> None:
        self.name = name
        self._tokens = tokens
        ends = [*accumulate(len(token.token or "") for token in tokens)]
        fits = "".join(token.token or "" for token in tokens) == text
        self._ends = ends if fits else [0] * len(tokens)
        self._said = 0
        self._given = 0

    def take(self, length: int) -> list[TokenLogprob]:
        """Return the tokens that end in the next *length* characters."""
        self._said += length
        first, self._given = self._given, bisect_right(self._ends, self._said)
        return self._tokens[first : self._given]

    def left(self) -> list[TokenLogprob] | None:
        """Return the tokens that were not given out; None if there are none."""
        return fresh_tokens(self._tokens[self._given :]) or None
