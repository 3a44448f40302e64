"""Anthropic's citations and canonical ones; offsets are those of the source and stay residue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from onechunk import UNSET, Citation, Json, Part
from onechunk.mapping import (
    Leaf,
    Manner,
    Object,
    Row,
    Table,
    Tagged,
    expected,
    is_object,
    make_reader,
    make_writer,
)

__all__ = ["read_citation", "read_delta", "usual_citation", "write_citation", "write_delta"]

_TEXT: Final = Leaf("cited_text", "text")

LOCATIONS: Final[Mapping[str, tuple[Row, ...]]] = {
    "web_search_result_location": (Leaf("url", "url"), Leaf("title", "title"), _TEXT),
    "search_result_location": (Leaf("source", "url"), Leaf("title", "title"), _TEXT),
}
"""Rows of the types whose source has an address."""

DOCUMENT: Final[tuple[Row, ...]] = (Leaf("document_title", "title"), _TEXT)
"""Rows of every other type."""

CITATIONS: Final = Tagged(
    {kind: Table(Citation, rows) for kind, rows in LOCATIONS.items()}, Table(Citation, DOCUMENT)
)


@cache
def _functions() -> tuple[Callable[[Object], Citation], Callable[[Citation], Object]]:
    return make_reader(CITATIONS), make_writer(CITATIONS, Manner())


def read_citation(source: Object) -> Citation:
    """Return a citation with its own residue."""
    read, _ = _functions()
    citation = read(source)
    # One that has no type is told from one that was made by hand.
    citation.extra.setdefault("type", UNSET)
    return citation


def write_citation(part: Citation) -> Object:
    """Return a citation as it came, or one that was made by hand as the usual type."""
    _, write = _functions()
    return write(part) if "type" in part.extra else usual_citation(part)


def usual_citation(part: Citation) -> Object:
    """Return a citation from elsewhere as the type that has most of its fields."""
    return {
        "type": "web_search_result_location",
        "url": part.url or "",
        "title": part.title,
        "cited_text": part.text or "",
        "encrypted_index": "",
    }


def read_delta(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take the citation of an event, and the block that it stands in."""
    source = value.get("citation") if is_object(value) else None
    if source is None or source == {}:
        return
    if not is_object(source):
        raise expected("an object", source, ".citation")
    del value["citation"]
    citation = read_citation(source)
    if type(rest.get("index")) is int:
        citation.block = rest.pop("index")
    parts.append(citation)


def write_delta(parts: list[Any], out: Object, residue: Object) -> None:
    """Write the citation of an event."""
    if len(parts) > 1:
        message = f"one event cannot say {len(parts)} of Citation"
        raise TypeError(message)
    [part] = parts
    delta = residue.get("delta")
    out["delta"] = {**(delta if is_object(delta) else {}), "citation": write_citation(part)}
    if part.block is not None:
        out["index"] = part.block
