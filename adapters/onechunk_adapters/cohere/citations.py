"""Cohere's citations: a passage of the answer, and the sources that it rests on.

The first document's address, title and snippet are the citation's. The passage itself repeats
what was streamed: it is residue, and `memory` derives it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from onechunk import Citation, Json
from onechunk.mapping import Into, Leaf, Object, Table, Via, is_list, is_object

__all__ = ["CITATION", "ROWS"]


def read_references(value: Json, _: Object) -> list[str] | None:
    """Take the names of the sources, if each has one."""
    if not is_list(value) or not value:
        return None
    if not all(is_object(each) and isinstance(each.get("id"), str) for each in value):
        return None
    return [each.pop("id") for each in value]


def write_references(references: list[int | str], out: Object, residue: Object) -> None:
    """Write the names of the sources."""
    sources = _sources(out, residue)
    for number, reference in enumerate(references):
        if number == len(sources):
            sources.append({"type": "document"})
        sources[number]["id"] = str(reference)


def _of_document(key: str, to: str) -> Via:
    """Return the row of what the first source's document says under *key*."""

    def read(value: Json, _: Object) -> Any:
        document = _document(value)
        text = None if document is None else document.get(key)
        if document is None or not isinstance(text, str) or not text:
            return None
        return document.pop(key)

    def write(text: str, out: Object, residue: Object) -> None:
        sources = _sources(out, residue)
        if not sources:
            sources.append({"type": "document"})
        sources[0].setdefault("document", {})[key] = text

    return Via("sources", to, read, write)


def _document(sources: Json) -> Object | None:
    if not is_list(sources) or not sources or not is_object(sources[0]):
        return None
    document = sources[0].get("document")
    return document if is_object(document) else None


def _sources(out: Object, residue: Object) -> list[Any]:
    """Return the list that is written; residue is shared with the chunk, so it must be a copy."""
    if "sources" not in out:
        stood = residue.get("sources")
        out["sources"] = [_copy(each) for each in stood] if is_list(stood) else []
    written: list[Any] = out["sources"]
    return written


def _copy(source: Json) -> Json:
    copy: Callable[[Json], Json] = lambda value: {**value} if is_object(value) else value  # noqa: E731
    if not is_object(source):
        return source
    return {key: copy(value) for key, value in source.items()}


ROWS: Final = (
    Leaf("start", "start", (int,)),
    Leaf("end", "end", (int,)),
    Leaf("content_index", "block", (int,)),
    Via("sources", "references", read_references, write_references),
    _of_document("url", "url"),
    _of_document("title", "title"),
    _of_document("snippet", "text"),
)

CITATION: Final = Table(
    Citation,
    (
        Into(
            "delta",
            (Into("message", (Into("citations", ROWS, lenient=True),), lenient=True),),
            lenient=True,
        ),
    ),
)
