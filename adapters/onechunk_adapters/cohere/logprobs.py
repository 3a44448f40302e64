"""Cohere's logprobs: lists of ids and numbers beside a delta, and its text once more."""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, Json, Logprobs, TokenLogprob
from onechunk.mapping import Object, Via, finite, is_list, is_object

__all__ = ["LOGPROBS", "READ_LOGPROBS", "WRITE_LOGPROBS", "said_away"]


_COUNT: Final = "token_ids"


def _is_regular(value: Json) -> bool:
    """Say whether *value* has the ids and the logprobs of as many tokens."""
    if not is_object(value):
        return False
    numbers, chances = value.get("token_ids"), value.get("logprobs")
    if not is_list(numbers) or not is_list(chances) or len(numbers) != len(chances):
        return False
    return all(type(each) is int for each in numbers) and all(
        type(each) in {int, float} for each in chances
    )


def _take(value: Object) -> list[TokenLogprob]:
    """Take the tokens out of a regular value, and the text if it is a single token's."""
    pairs = zip(value.pop("token_ids"), value.pop("logprobs"), strict=True)
    tokens = [TokenLogprob(None, chance, None, number) for number, chance in pairs]
    if len(tokens) == 1 and isinstance(value.get("text"), str):
        tokens[0].token = value.pop("text")
    return tokens


def _put(tokens: list[TokenLogprob]) -> Object:
    """Return the lists of tokens, and the text of a single one."""
    text = tokens[0].token if len(tokens) == 1 else None
    return {
        **({} if text is None else {"text": text}),
        "token_ids": [token.token_id for token in tokens],
        "logprobs": [token.logprob for token in tokens],
    }


def _read(value: Json, rest: Object) -> Logprobs | None:
    """Take lists of equal length; the text is a single token's, or a copy of the delta's."""
    if not _is_regular(value):
        return None
    text = value.get("text")
    del rest["logprobs"]
    found = Logprobs(_take(value), extra=value)
    if isinstance(text, str) and text == _text_of(rest):
        value["text"] = DERIVED
    return found


def _write(logprobs: Logprobs, out: Object, _: Object) -> None:
    """Write the lists, and the text as the delta has it now."""
    inner = {key: value for key, value in logprobs.extra.items() if value is not DERIVED}
    inner |= _put(logprobs.content or [])
    text = _text_of(out)
    if logprobs.extra.get("text") is DERIVED and text is not None:
        inner["text"] = text
    out["logprobs"] = inner


def _text_of(event: Object) -> str | None:
    value: Any = event
    for key in ("delta", "message", "content"):
        value = value.get(key)
        if not is_object(value):
            return None
    text = value.get("text")
    return text if isinstance(text, str) else None


def _read_nothing(*_: object) -> None:
    """Leave what the first row has not taken."""


def _write_nothing(*_: object) -> None:
    """Leave the writing to the last row, which finds the text written."""


def said_away(logprobs: Logprobs, text: str | None = None) -> list[tuple[str, Object]] | None:
    """Return pieces of the text, each with the logprobs of its token.

    None is for tokens that are not the *text*, where one is given, or of which not each has all
    that is needed.
    """
    tokens = logprobs.content or []
    out: list[tuple[str, Object]] = []
    for token in tokens:
        chance = finite(token.logprob)
        if chance is None or token.token_id is None or token.token is None:
            return None
        said = {"text": token.token, "token_ids": [token.token_id], "logprobs": [chance]}
        out.append((token.token, said))
    fits = text is None or "".join(piece for piece, _ in out) == text
    return out if out and fits else None


def _read_list(value: Json, rest: Object) -> Logprobs | None:
    """Take a list of such values; what else each says is residue, with the count of its tokens."""
    if not is_list(value) or not value or not all(map(_is_regular, value)):
        return None
    del rest["logprobs"]
    content: list[TokenLogprob] = []
    for each in value:
        tokens = _take(each)
        each[_COUNT] = len(tokens)
        content += tokens
    return Logprobs(content, extra={"logprobs": value})


def _write_list(logprobs: Logprobs, out: Object, _: Object) -> None:
    """Write the tokens in the pieces they came in, and others one by one."""
    tokens = [*(logprobs.content or ())]
    pieces: list[Json] = []
    for each in logprobs.extra.get("logprobs", ()):
        count = each[_COUNT]
        pieces.append({**each, **_put(tokens[:count])})
        del tokens[:count]
    out["logprobs"] = pieces + [_put([token]) for token in tokens]


def _write_list_away(logprobs: Logprobs, out: Object, _: Object) -> None:
    """Write tokens from elsewhere if each has all that is needed."""
    said = said_away(logprobs)
    if said is not None:
        out["logprobs"] = [token for _, token in said]


READ_LOGPROBS: Final = Via("logprobs", "logprobs", _read, _write_nothing)
WRITE_LOGPROBS: Final = Via("logprobs", "logprobs", _read_nothing, _write)
LOGPROBS: Final = Via("logprobs", "logprobs", _read_list, _write_list, write_away=_write_list_away)
"""The row of a body that comes whole, which has a list of what a stream has beside its deltas."""
