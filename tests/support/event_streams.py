"""One small answer, written by hand in each event dialect: text, two tool calls, usage.

Every caller gets lists and objects of its own, to break as it likes.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.support.aws_messages import build, text_header
from tests.support.cohere_v1_stream import COHERE_V1_ERROR, cohere_v1_answer
from tests.support.responses_stream import responses_answer

__all__ = ["ANSWERS", "ERRORS", "Events", "write"]

Events = list[Any]
"""Payloads in their order; at Bedrock `{name: payload}`; a string is a sentinel."""


def write(target: str, events: Events) -> bytes:
    """Return the bytes that a server of *target* would send."""
    match target:
        case "bedrock":
            return b"".join(_aws_message(*item) for each in events for item in each.items())
        case "cohere-v1" | "ollama":
            return b"".join(_json(each) + b"\n" for each in events)
        case "gemini":
            # An error comes bare, whatever comes before it.
            return b"".join(
                _json(each) + b"\r\n" if "error" in each else b"data: %b\r\n\r\n" % _json(each)
                for each in events
            )
        case "llama-api":
            return b"".join(
                b"event: error\ndata: %b\n\n" % _json(each)
                if "error" in each
                else b"data: %b\n\n" % _json(each)
                for each in events
            )
        case _:
            return b"".join(map(_named_event, events))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _named_event(event: Any) -> bytes:
    if isinstance(event, str):
        return b"data: %b\n\n" % event.encode()
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), _json(event))


def _aws_message(name: str, payload: object) -> bytes:
    """Return one binary frame; a name that ends in `Exception` is that of an exception."""
    kind = "exception" if name.endswith("Exception") else "event"
    headers = {
        f":{kind}-type": name,
        ":content-type": "application/json",
        ":message-type": kind,
    }
    return build(b"".join(text_header(*item) for item in headers.items()), _json(payload))


def _anthropic() -> Events:
    def block(index: int, head: Any, *deltas: Any) -> Events:
        return [
            {"type": "content_block_start", "index": index, "content_block": head},
            *({"type": "content_block_delta", "index": index, "delta": each} for each in deltas),
            {"type": "content_block_stop", "index": index},
        ]

    def tool(number: int, *pieces: str) -> Events:
        head: Any = {
            "type": "tool_use",
            "id": f"call_{number}",
            "name": f"tool_{number}",
            "input": {},
        }
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        return block(number, head, *deltas)

    message: Any = {
        "id": "id_1",
        "type": "message",
        "role": "assistant",
        "model": "model-1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 1},
    }
    return [
        {"type": "message_start", "message": message},
        {"type": "ping"},
        *block(
            0,
            {"type": "text", "text": ""},
            {"type": "text_delta", "text": "Hé"},
            {"type": "text_delta", "text": "llo"},
        ),
        *tool(1, "", '{"a":', "1}"),
        *tool(2, ""),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "tool_use", "stop_sequence": None},
            "usage": {"output_tokens": 9},
        },
        {"type": "message_stop"},
    ]


def _bedrock() -> Events:
    def tool(number: int, *pieces: str) -> Events:
        start = {"toolUse": {"toolUseId": f"call_{number}", "name": f"tool_{number}"}}
        return [
            {"contentBlockStart": {"contentBlockIndex": number, "start": start}},
            *(_bedrock_delta(number, {"toolUse": {"input": piece}}) for piece in pieces),
            {"contentBlockStop": {"contentBlockIndex": number}},
        ]

    usage = {"inputTokens": 5, "cacheReadInputTokens": 2, "outputTokens": 9, "totalTokens": 16}
    return [
        {"messageStart": {"role": "assistant"}},
        _bedrock_delta(0, {"text": "Hé"}),
        _bedrock_delta(0, {"text": "llo"}),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        *tool(1, '{"a":', "1}"),
        *tool(2),
        {"messageStop": {"stopReason": "tool_use"}},
        {"metadata": {"usage": usage, "metrics": {"latencyMs": 7}}},
    ]


def _bedrock_delta(index: int, delta: Any) -> Any:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta}}


def _cohere() -> Events:
    def event(name: str, index: int, key: str = "", value: Any = None) -> Any:
        body = {"delta": {"message": {key: value}}} if key else {}
        return {"type": name, "index": index, **body}

    def tool(number: int, *pieces: str) -> Events:
        function = {"name": f"tool_{number + 1}", "arguments": ""}
        head = {"id": f"call_{number + 1}", "type": "function", "function": function}
        return [
            event("tool-call-start", number, "tool_calls", head),
            *(
                event("tool-call-delta", number, "tool_calls", {"function": {"arguments": piece}})
                for piece in pieces
            ),
            event("tool-call-end", number),
        ]

    message: Any = {
        "role": "assistant",
        "content": [],
        "tool_plan": "",
        "tool_calls": [],
        "citations": [],
    }
    counts = {"input_tokens": 7, "output_tokens": 9}
    usage = {"billed_units": {"input_tokens": 3}, "tokens": counts, "cached_tokens": 2}
    return [
        {"type": "message-start", "id": "id_1", "delta": {"message": message}},
        event("content-start", 0, "content", {"type": "text", "text": ""}),
        event("content-delta", 0, "content", {"text": "Hé"}),
        event("content-delta", 0, "content", {"text": "llo"}),
        event("content-end", 0),
        *tool(0, '{"a":', "1}"),
        *tool(1),
        {"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": usage}},
        "[DONE]",
    ]


def _gemini() -> Events:
    def record(*parts: Any, **beside: Any) -> Any:
        candidate = {"content": {"role": "model", "parts": [*parts]}, "index": 0, **beside}
        return {"candidates": [candidate], "modelVersion": "model-1", "responseId": "id_1"}

    counts = {"promptTokenCount": 7, "cachedContentTokenCount": 2, "totalTokenCount": 16}
    usage = counts | {"candidatesTokenCount": 5, "thoughtsTokenCount": 4}
    calls: Events = [
        {"functionCall": {"id": "call_1", "name": "tool_1", "args": {"a": 1}}},
        {"functionCall": {"id": "call_2", "name": "tool_2", "args": {}}},
    ]
    return [
        {**record({"text": "Hé"}), "usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7}},
        record({"text": "llo"}),
        record(*calls),
        {**record({"text": ""}, finishReason="STOP"), "usageMetadata": usage},
    ]


def _ollama() -> Events:
    def line(content: str, *calls: Any, done: bool = False) -> Any:
        message: Any = {"role": "assistant", "content": content}
        if calls:
            message["tool_calls"] = [*calls]
        created = "2026-01-02T03:04:05.678901Z"
        return {"model": "model-1", "created_at": created, "message": message, "done": done}

    calls: Events = [
        {"function": {"index": 0, "name": "tool_1", "arguments": {"a": 1}}},
        {"function": {"index": 1, "name": "tool_2", "arguments": {}}},
    ]
    end = {"done_reason": "stop", "prompt_eval_count": 7, "eval_count": 9}
    return [line("Hé"), line("llo"), line("", *calls), line("", done=True) | end]


def _llama_api() -> Events:
    def event(kind: str, delta: Any, **beside: Any) -> Any:
        return {"id": "id_1", "event": {"event_type": kind, "delta": delta, **beside}}

    def tool(number: int, *pieces: str) -> Events:
        head = {"name": f"tool_{number}", "arguments": pieces[0]}
        return [
            event("progress", {"type": "tool_call", "id": f"call_{number}", "function": head}),
            *(
                event("progress", {"type": "tool_call", "function": {"arguments": piece}})
                for piece in pieces[1:]
            ),
        ]

    def text(content: str) -> Any:
        return {"type": "text", "text": content}

    names = ("num_prompt_tokens", "num_completion_tokens", "num_total_tokens")
    metrics = [
        {"metric": name, "value": value, "unit": "tokens"}
        for name, value in zip(names, (7.0, 9.0, 16.0), strict=True)
    ]
    return [
        event("start", text("Hé")),
        event("progress", text("llo")),
        *tool(1, '{"a":', "1}"),
        *tool(2, "{}"),
        event("complete", text(""), stop_reason="tool_calls"),
        event("metrics", text(""), metrics=metrics),
    ]


ANSWERS: Final[Mapping[str, Callable[[], Events]]] = {
    "anthropic": _anthropic,
    "bedrock": _bedrock,
    "cohere": _cohere,
    "cohere-v1": cohere_v1_answer,
    "gemini": _gemini,
    "llama-api": _llama_api,
    "ollama": _ollama,
    "responses": responses_answer,
}
"""The whole answer by dialect."""

_ERROR = {"type": "error", "code": "server_error", "message": "overloaded", "param": None}

ERRORS: Final[Mapping[str, Events]] = {
    "anthropic": [
        {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}}
    ],
    "bedrock": [{"throttlingException": {"message": "overloaded"}}],
    "cohere": [
        {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "overloaded"}},
        "[DONE]",
    ],
    "cohere-v1": COHERE_V1_ERROR,
    "gemini": [{"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}],
    "llama-api": [{"error": {"message": "overloaded"}}],
    "ollama": [{"error": "overloaded"}],
    "responses": [_ERROR],
}
"""What comes last where the answer fails."""
