"""Sources of an answer: what grounding found, and what the text quotes.

A source is a citation whose `block` is its place in the vendor's list and whose residue names the
list: `web` of a grounding chunk, `citations` of Vertex AI, `citationSources` of the Gemini API. In
the list a mark stands for it. A source that was taken out leaves an empty object, since others are
named by their number.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk import DERIVED, Citation, Json, Part
from onechunk.mapping import Object, PartVia, Row, Via, is_list, is_object

__all__ = ["source_rows"]

_GROUNDING: Final = "groundingMetadata"
_CHUNKS: Final = "groundingChunks"
_QUOTES: Final = "citationMetadata"
_QUOTED: Final = ("citations", "citationSources")
_KINDS: Final = ("web", "maps", "retrievedContext", "image")


def _read_grounding(grounding: Json, _: Object, parts: list[Part]) -> None:
    """Append the citations of what was found."""
    chunks: Json = grounding.get(_CHUNKS) if is_object(grounding) else None
    for place, chunk in enumerate(chunks if is_list(chunks) else ()):
        kind = next((kind for kind in _KINDS if is_object(chunk) and kind in chunk), None)
        if kind is not None and len(chunk) == 1 and _take(chunk[kind], kind, place, parts):
            chunk[kind] = DERIVED


def _read_quotes(quotes: Json, _: Object, parts: list[Part]) -> None:
    """Append the citations of what is quoted."""
    for name in _QUOTED:
        quoted: Json = quotes.get(name) if is_object(quotes) else None
        for place, quote in enumerate(quoted if is_list(quoted) else ()):
            if _take(quote, name, place, parts):
                quoted[place] = {name: DERIVED}


def _take(value: Json, kind: str, place: int, parts: list[Part]) -> bool:
    """Append the citation of a source that has an address or a title."""
    if not is_object(value):
        return False
    found = Citation(block=place, extra={kind: value})
    for key, (name, type_) in _FIELDS.items():
        if type(value.get(key)) is type_ and value[key] != "":
            setattr(found, name, value[key])
    if found.url is None and found.title is None:
        return False
    for key, (name, _) in _FIELDS.items():
        if getattr(found, name) is not None:
            del value[key]
    parts.append(found)
    return True


_FIELDS: Final[dict[str, tuple[str, type[Any]]]] = {
    "uri": ("url", str),
    "title": ("title", str),
    "startIndex": ("start", int),
    "endIndex": ("end", int),
}


def _put(citation: Citation, kind: str) -> Object:
    said = {key: getattr(citation, name) for key, (name, _) in _FIELDS.items()}
    out: Object = {key: value for key, value in said.items() if value is not None}
    rest: Json = citation.extra.get(kind)
    if is_object(rest):
        out |= rest
    return out


def _write(parts: list[Any], out: Object, extra: Object) -> None:
    """Put citations back to where they stood, and others behind them.

    Of those that stood in one place of lists that came one after the other, the last list has the
    last one.
    """
    said = [part for part in parts if type(part) is Citation]
    places: _Places = {}
    for part in said:
        places.setdefault((_kind(part), part.block), []).append(part)
    grounding: Json = extra.get(_GROUNDING)
    if is_object(grounding) and is_list(grounding.get(_CHUNKS)):
        chunks = [_chunk(chunk, place, places) for place, chunk in enumerate(grounding[_CHUNKS])]
        out[_GROUNDING] = {**grounding, _CHUNKS: chunks}
    quotes: Json = extra.get(_QUOTES)
    if is_object(quotes):
        out[_QUOTES] = {key: _quotes(value, key, places) for key, value in quotes.items()}
    left = {id(part) for each in places.values() for part in each}
    _add([part for part in said if id(part) in left], out, extra)


_Places = dict[tuple[str | None, int | None], list[Citation]]


def _kind(part: Citation) -> str | None:
    """Return the list that a source stands in; None if it comes from elsewhere."""
    return next((kind for kind in (*_KINDS, *_QUOTED) if is_object(part.extra.get(kind))), None)


def _chunk(chunk: Json, place: int, places: _Places) -> Json:
    kind = next(iter(chunk), "") if is_object(chunk) else ""
    if not kind or chunk[kind] is not DERIVED:
        return chunk
    found = places.get((kind, place))
    return {kind: _put(found.pop(), kind)} if found else {}


def _quotes(quotes: Json, name: str, places: _Places) -> Json:
    if name not in _QUOTED or not is_list(quotes):
        return quotes
    return [_quote(quote, name, place, places) for place, quote in enumerate(quotes)]


def _quote(quote: Json, name: str, place: int, places: _Places) -> Json:
    if not is_object(quote) or quote.get(name) is not DERIVED:
        return quote
    found = places.get((name, place))
    return _put(found.pop(), name) if found else {}


def _add(citations: list[Citation], out: Object, extra: Object) -> None:
    """Add citations to their lists; those from elsewhere are pages that grounding found."""
    lists: dict[tuple[str, str], list[Json]] = {}
    for part in citations:
        kind = _kind(part)
        if kind in _QUOTED:
            lists.setdefault((_QUOTES, kind), []).append(_put(part, kind))
        elif kind is not None:
            lists.setdefault((_GROUNDING, _CHUNKS), []).append({kind: _put(part, kind)})
        elif part.url or part.title:
            page = _put(Citation(part.url, part.title), "web")
            lists.setdefault((_GROUNDING, _CHUNKS), []).append({"web": page})
    for (key, name), added in lists.items():
        before: Json = out.get(key, extra.get(key))
        holder: Object = before if is_object(before) else {}
        stood: Json = holder.get(name)
        out[key] = {**holder, name: [*(stood if is_list(stood) else ()), *added]}


def _write_away(parts: list[Any], out: Object, _: Object) -> None:
    """Write citations without what only their own list knows of them."""
    said = [_bare(part) for part in parts if type(part) is Citation]
    _add(said, out, {})


def _bare(part: Citation) -> Citation:
    kind = _kind(part)
    return evolve(part, extra={} if kind is None else {kind: {}})


def _nothing(*_: object) -> None:
    """Leave reading to the one row, and writing to the other."""


def source_rows(classes: tuple[type[Any], ...]) -> tuple[Row, ...]:
    """Return the rows of a candidate's sources, whose other parts are of *classes*.

    Parts are written in two places: those of the content there, and citations here.
    """
    return (
        PartVia(_GROUNDING, classes, _read_grounding, _nothing),
        PartVia(_QUOTES, classes, _read_quotes, _nothing),
        Via(_GROUNDING, "parts", _nothing, _write, write_away=_write_away),
    )
