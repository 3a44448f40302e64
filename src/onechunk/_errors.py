"""Every exception that leaves the public API, by who is to blame."""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any, Final

from onechunk._message import Message

if TYPE_CHECKING:
    from onechunk._loss import Loss

__all__ = [
    "AdapterError",
    "ArgumentsError",
    "EncodeError",
    "LossError",
    "OnechunkError",
    "UnknownDialectError",
    "WireError",
]


class OnechunkError(Exception):
    """Base of all errors of this library.

    Attributes:
        message: What is wrong, in one sentence, without the place.
        dialect: The dialect at work; None where none was known yet.
        event: Number of the frame in its stream, from 1; None outside a stream.
        path: JSON path of the value at fault, such as `$.choices[0].delta`; None where the
            payload as a whole is at fault.
        partial: What `accumulate` had of the message when the error came; else None.
    """

    partial: Message | None = None

    def __init__(
        self,
        message: str,
        *,
        dialect: str | None = None,
        event: int | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.dialect = dialect
        self.event = event
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        """Let an error pass between processes, whatever its class asks for when it is made."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        """Return place and message in one line: `openai, event 3, $.choices: expected …`."""
        place = [self.dialect] if self.dialect else []
        if self.event is not None:
            place.append(f"event {self.event}")
        if self.path is not None:
            place.append(self.path)
        return f"{', '.join(place)}: {self.message}" if place else self.message


class WireError(OnechunkError):
    """The bytes or the payload are not what the dialect allows."""


class EncodeError(OnechunkError):
    """The canonical chunk cannot be written."""


UNWRITABLE: Final = (
    AttributeError,
    TypeError,
    LookupError,
    ValueError,
    ArithmeticError,
    RecursionError,
)
"""What Python raises where a chunk's fields are not what they should be."""


def message_from(cause: Exception) -> str:
    """Return what an exception of somebody's class says; its name where even that fails."""
    try:
        return str(cause)
    except Exception:  # noqa: BLE001 - whatever somebody's class raises
        return type(cause).__name__


def unwritable(cause: Exception, dialect: str, event: int | None = None) -> EncodeError:
    """Return the error that says so."""
    return EncodeError(f"the chunk cannot be written: {cause}", dialect=dialect, event=event)


class LossError(EncodeError):
    """Strict encoding was asked for and something would be lost.

    Attributes:
        losses: What would be lost, at least one.
    """

    def __init__(self, losses: list[Loss], *, dialect: str, event: int | None = None) -> None:
        first = losses[0]
        more = f" and {len(losses) - 1} more" if len(losses) > 1 else ""
        super().__init__(
            f"{first.kind} in a strict conversion{more}",
            dialect=dialect,
            event=event,
            path=first.path,
        )
        self.losses = losses


class ArgumentsError(OnechunkError):
    """The arguments of a tool call are no JSON, or were cut off.

    Attributes:
        text: The arguments as they came.
        cut_off: True if they are the beginning of a JSON value; False if they are none.
    """

    def __init__(self, message: str, *, text: str, cut_off: bool) -> None:
        super().__init__(message)
        self.text = text
        self.cut_off = cut_off


class AdapterError(OnechunkError):
    """An installed adapter cannot be used: it is broken, or two carry one name."""


class UnknownDialectError(AdapterError):
    """No installed adapter or profile has this name."""
