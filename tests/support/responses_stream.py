"""The small answer of `event_streams` as OpenAI's Responses events."""

from typing import Any

__all__ = ["responses_answer"]

Events = list[Any]


def responses_answer() -> Events:
    """Return the events, in which everything is said twice."""

    def response(status: str, **beside: Any) -> Any:
        return {
            "id": "id_1",
            "object": "response",
            "created_at": 1,
            "model": "model-1",
            "status": status,
            "output": [],
            "error": None,
            "incomplete_details": None,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": None,
            **beside,
        }

    def tool(number: int, *pieces: str) -> tuple[Events, Any]:
        whole = "".join(pieces)
        item = {
            "id": f"item_{number}",
            "type": "function_call",
            "call_id": f"call_{number}",
            "name": f"tool_{number}",
            "status": "completed",
            "arguments": whole,
        }
        at: Any = {"output_index": number, "item_id": item["id"]}
        kind = "response.function_call_arguments"
        begun = item | {"status": "in_progress", "arguments": ""}
        events: Events = [
            _item("added", number, begun),
            *({"type": f"{kind}.delta", **at, "delta": piece} for piece in pieces),
            {"type": f"{kind}.done", **at, "name": item["name"], "arguments": whole},
            _item("done", number, item),
        ]
        return events, item

    one, first = tool(1, '{"a":', "1}")
    two, second = tool(2, "{}")
    words, message = _responses_text("Hé", "llo")
    usage = {
        "input_tokens": 7,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
        "output_tokens": 9,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 16,
    }
    whole = response("completed", output=[message, first, second], usage=usage)
    events: Events = [
        {"type": "response.created", "response": response("in_progress")},
        {"type": "response.in_progress", "response": response("in_progress")},
        *words,
        *one,
        *two,
        {"type": "response.completed", "response": whole},
    ]
    return [each | {"sequence_number": number} for number, each in enumerate(events)]


def _item(state: str, index: int, item: Any) -> Any:
    return {"type": f"response.output_item.{state}", "output_index": index, "item": item}


def _responses_text(*pieces: str) -> tuple[Events, Any]:
    part: Any = {"type": "output_text", "text": "".join(pieces), "annotations": [], "logprobs": []}
    item: Any = {"id": "item_0", "type": "message", "role": "assistant"}
    begun = item | {"status": "in_progress", "content": []}
    item |= {"status": "completed", "content": [part]}
    at: Any = {"item_id": "item_0", "output_index": 0, "content_index": 0}
    text: Any = {**at, "logprobs": []}
    events: Events = [
        _item("added", 0, begun),
        {"type": "response.content_part.added", **at, "part": part | {"text": ""}},
        *({"type": "response.output_text.delta", **text, "delta": piece} for piece in pieces),
        {"type": "response.output_text.done", **text, "text": part["text"]},
        {"type": "response.content_part.done", **at, "part": part},
        _item("done", 0, item),
    ]
    return events, item
