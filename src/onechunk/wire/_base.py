"""What every wire class is: a slotted attrs class whose fields may be absent."""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

from attrs import Factory, define, field

from onechunk._marks import UNSET, Json

__all__ = ["RARE", "Wire", "rare", "wire"]

RARE = "onechunk.rare"
"""Key of a field's metadata; its value is True."""

T = TypeVar("T")


@define(kw_only=True)
class Wire:
    """Base of the classes that mirror wire objects.

    Attributes:
        extra: Keys that the class does not name, and values of a type it does not expect.
    """

    extra: dict[str, Json] = field(default=Factory(dict[str, Json]), kw_only=True)


def rare() -> Any:
    """Return a field, by default absent, that most objects on the wire lack.

    It says nothing of what is legal, only where to look last.
    """
    return field(default=UNSET, metadata={RARE: True})


@dataclass_transform(kw_only_default=True, field_specifiers=(field, rare))
def wire(cls: type[T]) -> type[T]:
    """Make *cls* a wire class: keyword-only, slotted, compared by value."""
    made: Any = define(cls, kw_only=True)
    return made  # type: ignore[no-any-return]
