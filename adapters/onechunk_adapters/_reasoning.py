"""Reasoning as a list of details, as plain strings, or both."""

from __future__ import annotations

from typing import Final

from onechunk import DERIVED, UNSET, Json, Part, Reasoning
from onechunk.mapping import (
    Leaf,
    Manner,
    Object,
    PartVia,
    Table,
    is_list,
    is_object,
    make_reader,
    make_writer,
)

__all__ = ["DETAIL_WORDS", "reasoning_details"]

_OTHER = ""
"""Stands for every type of detail that is not known; text is text there too."""

_DETAILS = {
    "reasoning.text": Table(
        Reasoning, (Leaf("text", "text", silent=(), always=True), Leaf("signature", "signature"))
    ),
    "reasoning.summary": Table(Reasoning, (Leaf("summary", "text", silent=(), always=True),)),
    "reasoning.encrypted": Table(Reasoning, (Leaf("data", "encrypted"),)),
    _OTHER: Table(Reasoning, (Leaf("text", "text", silent=(), always=True),)),
}
DETAIL_WORDS: Final = frozenset(_DETAILS) - {_OTHER}
"""Types of details that say no more than what was read of them."""

_take_detail = {name: make_reader(table) for name, table in _DETAILS.items()}
_put_detail = {name: make_writer(table, Manner()) for name, table in _DETAILS.items()}


def reasoning_details(names: tuple[str, ...]) -> PartVia:
    """Return the row for reasoning: a list of details, or plain strings, or both alike.

    Where both stand the details are canonical, since they carry signatures, and the strings are
    copies.

    Args:
        names: Keys of the plain string, usual one first.
    """

    def read(_: Json, rest: Object, parts: list[Part]) -> None:
        details = rest.get("reasoning_details")
        found: list[Part] = []
        if is_list(details) and details and all(is_object(d) for d in details):
            found = [_read_detail(each) for each in details]
            rest["reasoning_details"] = DERIVED
        texts = {key: rest[key] for key in names if isinstance(rest.get(key), str)}
        if not texts:
            parts[:0] = found
            return
        text = next(iter(texts.values()))
        if not found:
            found.append(Reasoning(text))
        elif text != "".join(part.text for part in found if isinstance(part, Reasoning)):
            parts[:0] = found
            return
        if len(texts) == 1 and names[0] in texts and "reasoning_details" not in rest:
            del rest[names[0]]
        else:
            rest.update({key: DERIVED for key, same in texts.items() if same == text})
        parts[:0] = found

    def write(found: list[Reasoning], out: Object, extra: Object) -> None:
        places = [key for key in names if extra.get(key) is DERIVED]
        if extra.get("reasoning_details") is DERIVED:
            out["reasoning_details"] = [_write_detail(part) for part in found]
        elif not places:
            places = [names[0]]
            if any(part.signature or part.encrypted for part in found):
                # They did not come from here, and a plain string has no place for a seal.
                out["reasoning_details"] = [_away_detail(part) for part in found]
        if places:
            out.update(dict.fromkeys(places, "".join(part.text for part in found)))

    def write_away(found: list[Reasoning], out: Object, _: Object) -> None:
        if any(part.signature or part.encrypted for part in found):
            out["reasoning_details"] = [_away_detail(part) for part in found]
        text = "".join(part.text for part in found)
        if text:
            out[names[0]] = text

    others = (*names[1:], "reasoning_details")
    return PartVia(names[0], (Reasoning,), read, write, write_away, also_at=others)


def _read_detail(value: Object) -> Reasoning:
    part: Reasoning = _take_detail[_kind(value.setdefault("type", UNSET))](value)
    return part


def _write_detail(part: Reasoning) -> Object:
    if "type" not in part.extra:
        return _away_detail(part)
    return _put_detail[_kind(part.extra["type"])](part)


def _kind(value: Json) -> str:
    return value if isinstance(value, str) and value in _DETAILS else _OTHER


def _away_detail(part: Reasoning) -> Object:
    # OpenAI's own accumulation refuses items of a list that carry no number.
    if part.encrypted is not None and not part.text:
        return {"type": "reasoning.encrypted", "data": part.encrypted, "index": 1}
    detail: Object = {"type": "reasoning.text", "text": part.text, "index": 0}
    return detail if part.signature is None else {**detail, "signature": part.signature}
