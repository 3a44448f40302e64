"""Logprobs as four lists side by side: tokens, their logprobs, alternatives and offsets."""

from __future__ import annotations

from typing import Any

from onechunk import UNSET, Json, Logprobs, TokenLogprob
from onechunk.mapping import Object, Via, finite, is_list, is_object

__all__ = ["LOGPROBS"]


def _read(value: Json, rest: Object) -> Logprobs | None:
    if not is_object(value):
        return None
    tokens: Json = value.get("tokens")
    logprobs: Json = value.get("token_logprobs")
    if not _are(tokens, str) or not _are(logprobs, float, int, type(None)):
        return None
    if len(tokens) != len(logprobs):
        return None
    content = [TokenLogprob(*pair) for pair in zip(tokens, logprobs, strict=True)]
    del value["tokens"], value["token_logprobs"], rest["logprobs"]
    _take_top(value, content)
    return Logprobs(content, extra=value)


def _are(values: Json, *kinds: type[Any]) -> bool:
    return is_list(values) and all(type(each) in kinds for each in values)


def _take_top(value: Object, content: list[TokenLogprob]) -> None:
    """Take the alternatives, a dict or null for each token; two that print alike are one."""
    tops = value.setdefault("top_logprobs", UNSET)
    if not _are(tops, dict, type(None)) or len(tops) != len(content):
        return
    for top in tops:
        if top is not None and not _are(list(top.values()), float, int, type(None)):
            return
    for entry, top in zip(content, tops, strict=True):
        if top is not None:
            entry.top = [TokenLogprob(token, logprob) for token, logprob in top.items()]
    del value["top_logprobs"]


def _write(logprobs: Logprobs, out: Object, _: Object) -> None:
    out["logprobs"] = {
        **_lists(logprobs),
        **{key: value for key, value in logprobs.extra.items() if value is not UNSET},
    }


def _write_away(logprobs: Logprobs, out: Object, _: Object) -> None:
    if logprobs.content is None:
        out["logprobs"] = None
        return
    out["logprobs"] = lists = _lists(logprobs)
    lists["token_logprobs"] = [finite(logprob) for logprob in lists["token_logprobs"]]
    for number, top in enumerate(lists.get("top_logprobs", ())):
        if top is not None:
            found = {token: finite(logprob) for token, logprob in top.items()}
            lists["top_logprobs"][number] = {k: v for k, v in found.items() if v is not None}


def _lists(logprobs: Logprobs) -> Object:
    content = logprobs.content or []
    lists: Object = {
        "tokens": [entry.token or "" for entry in content],
        "token_logprobs": [entry.logprob for entry in content],
    }
    if "top_logprobs" not in logprobs.extra:
        lists["top_logprobs"] = [
            None if entry.top is None else {each.token or "": each.logprob for each in entry.top}
            for entry in content
        ]
    return lists


LOGPROBS = Via("logprobs", "logprobs", _read, _write, None, _write_away)
"""The offsets count characters of a text that this chunk does not hold: they are residue."""
