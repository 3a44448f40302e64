"""Streams that say the same in other pieces."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from typing import Any

from attrs import evolve

from onechunk import Choice, Chunk, Message, Part, Reasoning, Refusal, Text, ToolCall
from tests.support.json_equal import difference

_FIELDS: dict[type[Any], str] = {
    Text: "text",
    Reasoning: "text",
    Refusal: "text",
    ToolCall: "arguments",
}


def units(text: str) -> list[str]:
    """Return the code units of UTF-16 that make *text*: a character may be cut in half."""
    data = text.encode("utf-16-le", "surrogatepass")
    return [data[n : n + 2].decode("utf-16-le", "surrogatepass") for n in range(0, len(data), 2)]


def recut(chunks: list[Chunk], cut: Callable[[str], list[str]]) -> list[Chunk]:
    """Return *chunks* with every text in the pieces that *cut* makes of it."""
    return [
        evolve(
            chunk,
            choices=[
                evolve(choice, parts=[piece for part in choice.parts for piece in _cut(part, cut)])
                for choice in chunk.choices
            ],
        )
        for chunk in chunks
    ]


def _cut(part: Part, cut: Callable[[str], list[str]]) -> list[Any]:
    name = _FIELDS.get(type(part), "")
    text = getattr(part, name, None)
    sealed_alone = getattr(part, "encrypted", None) is not None and part.block is None
    if not isinstance(text, str) or not text or sealed_alone:
        return [part]
    first, *rest = cut(text)
    if isinstance(part, ToolCall):
        others: list[Any] = [ToolCall(part.index, part.id, None, each, part.block) for each in rest]
    else:
        kind: Any = type(part)
        others = [kind(each, block=part.block) for each in rest]
    head: Any = evolve(part)
    setattr(head, name, first)
    found = [head, *others]
    if rest and isinstance(part, Reasoning):
        found[0].signature, found[-1].signature = None, part.signature
        found[0].encrypted, found[-1].encrypted = None, part.encrypted
    return found


def random_cuts(dice: Random) -> Callable[[str], list[str]]:
    """Return what cuts a text at random places, the middle of a character among them."""

    def cut(text: str) -> list[str]:
        found = units(text)
        places = sorted({dice.randrange(len(found)) for _ in range(dice.randrange(4))} - {0})
        return ["".join(found[a:b]) for a, b in pairwise([0, *places, len(found)])]

    return cut


def exploded(chunks: list[Chunk]) -> list[Chunk]:
    """Return one chunk for every part, and one before them for what is said of the whole stream."""
    found: list[Chunk] = []
    for chunk in chunks:
        found.append(evolve(chunk, choices=[], done=False))
        if by_place(chunk):
            found.append(Chunk(choices=chunk.choices, dialect=chunk.dialect))
        else:
            each = [piece for choice in chunk.choices for piece in _exploded(choice)]
            found += [Chunk(choices=[piece], dialect=chunk.dialect) for piece in each]
        if chunk.done:
            found.append(Chunk(done=True, dialect=chunk.dialect))
    return found


def by_place(chunk: Chunk) -> bool:
    """Say whether a choice of *chunk* counts by its place behind others."""
    return any(choice.index is None for choice in chunk.choices[1:])


def _exploded(choice: Choice) -> Iterator[Choice]:
    yield Choice(choice.index, choice.role, extra=choice.extra)
    for part in choice.parts:
        yield Choice(choice.index, parts=[part])
    yield Choice(choice.index, None, [], choice.finish, choice.stop, choice.logprobs)


def permuted(chunks: list[Chunk], dice: Random) -> list[Chunk]:
    """Return `exploded(chunks)` in another order, which is the old one within each choice."""
    found: list[Chunk] = []
    queues: dict[int | None, list[Chunk]] = {}
    # Nothing changes places with an end mark.
    for chunk in [*exploded(chunks), None]:
        if chunk is not None and not chunk.done:
            key = (chunk.choices[0].index or 0) if chunk.choices else None
            queues.setdefault(key, []).insert(0, chunk)
            continue
        while queues:
            key = dice.choice([*queues])
            found.append(queues[key].pop())
            if not queues[key]:
                del queues[key]
        found += [] if chunk is None else [chunk]
    return found


def joined(chunks: list[Chunk]) -> list[Chunk]:
    """Return *chunks* with neighbours in one wherever that says the same."""
    found: list[Chunk] = []
    for chunk in chunks:
        both = _joined(found[-1], chunk) if found else None
        found[-1:] = [*found[-1:], chunk] if both is None else [both]
    return found


def _joined(one: Chunk, two: Chunk) -> Chunk | None:
    choices = _joined_choices(one.choices, two.choices)
    apart = (one.dialect, one.usage and two.usage, one.error and two.error)
    if (
        one.done
        or choices is None
        or apart != (two.dialect, None, None)
        or not _agree(one.extra, two.extra)
    ):
        return None
    return Chunk(
        _first(one.id, two.id),
        _first(two.model, one.model),
        _first(one.created, two.created),
        choices,
        one.usage or two.usage,
        one.error or two.error,
        two.done,
        one.dialect,
        extra={**one.extra, **two.extra},
    )


def _joined_choices(ones: list[Choice], twos: list[Choice]) -> list[Choice] | None:
    if not ones or not twos:
        return [*ones, *twos]
    if any(choice.index is None for choice in (*ones, *twos)):
        return None
    last, first = ones[-1], twos[0]
    if last.index != first.index:
        return [*ones, *twos]
    if (last.logprobs and first.logprobs) or not _agree(last.extra, first.extra):
        return None
    both = Choice(
        last.index,
        _first(last.role, first.role),
        [*last.parts, *first.parts],
        first.finish or last.finish,
        last.stop if first.stop is None else first.stop,
        last.logprobs or first.logprobs,
        {**last.extra, **first.extra},
    )
    return [*ones[:-1], both, *twos[1:]]


def _first(one: Any, two: Any) -> Any:
    return one if one or two is None else two


def _agree(one: dict[str, Any], two: dict[str, Any]) -> bool:
    return all(difference(each, two[key]) == "" for key, each in one.items() if key in two)


def unlike(one: Message, two: Message) -> str:
    """Return how two messages differ, strictly; empty if they do not."""
    return difference(evolve(one, order=None), evolve(two, order=None))
