"""`onechunk check`: every recorded stream there and back."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from attrs import define, field

from onechunk._errors import WireError
from onechunk.cli._arguments import examples, source_option
from onechunk.cli._exits import BAD_INPUT, DIFFERENCE
from onechunk.cli._group import printable
from onechunk.cli._recordings import Recording, find_recordings
from onechunk.cli._round_trip import round_trip
from onechunk.cli._table import print_table

__all__ = ["check"]


@define
class _Tally:
    """Counts over the files of one folder in one dialect, or over all."""

    files: int = 0
    chunks: int = 0
    equal: int = 0
    differ: int = 0
    bad: int = 0
    foreign: int = 0

    def add(self, other: _Tally) -> None:
        """Add the counts of another."""
        self.files += other.files
        self.chunks += other.chunks
        self.equal += other.equal
        self.differ += other.differ
        self.bad += other.bad
        self.foreign += other.foreign

    @property
    def cells(self) -> list[str]:
        """The counts as the table shows them: zero is a dot, so that other numbers stand out."""
        # Rounded down: 100 means all.
        share = "-" if not self.files else f"{1000 * self.equal // self.files / 10:.1f} %"
        rare = [str(count) if count else "." for count in (self.differ, self.bad, self.foreign)]
        return [str(self.files), str(self.chunks), str(self.equal), share, *rare]


_HEAD = ("folder", "dialect", "files", "chunks", "equal", "share", "differ", "bad", "other API")


@define
class _Findings:
    """All that is to be told in the end."""

    tallies: dict[tuple[str, str], _Tally] = field(factory=dict[tuple[str, str], _Tally])
    differences: list[str] = field(factory=list[str])
    bad: list[str] = field(factory=list[str])
    foreign: list[str] = field(factory=list[str])

    def add(self, recording: Recording) -> None:
        """Check one file."""
        data = recording.path.read_bytes()
        dialect = recording.dialect_of(data)
        tally = self.tallies.setdefault((recording.folder, dialect), _Tally())
        name = printable(str(recording.path))
        try:
            outcome = round_trip(dialect, data)
        except WireError as error:
            tally.add(_Tally(files=1, bad=1))
            self.bad.append(f"{name}: {printable(str(error))}")
            return
        if outcome.foreign:
            tally.add(_Tally(foreign=1))
            self.foreign.append(f"{name}: another API than {dialect}'s")
            return
        differ = bool(outcome.differences)
        tally.add(_Tally(1, outcome.chunks, equal=not differ, differ=differ))
        self.differences += [f"{name}: {printable(str(each))}" for each in outcome.differences]

    def show(self) -> None:
        """Print the lists and the table."""
        _list("not this dialect, so not counted", self.foreign)
        _list("bad input", self.bad)
        _list("differences", self.differences)
        rows = [
            [folder, dialect, *tally.cells] for (folder, dialect), tally in self.tallies.items()
        ]
        print_table(_HEAD, rows, right=range(2, 9), total=["total", "", *self.total.cells])

    @property
    def total(self) -> _Tally:
        """The counts over all."""
        total = _Tally()
        for tally in self.tallies.values():
            total.add(tally)
        return total


@click.command(
    epilog=examples(
        "onechunk check tests/recordings",
        "onechunk check --from groq answer.sse other.sse",
        "onechunk check recordings/openai recordings/mistral && echo all equal",
        exits="Exits with 1 if a file came back otherwise; else with 3 if one is bad input, or if "
        "none at all was of its dialect.",
    )
)
@source_option(required=False, text="Dialect of all files; by default their folder is named so.")
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.pass_context
def check(context: click.Context, *, source: str | None, paths: tuple[Path, ...]) -> None:
    """Check that recorded streams come back as they were.

    Each file, and each .sse, .ndjson, .jsonl, .json and .eventstream file in a folder, is decoded
    and encoded in its own dialect, as a stream and chunk by chunk. Equal are: the number of
    frames, names of events, comments, the end mark, and all JSON with its types, null and absent
    told apart. The order of keys and white space do not count.
    """
    findings = _Findings()
    recordings = find_recordings(paths, source)
    with _progress(recordings) as files:
        for recording in files:
            findings.add(recording)
    findings.show()
    total = findings.total
    if total.differ:
        context.exit(DIFFERENCE)
    if total.bad or not total.files:
        context.exit(BAD_INPUT)


def _list(title: str, lines: list[str]) -> None:
    if lines:
        click.secho(f"{title}:", bold=True)
        for line in lines:
            click.echo(f"  {line}")
        click.echo()


@contextmanager
def _progress(recordings: Sequence[Recording]) -> Generator[Iterator[Recording]]:
    """Show a bar on standard error while the files are taken, where someone may see it."""
    if not sys.stderr.isatty():
        yield iter(recordings)
        return
    with click.progressbar(recordings, label="checking", file=sys.stderr) as bar:
        yield iter(bar)
