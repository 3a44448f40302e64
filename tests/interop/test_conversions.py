"""Every recording, converted and read by the vendors' own stream readers."""

from __future__ import annotations

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import ResponseValidationError
from openai import OpenAI

from onechunk import FinishReason
from tests.interop.answer import join, until_failure
from tests.interop.clients import ask_chat, ask_completions, ask_mistral
from tests.interop.expected import CHAT, COMPLETIONS, MISTRAL, check
from tests.interop.replay import Replay
from tests.interop.source import CASES, SURROGATES, chunks_of, convert
from tests.support.recordings import Recording

recordings = pytest.mark.parametrize("recording", CASES, ids=lambda recording: recording.id)


@recordings
def test_openai_chat(recording: Recording, replay: Replay, openai_client: OpenAI) -> None:
    """OpenAI's client hears what was said, and raises its own error where that failed."""
    converted = convert(recording, "openai")
    heard = ask_chat(openai_client, replay, converted.body)
    chunks = chunks_of(recording)
    assert heard.failed == join(chunks).broken
    check(CHAT, join(until_failure(chunks)), heard, converted)


@recordings
def test_openai_completions(recording: Recording, replay: Replay, openai_client: OpenAI) -> None:
    """OpenAI's client hears the text as a text completion, and raises where that failed."""
    converted = convert(recording, "completions")
    heard = ask_completions(openai_client, replay, converted.body)
    chunks = chunks_of(recording)
    assert heard.failed == join(chunks).broken
    check(COMPLETIONS, join(until_failure(chunks)), heard, converted)


@recordings
def test_mistral(recording: Recording, replay: Replay, mistral_client: Mistral) -> None:
    """Mistral's client hears what was said, and a finish word where that failed."""
    converted = convert(recording, "mistral")
    if recording.id in SURROGATES:
        with pytest.raises(ResponseValidationError):
            ask_mistral(mistral_client, replay, converted.body)
        return
    heard = ask_mistral(mistral_client, replay, converted.body)
    said = join(chunks_of(recording))
    finished = {answer.finish for answer in said.answers.values()}
    withheld = not finished.isdisjoint({FinishReason.CONTENT_FILTER, FinishReason.CANCELLED})
    assert heard.failed == (said.broken or withheld)
    check(MISTRAL, said, heard, converted)
