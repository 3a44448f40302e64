"""`onechunk adapters`: which dialects and profiles are installed."""

from __future__ import annotations

import json

import click

from onechunk._registry import load_adapters
from onechunk.cli._arguments import examples
from onechunk.cli._table import print_table

__all__ = ["adapters"]


@click.command(
    epilog=examples(
        "onechunk adapters",
        "onechunk adapters --json | jq -r '.[].name'",
        exits="Exits with 2 if an installed adapter is broken.",
    )
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array of objects.")
def adapters(*, as_json: bool) -> None:
    """List the dialects, each followed by its profiles.

    A profile is a vendor that speaks a dialect with differences that are only data. Both names
    do wherever a dialect is asked for.
    """
    found = sorted(
        load_adapters().values(),
        key=lambda each: (each.dialect, each.name != each.dialect, each.name),
    )
    rows = [
        {
            "name": each.name,
            "dialect": each.dialect,
            "wire": each.wire_name,
            "title": each.title,
        }
        for each in found
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        print_table(
            ("name", "dialect", "wire class", "title"), [list(row.values()) for row in rows]
        )
