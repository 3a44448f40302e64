"""OpenAI's SDK: the events of Responses, also as its helper `responses.stream` has them."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="openai",
    builds="openai.types.responses:ResponseStreamEvent",
    tag="type",
    classes=("openai.types.responses.*:Response*Event",),
    answers=("openai.types.responses.*:Response",),
    whole=frozenset({"completed_at", "created_at"}),
    adds=frozenset({"parsed", "parsed_arguments"}),
)
