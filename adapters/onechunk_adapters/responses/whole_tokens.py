"""Log probabilities of a whole response: one list for the choice, cut by the texts of its parts."""

from __future__ import annotations

from collections.abc import Iterator

from onechunk import DERIVED, Json, Logprobs, TokenLogprob
from onechunk.mapping import Object, Via, is_list, is_object
from onechunk_adapters.responses.pieces import away_tokens, read_tokens, token_objects
from onechunk_adapters.responses.whole_read import messages_in, type_of

__all__ = ["TOKENS", "sweep"]


def _texts_in(output: Json) -> Iterator[Object]:
    """Yield the parts of messages that are text."""
    for item in messages_in(output):
        content = item.get("content")
        for part in content if is_list(content) else ():
            if type_of(part) == "output_text":
                yield part


def _read(value: Json, _: Object) -> Logprobs | None:
    """Take the tokens of all texts; a mark stays where each of them stood."""
    tokens: list[TokenLogprob] = []
    for part in _texts_in(value):
        found = read_tokens(part.get("logprobs"), part)
        if found is not None and found.content:
            part["logprobs"] = [{"token": DERIVED} for _ in found.content]
            tokens += found.content
    return Logprobs(tokens) if tokens else None


def _write(logprobs: Logprobs, out: Object, _: Object) -> None:
    _deal(token_objects(logprobs), [*_texts_in(out.get("output"))])


def _write_away(logprobs: Logprobs, out: Object, _: Object) -> None:
    _deal(away_tokens(logprobs), [*_texts_in(out.get("output"))])


TOKENS = Via("output", "logprobs", _read, _write, write_away=_write_away)
"""The row of the tokens; behind the row of the items."""


def sweep(output: Json) -> None:
    """Leave no trace of tokens that were taken out."""
    for part in _texts_in(output):
        if _count(part.get("logprobs")) is not None:
            part["logprobs"] = []


def _deal(tokens: list[Json], texts: list[Object]) -> None:
    """Give every text its tokens: as many as it had, or else those that make it."""
    marked = [(each, _count(each.get("logprobs"))) for each in texts]
    places = [(each, count) for each, count in marked if count is not None]
    exact = sum(count for _, count in places) == len(tokens)
    places = places or [(each, 0) for each in texts]
    first = 0
    for number, (text, count) in enumerate(places, 1):
        last = first + count if exact else _needed(tokens, first, text.get("text"))
        mine = tokens[first:] if number == len(places) else tokens[first:last]
        first = last
        if mine:
            text["logprobs"] = mine


def _needed(tokens: list[Json], first: int, text: Json) -> int:
    """Return the number behind the last of the tokens from *first* on that make *text*."""
    left = len(text) if isinstance(text, str) else 0
    number = first
    while left > 0 and number < len(tokens):
        said = tokens[number].get("token")
        left -= len(said) if isinstance(said, str) else 0
        number += 1
    return number


def _count(value: Json) -> int | None:
    """Return how many tokens a mark stands for, 0 where nobody counted; None for no mark."""
    if value is DERIVED:
        return 0
    marks = (
        is_list(value) and value and all(is_object(v) and v.get("token") is DERIVED for v in value)
    )
    return len(value) if marks else None
