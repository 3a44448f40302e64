"""The command line: `onechunk`. Needs the extra `cli`."""

from onechunk.cli._start import main

__all__ = ["main"]
