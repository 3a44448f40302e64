"""OpenAI's SDK: whole and streamed, a text completion is one class."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="openai",
    builds="openai.types:Completion",
    classes=("openai.types.completion:Completion",),
)
