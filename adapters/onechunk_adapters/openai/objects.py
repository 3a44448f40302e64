"""Parts of a delta that are objects: audio and annotations."""

from __future__ import annotations

from onechunk import Citation, Json, Media, Part
from onechunk.mapping import (
    Into,
    Leaf,
    Manner,
    Object,
    Table,
    is_list,
    is_object,
    make_reader,
    make_writer,
)

__all__ = ["ANNOTATIONS", "AUDIO"]

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
