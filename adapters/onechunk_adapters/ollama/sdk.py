"""Ollama's SDK: the lines of both of its methods."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="ollama",
    builds="ollama:ChatResponse",
    keyed={"response": "ollama:GenerateResponse"},
    classes=("ollama.*:ChatResponse", "ollama.*:GenerateResponse"),
    validates=True,
)
