"""Bedrock's citations and canonical ones; passages of the source stay residue."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from onechunk import Citation, Json, Part
from onechunk.mapping import (
    Into,
    Leaf,
    Manner,
    Object,
    Table,
    Via,
    is_object,
    make_reader,
    make_writer,
)
from onechunk_adapters.bedrock.values import read_words, write_words

__all__ = ["read_citation", "read_delta", "usual_citation", "write_citation", "write_delta"]

CITATION: Final = Table(
    Citation,
    (
        Leaf("title", "title"),
        Into("location", (Into("web", (Leaf("url", "url"),), lenient=True),), lenient=True),
        Via("sourceContent", "text", read_words, write_words),
    ),
)


@cache
def _functions() -> tuple[Callable[[Object], Citation], Callable[[Citation], Object]]:
    return make_reader(CITATION), make_writer(CITATION, Manner())


def read_citation(source: Object) -> Citation:
    """Return a citation with its own residue."""
    read, _ = _functions()
    return read(source)


def write_citation(part: Citation) -> Object:
    """Return a citation with its residue."""
    _, write = _functions()
    return write(part)


def usual_citation(part: Citation) -> Object:
    """Return a citation from elsewhere; empty where it says nothing that has a place."""
    out: Object = {}
    if part.title is not None:
        out["title"] = part.title
    if part.text is not None:
        out["sourceContent"] = [{"text": part.text}]
    if part.url is not None:
        out["location"] = {"web": {"url": part.url}}
    return out


def read_delta(value: Json, rest: Object, parts: list[Part]) -> None:
    """Take the citation of an event, and the block that it stands in."""
    source = value.get("citation") if is_object(value) else None
    if not is_object(source) or not source:
        return
    citation = read_citation(source)
    del value["citation"]
    if not value:
        del rest["delta"]
    if type(rest.get("contentBlockIndex")) is int:
        citation.block = rest.pop("contentBlockIndex")
    parts.append(citation)


def write_delta(parts: list[Any], out: Object, residue: Object) -> None:
    """Write the citation of an event, beside what else it says."""
    if len(parts) > 1:
        message = f"one event cannot say {len(parts)} of Citation"
        raise TypeError(message)
    [part] = parts
    said = out.get("delta", residue.get("delta"))
    out["delta"] = {**(said if is_object(said) else {}), "citation": write_citation(part)}
    if part.block is not None:
        out["contentBlockIndex"] = part.block
