"""Sources of an answer: what grounding found, and what the text quotes.

A source is a citation whose `block` is its place in the vendor's list and whose residue names the
list: `web` of a grounding chunk, `citations` of Vertex AI, `citationSources` of the Gemini API. In
the list a mark stands for it. A source that was taken out leaves an empty object, since others are
named by their number.
"""

from __future__ import annotations

from typing import Any, Final

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
    """Put the citations of *parts* back to where they stood, and new ones behind them."""
    said = {
        (kind, part.block): part for part in parts if type(part) is Citation for kind in part.extra
    }
    grounding: Json = extra.get(_GROUNDING)
    if is_object(grounding) and is_list(grounding.get(_CHUNKS)):
        chunks = [_chunk(chunk, place, said) for place, chunk in enumerate(grounding[_CHUNKS])]
        out[_GROUNDING] = {**grounding, _CHUNKS: chunks}
    added = _pages([part for part in parts if not part.extra])
    if added:
        before: Json = out.get(_GROUNDING, grounding) or {}
        out[_GROUNDING] = {**before, _CHUNKS: [*before.get(_CHUNKS, ()), *added]}
    quotes: Json = extra.get(_QUOTES)
    if is_object(quotes):
        out[_QUOTES] = {key: _quotes(value, key, said) for key, value in quotes.items()}


def _chunk(chunk: Json, place: int, said: dict[Any, Citation]) -> Json:
    kind = next(iter(chunk), "") if is_object(chunk) else ""
    if not kind or chunk[kind] is not DERIVED:
        return chunk
    found = said.get((kind, place))
    return {} if found is None else {kind: _put(found, kind)}


def _quotes(quotes: Json, name: str, said: dict[Any, Citation]) -> Json:
    if name not in _QUOTED or not is_list(quotes):
        return quotes
    return [_quote(quote, name, place, said) for place, quote in enumerate(quotes)]


def _quote(quote: Json, name: str, place: int, said: dict[Any, Citation]) -> Json:
    if not is_object(quote) or quote.get(name) is not DERIVED:
        return quote
    found = said.get((name, place))
    return {} if found is None else _put(found, name)


def _write_away(parts: list[Any], out: Object, _: Object) -> None:
    """Write citations from elsewhere as pages that grounding found."""
    chunks = _pages(parts)
    if chunks:
        out[_GROUNDING] = {_CHUNKS: chunks}


def _pages(parts: list[Any]) -> list[Json]:
    """Return pages for the citations that name one."""
    return [
        {"web": _put(Citation(part.url, part.title), "web")}
        for part in parts
        if type(part) is Citation and (part.url or part.title)
    ]


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
