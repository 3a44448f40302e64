"""The laws of whole bodies as functions, for the project's own bodies and the corpus alike."""

import copy
import json
from typing import Any

from onechunk import (
    Chunk,
    Message,
    accumulate,
    decode_message,
    encode_message,
    message_losses,
    split,
)
from tests.support.json_equal import difference
from tests.support.meaning import different, meaning, named

CUTS: tuple[Any, ...] = ("word", "part", 1)


def body_round_trip(dialect: str, payload: dict[str, Any]) -> str:
    """Return how law 1 fails for a body, read as dict, text and bytes; empty if it holds."""
    given = copy.deepcopy(payload)
    message = decode_message(dialect, given)
    text = json.dumps(payload)
    return (
        difference(payload, given, "the given dict")
        or difference(payload, encode_message(dialect, message))
        or difference(payload, encode_message(dialect, message), "the second time")
        or difference(message, decode_message(dialect, text), "as text")
        or difference(message, decode_message(dialect, text.encode()), "as bytes")
        or difference([], message_losses(dialect, message), "losses at home")
    )


def split_round_trip(message: Message) -> str:
    """Return how law 6 fails for a message; empty if it holds."""
    given = copy.deepcopy(message)
    for by in CUTS:
        found = difference(message, accumulate(split(message, by=by)), f"by {by}")
        if found:
            return found
    return difference(given, message, "the given message")


def as_chunk(message: Message) -> Chunk:
    """Return a message as the one chunk that the paths of its losses speak of."""
    return Chunk(
        message.id,
        message.model,
        message.created,
        message.in_order(),
        message.usage,
        message.error,
        dialect=message.dialect,
    )


def unnamed(target: str, message: Message) -> dict[str, Any]:
    """Return what a body of another dialect says otherwise and no report names."""
    body = encode_message(target, message)
    back = decode_message(target, copy.deepcopy(body))
    losses = message_losses(target, message)
    said, heard = meaning([as_chunk(message)]), meaning([as_chunk(back)])
    return {
        aspect: values
        for aspect, values in different(said, heard).items()
        if aspect not in named(losses, [as_chunk(message)])
    }
