"""Streams of the event dialects for the benchmark, in the same proportions as the others."""

from __future__ import annotations

from typing import Any

__all__ = ["EVENTS", "NAMED"]

Payload = dict[str, Any]

NAMED = frozenset({"anthropic", "cohere", "responses"})
"""Dialects whose events are named as their `type`."""


def _anthropic(kind: str, word: str, call: int) -> Payload:
    index = call + 1
    if kind == "head":
        usage = {"input_tokens": 9, "output_tokens": 1}
        message: Payload = {"id": "msg_01XFDUDYJgAACzvnptvVoYEL", "type": "message"}
        message |= {"role": "assistant", "model": "claude-sonnet-4-5-20250929", "content": []}
        message |= {"stop_reason": None, "stop_sequence": None, "usage": usage}
        return {"type": "message_start", "message": message}
    if kind == "call":
        block: Payload = {"type": "tool_use", "id": f"toolu_{call:024}", "name": "look_up"}
        block["input"] = {}
        return {"type": "content_block_start", "index": index, "content_block": block}
    if kind == "end":
        delta: Payload = {"stop_reason": "tool_use", "stop_sequence": None}
        return {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 2000}}
    delta = {"type": "text_delta", "text": word}
    if kind == "fragment":
        delta = {"type": "input_json_delta", "partial_json": f'"{word}'}
    index = index if kind == "fragment" else 0
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _gemini(kind: str, word: str, call: int) -> Payload:
    part: Payload = {"text": word}
    if kind in {"call", "fragment"}:
        part = {"functionCall": {"name": "look_up", "args": {"word": word, "call": call}}}
    candidate: Payload = {"content": {"parts": [part], "role": "model"}, "index": 0}
    if kind == "end":
        candidate["finishReason"] = "STOP"
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 40 + call, "totalTokenCount": 49 + call}
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": "gemini-2.5-flash",
        "responseId": "bWVkaXVtIHNpemVkIGlk",
    }


def _responses(kind: str, word: str, call: int) -> Payload:
    address: Payload = {"item_id": "msg_68a7f4c1b2", "output_index": 0, "content_index": 0}
    if kind == "head":
        response: Payload = {
            "id": "resp_68a7f4c1b1",
            "object": "response",
            "created_at": 1794787200,
        }
        response |= {"status": "in_progress", "model": "gpt-5-2025-08-07", "output": []}
        return {"type": "response.created", "sequence_number": 0, "response": response}
    if kind == "call":
        item: Payload = {"id": f"fc_{call}", "type": "function_call", "status": "in_progress"}
        item |= {"arguments": "", "call_id": f"call_{call:024}", "name": "look_up"}
        return {"type": "response.output_item.added", "output_index": call + 1, "item": item}
    if kind == "fragment":
        address = {"item_id": f"fc_{call}", "output_index": call + 1, "delta": f'"{word}'}
        return {"type": "response.function_call_arguments.delta", "sequence_number": 7, **address}
    if kind == "end":
        response = {"id": "resp_68a7f4c1b1", "object": "response", "created_at": 1794787200}
        response |= {"status": "completed", "model": "gpt-5-2025-08-07", "output": []}
        return {"type": "response.completed", "sequence_number": 9, "response": response}
    said: Payload = {"delta": word, "logprobs": [], "obfuscation": "Zk3fQ9aLw"}
    return {"type": "response.output_text.delta", "sequence_number": 7, **address, **said}


def _cohere(kind: str, word: str, call: int) -> Payload:
    if kind == "head":
        message: Payload = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
        return {"type": "message-start", "id": "29f14a5a", "delta": {"message": message}}
    if kind == "end":
        tokens = {"input_tokens": 9.0, "output_tokens": 2000.0}
        delta = {"finish_reason": "TOOL_CALL", "usage": {"tokens": tokens}}
        return {"type": "message-end", "delta": delta}
    if kind == "text":
        return {
            "type": "content-delta",
            "index": 0,
            "delta": {"message": {"content": {"text": word}}},
        }
    function: Payload = {"arguments": f'"{word}'}
    entry: Payload = {"function": function}
    name = "tool-call-delta"
    if kind == "call":
        name = "tool-call-start"
        entry = {"id": f"look_up_{call}", "type": "function", "function": function}
        function["name"] = "look_up"
    return {"type": name, "index": call, "delta": {"message": {"tool_calls": entry}}}


def _bedrock(kind: str, word: str, call: int) -> Payload:
    if kind == "head":
        return {"messageStart": {"role": "assistant"}}
    if kind == "end":
        return {"messageStop": {"stopReason": "tool_use"}}
    index = 0 if kind == "text" else call + 1
    if kind == "call":
        use = {"toolUse": {"toolUseId": f"tooluse_{call:016}", "name": "look_up"}}
        return {"contentBlockStart": {"start": use, "contentBlockIndex": index}}
    delta: Payload = {"text": word} if kind == "text" else {"toolUse": {"input": f'"{word}'}}
    return {"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}


def _ollama(kind: str, word: str, call: int) -> Payload:
    message: Payload = {"role": "assistant", "content": "" if kind == "end" else word}
    if kind in {"call", "fragment"}:
        function = {"name": "look_up", "arguments": {"word": word, "call": call}}
        message = {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}
    line: Payload = {"model": "llama3.2", "created_at": "2026-11-20T08:00:00.123456789Z"}
    line |= {"message": message, "done": kind == "end"}
    if kind == "end":
        line |= {"done_reason": "stop", "prompt_eval_count": 9, "eval_count": 2000}
    return line


def _llama_api(kind: str, word: str, call: int) -> Payload:
    delta: Payload = {"type": "text", "text": "" if kind in {"head", "end"} else word}
    event: Payload = {"event_type": "progress", "delta": delta}
    if kind in {"call", "fragment"}:
        function: Payload = {"arguments": f'"{word}'}
        delta = {"type": "tool_call", "function": function}
        if kind == "call":
            delta["id"] = f"call_{call:016}"
            function["name"] = "look_up"
        event["delta"] = delta
    if kind == "head":
        event["event_type"] = "start"
    if kind == "end":
        event |= {"event_type": "complete", "stop_reason": "tool_calls"}
    return {"id": "AqX9", "event": event}


EVENTS = {
    "anthropic": _anthropic,
    "bedrock": _bedrock,
    "cohere": _cohere,
    "gemini": _gemini,
    "llama-api": _llama_api,
    "ollama": _ollama,
    "responses": _responses,
}
