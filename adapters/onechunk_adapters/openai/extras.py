"""Parts of a delta that are objects: audio, annotations, reasoning details."""

from __future__ import annotations

from onechunk import DERIVED, UNSET, Citation, Json, Media, Part, Reasoning
from onechunk.mapping import (
    Into,
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

__all__ = ["ANNOTATIONS", "AUDIO", "reasoning_details"]

_AWAY = Manner(away=True, residue=False)

_AUDIO = Table(
    Media,
    (
        Leaf("id", "id"),
        Leaf("data", "data", silent=()),
        Leaf("transcript", "transcript", silent=()),
    ),
    fixed={"kind": "audio"},
)
_CITATION = Table(
    Citation,
    (
        Into(
            "url_citation",
            (
                Leaf("start_index", "start", (int,)),
                Leaf("end_index", "end", (int,)),
                Leaf("title", "title", silent=()),
                Leaf("url", "url"),
            ),
            lenient=True,
        ),
    ),
)
_take_audio, _put_audio = make_reader(_AUDIO), make_writer(_AUDIO, Manner())
_put_audio_away = make_writer(_AUDIO, _AWAY)
_take_citation, _put_citation = make_reader(_CITATION), make_writer(_CITATION, Manner())
_put_citation_away = make_writer(_CITATION, _AWAY)


def _read_audio(value: Json, rest: Object, parts: list[Part]) -> None:
    if is_object(value):
        parts.append(_take_audio(rest.pop("audio")))


def _write_audio(found: list[Media], out: Object, _: Object) -> None:
    audio = [_put_audio(media) for media in found if media.kind == "audio"]
    if audio:
        out["audio"] = _joined(audio)


def _write_audio_away(found: list[Media], out: Object, _: Object) -> None:
    audio = [_put_audio_away(media) for media in found if media.kind == "audio" and not media.url]
    if audio:
        out["audio"] = _joined(audio)


def _joined(fragments: list[Object]) -> Object:
    """Return one object for several fragments of one delta, which has room for one."""
    first, *others = fragments
    for other in others:
        for key in ("data", "transcript"):
            if key in other:
                first[key] = first.get(key, "") + other[key]
    return first


def _read_annotations(value: Json, rest: Object, parts: list[Part]) -> None:
    if is_list(value) and value and all(is_object(each) for each in value):
        parts += [_take_citation(each) for each in value]
        del rest["annotations"]


def _write_annotations(found: list[Citation], out: Object, _: Object) -> None:
    out["annotations"] = [_put_citation(each) for each in found]


def _write_annotations_away(found: list[Citation], out: Object, _: Object) -> None:
    said = [{"type": "url_citation", **_put_citation_away(each)} for each in found if each.url]
    if said:
        out["annotations"] = said


AUDIO = (_read_audio, _write_audio, _write_audio_away)
ANNOTATIONS = (_read_annotations, _write_annotations, _write_annotations_away)

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
