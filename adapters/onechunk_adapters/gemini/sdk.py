"""Google's SDK: a response adds to the record what the client knows beside it."""

from __future__ import annotations

from typing import Final

from onechunk import Sdk

__all__ = ["SDK"]

SDK: Final = Sdk(
    package="google-genai",
    builds="google.genai.types:GenerateContentResponse",
    classes=("google.genai.types:GenerateContentResponse",),
    validates=True,
    renames={"citationMetadata.citationSources": "citations"},
    adds=frozenset({"sdk_http_response", "automatic_function_calling_history", "parsed"}),
)
