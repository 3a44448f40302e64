"""Logprobs as two lists side by side: the tokens chosen, and the likeliest at each place."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Json, Logprobs, TokenLogprob
from onechunk.mapping import (
    Leaf,
    Manner,
    Object,
    Table,
    Via,
    finite,
    is_list,
    is_object,
    make_reader,
    make_writer,
)

__all__ = ["LOGPROBS"]

_KEY: Final = "logprobsResult"
_CHOSEN: Final = "chosenCandidates"
_TOP: Final = "topCandidates"
_TOKEN: Final = Table(
    TokenLogprob,
    (
        Leaf("token", "token", silent=()),
        Leaf("tokenId", "token_id", (int,)),
        Leaf("logProbability", "logprob", (float, int)),
    ),
)
_take = make_reader(_TOKEN)
_put = make_writer(_TOKEN, Manner())
_put_away = make_writer(_TOKEN, Manner(away=True, residue=False))


def _are_objects(values: Json) -> bool:
    return is_list(values) and all(is_object(each) for each in values)


def _read(value: Json, rest: Object) -> Logprobs | None:
    if not is_object(value) or not value.get(_CHOSEN) or not _are_objects(value[_CHOSEN]):
        return None
    content: list[TokenLogprob] = [_take(each) for each in value.pop(_CHOSEN)]
    tops: Json = value.get(_TOP)
    if _are_objects(tops) and len(tops) == len(content):
        for token, top in zip(content, tops, strict=True):
            if _are_objects(top.get("candidates")):
                token.top = [_take(each) for each in top.pop("candidates")]
        if not any(tops) and any(token.top is not None for token in content):
            del value[_TOP]
    del rest[_KEY]
    return Logprobs(content, extra=value)


def _write(logprobs: Logprobs, out: Object, _: Object) -> None:
    content = logprobs.content or []
    inner: Object = {_CHOSEN: [_put(token) for token in content]}
    if any(token.top is not None for token in content):
        left: Json = logprobs.extra.get(_TOP)
        tops: list[Json] = [dict(each) for each in left] if _are_objects(left) else []
        tops += [{} for _ in content[len(tops) :]]
        for token, top in zip(content, tops, strict=False):
            if token.top is not None:
                top["candidates"] = [_put(each) for each in token.top]
        inner[_TOP] = tops
    out[_KEY] = {**logprobs.extra, **inner}


def _write_away(logprobs: Logprobs, out: Object, _: Object) -> None:
    tokens = [token for token in logprobs.content or () if token.token is not None]
    if not tokens:
        return
    inner: Object = {_CHOSEN: [_put_token(token) for token in tokens]}
    if any(token.top for token in tokens):
        inner[_TOP] = [{"candidates": [_put_token(e) for e in t.top or ()]} for t in tokens]
    out[_KEY] = inner


def _put_token(token: TokenLogprob) -> Any:
    known = {**_put_away(token), "logProbability": finite(token.logprob)}
    return {key: value for key, value in known.items() if value is not None}


LOGPROBS: Final = Via(_KEY, "logprobs", _read, _write, write_away=_write_away)
"""The row of a candidate's logprobs."""
