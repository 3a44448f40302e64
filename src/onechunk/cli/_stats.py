"""`onechunk stats`: what recorded streams hold, a row each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from onechunk._message import Message
from onechunk._parts import Reasoning, Refusal, Text, ToolCall
from onechunk._plain import plain_value
from onechunk.cli._arguments import examples, source_option
from onechunk.cli._exits import BAD_INPUT
from onechunk.cli._gather import Gathered, gather
from onechunk.cli._group import printable
from onechunk.cli._recordings import find_recordings
from onechunk.cli._streams import json_line, open_output
from onechunk.cli._table import print_table

__all__ = ["stats"]

_HEAD = (
    *("file", "dialect", "chunks", "choices", "text", "reasoning", "tools"),
    *("input", "output", "finish", "problems"),
)
_NUMBERS = range(2, 9)


@click.command(
    epilog=examples(
        "onechunk stats tests/recordings/groq",
        "onechunk stats --from openai answer.sse other.sse",
        "onechunk stats --problems recordings/*/*.sse | jq -c 'select(.kind == \"missing_end\")'",
        exits="Exits with 3 if a file is bad input; its row tells what came before that.",
    )
)
@source_option(required=False, text="Dialect of all files; by default their folder is named so.")
@click.option("--problems", "listed", is_flag=True, help="List the problems, a JSON object a line.")
@click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.pass_context
def stats(
    context: click.Context, *, source: str | None, listed: bool, paths: tuple[Path, ...]
) -> None:
    """Show what recorded streams hold, a row for each file.

    Text and reasoning are counted in characters, over all choices; input and output are the
    vendor's own counts of tokens, a dot where it said none. Problems are what readers may stumble
    over, by kind; a kind that recurs at one place counts once.
    """
    rows: list[list[str]] = []
    bad: list[str] = []
    for recording in find_recordings(paths, source):
        data = recording.path.read_bytes()
        dialect = recording.dialect_of(data)
        gathered = gather([data, b""], dialect, judge=True)
        name = printable(str(recording.path))
        rows.append([name, dialect, *_cells(gathered)])
        if gathered.error is not None:
            bad.append(f"{name}: {printable(str(gathered.error))}")
        if listed:
            with open_output("-") as out:
                out.writelines(_lines(str(recording.path), gathered))
    if not listed:
        print_table(_HEAD, rows, right=_NUMBERS)
    for line in bad:
        click.echo(f"onechunk: {line}", err=True)
    if bad:
        context.exit(BAD_INPUT)


def _cells(gathered: Gathered) -> list[str]:
    message = gathered.message
    counts = [
        gathered.chunks,
        len(message.choices),
        _characters(message, Text, Refusal),
        _characters(message, Reasoning),
        sum(type(part) is ToolCall for choice in message.choices for part in choice.parts),
    ]
    usage = message.usage
    tokens = [None, None] if usage is None else [usage.input_tokens, usage.output_tokens]
    finishes = {c.finish.reason.value if c.finish else "none" for c in message.choices}
    kinds: dict[str, int] = {}
    for problem in gathered.problems:
        kinds[problem.kind] = kinds.get(problem.kind, 0) + 1
    found = [kind if count == 1 else f"{kind} x{count}" for kind, count in sorted(kinds.items())]
    if gathered.error is not None:
        found.append("bad input")
    if message.error is not None:
        finishes.add("error")
    return [
        *(str(count) if count else "." for count in counts),
        *("." if count is None else str(count) for count in tokens),
        ", ".join(sorted(finishes)) or "none",
        ", ".join(found) or ".",
    ]


def _characters(message: Message, *kinds: type[Text | Reasoning | Refusal]) -> int:
    parts = [part for choice in message.choices for part in choice.parts]
    return sum(len(part.text) for part in parts if isinstance(part, kinds))


def _lines(path: str, gathered: Gathered) -> Iterator[bytes]:
    for problem in gathered.problems:
        yield json_line(
            {
                "file": path,
                "event": problem.event,
                "kind": problem.kind,
                "path": problem.path,
                "value": plain_value(problem.value),
            }
        )
