"""The judge of event dialects, judged: legal streams pass, and every broken one is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.aws_messages import ParserError
from tests.support.event_streams import ANSWERS, ERRORS, Events, write
from tests.support.legal import check_legal

Break = Callable[[Events], object]


def without(number: int) -> Break:
    """Leave out one event."""
    return lambda events: events.pop(number)


def twice(number: int) -> Break:
    """Send one event twice."""
    return lambda events: events.insert(number, events[number])


def swapped(one: int, two: int) -> Break:
    """Send two events in each other's place."""

    def swap(events: Events) -> None:
        events[one], events[two] = events[two], events[one]

    return swap


def changed(value: Any, number: int, *path: str | int) -> Break:
    """Put *value* at a path of one event; None takes the key away."""

    def change(events: Events) -> None:
        place = events[number]
        for step in path[:-1]:
            place = place[step]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return change


def number(events: Events) -> None:
    """Number the events anew."""
    for place, event in enumerate(events):
        events[place] = event | {"sequence_number": place}


def renumbered(change: Break) -> Break:
    """Number the events anew after a change, so that nothing but the change is wrong."""

    def renumber(events: Events) -> None:
        change(events)
        number(events)

    return renumber


BROKEN: dict[str, dict[str, Break]] = {
    "anthropic": {
        "no-start": without(0),
        "start-twice": twice(0),
        "no-stop": without(-1),
        "stop-twice": twice(-1),
        "block-not-stopped": without(5),
        "block-not-started": without(2),
        "blocks-overlap": swapped(5, 6),
        "number-again": changed(0, 6, "index"),
        "delta-of-another-kind": changed({"type": "thinking_delta", "thinking": "x"}, 3, "delta"),
        "delta-of-another-block": changed(1, 3, "index"),
        "tool-without-id": changed(None, 6, "content_block", "id"),
        "tool-with-input": changed({"a": 1}, 6, "content_block", "input"),
        "arguments-cut": without(9),
        "reason-twice": twice(-2),
        "no-reason": without(-2),
        "unknown-reason": changed("stop", -2, "delta", "stop_reason"),
        "no-input-count": changed(None, 0, "message", "usage", "input_tokens"),
        "after-error": lambda events: events.insert(4, *ERRORS["anthropic"]),
    },
    "bedrock": {
        "no-start": without(0),
        "start-twice": twice(0),
        "no-stop": without(-2),
        "metadata-first": swapped(-1, -2),
        "block-not-stopped": without(3),
        "call-not-started": without(4),
        "number-again": changed(0, 4, "contentBlockStart", "contentBlockIndex"),
        "delta-of-another-kind": changed(
            {"reasoningContent": {"text": "x"}}, 2, "contentBlockDelta", "delta"
        ),
        "arguments-cut": without(6),
        "unknown-reason": changed("stop", -2, "messageStop", "stopReason"),
        "no-total": changed(None, -1, "metadata", "usage", "totalTokens"),
        "after-error": lambda events: events.insert(3, *ERRORS["bedrock"]),
    },
    "cohere": {
        "no-start": without(0),
        "no-end": without(-2),
        "no-done": without(-1),
        "content-not-ended": without(4),
        "content-not-started": without(1),
        "calls-numbered-as-blocks": lambda events: [
            event.update(index=event["index"] + 1)
            for event in events[:-1]
            if event["type"].startswith("tool-call")
        ],
        "calls-in-a-list": changed([], 5, "delta", "message", "tool_calls"),
        "arguments-cut": without(7),
        "call-without-id": changed(None, 5, "delta", "message", "tool_calls", "id"),
        "unknown-word": changed("stop", -2, "delta", "finish_reason"),
        "calls-overlap": swapped(8, 9),
    },
    "cohere-v1": {
        "no-start": without(0),
        "start-twice": twice(0),
        "no-end": without(-1),
        "end-twice": twice(-1),
        "end-first": swapped(0, -1),
        "finished-early": changed(1, 1, "is_finished"),
        "never-finished": changed(0, -1, "is_finished"),
        "nothing-finished": changed(None, 2, "is_finished"),
        "no-kind": changed(None, 1, "event_type"),
        "unknown-kind": changed("text", 1, "event_type"),
        "another-text": changed("Hello", -1, "response", "text"),
        "text-missing": without(1),
        "calls-twice": twice(3),
        "calls-missing": without(3),
        "arguments-as-text": changed("{}", 3, "tool_calls", 0, "parameters"),
        "unknown-reason": changed("TOOL_CALL", -1, "finish_reason"),
        "two-reasons": changed("MAX_TOKENS", -1, "response", "finish_reason"),
        "another-id": changed("id_2", -1, "response", "generation_id"),
        "after-error": lambda events: events.insert(2, *ERRORS["cohere-v1"]),
    },
    "gemini": {
        "unknown-key": changed("x", 0, "id"),
        "arguments-as-text": changed(
            "{}", 2, "candidates", 0, "content", "parts", 0, "functionCall", "args"
        ),
        "no-arguments": changed(
            None, 2, "candidates", 0, "content", "parts", 0, "functionCall", "args"
        ),
        "no-finish": without(-1),
        "finish-twice": twice(-1),
        "finish-first": swapped(0, -1),
        "count-as-text": changed("7", 0, "usageMetadata", "promptTokenCount"),
        "another-id": changed("id_2", 1, "responseId"),
        "two-kinds-in-a-part": changed(
            {"text": "x", "inlineData": {"mimeType": "image/png", "data": ""}},
            *(0, "candidates", 0, "content", "parts", 0),
        ),
        "after-error": lambda events: events.insert(1, *ERRORS["gemini"]),
    },
    "llama-api": {
        "no-start": without(0),
        "start-twice": twice(0),
        "no-complete": without(-2),
        "metrics-first": swapped(-1, -2),
        "no-reason": changed(None, -2, "event", "stop_reason"),
        "call-without-id": changed(None, 2, "event", "delta", "id"),
        "id-again": changed("call_1", 4, "event", "delta", "id"),
        "arguments-as-object": changed({}, 3, "event", "delta", "function", "arguments"),
        "unknown-metric": changed("num_tokens", -1, "event", "metrics", 0, "metric"),
        "after-error": lambda events: events.insert(2, *ERRORS["llama-api"]),
    },
    "ollama": {
        "no-done": without(-1),
        "done-twice": twice(-1),
        "done-first": swapped(0, -1),
        "no-reason": changed(None, -1, "done_reason"),
        "no-time": changed(None, 1, "created_at"),
        "time-without-zone": changed("2026-01-02T03:04:05", 1, "created_at"),
        "no-content": changed(None, 2, "message", "content"),
        "arguments-as-text": changed("{}", 2, "message", "tool_calls", 0, "function", "arguments"),
        "no-calls": changed([], 1, "message", "tool_calls"),
        "after-error": lambda events: events.insert(1, *ERRORS["ollama"]),
    },
    "responses": {
        "no-created": renumbered(without(0)),
        "no-in-progress": renumbered(without(1)),
        "number-missing": without(4),
        "delta-missing": renumbered(without(4)),
        "no-text-done": renumbered(without(6)),
        "no-part-done": renumbered(without(7)),
        "no-item-done": renumbered(without(8)),
        "no-arguments-done": renumbered(without(12)),
        "another-text": changed("Hello", 6, "text"),
        "another-item": changed("item_1", 4, "item_id"),
        "another-call": changed("{}", 12, "arguments"),
        "output-empty": changed([], -1, "response", "output"),
        "no-end": without(-1),
        "end-twice": renumbered(twice(-1)),
        "another-status": changed("incomplete", -1, "response", "status"),
        "item-number-again": changed(0, 9, "output_index"),
        "after-error": renumbered(lambda events: events.insert(4, *ERRORS["responses"])),
    },
}

EVENT_NAMES = {"anthropic": b"message_stop", "cohere": b"message-end", "responses": b".completed"}


@pytest.mark.parametrize("target", ANSWERS)
def test_legal(target: str) -> None:
    """A whole answer is legal."""
    check_legal(write(target, ANSWERS[target]()), target)


@pytest.mark.parametrize("target", ANSWERS)
def test_error(target: str) -> None:
    """An error may come after the first words, and nothing after it."""
    events = ANSWERS[target]()
    words = [number for number, event in enumerate(events) if "llo" in str(event)]
    events[words[0] + 1 :] = ERRORS[target]
    if target == "responses":
        number(events)
    check_legal(write(target, events), target)


@pytest.mark.parametrize(
    ("target", "name"), [(target, name) for target, found in BROKEN.items() for name in found]
)
def test_broken(target: str, name: str) -> None:
    """A stream that breaks one rule is refused."""
    events = ANSWERS[target]()
    BROKEN[target][name](events)
    with pytest.raises((AssertionError, LookupError, ValueError)):
        check_legal(write(target, events), target)


@pytest.mark.parametrize("target", EVENT_NAMES)
def test_event_name(target: str) -> None:
    """A name that is not the payload's type is refused, and so is none."""
    data = write(target, ANSWERS[target]())
    head, _, tail = data.rpartition(b"\nevent: ")
    name, _, rest = tail.partition(b"\n")
    assert EVENT_NAMES[target] in name
    for broken in (b"\nevent: other\n", b"\n"):
        with pytest.raises(AssertionError):
            check_legal(head + broken + rest, target)


def test_comment() -> None:
    """A comment is refused for Gemini's readers, who know of none."""
    with pytest.raises(AssertionError):
        check_legal(b": waiting\r\n\r\n" + write("gemini", ANSWERS["gemini"]()), "gemini")


def test_broken_frame() -> None:
    """A binary frame whose sum is wrong is refused, and so is one that is cut off."""
    data = write("bedrock", ANSWERS["bedrock"]())
    with pytest.raises(ParserError):
        check_legal(data[:-1] + bytes([data[-1] ^ 1]), "bedrock")
    with pytest.raises(AssertionError):
        check_legal(data[:-1], "bedrock")
