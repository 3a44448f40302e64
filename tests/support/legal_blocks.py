"""What strict readers demand where content comes in blocks that are begun, continued and ended."""

import json
from collections.abc import Iterable
from typing import Any

import attrs

from onechunk.mapping import is_object
from tests.support.frames import events, read_frames

__all__ = ["Blocks", "check_anthropic", "check_cohere", "named_events"]

Payload = dict[str, Any]

ANTHROPIC_WORDS = {
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
}
ANTHROPIC_DELTAS = {
    "text_delta": ("text", {"text"}),
    "citations_delta": ("citation", {"text"}),
    "thinking_delta": ("thinking", {"thinking"}),
    "signature_delta": ("signature", {"thinking"}),
    "input_json_delta": ("partial_json", {"tool_use", "server_tool_use", "mcp_tool_use"}),
}
"""The field of each delta, and the kinds of block that it goes into."""

COHERE_WORDS = {"COMPLETE", "STOP_SEQUENCE", "MAX_TOKENS", "TOOL_CALL", "ERROR", "TIMEOUT"}


@attrs.define
class Blocks:
    """Blocks that are numbered from 0 and never overlap.

    Attributes:
        open: The number of the block that goes on; None between blocks.
        kind: What it is.
        count: How many were begun.
        arguments: Joined arguments of every call.
    """

    open: int | None = None
    kind: str = ""
    count: int = 0
    arguments: list[str] = attrs.field(factory=list[str])

    def start(self, index: object, kind: str, *, call: bool = False) -> None:
        """Begin the next block."""
        assert self.open is None
        assert type(index) is int
        assert index == self.count
        self.open, self.kind = index, kind
        self.count += 1
        if call:
            self.arguments.append("")

    def go_on(self, index: object, kinds: Iterable[str]) -> None:
        """Go on with the open block, which is of one of these kinds."""
        assert self.open is not None
        assert index == self.open
        assert self.kind in kinds

    def stop(self, index: object) -> None:
        """End the open block."""
        assert self.open is not None
        assert index == self.open
        self.open = None

    def check_arguments(self) -> None:
        """Arguments are one JSON text, or nothing at all."""
        for text in filter(None, self.arguments):
            json.loads(text)


def named_events(data: bytes) -> list[Payload]:
    """Return the payloads of events whose name is repeated as the type of the payload."""
    written: list[Payload] = []
    for frame in events(read_frames(data)):
        assert frame.text is None
        assert (frame.id, frame.retry) == (None, None)
        assert frame.name == frame.value["type"]
        written.append(frame.value)
    return written


def _check_ends(names: list[str], first: str, last: str, *, failed: bool) -> None:
    """The first event and the last stand once, in their places; a failure has no last one."""
    assert names[0] == first
    assert names.count(first) == 1
    assert names.count(last) == (not failed)
    assert failed or names[-1] == last


def check_anthropic(data: bytes) -> None:
    """Assert the order of a message."""
    written = [event for event in named_events(data) if event["type"] != "ping"]
    names = [event["type"] for event in written]
    failed = names[-1] == "error"
    assert names.count("error") == failed
    if failed:
        error = written.pop()["error"]
        assert type(error["type"]) is str
        assert type(error["message"]) is str
        if not written:
            return
        names.pop()
    _check_ends(names, "message_start", "message_stop", failed=failed)
    _check_message(written[0]["message"])
    blocks = Blocks()
    reason = None
    for event in written[1:]:
        name = event["type"]
        if name == "message_delta":
            assert blocks.open is None
            reason = _check_message_delta(event, reason)
        elif name != "message_stop":
            assert reason is None
            _check_anthropic_block(name, event, blocks)
    assert failed or blocks.open is None
    assert failed or reason is not None
    if not failed and reason != "max_tokens":
        blocks.check_arguments()


def _check_message(message: Payload) -> None:
    assert type(message["id"]) is str
    assert type(message["model"]) is str
    assert (message["type"], message["role"]) == ("message", "assistant")
    assert message["content"] == []
    assert (message["stop_reason"], message["stop_sequence"]) == (None, None)
    assert type(message["usage"]["input_tokens"]) is int
    assert type(message["usage"]["output_tokens"]) is int


def _check_message_delta(event: Payload, reason: str | None) -> str | None:
    """Return the reason why the message stops, which is given once."""
    delta = event["delta"]
    assert type(event["usage"]["output_tokens"]) is int
    assert type(event["usage"].get("input_tokens")) in (int, type(None))
    assert type(delta["stop_sequence"]) in (str, type(None))
    if delta["stop_reason"] is not None:
        assert reason is None
        assert delta["stop_reason"] in ANTHROPIC_WORDS
    return delta["stop_reason"] or reason


def _check_anthropic_block(name: str, event: Payload, blocks: Blocks) -> None:
    if name == "content_block_start":
        block = event["content_block"]
        kind = block["type"]
        blocks.start(event["index"], kind, call=kind == "tool_use")
        if kind == "tool_use":
            assert type(block["id"]) is str
            assert block["id"]
            assert type(block["name"]) is str
            assert block["input"] == {}
        elif kind in {"text", "thinking"}:
            assert block[kind] == ""
            assert block.get("signature", "") == ""
        elif kind == "redacted_thinking":
            assert type(block["data"]) is str
    elif name == "content_block_delta":
        delta = event["delta"]
        field, kinds = ANTHROPIC_DELTAS[delta["type"]]
        blocks.go_on(event["index"], kinds)
        assert type(delta[field]) is (dict if field == "citation" else str)
        if blocks.kind == "tool_use":
            blocks.arguments[-1] += delta["partial_json"]
    else:
        assert name == "content_block_stop"
        blocks.stop(event["index"])


def check_cohere(data: bytes) -> None:
    """Assert the order of a chat, whose contents, calls and citations are counted apart."""
    frames = events(read_frames(data))
    assert frames[-1].text == "[DONE]"
    assert frames[-1].name is None
    written: list[Payload] = []
    for frame in frames[:-1]:
        assert frame.text is None
        assert (frame.id, frame.retry) == (None, None)
        assert frame.name == frame.value["type"]
        written.append(frame.value)
    names = [event["type"] for event in written]
    _check_ends(names, "message-start", "message-end", failed=False)
    assert type(written[0]["id"]) is str
    assert written[0]["delta"]["message"]["role"] == "assistant"
    end = written[-1]["delta"]
    word = end["finish_reason"]
    assert word in COHERE_WORDS
    assert type(end.get("error", "")) is str
    assert all(type(count) in (int, float) for count in _cohere_counts(end))
    contents, calls, citations = Blocks(), Blocks(), Blocks()
    for event in written[1:-1]:
        _check_cohere_event(event, contents, calls, citations)
    failed = word in {"ERROR", "TIMEOUT"}
    assert failed or (contents.open, calls.open, citations.open) == (None, None, None)
    if not failed and word != "MAX_TOKENS":
        calls.check_arguments()


def _cohere_counts(end: Payload) -> list[Any]:
    usage: Payload = end.get("usage") or {}
    return [*(usage.get("tokens") or {}).values(), usage.get("cached_tokens", 0)]


def _check_cohere_event(event: Payload, contents: Blocks, calls: Blocks, citations: Blocks) -> None:
    name, index = event["type"], event.get("index")
    message = event.get("delta", {}).get("message", {})
    match name:
        case "tool-plan-delta":
            assert type(message["tool_plan"]) is str
            assert (contents.open, calls.count) == (None, 0)
        case "content-start":
            kind = message["content"]["type"]
            assert message["content"][kind] == ""
            assert calls.open is None
            contents.start(index, kind)
        case "content-delta":
            assert [*message["content"]] == [contents.kind]
            assert type(message["content"][contents.kind]) is str
            contents.go_on(index, {"text", "thinking"})
        case "content-end":
            contents.stop(index)
        case "tool-call-start":
            call: Any = message["tool_calls"]
            assert is_object(call)
            assert type(call["id"]) is str
            assert call["type"] == "function"
            assert type(call["function"]["name"]) is str
            assert contents.open is None
            calls.start(index, "call", call=True)
            calls.arguments[-1] += call["function"]["arguments"]
        case "tool-call-delta":
            calls.go_on(index, {"call"})
            calls.arguments[-1] += message["tool_calls"]["function"]["arguments"]
        case "tool-call-end":
            calls.stop(index)
        case "citation-start":
            assert type(message["citations"]) is dict
            citations.start(index, "citation")
        case _:
            assert name == "citation-end"
            citations.stop(index)
