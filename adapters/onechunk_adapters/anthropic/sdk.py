"""Anthropic's SDK: the raw events, and the events of its helper `messages.stream`."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="anthropic",
    builds="anthropic.types:RawMessageStreamEvent",
    tag="type",
    classes=("anthropic.types.*:Raw*Event", "anthropic.types.beta.*:BetaRaw*Event"),
    answers=("anthropic.types.*:Message", "anthropic.types.beta.*:BetaMessage"),
    repeats=("anthropic.lib.streaming.*:*Event",),
    passes=("ping",),
)
