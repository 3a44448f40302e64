"""Streams of the corpus that have a twin: the same answer of the same model, sent whole.

A request is seldom recorded both ways, and a model seldom says the same twice. What counts as a
twin is decided by names, and by a joining that is not the library's.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from attrs import frozen

from onechunk import Chunk, Message, OnechunkError, decode_message, split
from tests.interop.answer import join
from tests.support.corpus import CorpusFile, corpus_files, find_corpus
from tests.support.streams import decode_all
from tests.test_corpus import FOLDERS, dialect_of

__all__ = ["Twin", "find_twins"]

_WAYS: Final = re.compile(
    r"non_?stream\w*?ing|stream(ing|ed)?|blocking|(?<=_)(a?sync|response)|_?i\d+$"
)
"""What names of recordings say of how the answer came, and numbers of interactions."""

Row = dict[str, Any]


@frozen
class Twin:
    """A stream, and the answer that came whole.

    Attributes:
        file: Of the stream, in the index's words.
    """

    file: str
    dialect: str
    chunks: list[Chunk]
    message: Message


def find_twins() -> Iterator[Twin]:
    """Yield the twins, none where the corpus is absent."""
    if find_corpus() is None:
        return
    streams, bodies = _rows("streams"), _rows("responses")
    wholes: dict[tuple[str, ...], list[CorpusFile]] = defaultdict(list)
    for folder, surfaces in FOLDERS.items():
        for file in corpus_files("responses", dialects={folder}, surfaces=set(surfaces)):
            wholes[_name(bodies[file.file])].append(file)
        for file in corpus_files("streams", dialects={folder}, surfaces=set(surfaces)):
            others = wholes[_name(streams[file.file])]
            if others:
                yield from _twins(file, others)


def _twins(file: CorpusFile, others: Iterable[CorpusFile]) -> Iterator[Twin]:
    dialect = dialect_of(file)
    chunks = decode_all(dialect, [file.data])
    said = _said(chunks)
    for other in others:
        try:
            message = decode_message(dialect, other.data)
        except OnechunkError:
            continue  # an error instead of an answer
        if said and said == _said(split(message)):
            yield Twin(file.file, dialect, chunks, message)
            return


def _rows(kind: Literal["streams", "responses"]) -> dict[str, Row]:
    corpus = find_corpus()
    if corpus is None:
        return {}
    with (corpus / f"{kind}.jsonl").open(encoding="utf-8") as index:
        return {row["file"]: row for row in map(json.loads, index)}


def _name(row: Row) -> tuple[str, ...]:
    """Return what twins have in common."""
    stem = row["file"].rpartition("/")[2].partition(".")[0].lower()
    name = re.sub(r"[^a-z0-9]", "", _WAYS.sub("", stem))
    return row["source_repo"], row["dialect"], row["surface"], str(row["model"]), name


def _said(chunks: Iterable[Chunk]) -> dict[int, Any]:
    """Return what the choices say that do say anything."""
    said = {
        index: (each.text, each.reasoning, [(call.name, call.value) for call in each.calls])
        for index, each in join(chunks).heard.items()
    }
    return said if any(any(each) for each in said.values()) else {}
