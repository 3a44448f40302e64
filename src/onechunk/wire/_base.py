"""What every wire class is: a slotted attrs class whose fields may be absent."""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

from attrs import Factory, define, field

from onechunk._marks import Json

__all__ = ["Wire", "wire"]

T = TypeVar("T")


@define(kw_only=True)
class Wire:
    """Base of the classes that mirror wire objects.

    Attributes:
        extra: Keys that the class does not name, and values of a type it does not expect.
    """

    extra: dict[str, Json] = field(default=Factory(dict[str, Json]), kw_only=True)


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def wire(cls: type[T]) -> type[T]:
    """Make *cls* a wire class: keyword-only, slotted, compared by value."""
    made: Any = define(cls, kw_only=True)
    return made  # type: ignore[no-any-return]
