"""`onechunk diff`: two streams, by meaning and frame by frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from attrs import fields

from onechunk._chunk import Choice, Usage
from onechunk._errors import ArgumentsError
from onechunk._marks import Json
from onechunk._message import Message
from onechunk._parts import Citation, Reasoning, Refusal, Text, ToolCall
from onechunk._plain import plain_value
from onechunk.cli._arguments import dialect_option, examples, source_option
from onechunk.cli._differences import differences
from onechunk.cli._exits import DIFFERENCE
from onechunk.cli._gather import gather
from onechunk.cli._group import printable
from onechunk.cli._recordings import Recording, find_recordings
from onechunk.cli._round_trip import compare_frames
from onechunk.cli._table import print_table

__all__ = ["diff"]

MOST: Final = 20
"""So many differences between frames are listed; the rest are counted."""

WIDTH: Final = 40
"""Most characters of a value."""

_TEXTS: Final[dict[str, type[Text | Reasoning | Refusal]]] = {
    "text": Text,
    "reasoning": Reasoning,
    "refusal": Refusal,
}


@click.command(
    epilog=examples(
        "onechunk diff --from openai recorded.sse replayed.sse",
        "onechunk diff --from mistral --to openai answer.sse converted.sse",
        "onechunk diff recordings/groq/a.sse recordings/anthropic/a.sse",
        exits="Exits with 1 if the two do not mean the same, or differ frame by frame in one "
        "dialect; 3 if one is bad input.",
    )
)
@source_option(required=False, text="Dialect of A; by default its folder is named so.")
@dialect_option("--to", "target", required=False, text="Dialect of B; by default as for A.")
@click.argument("a", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("b", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def diff(
    context: click.Context, *, source: str | None, target: str | None, a: Path, b: Path
) -> None:
    """Tell how two recorded streams differ: by what they mean, and frame by frame.

    Meaning is what is left when the chunks are joined: text, reasoning, calls with their
    arguments as JSON, finish, usage, error. Frames are compared only if both are of one dialect.
    """
    [one] = find_recordings((a,), source)
    [two] = find_recordings((b,), target or source)
    before, after = one.path.read_bytes(), two.path.read_bytes()
    meant = _by_meaning(one, before), _by_meaning(two, after)
    rows = [
        [path, _short(meant[0].get(path)), _short(meant[1].get(path))]
        for path in {**meant[0], **meant[1]}
        if not _same(meant[0].get(path), meant[1].get(path))
    ]
    if rows:
        print_table(("meaning", printable(str(a)), printable(str(b))), rows)
    else:
        click.echo("meaning: the same")
    found = []
    if one.dialect_of(before) == two.dialect_of(after):
        found = [
            printable(str(each)) for each in compare_frames(one.dialect_of(before), before, after)
        ]
        click.echo("frames: " + (f"{len(found)} differences" if found else "the same"))
        for line in found[:MOST]:
            click.echo(f"  {line}")
        if len(found) > MOST:
            click.echo(f"  and {len(found) - MOST} more")
    else:
        click.echo("frames: not compared, the dialects are two")
    if rows or found:
        context.exit(DIFFERENCE)


def _by_meaning(recording: Recording, data: bytes) -> dict[str, Json]:
    """Return path and value of all that a stream means.

    Raises:
        WireError: It is bad input.
    """
    gathered = gather([data, b""], recording.dialect_of(data))
    if gathered.error is not None:
        raise gathered.error
    return dict(_aspects(gathered.message))


def _aspects(message: Message) -> Iterator[tuple[str, Json]]:
    for name in ("id", "model", "created"):
        yield f"$.{name}", getattr(message, name)
    for attribute in fields(Usage):
        if attribute.name != "extra" and message.usage is not None:
            yield f"$.usage.{attribute.name}", getattr(message.usage, attribute.name)
    if message.error is not None:
        yield "$.error.message", message.error.message
    for number, choice in enumerate(message.choices):
        index = number if choice.index is None else choice.index
        yield from _of_choice(f"$.choices[{index}]", choice)


def _of_choice(path: str, choice: Choice) -> Iterator[tuple[str, Json]]:
    for name, kind in _TEXTS.items():
        said = "".join(part.text for part in choice.parts if isinstance(part, kind))
        yield f"{path}.{name}", said or None
    calls = [part for part in choice.parts if isinstance(part, ToolCall)]
    for number, call in enumerate(calls):
        here = f"{path}.tool_calls[{number}]"
        yield f"{here}.id", call.id
        yield f"{here}.name", call.name
        yield f"{here}.arguments", _arguments(call)
    cited = [part for part in choice.parts if isinstance(part, Citation)]
    for number, citation in enumerate(cited):
        yield f"{path}.citations[{number}]", citation.url or citation.title or citation.references
    yield f"{path}.finish", None if choice.finish is None else choice.finish.reason.value
    yield f"{path}.stop", choice.stop


def _arguments(call: ToolCall) -> Json:
    try:
        return call.parse()
    except ArgumentsError as error:
        return error.text


def _same(one: Any, two: Any) -> bool:
    return not any(differences(one, two))


def _short(value: Json) -> str:
    if value is None:
        return "."
    text = json.dumps(plain_value(value), ensure_ascii=False)
    return printable(text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…")
