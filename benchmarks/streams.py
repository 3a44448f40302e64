"""The streams that the benchmark runs on: written anew each time, the same each time."""

from __future__ import annotations

import json
import random
from typing import Any

from benchmarks.events import EVENTS, NAMED

__all__ = ["STREAMS", "events_of", "payloads"]

WORDS = (
    *("the", "a", "of", "stream", "token", "answer", "model", "gateway"),
    *("and", "with", "for", "chunk", "vendor", "one", "two", "three"),
)


def payloads(dialect: str, events: int) -> list[bytes]:
    """Return *events* payloads: 86 % text, then tool calls in fragments, head and end."""
    dice = random.Random(7)  # noqa: S311 - a benchmark needs no secret
    first_call = events * 86 // 100
    made: list[str] = []
    for number in range(events):
        word = " " + dice.choice(WORDS)
        call, place = divmod(max(0, number - first_call), 70)
        kind = "text"
        if number == 0:
            kind = "head"
        elif number >= first_call:
            kind = "fragment" if place else "call"
        if number == events - 1:
            kind = "end"
        made.append(json.dumps(STREAMS[dialect](kind, word, call), separators=(",", ":")))
    return [text.encode() for text in made]


def _openai(kind: str, word: str, call: int) -> dict[str, Any]:
    delta: dict[str, Any] = {"content": word}
    if kind == "head":
        delta = {"role": "assistant", "content": "", "refusal": None}
    elif kind == "call":
        function = {"name": "look_up", "arguments": ""}
        entry = {"index": call, "id": f"call_{call:024}", "type": "function", "function": function}
        delta = {"tool_calls": [entry]}
    elif kind == "fragment":
        delta = {"tool_calls": [{"index": call, "function": {"arguments": f'"{word}'}}]}
    elif kind == "end":
        delta = {}
    return {
        "id": "chatcmpl-C3n7Q0bX2vLr8sTzYpWm4kJdHa1Ge",
        "object": "chat.completion.chunk",
        "created": 1794787200,
        "model": "gpt-4o-mini-2024-07-18",
        "service_tier": "default",
        "system_fingerprint": "fp_62a23a81ef",
        "choices": [
            {
                "index": 0,
                "delta": delta,
                "logprobs": None,
                "finish_reason": "stop" if kind == "end" else None,
            }
        ],
        "usage": None,
        "obfuscation": "Zk3fQ9aLw",
    }


def _mistral(kind: str, word: str, call: int) -> dict[str, Any]:
    delta: dict[str, Any] = {"content": word}
    if kind == "head":
        delta = {"role": "assistant", "content": ""}
    elif kind in {"call", "fragment"}:
        function = {"name": "look_up" if kind == "call" else "", "arguments": f'"{word}'}
        entry: dict[str, Any] = {"function": function, "index": call}
        if kind == "call":
            entry["id"] = f"c{call:08}"
        delta = {"tool_calls": [entry]}
    chunk: dict[str, Any] = {
        "id": "5e1fd0299614c679a0068a4f2c8ff0aa",
        "object": "chat.completion.chunk",
        "created": 1794787200,
        "model": "mistral-small-latest",
        "choices": [
            {"index": 0, "delta": delta, "finish_reason": "stop" if kind == "end" else None}
        ],
        "p": "abcdefghijklmnop",
    }
    if kind == "end":
        chunk["usage"] = {"prompt_tokens": 9, "total_tokens": 2009, "completion_tokens": 2000}
    return chunk


def _llama(kind: str, word: str, call: int) -> dict[str, Any]:
    chunk = _openai(kind, word, call)
    for key in ("service_tier", "system_fingerprint", "usage", "obfuscation"):
        del chunk[key]
    choice = chunk["choices"][0]
    if kind == "end":
        choice["stop_reason"] = 128009
    return {**chunk, "model": "meta-llama/Llama-3.3-70B-Instruct"}


STREAMS = {"openai": _openai, "mistral": _mistral, "llama": _llama, **EVENTS}


def events_of(dialect: str, texts: list[bytes]) -> list[bytes]:
    """Return server-sent events around payloads, named where the dialect names them."""
    if dialect not in NAMED:
        return [b"data: " + text + b"\n\n" for text in texts]
    return [
        b"event: " + json.loads(text)["type"].encode() + b"\ndata: " + text + b"\n\n"
        for text in texts
    ]
