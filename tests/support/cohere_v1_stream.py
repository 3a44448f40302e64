"""One small answer in Cohere's v1 lines, written by hand."""

from typing import Any

__all__ = ["COHERE_V1_ERROR", "cohere_v1_answer"]


def _line(kind: str, *, finished: bool = False, **said: Any) -> Any:
    return {"is_finished": finished, "event_type": kind, **said}


def cohere_v1_answer() -> list[Any]:
    """Return text, two tool calls, usage; the end repeats them."""
    calls: list[Any] = [
        {"name": "tool_1", "parameters": {"a": 1}},
        {"name": "tool_2", "parameters": {}},
    ]
    counts: Any = {"input_tokens": 7.0, "output_tokens": 9.0}
    response: Any = {
        "generation_id": "id_1",
        "text": "Héllo",
        "tool_calls": calls,
        "finish_reason": "COMPLETE",
        "meta": {"tokens": counts, "cached_tokens": 2.0},
    }
    return [
        _line("stream-start", generation_id="id_1"),
        _line("text-generation", text="Hé"),
        _line("text-generation", text="llo"),
        _line("tool-calls-generation", tool_calls=calls),
        _line("stream-end", finished=True, finish_reason="COMPLETE", response=response),
    ]


COHERE_V1_ERROR = [
    _line(
        "stream-end",
        finished=True,
        finish_reason="ERROR",
        response={"generation_id": "id_1", "text": "Héllo", "finish_reason": "ERROR"},
    )
]
"""What comes last where the answer fails."""
