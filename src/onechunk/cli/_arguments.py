"""Arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from onechunk._framing import FRAMINGS
from onechunk._registry import load_adapters

__all__ = ["dialect_option", "examples", "framing_option", "input_argument", "source_option"]

Decorator = Callable[[Any], Any]


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    adapters = load_adapters()
    return [
        CompletionItem(name, help=adapters[name].title)
        for name in sorted(adapters)
        if name.startswith(incomplete)
    ]


def source_option(*, required: bool = True, text: str = "Dialect of the input.") -> Decorator:
    """Return the option `--from`."""
    return dialect_option("--from", "source", required=required, text=text)


def dialect_option(name: str, variable: str, *, required: bool, text: str) -> Decorator:
    """Return an option that takes the name of a dialect or profile."""
    return click.option(
        name, variable, required=required, metavar="DIALECT", shell_complete=_complete, help=text
    )


def framing_option(name: str, variable: str, text: str) -> Decorator:
    """Return an option that takes the name of a framing."""
    return click.option(name, variable, type=click.Choice(sorted(FRAMINGS)), help=text)


def input_argument() -> Decorator:
    """Return the argument INPUT: a file open for reading, or standard input."""
    return click.argument("stream", metavar="[INPUT]", type=click.File("rb"), default="-")


def examples(*lines: str, exits: str) -> str:
    """Return the text below a command's help."""
    # A line of one backspace keeps click from filling the lines below it.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines), "", exits))
