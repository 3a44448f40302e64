"""Asks a server of Anthropic's dialect what a client of OpenAI's asks: text, no tools."""

import json


def as_messages(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[str, str, dict[str, str], bytes]:
    """Return the request to send."""
    if not path.endswith("/chat/completions"):
        return method, path, headers, body
    asked = json.loads(body)
    talk = asked["messages"]
    rest = [message for message in talk if message["role"] != "system"]
    system = "\n".join(message["content"] for message in talk if message["role"] == "system")
    request = {
        "model": asked["model"],
        "max_tokens": asked.get("max_completion_tokens", 1024),
        "messages": rest,
        "stream": asked.get("stream", False),
        **({"system": system} if system else {}),
    }
    key = headers.pop("authorization").removeprefix("Bearer ")
    headers |= {"x-api-key": key, "anthropic-version": "2023-06-01"}
    return method, "/v1/messages", headers, json.dumps(request).encode()
