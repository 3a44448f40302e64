"""Exit codes, which scripts may rely on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["BAD_INPUT", "BROKEN_PIPE", "DIFFERENCE", "EXITS", "FINE", "INTERRUPTED", "USAGE"]

FINE: Final = 0
DIFFERENCE: Final = 1
USAGE: Final = 2
BAD_INPUT: Final = 3
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

EXITS: Final[Mapping[int, str]] = {
    FINE: "All is well.",
    DIFFERENCE: "check or diff found a difference; convert --strict would lose something.",
    USAGE: "A wrong option, an unknown dialect, a file that cannot be read or written.",
    BAD_INPUT: "The input is not what its dialect allows; all before it was written.",
    INTERRUPTED: "Interrupted (128 + SIGINT).",
    BROKEN_PIPE: "The reader of the output went away (128 + SIGPIPE); nothing is said.",
}
"""Every code and what it says, in the words of `onechunk --help`."""
