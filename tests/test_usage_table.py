"""Where every dialect's counts stand, and what each includes: one table."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from attrs import asdict, frozen

from onechunk import (
    Choice,
    Chunk,
    Encoder,
    Finish,
    FinishReason,
    Text,
    Usage,
    decode,
    encode,
    load_adapters,
)
from onechunk.mapping import is_list, is_object
from tests.support.frames import payloads

Object = dict[str, Any]


@frozen
class Row:
    """Usage as one dialect says it.

    Attributes:
        payload: A chunk that says it.
        where: Keys that lead to the object with the counts.
        usage: The same in canonical numbers.
        cached_inside: True if the input number includes what was cached; None if no number tells.
        reasoning_inside: True if the output number includes reasoning; None as above.
        input: Key of the input number in the object.
        output: Key of the output number.
    """

    payload: Object
    where: tuple[str, ...]
    usage: Usage
    cached_inside: bool | None
    reasoning_inside: bool | None
    input: str
    output: str


def chat(usage: Object) -> Object:
    """Return a chat chunk with usage alone."""
    return {"choices": [], "usage": usage}


PLAIN: Final = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
CACHED: Final = {"prompt_tokens_details": {"cached_tokens": 4}}
REASONED: Final = {"completion_tokens_details": {"reasoning_tokens": 3}}
ALL: Final = Usage(10, 7, 17, cached_input_tokens=4, reasoning_tokens=3)

CHAT: Final = Row(
    chat({**PLAIN, **CACHED, **REASONED}),
    ("usage",),
    ALL,
    cached_inside=True,
    reasoning_inside=True,
    input="prompt_tokens",
    output="completion_tokens",
)

TABLE: Final[Mapping[str, Row]] = {
    "anthropic": Row(
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {
                "input_tokens": 4,
                "cache_read_input_tokens": 4,
                "cache_creation_input_tokens": 2,
                "output_tokens": 7,
                "output_tokens_details": {"thinking_tokens": 3},
            },
        },
        ("usage",),
        Usage(10, 7, None, 4, 2, 3),
        cached_inside=False,
        reasoning_inside=True,
        input="input_tokens",
        output="output_tokens",
    ),
    "bedrock": Row(
        {
            "metadata": {
                "usage": {
                    "inputTokens": 4,
                    "outputTokens": 7,
                    "totalTokens": 17,
                    "cacheReadInputTokens": 4,
                    "cacheWriteInputTokens": 2,
                }
            }
        },
        ("metadata", "usage"),
        Usage(10, 7, 17, 4, 2),
        cached_inside=False,
        reasoning_inside=None,
        input="inputTokens",
        output="outputTokens",
    ),
    "cohere": Row(
        {
            "type": "message-end",
            "delta": {
                "finish_reason": "COMPLETE",
                "usage": {"tokens": {"input_tokens": 10, "output_tokens": 7}, "cached_tokens": 4},
            },
        },
        ("delta", "usage", "tokens"),
        Usage(10, 7, cached_input_tokens=4),
        cached_inside=True,
        reasoning_inside=None,
        input="input_tokens",
        output="output_tokens",
    ),
    "cohere-v1": Row(
        {
            "event_type": "stream-end",
            "finish_reason": "COMPLETE",
            "response": {"meta": {"tokens": {"input_tokens": 10, "output_tokens": 7}}},
        },
        ("response", "meta", "tokens"),
        Usage(10, 7),
        cached_inside=None,
        reasoning_inside=None,
        input="input_tokens",
        output="output_tokens",
    ),
    "completions": CHAT,
    "gemini": Row(
        {
            "usageMetadata": {
                "promptTokenCount": 10,
                "candidatesTokenCount": 4,
                "totalTokenCount": 17,
                "cachedContentTokenCount": 4,
                "thoughtsTokenCount": 3,
            }
        },
        ("usageMetadata",),
        ALL,
        cached_inside=True,
        reasoning_inside=False,
        input="promptTokenCount",
        output="candidatesTokenCount",
    ),
    "llama": CHAT,
    "llama-api": Row(
        {
            "event": {
                "event_type": "metrics",
                "delta": {"type": "text", "text": ""},
                "metrics": [
                    {"metric": "num_completion_tokens", "value": 7, "unit": "tokens"},
                    {"metric": "num_prompt_tokens", "value": 10, "unit": "tokens"},
                    {"metric": "num_total_tokens", "value": 17, "unit": "tokens"},
                ],
            }
        },
        ("event", "metrics"),
        Usage(10, 7, 17),
        cached_inside=None,
        reasoning_inside=None,
        input="num_prompt_tokens",
        output="num_completion_tokens",
    ),
    "mistral": CHAT,
    "ollama": Row(
        {
            "message": {"content": ""},
            "done": True,
            "done_reason": "stop",
            "prompt_eval_count": 10,
            "eval_count": 7,
        },
        (),
        Usage(10, 7),
        cached_inside=None,
        reasoning_inside=None,
        input="prompt_eval_count",
        output="eval_count",
    ),
    "openai": CHAT,
    "responses": Row(
        {
            "type": "response.completed",
            "sequence_number": 9,
            "response": {
                "id": "r",
                "status": "completed",
                "usage": {
                    "input_tokens": 10,
                    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
                    "output_tokens": 7,
                    "output_tokens_details": {"reasoning_tokens": 3},
                    "total_tokens": 17,
                },
            },
        },
        ("response", "usage"),
        Usage(10, 7, 17, 4, 2, 3),
        cached_inside=True,
        reasoning_inside=True,
        input="input_tokens",
        output="output_tokens",
    ),
}
"""Every dialect."""

ALIASES: Final = {"mistral-ts": "mistral"}
"""Dialects that say it as another does, under other names."""


def counts(usage: Usage | None) -> dict[str, int]:
    """Return the numbers that are said."""
    said = {} if usage is None else asdict(usage)
    said.pop("extra", None)
    return {name: count for name, count in said.items() if count is not None}


def stands_at(payload: Any, where: tuple[str, ...]) -> Object:
    """Return the object with the counts; a list of metrics is one by their names."""
    for key in where:
        payload = (payload.get(key) or {}) if is_object(payload) else {}
    if is_list(payload):
        return {each["metric"]: each["value"] for each in payload}
    return payload if is_object(payload) else {}


def test_table_is_total() -> None:
    """Every dialect that is installed has a row."""
    dialects = {name for name, adapter in load_adapters().items() if adapter.dialect == name}
    assert {ALIASES.get(name, name) for name in dialects} == {*TABLE}


@pytest.mark.parametrize("dialect", TABLE)
def test_reading(dialect: str) -> None:
    """The canonical numbers are totals: input with what was cached, output with reasoning."""
    row = TABLE[dialect]
    said = counts(decode(dialect, row.payload).usage)
    assert said == counts(row.usage)
    wire = stands_at(row.payload, row.where)
    apart = said.get("cached_input_tokens", 0) + said.get("cache_write_tokens", 0)
    assert said["input_tokens"] == wire[row.input] + (apart if row.cached_inside is False else 0)
    reasoning = said.get("reasoning_tokens", 0) if row.reasoning_inside is False else 0
    assert said["output_tokens"] == wire[row.output] + reasoning
    assert (row.cached_inside is None) == ("cached_input_tokens" not in said)
    assert (row.reasoning_inside is None) == ("reasoning_tokens" not in said)


@pytest.mark.parametrize("dialect", TABLE)
def test_home(dialect: str) -> None:
    """The numbers go home as they came, and an edit of a total changes the vendor's number."""
    row = TABLE[dialect]
    chunk = decode(dialect, row.payload)
    assert encode(dialect, chunk) == row.payload
    assert chunk.usage is not None
    chunk.usage.input_tokens = 110
    chunk.usage.output_tokens = 207
    wire = stands_at(row.payload, row.where)
    edited = stands_at(encode(dialect, chunk), row.where)
    assert edited[row.input] == wire[row.input] + 100
    assert edited[row.output] == wire[row.output] + 200


@pytest.mark.parametrize("dialect", TABLE)
def test_away(dialect: str) -> None:
    """What another dialect counted is written once, in the vendor's place and numbers."""
    row = TABLE[dialect]
    encoder = Encoder(dialect)
    finish = Choice(finish=Finish(FinishReason.STOP))
    chunks = [
        Chunk(choices=[Choice(parts=[Text("a")])]),
        Chunk(choices=[finish], usage=row.usage),
        Chunk(done=True),
    ]
    data = b"".join([encoder.feed(chunk) for chunk in chunks]) + encoder.close()
    wire = stands_at(row.payload, row.where)
    said = [stands_at(payload, row.where) for payload in payloads(data)]
    [found] = [each for each in said if each.get(row.output)]
    keys = {*wire} - {"message", "done", "done_reason"}
    assert {key: found.get(key) for key in keys} == {key: wire[key] for key in keys}


@pytest.mark.parametrize("dialect", TABLE)
def test_absent_is_not_zero(dialect: str) -> None:
    """An output alone is read and written home without any other number."""
    row = TABLE[dialect]
    chunk = decode(dialect, row.payload)
    assert chunk.usage is not None
    for name in counts(chunk.usage).keys() - {"output_tokens"}:
        setattr(chunk.usage, name, None)
    written = encode(dialect, chunk)
    assert row.input not in stands_at(written, row.where)
    assert counts(decode(dialect, written).usage) == {"output_tokens": 7}
