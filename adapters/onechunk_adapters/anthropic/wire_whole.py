"""Anthropic's body that comes whole, as its Python SDK names it.

Follows `Message` and `ErrorResponse` of anthropic 2.11.0, and the beta message. The message of a
stream's start is the same object without its content.
"""

from __future__ import annotations

from onechunk import UNSET, Unset
from onechunk.wire import Wire, wire
from onechunk_adapters.anthropic.wire import ErrorResponse, Message

__all__ = ["MessageResponse", "OtherResponse"]


@wire
class OtherResponse(Wire):
    """A body of any other type, or a message in another form."""

    type: str | None | Unset = UNSET


MessageResponse = Message | ErrorResponse | OtherResponse
