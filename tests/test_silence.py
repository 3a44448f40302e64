"""Residue says nothing only where its own dialect has it; elsewhere a key of that name does."""

import json
from typing import Any

import pytest

from onechunk import Chunk, decode, encode, load_adapters, losses
from tests.support.families import of_choices
from tests.test_bad_input import DIALECTS, good
from tests.test_every_loss import TARGETS

KEYS = sorted(
    {key for adapter in load_adapters().values() for key in adapter.meaningless}
    | {key for adapter in load_adapters().values() for key, _ in adapter.constants}
)
"""Keys that say nothing somewhere."""


def lost(target: str, chunk: Chunk) -> dict[str, Any]:
    """Return what is dropped, by path."""
    return {loss.path: loss.value for loss in losses(target, chunk) if loss.kind == "dropped"}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", sorted(load_adapters()))
def test_keys_that_say_nothing_elsewhere(source: str, target: str) -> None:
    """Below a key that nobody knows, no key is padding."""
    if load_adapters()[source].name == load_adapters()[target].name:
        return
    payload: dict[str, Any] = json.loads(good(source)) if source in DIALECTS else {}
    # Every event of Bedrock is padded, whatever its kind.
    for key in KEYS if source != "bedrock" else [each for each in KEYS if each != "p"]:
        chunk = decode(source, {**payload, "zz": {key: "hum"}, "zy": [{key: 7}]})
        found = lost(target, chunk)
        assert found[f"$.extra.zz.{key}"] == "hum"
        assert found["$.extra.zy"] == [{key: 7}]


@pytest.mark.parametrize("target", [*TARGETS, "mistral-ts", "llama-api"])
@pytest.mark.parametrize("key", KEYS)
def test_keys_of_the_target(key: str, target: str) -> None:
    """What the target pads or builds its events with, an app may have said as well."""
    if target == "openai":
        return
    call = {"index": 0, "function": {"arguments": "{", key: "hum"}}
    choice = {
        "index": 0,
        key: "hum",
        "delta": {"content": "a", "tool_calls": [call], "zz": {key: 7}},
    }
    chunk = decode("openai", {"choices": [choice], "zz": {key: "hum"}})
    del chunk.choices[0].parts[0]
    known = {"index": {"choices[0]"}}.get(key, set())
    found = lost(target, chunk)

    assert found[f"$.extra.zz.{key}"] == "hum"
    assert found[f"$.choices[0].extra.delta.zz.{key}"] == 7
    assert known or key == "obfuscation" or found[f"$.choices[0].extra.{key}"] == "hum"


TYPES: list[tuple[str, dict[str, Any], str, Any]] = [
    (
        "openai",
        {"choices": [{"delta": {"annotations": [{"type": "file_path", "file": {}}]}}]},
        "$.choices[0].parts[0].extra.type",
        "file_path",
    ),
    (
        "openrouter",
        {"choices": [{"delta": {"reasoning_details": [{"type": "reasoning.tool_plan"}]}}]},
        "$.choices[0].parts[0].extra.type",
        "reasoning.tool_plan",
    ),
    ("anthropic", {"type": "scent", "index": 0}, "$.extra.type", "scent"),
    (
        "cohere",
        {"type": "tool-call-start", "delta": {"message": {"tool_calls": {"type": "scent"}}}},
        "$.extra.delta.message.tool_calls.type",
        "scent",
    ),
    (
        "cohere",
        {"type": "citation-start", "delta": {"message": {"citations": {"type": "PLAN"}}}},
        "$.extra.delta.message.citations.type",
        "PLAN",
    ),
    ("llama-api", {"event": {"event_type": "scent"}}, "$.extra.event.event_type", "scent"),
    ("cohere-v1", {"event_type": "scent"}, "$.extra.event_type", "scent"),
    ("responses", {"type": "response.scent.delta"}, "$.extra.type", "response.scent.delta"),
]


@pytest.mark.parametrize("target", ["mistral", "ollama", "gemini"])
@pytest.mark.parametrize(("source", "payload", "path", "word"), TYPES)
def test_kinds_that_no_class_understands(
    source: str, payload: dict[str, Any], path: str, word: str, target: str
) -> None:
    """The kind of what is known says no more than its class; that of anything else is lost."""
    assert lost(target, decode(source, payload))[path] == word


@pytest.mark.parametrize("target", of_choices())
def test_nothing_is_lost_of_what_frames(target: str) -> None:
    """What an event says of itself only is no loss."""
    events: list[tuple[str, Any]] = [
        ("anthropic", {"type": "content_block_stop", "index": 3}),
        ("anthropic", {"type": "ping"}),
        ("cohere", {"type": "content-end", "index": 3}),
        ("bedrock", {"contentBlockStop": {"contentBlockIndex": 3, "p": "abc"}}),
        ("bedrock", {"glow": {"p": "abc"}}),
        ("llama-api", {"event": {"event_type": "progress", "delta": {"type": "text"}}}),
        ("ollama", {"created_at": "2024-05-28T06:38:21Z", "done": False}),
        ("openai", {"object": "chat.completion.chunk", "obfuscation": "x", "choices": []}),
    ]
    for source, payload in events:
        if load_adapters()[source].dialect == load_adapters()[target].dialect:
            continue
        chunk = decode(source, payload)
        assert lost(target, chunk) == {}
        assert encode(source, chunk) == payload
