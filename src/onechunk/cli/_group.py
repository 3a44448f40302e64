"""The group of commands: how every failure becomes one line and an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator, Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from onechunk._errors import AdapterError, LossError, OnechunkError
from onechunk.cli._exits import BAD_INPUT, BROKEN_PIPE, DIFFERENCE, FINE, INTERRUPTED, USAGE

__all__ = ["Commands", "complain", "printable"]


class Commands(click.Group):
    """A group that ends the process with one of the codes in `EXITS`, never with a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002 - always the same, however it was started
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002, FBT001, FBT002 - click's signature
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002
        **extra: Any,
    ) -> NoReturn:
        """Run a command and exit."""
        _prepare_streams()
        code = FINE
        bare = not (sys.argv[1:] if args is None else args)
        try:
            code = super().main(
                ["--help"] if bare else args,
                "onechunk",
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
        except click.UsageError as error:
            code = _report_usage(error)
        except click.ClickException as error:
            complain(error.format_message())
            code = USAGE
        except (click.Abort, KeyboardInterrupt):
            code = INTERRUPTED
        sys.exit(code or FINE)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; `--help` and `--version` print already here."""
        with _failures():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with _failures():
            return super().invoke(ctx)


@contextlib.contextmanager
def _failures() -> Generator[None]:
    """Turn what a command raises into a line and an exit code."""
    try:
        yield
    except OnechunkError as error:
        complain(str(error))
        raise click.exceptions.Exit(_code(error)) from None
    except BrokenPipeError:
        _drop_output()
        raise click.exceptions.Exit(BROKEN_PIPE) from None
    except OSError as error:
        _drop_output()
        where = "input or output" if error.filename is None else error.filename
        complain(f"{where}: {error.strerror or error}")
        raise click.exceptions.Exit(USAGE) from None


def complain(message: str) -> None:
    """Print one line on standard error."""
    click.echo(f"onechunk: {printable(message)}", err=True)


def printable(text: str) -> str:
    """Return *text* on one line, with escapes for what could act on a terminal."""
    line = " ".join(text.splitlines())
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)


def _code(error: OnechunkError) -> int:
    if isinstance(error, LossError):
        return DIFFERENCE
    return USAGE if isinstance(error, AdapterError) else BAD_INPUT


def _report_usage(error: click.UsageError) -> int:
    """Say in one line what is wrong with the arguments."""
    path = "onechunk" if error.ctx is None else error.ctx.command_path
    message = error.format_message().rstrip(".")
    complain(f"{message[:1].lower()}{message[1:]} (see: {path} --help)")
    return USAGE


def _prepare_streams() -> None:
    """Make the standard streams what the commands expect."""
    if sys.stdout is None:
        complain("standard output is closed")
        sys.exit(USAGE)
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - for the life of the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115
    out = sys.stdout
    if isinstance(out, TextIOWrapper):
        # What a terminal's encoding lacks is shown as an escape.
        out.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Send what is still buffered nowhere: the interpreter would try to write it once more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
