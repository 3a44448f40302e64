"""Addresses, log probabilities and citations of OpenAI Responses, wherever they stand."""

from __future__ import annotations

import re
from typing import Any, Final

from onechunk import Citation, Json, Logprobs, TokenLogprob
from onechunk.mapping import (
    TOKEN,
    Leaf,
    Manner,
    Object,
    Table,
    Via,
    is_list,
    is_object,
    logprobs_row,
    make_reader,
    make_writer,
)

__all__ = [
    "CITATION",
    "LOGPROBS",
    "MOST",
    "RAW",
    "address",
    "away_citation",
    "away_tokens",
    "block_of",
    "citation_object",
    "citations",
    "mended",
    "names_of",
    "place_of",
    "read_tokens",
    "take_citation",
    "token_objects",
]

MOST: Final = 0xFFFF
"""The greatest number of an item, or of a part in its item, that an address holds."""

RAW: Final = 0x8000
"""What is added to the number of raw reasoning, which a summary may stand beside in its item."""

_HALF: Final = re.compile("[\ud800-\udfff]")


def block_of(item: Json, part: Json) -> int | None:
    """Return the one address of a part in an item: the part's number above the item's 16 bits."""
    if type(item) is not int or type(part) is not int:
        return None
    return item | part << 16 if 0 <= item <= MOST and 0 <= part <= MOST else None


def place_of(block: int) -> tuple[int, int]:
    """Return the numbers of the item and of the part that an address names."""
    return block & MOST, block >> 16


def mended(text: str) -> str:
    """Return *text* with whole characters where their halves came one by one."""
    if text.isascii() or not _HALF.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def names_of(tools: list[Json]) -> set[str]:
    """Return the names of the tools that a request named."""
    found = [tool.get("name") for tool in tools if is_object(tool)]
    return {name for name in found if isinstance(name, str)}


def address(key: str, first: int = 0) -> Via:
    """Return the row of the address of which *key* is the part's number, which stays residue.

    Args:
        key: Key of the number.
        first: What is added to it.
    """

    def read(value: Json, rest: Object) -> int | None:
        part = rest.get(key, 0)
        block = block_of(value, part + first if type(part) is int else None)
        if block is not None:
            del rest["output_index"]
        return block

    def write(block: int, out: Object, residue: Object) -> None:
        out["output_index"], part = place_of(block)
        part -= first if part >= first else 0
        if part != residue.get(key, 0):
            out[key] = part

    return Via("output_index", "block", read, write)


def _fits(token: TokenLogprob) -> bool:
    """Say whether a token has what readers demand."""
    return token.token is not None and token.logprob is not None


_TOKENS: Final = logprobs_row(
    "logprobs", token=(*TOKEN, Leaf("bytes", "bytes", (list,))), fits=_fits
)


def read_tokens(value: Json, rest: Object) -> Logprobs | None:
    """Take a list of tokens; one of another shape stays residue."""
    if not is_list(value) or not value:
        return None
    holder: Object = {"logprobs": {"content": value}}
    found: Logprobs | None = _TOKENS.read(holder["logprobs"], holder)
    if found is not None:
        del rest["logprobs"]
    return found


def _write_tokens(logprobs: Logprobs, out: Object, _: Object) -> None:
    out["logprobs"] = token_objects(logprobs)


LOGPROBS: Final = Via("logprobs", "logprobs", read_tokens, _write_tokens)


def token_objects(logprobs: Logprobs) -> list[Json]:
    """Return the tokens of an answer as the wire lists them."""
    out: Object = {}
    _TOKENS.write(logprobs, out, {})
    inner: Json = out["logprobs"]
    tokens: Json = inner.get("content") if is_object(inner) else None
    return tokens if is_list(tokens) else []


def away_tokens(logprobs: Logprobs) -> list[Json]:
    """Return the tokens of another dialect's answer, with the bytes that readers need."""
    out: Object = {}
    write: Any = _TOKENS.write_away
    write(logprobs, out, {})
    inner: Json = out["logprobs"]
    tokens: list[Json] = []
    for token in inner["content"] or () if is_object(inner) else ():
        for each in (token, *token["top_logprobs"]):
            each.setdefault("bytes", [*each["token"].encode("utf-8", "surrogatepass")])
        tokens.append(token)
    return tokens


CITATION: Final = Table(
    Citation,
    (
        Leaf("url", "url"),
        Leaf("title", "title"),
        Leaf("start_index", "start", (int,)),
        Leaf("end_index", "end", (int,)),
    ),
)
take_citation: Final = make_reader(CITATION)
citation_object: Final = make_writer(CITATION, Manner())


def citations(values: list[Object], block: int | None) -> list[Citation]:
    """Return the citations of a part; their objects are used up."""
    found: list[Citation] = [take_citation(value) for value in values]
    for citation in found:
        citation.block = block
    return found


def away_citation(citation: Citation) -> Object:
    """Return the citation of another dialect as that of a page, with all that readers need."""
    return {
        "type": "url_citation",
        "url": citation.url or "",
        "title": citation.title or "",
        "start_index": citation.start or 0,
        "end_index": citation.end or 0,
    }
