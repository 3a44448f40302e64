"""`onechunk demo`: a recorded stream of each family, converted before your eyes."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import click

from onechunk._adapter import Adapter
from onechunk._loss import Loss
from onechunk._plain import plain_value
from onechunk._registry import get_adapter, load_adapters
from onechunk.cli._arguments import dialect_option, examples, source_option
from onechunk.cli._columns import side_by_side, wrap
from onechunk.cli._flow import Span
from onechunk.cli._play import Play, Step
from onechunk.cli._round_trip import round_trip

__all__ = ["demo"]

TARGETS: Final[Mapping[str, str]] = {
    "completions": "llama",
    "mistral-ts": "completions",
    "openai": "mistral",
}
"""Where a family is converted to, if not to `openai`."""

_NARROWEST, _WIDEST = 80, 132


@click.command(
    epilog=examples(
        "onechunk demo",
        "onechunk demo --from mistral --to llama",
        "onechunk demo | less",
        exits="Side by side needs a terminal of 80 columns; otherwise frames stand one a line.",
    )
)
@source_option(required=False, text="Play the recording of this dialect only.")
@dialect_option("--to", "target", required=False, text="Convert to this dialect.")
def demo(*, source: str | None, target: str | None) -> None:
    """Play a recorded stream of each family through to another dialect.

    Each frame stands beside what it became. Not shown: nulls, padding, and what a frame repeats
    of the one before. Then comes what was lost, and whether the stream comes home unchanged.
    """
    stage = _Stage()
    counts: Counter[str] = Counter()
    for adapter in _players(source):
        to = get_adapter(target or TARGETS.get(adapter.name, "openai"))
        data = _recording(adapter)
        play = Play(adapter, to)
        stage.open(adapter, to)
        stage.play(adapter, to, play.steps(data))
        outcome = round_trip(adapter.name, data)
        stage.close(adapter, play.losses, home=not outcome.differences)
        counts.update(loss.kind for loss in play.losses)
        counts.update(streams=1, chunks=outcome.chunks, home=not outcome.differences)
    plural = "" if counts["streams"] == 1 else "s"
    click.secho(
        f"{counts['streams']} stream{plural}, {counts['chunks']} chunks:"
        f" {counts['home']} of {counts['streams']} come home unchanged.\n"
        f"On the way to another dialect {counts['dropped']} values were dropped,"
        f" {counts['changed']} changed, {counts['invented']} invented.",
        bold=True,
    )


def _players(source: str | None) -> list[Adapter]:
    """Return the dialects that bring a recording along; profiles speak their dialect's."""
    if source is not None:
        return [get_adapter(source)]
    return [
        adapter
        for adapter in load_adapters().values()
        if adapter.name == adapter.dialect and adapter.demo is not None
    ]


def _recording(adapter: Adapter) -> bytes:
    if adapter.demo is None:
        message = f"{adapter.name} brings no recording along"
        raise click.UsageError(message)
    return adapter.demo()


class _Stage:
    """Where it is shown: two columns on a terminal, else one line a frame."""

    def __init__(self) -> None:
        width = shutil.get_terminal_size().columns
        boxes = "utf" in sys.stdout.encoding.lower()
        self._wide = sys.stdout.isatty() and width >= _NARROWEST and boxes
        self._width = min(width, _WIDEST)
        self._column = (self._width - 3) // 2

    def open(self, source: Adapter, target: Adapter) -> None:
        """Print who converts to whom."""
        if not self._wide:
            click.echo(f"{source.name} ({source.title}) -> {target.name} ({target.title})")
            return
        for line in side_by_side(self._head(source), self._head(target), self._column):
            click.echo(line)
        click.secho(f"{'─' * self._column}─┼─{'─' * self._column}", dim=True)

    def _head(self, adapter: Adapter) -> list[list[Span]]:
        return wrap([Span(f"{adapter.name}  ", "title"), Span(adapter.title, "mark")], self._column)

    def play(self, source: Adapter, target: Adapter, steps: Iterator[Step]) -> None:
        """Print each step."""
        names = max(len(source.name), len(target.name))
        for number, step in enumerate(steps, 1):
            if self._wide:
                for line in side_by_side(
                    self._set(step.before), self._set(step.after), self._column
                ):
                    click.echo(line)
                continue
            for name, told in ((source.name, step.before), (target.name, step.after)):
                for spans in told:
                    text = "".join([span.text for span in spans])
                    click.echo(f"{number:>3}  {name:<{names}}  {text}".rstrip())

    def _set(self, told: list[list[Span]]) -> list[list[Span]]:
        return [line for spans in told for line in wrap(spans, self._column)]

    def close(self, source: Adapter, losses: list[Loss], *, home: bool) -> None:
        """Print what was lost, and how the stream came home."""
        click.echo()
        click.secho("  lost:" if losses else "  lost: nothing", bold=True)
        widest = max((len(loss.path) for loss in losses), default=0)
        for loss in losses:
            value = json.dumps(plain_value(loss.value), ensure_ascii=False)
            line = f"    {loss.kind:<8}  event {loss.event:<3}  {loss.path:<{widest}}  {value}"
            if self._wide and len(line) > self._width:
                line = f"{line[: self._width - 1]}…"
            click.echo(line)
        click.echo(f"  home again in {source.name}: {'every frame equal' if home else 'NOT equal'}")
        click.echo()
