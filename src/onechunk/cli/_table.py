"""Tables for a terminal: aligned columns, no lines that would break when piped."""

from __future__ import annotations

from collections.abc import Sequence

import click

__all__ = ["print_table"]


def print_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    total: Sequence[str] | None = None,
) -> None:
    """Print rows below their head.

    Args:
        head: Names of the columns.
        rows: Cells, as many in each row as columns.
        right: Numbers of the columns that are set flush right.
        total: A last row, apart from the others.
    """
    every = [head, *rows] if total is None else [head, *rows, total]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    click.secho(line(head), bold=True)
    for row in rows:
        click.echo(line(row))
    if total is not None:
        click.echo("-" * (sum(widths) + 2 * (len(widths) - 1)))
        click.secho(line(total), bold=True)
