"""What every finish word means, by dialect: one table, written from the vendors' documents."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

import pytest

from onechunk import (
    Choice,
    Chunk,
    Decoder,
    Encoder,
    Finish,
    FinishReason,
    Text,
    decode,
    encode,
    load_adapters,
)

STOP = FinishReason.STOP
LENGTH = FinishReason.LENGTH
CALLS = FinishReason.TOOL_CALLS
FILTER = FinishReason.CONTENT_FILTER
ERROR = FinishReason.ERROR
PAUSE = FinishReason.PAUSE
CANCELLED = FinishReason.CANCELLED
OTHER = FinishReason.OTHER

_COHERE = {
    "COMPLETE": STOP,
    "STOP_SEQUENCE": STOP,
    "MAX_TOKENS": LENGTH,
    "TOOL_CALL": CALLS,
    "ERROR": ERROR,
    "TIMEOUT": ERROR,
}
_CHAT = {
    "stop": STOP,
    "length": LENGTH,
    "tool_calls": CALLS,
    "function_call": CALLS,
    "content_filter": FILTER,
}

MEANS: Final[Mapping[str, Mapping[str, FinishReason]]] = {
    "anthropic": {
        "end_turn": STOP,
        "stop_sequence": STOP,
        "max_tokens": LENGTH,
        "model_context_window_exceeded": LENGTH,
        "tool_use": CALLS,
        "refusal": FILTER,
        "pause_turn": PAUSE,
        "compaction": PAUSE,
    },
    "bedrock": {
        "end_turn": STOP,
        "stop_sequence": STOP,
        "max_tokens": LENGTH,
        "model_context_window_exceeded": LENGTH,
        "tool_use": CALLS,
        "content_filtered": FILTER,
        "guardrail_intervened": FILTER,
        "malformed_model_output": ERROR,
        "malformed_tool_use": ERROR,
    },
    "cohere": _COHERE,
    "cohere-v1": {
        **_COHERE,
        "ERROR_LIMIT": ERROR,
        "ERROR_TOXIC": FILTER,
        "USER_CANCEL": CANCELLED,
    },
    "completions": {
        "stop": STOP,
        "length": LENGTH,
        "content_filter": FILTER,
        "error": ERROR,
        "abort": CANCELLED,
        "eos": STOP,
        "eos_token": STOP,
        "stop_sequence": STOP,
    },
    "gemini": {
        "STOP": STOP,
        "MAX_TOKENS": LENGTH,
        **dict.fromkeys(
            (
                "SAFETY",
                "RECITATION",
                "LANGUAGE",
                "BLOCKLIST",
                "PROHIBITED_CONTENT",
                "SPII",
                "MODEL_ARMOR",
                "IMAGE_SAFETY",
                "IMAGE_PROHIBITED_CONTENT",
                "IMAGE_RECITATION",
            ),
            FILTER,
        ),
        **dict.fromkeys(
            (
                "MALFORMED_FUNCTION_CALL",
                "UNEXPECTED_TOOL_CALL",
                "TOO_MANY_TOOL_CALLS",
                "MISSING_THOUGHT_SIGNATURE",
                "MALFORMED_RESPONSE",
                "NO_IMAGE",
                "IMAGE_OTHER",
                "OTHER",
            ),
            ERROR,
        ),
        "CONTINUATION": PAUSE,
        "FINISH_REASON_UNSPECIFIED": OTHER,
        "ESCALATION": OTHER,
        "PUP_LIMITED_DISABLED": OTHER,
    },
    "llama": {
        **_CHAT,
        "abort": CANCELLED,
        "error": ERROR,
        "repetition": ERROR,
        "eos": STOP,
        "eos_token": STOP,
        "stop_sequence": STOP,
    },
    "llama-api": {"stop": STOP, "length": LENGTH, "tool_calls": CALLS, "error": ERROR},
    "mistral": {
        "stop": STOP,
        "length": LENGTH,
        "model_length": LENGTH,
        "tool_calls": CALLS,
        "error": ERROR,
    },
    "ollama": {"stop": STOP, "length": LENGTH, "load": OTHER, "unload": OTHER},
    "openai": _CHAT,
    "responses": {
        "completed": STOP,
        "max_output_tokens": LENGTH,
        "content_filter": FILTER,
        "failed": ERROR,
        "cancelled": CANCELLED,
        "max_messages": PAUSE,
        "steered": PAUSE,
    },
}
"""By dialect: every word that a document has, and what it means."""

VENDORS: Final[Mapping[str, Mapping[str, FinishReason]]] = {
    "deepseek": {"insufficient_system_resource": ERROR},
    "huggingface": {"eos_token": STOP, "stop_sequence": STOP},
    "llamacpp": {"tool": CALLS},
    "openrouter": {"error": ERROR},
    "vllm": {"abort": CANCELLED, "error": ERROR, "repetition": ERROR},
    "xai": {"end_turn": STOP},
    "zhipu": {"sensitive": FILTER, "network_error": ERROR, "model_context_window_exceeded": LENGTH},
}
"""Words that vendors have beside those of the dialect that they speak."""

ALIASES: Final = {"mistral-ts": "mistral"}
"""Dialects with the words of another."""

ROOMS: Final = {"cohere-v1": "cohere", "llama-api": "llama_api"}
"""Rooms that are not called as their dialect is."""

CASES: Final = [
    *(
        (dialect, word, reason)
        for dialect, words in MEANS.items()
        for word, reason in words.items()
    ),
    *(
        (vendor, word, reason)
        for vendor, words in VENDORS.items()
        for word, reason in words.items()
    ),
]


def chat(word: str) -> dict[str, Any]:
    """Return a chat chunk that finishes."""
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": word}]}


def response(word: str) -> dict[str, Any]:
    """Return the event that ends a response, with a status or why it is incomplete."""
    said: dict[str, Any] = {"status": word}
    kind = word
    if word not in {"completed", "failed", "cancelled"}:
        said = {"status": "incomplete", "incomplete_details": {"reason": word}}
        kind = "incomplete"
    return {"type": f"response.{kind}", "sequence_number": 1, "response": {"id": "r", **said}}


PAYLOADS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "anthropic": lambda word: {"type": "message_delta", "delta": {"stop_reason": word}},
    "bedrock": lambda word: {"messageStop": {"stopReason": word}},
    "cohere": lambda word: {"type": "message-end", "delta": {"finish_reason": word}},
    "cohere-v1": lambda word: {"event_type": "stream-end", "finish_reason": word},
    "completions": lambda word: {"choices": [{"index": 0, "text": "", "finish_reason": word}]},
    "gemini": lambda word: {"candidates": [{"finishReason": word}]},
    "llama-api": lambda word: {
        "event": {"event_type": "complete", "delta": {"type": "text"}, "stop_reason": word}
    },
    "ollama": lambda word: {"message": {"content": ""}, "done": True, "done_reason": word},
    "responses": response,
}
"""A payload that finishes with a word; of dialects that are not here it is a chat chunk."""


def test_table_is_total() -> None:
    """Every dialect that is installed has its words in the table."""
    dialects = {name for name, adapter in load_adapters().items() if adapter.dialect == name}
    assert {ALIASES.get(name, name) for name in dialects} == {*MEANS}


@pytest.mark.parametrize("dialect", MEANS)
def test_words_of_the_room(dialect: str) -> None:
    """A room knows every documented word, and means by it what the table says."""
    room = ROOMS.get(dialect, dialect)
    reasons = import_module(f"onechunk_adapters.{room}.words").REASONS
    assert {word: reasons.get(word) for word in MEANS[dialect]} == MEANS[dialect]


@pytest.mark.parametrize(("dialect", "word", "reason"), CASES)
def test_reading(dialect: str, word: str, reason: FinishReason) -> None:
    """A word is read as its reason, and goes home as it came."""
    payload = PAYLOADS.get(dialect, chat)(word)
    chunk = decode(dialect, payload)
    assert chunk.choices[0].finish == Finish(reason, word)
    assert encode(dialect, chunk) == payload


@pytest.mark.parametrize("dialect", [*MEANS, *ALIASES])
@pytest.mark.parametrize("reason", FinishReason)
def test_writing(reason: FinishReason, dialect: str) -> None:
    """Away every reason is one of the dialect's own words, or an error, and a change is named."""
    encoder = Encoder(dialect)
    choices = [[Choice(parts=[Text("a")])], [Choice(finish=Finish(reason))]]
    data = b"".join([encoder.feed(Chunk(choices=each)) for each in choices])
    data += encoder.feed(Chunk(done=True)) + encoder.close()
    decoder = Decoder(dialect)
    chunks = decoder.feed(data) + decoder.close()
    said = [x.finish for chunk in chunks for x in chunk.choices if x.finish is not None]
    words = MEANS[ALIASES.get(dialect, dialect)]
    if not said:
        assert reason is ERROR
        assert [chunk.error for chunk in chunks if chunk.error is not None]
        return
    [finish] = said
    assert finish.raw is not None
    assert words[finish.raw] is finish.reason
    changed = {loss.path for loss in encoder.losses if loss.kind == "changed"}
    assert ("$.choices[0].finish.reason" in changed) == (finish.reason is not reason)
