"""The clients by dialect, and which of the dialects are installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, Final

from attrs import field, frozen
from mistralai.client.errors import ResponseValidationError

from tests.interop.answer import Said
from tests.interop.clients import ask_chat, ask_completions, ask_mistral
from tests.interop.clients_events import (
    ask_anthropic,
    ask_bedrock,
    ask_cohere,
    ask_responses,
)
from tests.interop.clients_records import (
    ask_cohere_v1,
    ask_gemini,
    ask_llama_api,
    ask_ollama,
)
from tests.interop.readers import (
    ANTHROPIC,
    BEDROCK,
    CHAT,
    COHERE,
    COHERE_V1,
    COMPLETIONS,
    GEMINI,
    LLAMA_API,
    MISTRAL,
    OLLAMA,
    RESPONSES,
    Reader,
)
from tests.interop.replay import Replay
from tests.interop.source import SURROGATES

__all__ = ["FAMILY", "INSTALLED", "TARGETS", "Target"]


@frozen
class Target:
    """A dialect that is written, as its vendor's client reads it.

    Attributes:
        ask: What the client makes of a body.
        client: The fixture of the client, or of what makes one.
        reader: What must be heard.
        refused: What the client raises, by recording, at what is told as it came: half a character,
            which is legal JSON, or arguments that the model wrote wrong.
    """

    ask: Callable[[Any, Replay, bytes], Said]
    client: str
    reader: Reader
    refused: Mapping[str, type[Exception]] = field(factory=dict[str, type[Exception]])


_HALF_AT_MISTRAL: dict[str, type[Exception]] = dict.fromkeys(SURROGATES, ResponseValidationError)
_ODD_ARGUMENTS: dict[str, type[Exception]] = dict.fromkeys(
    (
        "anthropic/tool-use-with-odd-numbers-in-arguments",
        "bedrock/malformed-tool-use",
        "bedrock/numbers-huge-and-odd-arguments",
        "openai/lone-surrogate-halves",
        "responses/function-call-with-namespace-and-odd-arguments",
    ),
    ValueError,
)

TARGETS: Final[Mapping[str, Target]] = {
    "anthropic": Target(ask_anthropic, "anthropic_client", ANTHROPIC, _ODD_ARGUMENTS),
    "bedrock": Target(ask_bedrock, "bedrock_client", BEDROCK),
    "cohere": Target(ask_cohere, "cohere_client", COHERE),
    "cohere-v1": Target(ask_cohere_v1, "cohere_v1_client", COHERE_V1),
    "completions": Target(ask_completions, "openai_client", COMPLETIONS),
    "gemini": Target(ask_gemini, "gemini_client", GEMINI),
    "llama-api": Target(ask_llama_api, "llama_client", LLAMA_API),
    "mistral": Target(ask_mistral, "mistral_client", MISTRAL, _HALF_AT_MISTRAL),
    "ollama": Target(ask_ollama, "ollama_client", OLLAMA),
    "openai": Target(ask_chat, "openai_client", CHAT),
    "responses": Target(ask_responses, "openai_client", RESPONSES),
}

FAMILY: Final[Mapping[str, str]] = {"llama": "openai", "mistral-ts": "mistral"}
"""Dialects whose readers are another's: a server of Llama models is asked with OpenAI's client."""

_NAMES: Final = frozenset(point.name for point in entry_points(group="onechunk.adapters"))

INSTALLED: Final = [name for name in TARGETS if name in _NAMES]
"""Those that have an adapter."""
