"""Names of the TypeScript SDK's objects."""

from __future__ import annotations

from typing import Final

__all__ = ["camel_case"]

_KEPT: Final = frozenset(
    {
        # Counts that the SDK does not declare keep the name of the wire.
        "prompt_tokens_details",
        "completion_tokens_details",
        "prompt_token_details",
        "num_cached_tokens",
        "cached_tokens",
        "cache_write_tokens",
        "audio_tokens",
        "reasoning_tokens",
        "accepted_prediction_tokens",
        "rejected_prediction_tokens",
    }
)


def camel_case(name: str) -> str:
    """Return the SDK's spelling of a key: `finish_reason` is `finishReason`."""
    if name in _KEPT:
        return name
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
