"""Records of Gemini, made by hand."""

import json
from typing import Any

__all__ = ["record", "stream"]


def stream(*records: dict[str, Any]) -> bytes:
    """Return records as server-sent events."""
    return b"".join(b"data: " + json.dumps(each).encode() + b"\r\n\r\n" for each in records)


def record(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    """Return a record of one candidate."""
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "index": 0, **candidate}], "responseId": "r"}
