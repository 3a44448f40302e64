"""The server, and the vendors' clients that talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mistralai.client import Mistral
from openai import OpenAI

from tests.interop.replay import Replay, serve


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
