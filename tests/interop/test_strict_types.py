"""Every payload of every conversion, judged by the vendors' own types in their strictest mode."""

from __future__ import annotations

import pytest
from mistralai.client.models import CompletionChunk
from openai.types import Completion
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel, ValidationError

from tests.interop.source import CASES, SURROGATES, convert
from tests.support.recordings import Recording

recordings = pytest.mark.parametrize(
    "recording",
    [recording for recording in CASES if recording.id not in SURROGATES],
    ids=lambda recording: recording.id,
)

Fault = tuple[str, str]
"""Path without numbers, and pydantic's word for what is wrong."""

USAGE = {
    # A count that the source did not give is not made up.
    ("usage.prompt_tokens", "missing"),
    ("usage.completion_tokens", "missing"),
    ("usage.total_tokens", "missing"),
}
NULLS = {
    # OpenAI's own streams send these nulls; its types do not know of them.
    ("choices.finish_reason", "literal_error"),
    ("choices.logprobs.token_logprobs", "float_type"),
    ("choices.logprobs.top_logprobs", "dict_type"),
}


def faults(model: type[BaseModel], payload: bytes) -> dict[Fault, object]:
    """Return what *model* has against *payload*, and the value at fault."""
    try:
        model.model_validate_json(payload, strict=True)
    except ValidationError as error:
        return {
            (".".join(step for step in each["loc"] if isinstance(step, str)), each["type"]): each[
                "input"
            ]
            for each in error.errors()
        }
    return {}


@recordings
def test_openai_chat(recording: Recording) -> None:
    """OpenAI's chat chunk is met to the letter."""
    for payload in convert(recording, "openai").payloads:
        assert faults(ChatCompletionChunk, payload).keys() <= USAGE


@recordings
def test_openai_completions(recording: Recording) -> None:
    """OpenAI's text completion is met but for the nulls that OpenAI sends itself."""
    for payload in convert(recording, "completions").payloads:
        found = faults(Completion, payload)
        assert found.keys() <= USAGE | NULLS
        assert all(value is None for fault, value in found.items() if fault in NULLS)


@recordings
def test_mistral(recording: Recording) -> None:
    """Mistral's chunk is met to the letter."""
    for payload in convert(recording, "mistral").payloads:
        assert faults(CompletionChunk, payload) == {}
