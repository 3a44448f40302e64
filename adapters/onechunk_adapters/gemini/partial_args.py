"""Arguments that come as values with paths: their JSON text, piece by piece, and back.

A piece of the text is what its values add to it, so that the pieces of a call join to one JSON
object. In the residue a value that stands in the text is marked: `DERIVED` where it begins in this
piece, `UNSET` where a string goes on. What was edited so that it no longer has these values goes
home as one string at the root, `$`, which is read as text again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from onechunk import DERIVED, UNSET, Json
from onechunk.mapping import Object, is_list, is_object

__all__ = ["CLOSERS", "PathWriter", "as_root", "is_root", "read_pieces", "write_pieces"]

ROOT: Final = "$"
QUOTE: Final = '"'
MOST_GAP: Final = 16
"""So many elements that no path names may stand in a row; they are null."""

CLOSERS: Final = re.compile(r'"?[\]}]*|\{\}')
"""What the end of a call adds to its text."""

_STEP: Final = re.compile(
    r"""\.([^.\[\]'"]+)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\[("(?:[^"\\]|\\.)*")\]"""
)
_BETWEEN: Final = r'("?[\]}]*,?(?:[{\[]|null,|"(?:[^"\\]|\\.)*":)*)'
_KEY: Final = re.compile(r'("(?:[^"\\]|\\.)*"):')

_Step = str | int


class _Frame:
    """An open object or list: the keys it has, or how many elements."""

    __slots__ = ("count", "keys")

    def __init__(self, step: _Step) -> None:
        self.keys: set[str] | None = set() if isinstance(step, str) else None
        self.count = 0

    @property
    def opening(self) -> str:
        return "[" if self.keys is None else "{"

    @property
    def closing(self) -> str:
        return "]" if self.keys is None else "}"

    def takes(self, step: _Step) -> bool:
        """Say whether *step* can come next: a new key, or an element behind the last."""
        if self.keys is None:
            return isinstance(step, int) and 0 <= step - self.count <= MOST_GAP
        return isinstance(step, str) and step not in self.keys

    def add(self, step: _Step) -> str:
        """Return what stands before the value at *step*."""
        comma = "," if self.count else ""
        if isinstance(step, int):
            nulls = "null," * (step - self.count)
            self.count = step + 1
            return comma + nulls
        self.count += 1
        if self.keys is not None:
            self.keys.add(step)
        return f"{comma}{as_text(step)}:"


class PathWriter:
    """Writes the arguments of one call."""

    def __init__(self) -> None:
        self._frames: list[_Frame] = []
        self._at: list[_Step] = []
        # The path of the string that goes on; None if none does.
        self._open: list[_Step] | None = None
        self._began = False
        self._broken = False

    def add(self, entries: list[Json]) -> str:
        """Return the text that *entries* add, and mark their values.

        A path that goes back to what is closed cannot be written: from there on values stay as
        they are.
        """
        if is_root(entries):
            return self._add_root(entries[0])
        return "".join(self._add(entry) for entry in entries)

    def _add_root(self, entry: Object) -> str:
        text = entry.get("stringValue")
        if not isinstance(text, str):
            return ""
        self._began = True
        entry["stringValue"] = DERIVED
        return text

    def _add(self, entry: Json) -> str:
        key = None if self._broken else _key(entry)
        steps = None if key is None else _steps(entry["jsonPath"])
        goes_on = key == "stringValue" and steps is not None and steps == self._open
        lead = "" if goes_on or not steps else self._lead(steps)
        if key is None or lead is None or not steps:
            self._broken = True
            return ""
        value = entry[key]
        if key == "nullValue":
            return f"{lead}null"
        entry[key] = UNSET if goes_on else DERIVED
        if key != "stringValue":
            return f"{lead}{as_text(value)}"
        self._open = steps if entry.get("willContinue") is True else None
        said = as_text(value)[1:-1]
        return f"{lead}{'' if goes_on else QUOTE}{said}{'' if self._open else QUOTE}"

    def close(self) -> str:
        """Return what is missing to a whole object."""
        if not self._began:
            return "{}"
        end = '"' if self._open else ""
        self._open = None
        while self._frames:
            end += self._frames.pop().closing
        return end

    def _lead(self, steps: list[_Step]) -> str | None:
        """Return what stands between the last value and the one at *steps*."""
        *around, _ = steps
        shared = 0
        while shared < min(len(around), len(self._at)) and around[shared] == self._at[shared]:
            shared += 1
        if self._frames and not self._frames[shared].takes(steps[shared]):
            return None
        if not self._frames and (self._began or not _Frame(steps[0]).takes(steps[0])):
            return None
        if any(step > MOST_GAP for step in steps[shared + 1 :] if isinstance(step, int)):
            return None
        lead = ['"'] if self._open else []
        self._open = None
        self._began = True
        while len(self._frames) > shared + 1:
            lead.append(self._frames.pop().closing)
        if not self._frames:
            self._enter(steps[0], lead)
        lead.append(self._frames[-1].add(steps[shared]))
        for step in steps[shared + 1 :]:
            self._enter(step, lead)
            lead.append(self._frames[-1].add(step))
        self._at = around
        return "".join(lead)

    def _enter(self, step: _Step, lead: list[str]) -> None:
        self._frames.append(_Frame(step))
        lead.append(self._frames[-1].opening)


def read_pieces(text: str, entries: list[Json]) -> list[Json] | None:
    """Return *entries* with the values that *text* has for their marks; None if it has not."""
    if is_root(entries):
        return [{**entries[0], "stringValue": text}] if _marked(entries[0]) else entries
    out: list[Json] = []
    at = 0
    for entry in entries:
        key = _marked(entry)
        found = None if key is None else _find(text, at, entry, key)
        if key is None or (found is None and key == "nullValue"):
            out.append(entry)
        elif found is None:
            return None
        else:
            value, at = found
            out.append(entry if key == "nullValue" else {**entry, key: value})
    return out if CLOSERS.fullmatch(text, at) else None


def _find(text: str, at: int, entry: Object, key: str) -> tuple[Json, int] | None:
    """Return the value of *entry* that stands in *text* behind *at*, and where it ends."""
    is_text = key == "stringValue"
    goes_on = entry[key] is UNSET
    found = (_MORE if goes_on else _FIRST[key]).match(text, at)
    if found is None or not (goes_on or _is_on_path(found[1], entry["jsonPath"])):
        return None
    at = found.end()
    if is_text and entry.get("willContinue") is not True:
        at += 1
        if text[at - 1 : at] != QUOTE:
            return None
    try:
        return json.loads(f'"{found[2]}"' if is_text else found[2]), at
    except ValueError:
        return None


def write_pieces(text: str, entries: list[Json]) -> list[Json]:
    """Return the values of a piece: those of *entries*, or the text as it is."""
    found = read_pieces(text, entries)
    return as_root(text) if found is None else found


def as_root(text: str) -> list[Json]:
    """Return the pieces that say *text* without paths."""
    return [{"jsonPath": ROOT, "stringValue": text}]


def is_root(entries: Json) -> bool:
    """Say whether *entries* are text without paths."""
    return (
        is_list(entries)
        and len(entries) == 1
        and is_object(entries[0])
        and entries[0].get("jsonPath") == ROOT
    )


def as_text(value: Json) -> str:
    """Return *value* as JSON text."""
    return json.dumps(value, ensure_ascii=False)


def _key(entry: Json) -> str | None:
    """Return the key of an entry's one value."""
    if not is_object(entry):
        return None
    keys = [key for key in _KINDS if key in entry]
    usual = len(keys) == 1 and type(entry[keys[0]]) in _KINDS[keys[0]] and "jsonPath" in entry
    return keys[0] if usual else None


def _marked(entry: Json) -> str | None:
    """Return the key of a value that stands in the text; nothing is marked by being nothing."""
    if not is_object(entry):
        return None
    if "nullValue" in entry:
        return _key(entry)
    return next((key for key in _KINDS if entry.get(key) in (DERIVED, UNSET)), None)


def _steps(path: Json) -> list[_Step] | None:
    """Return the steps of a path such as `$.a.b[0]`."""
    if not isinstance(path, str) or not path.startswith(ROOT):
        return None
    steps: list[_Step] = []
    at = 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        at = step.end()
        name, number, single, double = step.groups()
        if number is not None:
            steps.append(int(number))
        elif double is not None:
            steps.append(json.loads(double))
        else:
            steps.append(name if single is None else re.sub(r"\\(.)", r"\1", single))
    return steps


def _is_on_path(between: str, path: Json) -> bool:
    """Say whether the keys that *between* names are the last ones of the path."""
    keys = [json.loads(key) for key in _KEY.findall(between)]
    names = [step for step in _steps(path) or () if isinstance(step, str)]
    return not keys or names[-len(keys) :] == keys


_KINDS: Final[Mapping[str, tuple[type[Any], ...]]] = {
    "stringValue": (str,),
    "numberValue": (int, float),
    "boolValue": (bool,),
    "nullValue": (str, int, type(None)),
}
_STRING: Final = r'((?:[^"\\\x00-\x1f]|\\.)*)'
_MORE: Final = re.compile(f"(){_STRING}")
_FIRST: Final = {
    "stringValue": re.compile(f"{_BETWEEN}{QUOTE}{_STRING}"),
    "numberValue": re.compile(_BETWEEN + r"(-?(?:\d[\d.eE+-]*|Infinity)|NaN)"),
    "boolValue": re.compile(_BETWEEN + "(true|false)"),
    "nullValue": re.compile(_BETWEEN + "(null)"),
}
