"""The same gateway as a WSGI app of no framework."""

import os
from collections.abc import Iterator
from typing import Any

import httpx

from onechunk import OnechunkError, Translator

UPSTREAM = os.environ.get("UPSTREAM", "http://127.0.0.1:8001/v1/chat/completions")
client = httpx.Client(timeout=60)


def translated(question: bytes) -> Iterator[bytes]:
    """Ask the server, and yield its answer in the client's dialect."""
    translator = Translator("mistral", "openai")
    try:
        with client.stream("POST", UPSTREAM, content=question) as response:
            response.raise_for_status()
            for piece in response.iter_bytes():
                yield translator.feed(piece)
            yield translator.close()
    except (OnechunkError, httpx.HTTPError):
        yield translator.abort("the upstream failed")


def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """Answer a request by a stream."""
    question = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("content-type", "text/event-stream")])
    return translated(question)
