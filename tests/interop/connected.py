"""The vendors' clients on a transport of ours: how each is made, asked, and read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from inspect import isawaitable
from typing import Any, Final

import anthropic
import cohere
import httpx
import httpx2
import llama_api_client
import ollama
import openai
from attrs import field, frozen
from cohere.core import ApiError as CohereError
from google import genai
from google.genai.errors import APIError as GeminiError
from google.genai.types import HttpOptions
from llama_api_client import AsyncLlamaAPIClient, LlamaAPIClient
from mistralai.client import Mistral
from mistralai.client.errors import MistralError

import onechunk.httpx
import onechunk.httpx2
from tests.support.upstream import SECONDS

__all__ = ["SDKS", "HandedOn", "Sdk", "connected", "connected_async", "texts", "texts_async"]


class HandedOn(Exception):  # noqa: N818 - the client raises nothing: this is what its user sees
    """The client hands on that an answer failed, as it hands on all else."""


@frozen
class Sdk:
    """A vendor's client.

    Attributes:
        target: The dialect that it reads.
        library: What it sends requests with.
        make: Makes it of the library's client and the address of the server.
        make_async: The same of the library's async client.
        stream: Asks it for a stream.
        text: What an item of the stream says.
        whole: The text of an answer that comes whole.
        errors: What it raises where the server says that something went wrong.
        statuses: What it raises for an HTTP status, where that has a class of its own.
        stream_async: Asks the async client for a stream, where that is another method.
        owns: True if it makes its library's client itself, of the transport.
    """

    target: str
    library: Any
    make: Callable[[Any, str], Any]
    make_async: Callable[[Any, str], Any]
    stream: Callable[[Any], Any]
    text: Callable[[Any], str]
    whole: Callable[[Any], str]
    errors: tuple[type[Exception], ...]
    statuses: dict[int, type[Exception]] = field(factory=dict[int, type[Exception]])
    stream_async: Callable[[Any], Any] | None = None
    owns: bool = False

    @property
    def transports(self) -> Any:
        """The module of ours for its library."""
        return onechunk.httpx if self.library is httpx else onechunk.httpx2


@contextmanager
def connected(sdk: Sdk, source: str, url: str, **options: Any) -> Generator[Any]:
    """Give the client of a server that speaks *source*."""
    # Nothing is encrypted on loopback, and certificates take long to load.
    plain = sdk.library.HTTPTransport(verify=False)
    transport = sdk.transports.Transport(source, sdk.target, plain, **options)
    if sdk.owns:
        with closing(sdk.make(transport, url)) as client:
            yield client
        return
    with sdk.library.Client(transport=transport, trust_env=False, timeout=SECONDS) as client:
        yield sdk.make(client, url)


@asynccontextmanager
async def connected_async(sdk: Sdk, source: str, url: str, **options: Any) -> AsyncGenerator[Any]:
    """Give the async client of a server that speaks *source*."""
    plain = sdk.library.AsyncHTTPTransport(verify=False)
    transport = sdk.transports.AsyncTransport(source, sdk.target, plain, **options)
    if sdk.owns:
        client = sdk.make_async(transport, url)
        try:
            yield client
        finally:
            await client.close()
        return
    async with sdk.library.AsyncClient(
        transport=transport, trust_env=False, timeout=SECONDS
    ) as client:
        yield sdk.make_async(client, url)


def texts(sdk: Sdk, client: Any) -> Generator[str]:
    """Stream an answer: a text for each item, which may be empty."""
    stream = sdk.stream(client)
    with stream if hasattr(stream, "__exit__") else closing(stream) as items:
        for item in items:
            yield sdk.text(item)


async def texts_async(sdk: Sdk, client: Any) -> AsyncGenerator[str]:
    """Stream an answer, as `texts`."""
    stream = (sdk.stream_async or sdk.stream)(client)
    if isawaitable(stream):
        stream = await stream
    async with stream if hasattr(stream, "__aexit__") else aclosing(stream) as items:
        async for item in items:
            yield sdk.text(item)


_KEY: Final[dict[str, Any]] = {"api_key": "none", "max_retries": 0}
_CHAT: Final[dict[str, Any]] = {"model": "m", "messages": []}
_ASKED: Final[dict[str, Any]] = {"model": "m", "contents": "?"}


def _response_text(event: Any) -> str:
    if event.type == "response.failed":
        raise HandedOn(event.response.error.message)
    return event.delta if event.type == "response.output_text.delta" else ""


def _mistral_text(event: Any) -> str:
    choices: Any = event.data.choices
    if any(choice.finish_reason == "error" for choice in choices):
        raise HandedOn
    contents = [choice.delta.content for choice in choices]
    return "".join(content for content in contents if isinstance(content, str))


def _gemini_text(record: Any) -> str:
    found = [each.content for each in record.candidates or () if each.content is not None]
    parts = [part for content in found for part in content.parts or ()]
    return "".join(part.text or "" for part in parts if not part.thought)


def _cohere_text(event: Any) -> str:
    if event.type == "message-end" and event.delta.finish_reason == "ERROR":
        raise HandedOn(event.delta.error)
    return (event.delta.message.content.text or "") if event.type == "content-delta" else ""


def _cohere_v1_text(event: Any) -> str:
    if event.event_type == "stream-end" and event.finish_reason == "ERROR":
        raise HandedOn
    return event.text if event.event_type == "text-generation" else ""


def _blocks(content: Any) -> str:
    return "".join(block.text for block in content or () if block.type == "text")


def _openai(http: Any, url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=url, http_client=http, **_KEY)


def _openai_async(http: Any, url: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=url, http_client=http, **_KEY)


def _gemini(url: str, **client: Any) -> genai.Client:
    """Return the client, whose other half, async or not, loads no certificates either."""
    plain: Any = {"client_args": {"verify": False}, "async_client_args": {"verify": False}}
    return genai.Client(api_key="none", http_options=HttpOptions(base_url=url, **client, **plain))


def _whole_response(client: Any) -> str:
    text: str = client.responses.create(model="m", input="").output_text
    return text


def _statuses(package: Any) -> dict[int, type[Exception]]:
    """Return the classes of packages that the same generator made."""
    return {
        400: package.BadRequestError,
        401: package.AuthenticationError,
        403: package.PermissionDeniedError,
        404: package.NotFoundError,
        429: package.RateLimitError,
        500: package.InternalServerError,
    }


_OPENAI: Final[dict[str, Any]] = {
    "library": httpx2,
    "make": _openai,
    "make_async": _openai_async,
    "errors": (openai.APIError,),
    "statuses": _statuses(openai),
}
_COHERE: Final[dict[str, Any]] = {
    "library": httpx,
    "errors": (CohereError,),
    "statuses": {
        400: cohere.BadRequestError,
        401: cohere.UnauthorizedError,
        403: cohere.ForbiddenError,
        404: cohere.NotFoundError,
        429: cohere.TooManyRequestsError,
        500: cohere.InternalServerError,
    },
}

_ALL: Final = (
    Sdk(
        "openai",
        stream=lambda client: client.chat.completions.create(**_CHAT, stream=True),
        text=lambda chunk: "".join(each.delta.content or "" for each in chunk.choices),
        whole=lambda client: client.chat.completions.create(**_CHAT).choices[0].message.content,
        **_OPENAI,
    ),
    Sdk(
        "completions",
        stream=lambda client: client.completions.create(model="m", prompt="", stream=True),
        text=lambda chunk: "".join(each.text for each in chunk.choices),
        whole=lambda client: client.completions.create(model="m", prompt="").choices[0].text,
        **_OPENAI,
    ),
    Sdk(
        "responses",
        stream=lambda client: client.responses.create(model="m", input="", stream=True),
        text=_response_text,
        whole=_whole_response,
        **_OPENAI,
    ),
    Sdk(
        "anthropic",
        httpx2,
        lambda http, url: anthropic.Anthropic(base_url=url, http_client=http, **_KEY),
        lambda http, url: anthropic.AsyncAnthropic(base_url=url, http_client=http, **_KEY),
        lambda client: client.messages.stream(max_tokens=9, **_CHAT),
        lambda event: event.text if event.type == "text" else "",
        lambda client: _blocks(client.messages.create(max_tokens=9, **_CHAT).content),
        (anthropic.APIError,),
        _statuses(anthropic),
    ),
    Sdk(
        "mistral",
        httpx2,
        lambda http, url: Mistral(api_key="none", server_url=url, client=http),
        lambda http, url: Mistral(api_key="none", server_url=url, async_client=http),
        lambda client: client.chat.stream(**_CHAT),
        _mistral_text,
        lambda client: client.chat.complete(**_CHAT).choices[0].message.content,
        (MistralError,),
        stream_async=lambda client: client.chat.stream_async(**_CHAT),
    ),
    Sdk(
        "gemini",
        httpx2,
        lambda http, url: _gemini(url, httpx_client=http),
        lambda http, url: _gemini(url, httpx_async_client=http).aio,
        lambda client: client.models.generate_content_stream(**_ASKED),
        _gemini_text,
        lambda client: client.models.generate_content(**_ASKED).text,
        (GeminiError,),
    ),
    Sdk(
        "cohere",
        make=lambda http, url: cohere.ClientV2(base_url=url, httpx_client=http, **_KEY),
        make_async=lambda http, url: cohere.AsyncClientV2(base_url=url, httpx_client=http, **_KEY),
        stream=lambda client: client.chat_stream(**_CHAT),
        text=_cohere_text,
        whole=lambda client: _blocks(client.chat(**_CHAT).message.content),
        **_COHERE,
    ),
    Sdk(
        "cohere-v1",
        make=lambda http, url: cohere.Client(base_url=url, httpx_client=http, **_KEY),
        make_async=lambda http, url: cohere.AsyncClient(base_url=url, httpx_client=http, **_KEY),
        stream=lambda client: client.chat_stream(message="?"),
        text=_cohere_v1_text,
        whole=lambda client: client.chat(message="?").text,
        **_COHERE,
    ),
    Sdk(
        "ollama",
        httpx,
        lambda transport, url: ollama.Client(url, transport=transport, timeout=SECONDS),
        lambda transport, url: ollama.AsyncClient(url, transport=transport, timeout=SECONDS),
        lambda client: client.chat(stream=True, **_CHAT),
        lambda line: line.message.content or "",
        lambda client: client.chat(**_CHAT).message.content,
        (ollama.ResponseError,),
        owns=True,
    ),
    Sdk(
        "llama-api",
        httpx,
        lambda http, url: LlamaAPIClient(base_url=url, http_client=http, **_KEY),
        lambda http, url: AsyncLlamaAPIClient(base_url=url, http_client=http, **_KEY),
        lambda client: client.chat.completions.create(stream=True, **_CHAT),
        lambda chunk: chunk.event.delta.text if chunk.event.delta.type == "text" else "",
        lambda client: client.chat.completions.create(**_CHAT).completion_message.content,
        (llama_api_client.APIError,),
        _statuses(llama_api_client),
    ),
)

SDKS: Final = {sdk.target: sdk for sdk in _ALL}
"""By the dialect that they read."""
