"""Which files to check, and which dialect each is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click
from attrs import frozen

from onechunk._framing import Frame, make_splitter
from onechunk._json import loads_exact
from onechunk._marks import is_object
from onechunk._registry import get_adapter, load_adapters

__all__ = ["Recording", "find_recordings"]

SUFFIXES: Final = frozenset({".eventstream", ".json", ".jsonl", ".ndjson", ".sse"})
"""What is looked at in a folder; a file that is named is taken whatever its suffix."""

ALIASES: Final[Mapping[str, str]] = {
    "llama_vllm": "llama",
    "openai_chat": "openai",
    "openai_responses": "responses",
    "openai_text": "completions",
    "other_openai_dialect": "openai",
}
"""Folders of recordings that are not named after a dialect, and the dialect they hold."""

TEXT_COMPLETIONS: Final = "completions"
_TEXT_OBJECTS: Final = frozenset({"completion", "text_completion"})


@frozen
class Recording:
    """One file to check.

    Attributes:
        folder: Name of the folder that it counts for.
        guessed: True if the folder's name told the dialect; the file itself may know better.
    """

    path: Path
    folder: str
    dialect: str
    guessed: bool

    def dialect_of(self, data: bytes) -> str:
        """Return the dialect of the file with the content *data*.

        Servers of chat models have a text endpoint as well, and record both into one folder.
        """
        if self.guessed and get_adapter(self.dialect).dialect != TEXT_COMPLETIONS:
            value = _first_object(data)
            if value is not None and value.get("object") in _TEXT_OBJECTS:
                return TEXT_COMPLETIONS
        return self.dialect


def find_recordings(paths: tuple[Path, ...], dialect: str | None) -> list[Recording]:
    """Return the files that *paths* name or hold, in the order of names within each folder.

    Raises:
        UsageError: A folder holds none, or no folder above a file is named after a dialect.
        UnknownDialectError: No adapter has the name *dialect*.
    """
    if dialect is not None:
        get_adapter(dialect)
    found: dict[Path, Recording] = {}
    for path in paths:
        files = sorted(_files(path)) if path.is_dir() else [path]
        if not files:
            wanted = " ".join(sorted(SUFFIXES))
            message = f"{path} holds no recording ({wanted})"
            raise click.UsageError(message)
        for file in files:
            found.setdefault(file.resolve(), _recording(file, path, dialect))
    return list(found.values())


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in SUFFIXES and not hidden and path.is_file():
            yield path


def _recording(file: Path, root: Path, dialect: str | None) -> Recording:
    above = file.resolve().parents
    if dialect is not None:
        return Recording(file, above[0].name, dialect, guessed=False)
    adapters = load_adapters()
    # The nearest folder counts, up to the one that was named.
    depth = len(file.relative_to(root).parts) if root.is_dir() else 1
    for folder in above[:depth]:
        name = ALIASES.get(folder.name, folder.name)
        if name in adapters:
            return Recording(file, folder.name, name, guessed=True)
    message = f"no dialect is named like the folder of {file}: name it with --from"
    raise click.UsageError(message)


def _first_object(data: bytes) -> dict[str, object] | None:
    """Return the first payload that is a JSON object; None if none is."""
    splitter = make_splitter(None)
    for item in (*splitter.feed(data), *splitter.close()):
        payload = item.data if isinstance(item, Frame) else item
        try:
            value = loads_exact(payload or b"")
        except ValueError:
            continue
        if is_object(value):
            return value
    return None
