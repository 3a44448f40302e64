"""AWS's SDK: botocore has plain dicts, which no class tells apart, with bytes in them."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="botocore",
    builds=None,
    bytes=frozenset({"reasoningContent.redactedContent", "source.bytes"}),
    raises=("error", "*Exception"),
)
