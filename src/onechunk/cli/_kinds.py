"""What a JSON value is, in words that type checkers understand."""

from __future__ import annotations

from typing import TypeGuard

from onechunk._marks import Json

__all__ = ["is_array", "is_object"]


def is_object(value: Json) -> TypeGuard[dict[str, Json]]:
    """Say whether *value* is a JSON object."""
    return isinstance(value, dict)


def is_array(value: Json) -> TypeGuard[list[Json]]:
    """Say whether *value* is a JSON array."""
    return isinstance(value, list)
