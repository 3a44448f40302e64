"""The clients of event dialects, asked with streams that were written by hand."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

import pytest

from onechunk import load_adapters
from tests.interop.answer import Call, Said
from tests.interop.targets import FAMILY, TARGETS
from tests.support.event_streams import ANSWERS, ERRORS, write

Ask = Callable[[str, bytes], Said]

COUNTS = {"input_tokens": 7, "output_tokens": 9}
USAGE = {
    "anthropic": COUNTS | {"cached_input_tokens": 2},
    "bedrock": COUNTS | {"cached_input_tokens": 2, "total_tokens": 16},
    "cohere": COUNTS | {"cached_input_tokens": 2},
    "cohere-v1": COUNTS | {"cached_input_tokens": 2},
    "gemini": COUNTS | {"cached_input_tokens": 2, "total_tokens": 16, "reasoning_tokens": 4},
    "llama-api": COUNTS | {"total_tokens": 16},
    "ollama": COUNTS,
    "responses": COUNTS
    | {"cached_input_tokens": 2, "cache_write_tokens": 0}
    | {"total_tokens": 16, "reasoning_tokens": 4},
}

MODELLESS = {"bedrock", "cohere", "cohere-v1", "llama-api"}


def test_every_dialect_has_a_client() -> None:
    """What any installed dialect writes is read by a client."""
    names = {point.name for point in entry_points(group="onechunk.adapters")}
    assert names <= {*load_adapters()}
    assert {FAMILY.get(name, name) for name in names} <= {*TARGETS}


@pytest.mark.parametrize("target", ANSWERS)
def test_whole_answer(target: str, ask: Ask) -> None:
    """Text, both calls, finish and usage are heard; an id and a model where there are any."""
    said = ask(target, write(target, ANSWERS[target]()))
    answer = said.answers[0]
    assert (answer.text, answer.words) == ("Héllo", "Héllo")
    calls = [(call.id, call.name, call.value) for call in answer.calls]
    ids = ["call_1", "call_2"] if TARGETS[target].reader.ids else [None, None]
    assert calls == [(ids[0], "tool_1", {"a": 1}), (ids[1], "tool_2", {})]
    assert TARGETS[target].reader.meaning(answer) == "tool_calls"
    assert answer.finish == TARGETS[target].reader.words["tool_calls"]
    assert said.usage == USAGE[target]
    assert said.usage.keys() <= TARGETS[target].reader.counts
    assert said.id == (None if target in {"bedrock", "ollama"} else "id_1")
    assert said.model == (None if target in MODELLESS else "model-1")
    assert said.ended == (target != "gemini")
    assert not said.failed


@pytest.mark.parametrize("target", ANSWERS)
def test_error(target: str, ask: Ask) -> None:
    """An error in mid-stream is noted, and what came before it is heard."""
    events = ANSWERS[target]()
    said_at = [number for number, event in enumerate(events) if "llo" in str(event)]
    events[said_at[0] + 1 :] = ERRORS[target]
    said = ask(target, write(target, events))
    assert said.failed
    assert said.answers[0].text == "Héllo"
    assert said.answers[0].calls == []


@pytest.mark.parametrize("target", ANSWERS)
def test_call_without_arguments(target: str, ask: Ask) -> None:
    """The second call has no arguments at all, which is the empty object."""
    call = ask(target, write(target, ANSWERS[target]())).answers[0].calls[1]
    assert call in (
        Call(call.id, "tool_2", whole={}),
        Call(call.id, "tool_2", "{}"),
    )
