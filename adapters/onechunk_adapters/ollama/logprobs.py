"""Logprobs as a bare list of tokens."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Json, Logprobs, TokenLogprob
from onechunk.mapping import TOKEN, Leaf, Object, Via, finite, is_list, logprobs_row

__all__ = ["LOGPROBS"]

_KEY: Final = "logprobs"


def _is_whole(token: TokenLogprob) -> bool:
    """Say whether a token has all that Ollama's SDK demands of one."""
    return token.token is not None and finite(token.logprob) is not None


_ROW: Final = logprobs_row(_KEY, token=(*TOKEN, Leaf("bytes", "bytes", (list,))), fits=_is_whole)
"""Reads and writes the list as the content of an object, as other vendors send it."""


def _read(value: Json, rest: Object) -> Logprobs | None:
    if not is_list(value) or not value:
        return None
    around: Object = {_KEY: {"content": value}}
    found: Logprobs | None = _ROW.read(around[_KEY], around)
    if found is not None:
        del rest[_KEY]
    return found


def _write(logprobs: Logprobs, out: Object, extra: Object) -> None:
    around: Object = {}
    _ROW.write(logprobs, around, extra)
    out[_KEY] = around[_KEY].get("content", [])


def _write_away(logprobs: Logprobs, out: Object, extra: Object) -> None:
    around: Object = {}
    write: Any = _ROW.write_away
    write(logprobs, around, extra)
    inner: Json = around[_KEY]
    tokens: list[Object] | None = inner and inner["content"]
    if tokens:
        # No alternatives are no list here.
        out[_KEY] = [{key: v for key, v in token.items() if v != []} for token in tokens]


LOGPROBS: Final = Via(_KEY, "logprobs", _read, _write, write_away=_write_away)
"""The row of the list, which stands on the line itself."""
