"""Cohere's logprobs: lists of ids and numbers beside a delta, and its text once more."""

from __future__ import annotations

from typing import Any, Final

from onechunk import DERIVED, Json, Logprobs, TokenLogprob
from onechunk.mapping import Object, Via, finite, is_list, is_object

__all__ = ["READ_LOGPROBS", "WRITE_LOGPROBS", "said_away"]


def _read(value: Json, rest: Object) -> Logprobs | None:
    """Take lists of equal length; the text is a single token's, or a copy of the delta's."""
    if not is_object(value):
        return None
    numbers, chances = value.get("token_ids"), value.get("logprobs")
    if not is_list(numbers) or not is_list(chances) or len(numbers) != len(chances):
        return None
    if not all(type(each) is int for each in numbers):
        return None
    if not all(type(each) in {int, float} for each in chances):
        return None
    del rest["logprobs"], value["token_ids"], value["logprobs"]
    pairs = zip(numbers, chances, strict=True)
    found = Logprobs([TokenLogprob(None, chance, None, number) for number, chance in pairs])
    found.extra = value
    text = value.get("text")
    if isinstance(text, str):
        if len(numbers) == 1 and found.content:
            found.content[0].token = value.pop("text")
        if text == _text_of(rest):
            value["text"] = DERIVED
    return found


def _write(logprobs: Logprobs, out: Object, _: Object) -> None:
    """Write the lists, and the text as the delta has it now."""
    inner = {key: value for key, value in logprobs.extra.items() if value is not DERIVED}
    tokens = logprobs.content or []
    text = tokens[0].token if len(tokens) == 1 else None
    if logprobs.extra.get("text") is DERIVED:
        text = _text_of(out)
    if text is not None:
        inner["text"] = text
    inner["token_ids"] = [token.token_id for token in tokens]
    inner["logprobs"] = [token.logprob for token in tokens]
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


def said_away(logprobs: Logprobs, text: str) -> list[tuple[str, Object]] | None:
    """Return pieces of the text, each with the logprobs of its token.

    None is for tokens that are not the text, or of which not each has all that is needed.
    """
    tokens = logprobs.content or []
    out: list[tuple[str, Object]] = []
    for token in tokens:
        chance = finite(token.logprob)
        if chance is None or token.token_id is None or token.token is None:
            return None
        said = {"text": token.token, "token_ids": [token.token_id], "logprobs": [chance]}
        out.append((token.token, said))
    return out if out and "".join(piece for piece, _ in out) == text else None


READ_LOGPROBS: Final = Via("logprobs", "logprobs", _read, _write_nothing)
WRITE_LOGPROBS: Final = Via("logprobs", "logprobs", _read_nothing, _write)
