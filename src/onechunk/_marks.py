"""Two marks that JSON has no word for, used in wire classes and in residue."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Literal, TypeGuard

__all__ = ["DERIVED", "MOST_DEPTH", "UNSET", "Derived", "Json", "Unset", "is_list", "is_object"]

Json = Any
"""Any JSON value: dict, list, str, int, float, bool or None."""

MOST_DEPTH: Final = 10_000
"""Deeper than any parser reads; a value that holds itself is deeper still."""


def is_object(value: object) -> TypeGuard[dict[str, Json]]:
    """Say whether *value* is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Json]]:
    """Say whether *value* is a JSON list."""
    return isinstance(value, list)


class _Unset(Enum):
    # A value that no JSON writer takes: a mark that leaks is an error, never text.
    UNSET = ...

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False


class _Derived(Enum):
    DERIVED = ...

    def __repr__(self) -> str:
        return "DERIVED"


Unset = Literal[_Unset.UNSET]
Derived = Literal[_Derived.DERIVED]

UNSET: Final = _Unset.UNSET
"""The wire left this key out.

The default of every field of a wire class; in residue it stands under a key that the dialect
always sends and that was missing this time.
"""

DERIVED: Final = _Derived.DERIVED
"""The wire repeats here, or says in this place, what a canonical field holds.

It stands in residue instead of the text, so that an edit of the canonical field changes both.
"""
