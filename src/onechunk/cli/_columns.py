"""Spans set in lines of a width, and two columns of them side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

import click

from onechunk.cli._flow import Span, Style

__all__ = ["side_by_side", "wrap"]

_COLOURS: Final[Mapping[Style, Mapping[str, Any]]] = {
    "key": {"fg": "cyan"},
    "text": {},
    "number": {"fg": "yellow"},
    "mark": {"dim": True},
    "title": {"bold": True, "fg": "green"},
}

_INDENT: Final = Span("  ", "mark")

Line = list[Span]


def side_by_side(left: list[Line], right: list[Line], width: int) -> Iterator[str]:
    """Yield lines of two columns, the left one *width* cells wide."""
    bar = click.style(" │ ", dim=True)
    for one, two in zip_longest(left, right, fillvalue=list[Span]()):
        gap = " " * (width - sum(_cells(span.text) for span in one))
        yield f"{_painted(one)}{gap}{bar}{_painted(two)}"


def wrap(spans: Iterable[Span], width: int) -> list[Line]:
    """Break spans into lines of at most *width* cells; all but the first are indented."""
    indented = width - _cells(_INDENT.text)
    lines: list[Line] = [[]]
    left = whole = width
    for word in _words(spans, indented):
        if _length(word) > left and left < whole:
            lines.append([_INDENT])
            left = whole = indented
        for span in word:
            text = span.text
            while _cells(text.rstrip()) > left:
                fitting = _fitting(text, left)
                lines[-1].append(Span(text[:fitting], span.style))
                text = text[fitting:]
                lines.append([_INDENT])
                left = whole = indented
            text = text[: _fitting(text, left)]  # what hangs over is white space
            lines[-1].append(Span(text, span.style))
            left -= _cells(text)
    return lines


def _words(spans: Iterable[Span], longest: int) -> Iterator[Line]:
    """Yield the spans that stay together, or span by span what no line can hold."""
    words: list[Line] = []
    for span in spans:
        if words and span.glued:
            words[-1].append(span)
        else:
            words.append([span])
    for word in words:
        if _length(word) <= longest:
            yield word
        else:
            yield from ([span] for span in word)


def _length(word: Line) -> int:
    """Return how many cells a word takes at the end of a line."""
    return _cells("".join([span.text for span in word]).rstrip())


def _painted(line: Iterable[Span]) -> str:
    return "".join([click.style(span.text, **_COLOURS[span.style]) for span in line])


def _fitting(text: str, width: int) -> int:
    """Return how many characters of *text* fit, at least one."""
    for number, character in enumerate(text):
        width -= _cells(character)
        if width < 0:
            return max(number, 1)
    return len(text)


def _cells(text: str) -> int:
    """Return how many cells of a terminal *text* takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
