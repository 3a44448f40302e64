"""What strict readers demand of the dialects whose streams are events in an order of their own."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.support.legal_bedrock import check_bedrock
from tests.support.legal_blocks import check_anthropic, check_cohere
from tests.support.legal_cohere_v1 import check_cohere_v1
from tests.support.legal_records import check_gemini, check_llama_api, check_ollama
from tests.support.legal_responses import check_responses

__all__ = ["EVENT_TARGETS", "check_legal_events"]

_CHECKS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "anthropic": check_anthropic,
    "bedrock": check_bedrock,
    "cohere": check_cohere,
    "cohere-v1": check_cohere_v1,
    "gemini": check_gemini,
    "llama-api": check_llama_api,
    "ollama": check_ollama,
    "responses": check_responses,
}

EVENT_TARGETS: Final = frozenset(_CHECKS)


def check_legal_events(data: bytes, target: str) -> None:
    """Assert that a stream obeys every rule of its readers."""
    _CHECKS[target](data)
