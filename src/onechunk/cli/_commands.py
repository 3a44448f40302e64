"""The commands, put together."""

from __future__ import annotations

import os

import click

from onechunk.cli._adapters import adapters
from onechunk.cli._check import check
from onechunk.cli._collect import collect
from onechunk.cli._convert import convert
from onechunk.cli._demo import demo
from onechunk.cli._diff import diff
from onechunk.cli._exits import EXITS
from onechunk.cli._group import Commands
from onechunk.cli._serve import serve
from onechunk.cli._show import show
from onechunk.cli._stats import stats

__all__ = ["onechunk"]

_EPILOG = "\n".join(
    (
        "\b",
        "Examples:",
        "  onechunk demo",
        "  onechunk convert --from mistral --to openai answer.sse",
        "  curl -sN … | onechunk show --from llama",
        "  onechunk collect --from anthropic answer.sse",
        "  onechunk check tests/recordings",
        "",
        "\b",
        "Exit codes:",
        *(f"  {code:>3}  {text}" for code, text in EXITS.items()),
    )
)


@click.group(
    cls=Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="onechunk", prog_name="onechunk", message="%(prog)s %(version)s")
@click.pass_context
def onechunk(context: click.Context) -> None:
    """Convert recorded or running streams of language models between vendors' dialects.

    What a vendor streams is decoded into one canonical chunk and encoded again: at home without
    any loss, elsewhere with a report of what was lost.
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        context.color = False


for _command in (adapters, check, collect, convert, demo, diff, serve, show, stats):
    onechunk.add_command(_command)
