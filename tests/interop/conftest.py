"""The server, and the vendors' clients that talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from anthropic import Anthropic
from cohere import Client as CohereClient
from cohere import ClientV2
from google import genai
from google.genai.types import HttpOptions
from httpx import Client
from llama_api_client import LlamaAPIClient
from mistralai.client import Mistral
from ollama import Client as OllamaClient
from openai import OpenAI

from tests.interop.answer import Said
from tests.interop.replay import Replay, serve
from tests.interop.targets import TARGETS

SECONDS = 20
"""How long a client waits: nothing here is slow, but the machine may be."""


@pytest.fixture(scope="session")
def replay() -> Iterator[Replay]:
    """A running server."""
    with serve() as replay:
        yield replay


@pytest.fixture(scope="session")
def openai_client(replay: Replay) -> Iterator[OpenAI]:
    """OpenAI's client; the address is each call's own."""
    with OpenAI(api_key="none", base_url=replay.address(b""), max_retries=0) as client:
        yield client


@pytest.fixture(scope="session")
def mistral_client(replay: Replay) -> Iterator[Mistral]:
    """Mistral's client; the address is each call's own."""
    with Mistral(api_key="none", server_url=replay.address(b"")) as client:
        yield client


@pytest.fixture(scope="session")
def anthropic_client(replay: Replay) -> Iterator[Anthropic]:
    """Anthropic's client; the address is each call's own."""
    address = replay.address(b"")
    with Anthropic(api_key="none", base_url=address, max_retries=0, timeout=SECONDS) as client:
        yield client


@pytest.fixture(scope="session")
def gemini_client() -> Iterator[genai.Client]:
    """Google's client; the address is each call's own."""
    options = HttpOptions(timeout=SECONDS * 1000)
    with genai.Client(api_key="none", http_options=options) as client:
        yield client


@pytest.fixture(scope="session")
def llama_client(replay: Replay) -> Iterator[LlamaAPIClient]:
    """Meta's client; the address is each call's own."""
    address = replay.address(b"")
    with LlamaAPIClient(api_key="none", base_url=address, max_retries=0, timeout=SECONDS) as client:
        yield client


@pytest.fixture(scope="session")
def cohere_client() -> Iterator[Callable[..., ClientV2]]:
    """Make Cohere's client for an address."""
    with Client(timeout=SECONDS) as client:
        yield partial(ClientV2, "none", httpx_client=client, max_retries=0)


@pytest.fixture(scope="session")
def cohere_v1_client() -> Iterator[Callable[..., CohereClient]]:
    """Make Cohere's old client for an address."""
    with Client(timeout=SECONDS) as client:
        yield partial(CohereClient, "none", httpx_client=client, max_retries=0)


@pytest.fixture(scope="session")
def ollama_client() -> Callable[..., OllamaClient]:
    """Make Ollama's client for an address; nothing is encrypted on loopback."""
    return partial(OllamaClient, timeout=SECONDS, verify=False)


@pytest.fixture(scope="session")
def bedrock_client() -> Callable[..., Any]:
    """Make a client of Bedrock for an address, which signs with a dummy's key."""
    session = import_module("botocore.session").Session()
    config = import_module("botocore.config").Config(
        retries={"total_max_attempts": 1}, read_timeout=SECONDS, connect_timeout=SECONDS
    )
    return partial(
        session.create_client,
        "bedrock-runtime",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106 - a dummy
        config=config,
    )


@pytest.fixture
def ask(request: pytest.FixtureRequest, replay: Replay) -> Callable[[str, bytes], Said]:
    """Ask the client of a dialect what it makes of a body."""

    def ask(target: str, body: bytes) -> Said:
        client = request.getfixturevalue(TARGETS[target].client)
        return TARGETS[target].ask(client, replay, body)

    return ask
