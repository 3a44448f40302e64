"""Measure what survives between every two dialects: `python -m docs.fidelity`.

It writes the tables of `docs/fidelity.md`: over the project's own recordings, and over the `core`
files of the corpus of real streams where that is present; where it is not, its tables stay.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import define, field

from onechunk import OnechunkError, load_adapters
from tests.support.corpus import corpus_files
from tests.support.meaning import different, meaning, named
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all, translate
from tests.test_corpus import FOLDERS, dialect_of

__all__ = ["Cell", "Matrix", "core_streams", "families", "measured", "recorded_streams"]

PAGE = Path(__file__).resolve().with_name("fidelity.md")

_MARKED = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Streams = Iterable[tuple[str, bytes]]
"""The dialect or profile of each stream, and its bytes."""


@define
class Cell:
    """One source family in one target.

    Attributes:
        streams: How many were translated.
        whole: How many mean the same there, all in all.
        lost: What the others lose, and in how many of them.
        silent: What differs and no report names: there must be none.
    """

    streams: int = 0
    whole: int = 0
    lost: Counter[str] = field(factory=Counter[str])
    silent: list[str] = field(factory=list[str])


Matrix = dict[tuple[str, str], Cell]
"""From source and target to what survives."""


def families() -> list[str]:
    """Return the dialects, each of which is source and target."""
    adapters = load_adapters()
    return sorted(name for name, adapter in adapters.items() if adapter.dialect == name)


def recorded_streams() -> Streams:
    """Yield the project's own recordings."""
    for recording in RECORDINGS:
        yield recording.dialect, recording.data


def core_streams() -> Streams:
    """Yield the core files of the corpus, none where it is absent."""
    for folder, surfaces in FOLDERS.items():
        for file in corpus_files("streams", dialects={folder}, surfaces=set(surfaces)):
            if file.core:
                yield dialect_of(file), file.data


def measured(streams: Streams, targets: Iterable[str]) -> Matrix:
    """Return what of *streams* survives in each of *targets*."""
    adapters = load_adapters()
    into = tuple(targets)
    matrix: Matrix = {}
    for dialect, data in streams:
        family = adapters[dialect].dialect
        try:
            chunks = decode_all(dialect, [data])
        except OnechunkError:
            continue  # no legal wire
        said = meaning(chunks)
        for target in into:
            cell = matrix.setdefault((family, target), Cell())
            translation = translate(dialect, target, data)
            found = different(said, meaning(decode_all(target, [translation.data])))
            # What was only added, and a count of none, is reported but takes nothing away.
            lost = {aspect for aspect, (before, _) in found.items() if before not in (None, 0)}
            cell.streams += 1
            cell.whole += not lost
            cell.lost.update({aspect.partition(".")[0] for aspect in lost})
            cell.silent += sorted(found.keys() - named(translation.losses, chunks))
    return matrix


def shares(matrix: Matrix, names: list[str]) -> Iterator[str]:
    """Yield the lines of the table of shares: sources down, targets across."""
    yield f"| from \\ to | streams | {' | '.join(f'`{name}`' for name in names)} |"
    yield "|---|--:|" + "--:|" * len(names)
    for source in names:
        row = [matrix.get((source, target), Cell()) for target in names]
        cells = " | ".join(f"{_percent(cell)}" for cell in row)
        yield f"| `{source}` | {row[0].streams} | {cells} |"


def _percent(cell: Cell) -> str:
    return f"{100 * cell.whole // cell.streams} %" if cell.streams else ""


def reports(matrix: Matrix, names: list[str]) -> Iterator[str]:
    """Yield the lines of the table of what is reported, by target."""
    yield "| to | streams | whole | what the others report as lost or changed, and in how many |"
    yield "|---|--:|--:|---|"
    for target in names:
        cells = [cell for (source, to), cell in matrix.items() if to == target != source]
        lost = Counter[str]()
        for cell in cells:
            lost.update(cell.lost)
        said = ", ".join(f"{aspect} {count}" for aspect, count in lost.most_common(8))
        streams, whole = sum(c.streams for c in cells), sum(c.whole for c in cells)
        yield f"| `{target}` | {streams} | {whole} | {said} |"


def silent(matrix: Matrix) -> list[str]:
    """Return every difference that no report names."""
    return [
        f"{source} to {target}: {aspect}"
        for (source, target), cell in matrix.items()
        for aspect in cell.silent
    ]


def main() -> int:
    """Write the tables; 1 if anything was lost without a word."""
    names = families()
    tables: dict[str, str] = {}
    unnamed: list[str] = []
    for name, streams in (("recordings", recorded_streams()), ("core", core_streams())):
        matrix = measured(streams, names)
        if matrix:
            lines = [*shares(matrix, names), "", *reports(matrix, names)]
            tables[name] = "\n".join(lines)
            unnamed += silent(matrix)
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        _MARKED.sub(
            lambda found: (
                f"{found[1]}\n{tables[found[2]]}\n\n{found[3]}" if found[2] in tables else found[0]
            ),
            page,
        ),
        encoding="utf-8",
    )
    if unnamed:
        sys.stderr.write("\n".join(["lost without a word:", *unnamed, ""]))
    return int(bool(unnamed))


if __name__ == "__main__":
    raise SystemExit(main())
