"""The objects that the vendors' clients make of a body, as they come out of the clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from anthropic import Anthropic, APIStatusError
from google.genai.errors import APIError as GeminiError
from google.genai.types import GenerateContentConfig, HttpOptions
from llama_api_client import APIError as LlamaError
from mistralai.client.errors import ResponseValidationError
from ollama import ResponseError
from openai import APIError, OpenAI
from pydantic import ValidationError

from tests.interop.replay import Replay

__all__ = ["HELPERS", "STREAMS", "objects_of"]

Ask = Callable[[Any, str], Iterable[Any]]

# botocore has no types.
_BEDROCK: Final = import_module("botocore.exceptions")
_PARSERS: Final = import_module("botocore.parsers")

_RAISED: Final[tuple[type[Exception], ...]] = (
    APIError,
    APIStatusError,
    # Google's client trips over enums that are numbers.
    AttributeError,
    GeminiError,
    LlamaError,
    ResponseError,
    ResponseValidationError,
    ValidationError,
    _BEDROCK.EventStreamError,
    _PARSERS.ResponseParserError,
)
"""What the clients raise at an error in the stream, and at what their classes do not take."""


def _chat(client: OpenAI, address: str) -> Iterable[Any]:
    client = client.with_options(base_url=address)
    return client.chat.completions.create(model="m", messages=[], stream=True)


def _completions(client: OpenAI, address: str) -> Iterable[Any]:
    client = client.with_options(base_url=address)
    return client.completions.create(model="m", prompt="?", stream=True)


def _responses(client: OpenAI, address: str) -> Iterable[Any]:
    client = client.with_options(base_url=address)
    return client.responses.create(model="m", input="?", stream=True)


def _anthropic(client: Anthropic, address: str) -> Iterable[Any]:
    client = client.with_options(base_url=address)
    return client.messages.create(model="m", max_tokens=9, messages=[], stream=True)


def _mistral(client: Any, address: str) -> Iterable[Any]:
    return client.chat.stream(model="m", messages=[], server_url=address)  # type: ignore[no-any-return]


def _gemini(client: Any, address: str) -> Iterable[Any]:
    config = GenerateContentConfig(http_options=HttpOptions(base_url=address))
    return client.models.generate_content_stream(model="m", contents="?", config=config)  # type: ignore[no-any-return]


def _cohere(make_client: Any, address: str) -> Iterable[Any]:
    return make_client(base_url=address).chat_stream(model="m", messages=[])  # type: ignore[no-any-return]


def _cohere_v1(make_client: Any, address: str) -> Iterable[Any]:
    return make_client(base_url=address).chat_stream(message="?")  # type: ignore[no-any-return]


def _ollama(make_client: Any, address: str) -> Iterable[Any]:
    client = make_client(host=address)
    yield from client.chat(model="m", messages=[], stream=True)
    client.close()


def _llama_api(client: Any, address: str) -> Iterable[Any]:
    client = client.with_options(base_url=address)
    return client.chat.completions.create(model="m", messages=[], stream=True)  # type: ignore[no-any-return]


def _bedrock(make_client: Any, address: str) -> Iterable[Any]:
    client = make_client(endpoint_url=address)
    yield from client.converse_stream(modelId="m", messages=[])["stream"]
    client.close()


STREAMS: Final[Mapping[str, Ask]] = {
    "anthropic": _anthropic,
    "bedrock": _bedrock,
    "cohere": _cohere,
    "cohere-v1": _cohere_v1,
    "completions": _completions,
    "gemini": _gemini,
    "llama-api": _llama_api,
    "mistral": _mistral,
    "ollama": _ollama,
    "openai": _chat,
    "responses": _responses,
}
"""What asks a client for a stream, by dialect."""


def _chat_helper(client: OpenAI, address: str) -> Iterator[Any]:
    client = client.with_options(base_url=address)
    with client.chat.completions.stream(model="m", messages=[]) as stream:
        yield from stream


def _responses_helper(client: OpenAI, address: str) -> Iterator[Any]:
    client = client.with_options(base_url=address)
    with client.responses.stream(model="m", input="?") as stream:
        yield from stream


def _anthropic_helper(client: Anthropic, address: str) -> Iterator[Any]:
    client = client.with_options(base_url=address)
    with client.messages.stream(model="m", max_tokens=9, messages=[]) as stream:
        yield from stream


HELPERS: Final[Mapping[str, Ask]] = {
    "anthropic": _anthropic_helper,
    "openai": _chat_helper,
    "responses": _responses_helper,
}
"""The same by the helpers that some clients have beside."""


def objects_of(ask: Ask, client: Any, replay: Replay, body: bytes) -> tuple[list[Any], bool]:
    """Return the objects that a client makes of a body, and whether it raised then."""
    found: list[Any] = []
    try:
        found.extend(ask(client, replay.address(body)))
    except _RAISED:
        return found, True
    return found, False
