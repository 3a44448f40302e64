"""The page for who runs the gateway says what there is."""

from __future__ import annotations

import re
import shlex
from typing import Final, get_args

import pytest

from docs.generate import PAGES
from onechunk.cli._serve import serve
from onechunk.gateway import Route
from onechunk.gateway._record import Outcome, Record
from onechunk.http import ResponseTranslator
from tests.support.paths import ROOT

PAGE: Final = (ROOT / "docs/gateway.md").read_text(encoding="utf-8")
SHELL: Final = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS: Final = [
    shlex.split(line, comments=True)
    for page in PAGES
    for block in SHELL.findall(page.read_text(encoding="utf-8"))
    for line in block.replace("\\\n", " ").splitlines()
    if line.startswith("onechunk serve")
]


def first_column(head: str) -> list[str]:
    """Return the names in the first column of the table whose head begins with a word."""
    table = PAGE.partition(f"\n| {head} | what |\n|---|---|\n")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()]
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_outcomes() -> None:
    """The table has every outcome."""
    assert first_column("`outcome`") == [*get_args(Outcome)]


def test_log_fields() -> None:
    """The table has every field of a line, and they stand in its order."""
    route = Route("https://a.example", "openai", "anthropic")
    translator = ResponseTranslator("openai", "anthropic", 500, [])
    record = Record("", "", "", 0, "", route, 0, 0, error="", first_chunk=0, translator=translator)
    assert first_column("field") == [*record.fields()]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_commands(command: list[str]) -> None:
    """The command takes what the pages show."""
    assert serve.make_context("serve", command[2:]).params


def test_there_are_commands() -> None:
    """The pages show some: the test above is not empty."""
    assert len(COMMANDS) > 2
