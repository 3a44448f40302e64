"""OpenAI's SDK: the servers have none of their own."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk
from onechunk_adapters._sdk import CHAT

__all__ = ["SDK"]

SDK: Final = Sdk(package="openai", builds=CHAT)
