"""What strict readers of a dialect demand of a stream that was written for them."""

from collections import Counter
from typing import Any

from onechunk.mapping import is_list
from tests.support.frames import Event, events, payloads, read_frames
from tests.support.legal_events import EVENT_TARGETS, check_legal_events

CHAT = frozenset({"stop", "length", "tool_calls", "content_filter"})

FINISH_WORDS = {
    "mistral": frozenset({"stop", "length", "error", "tool_calls"}),
    "mistral-ts": frozenset({"stop", "length", "error", "tool_calls"}),
    "openai": CHAT,
    # The field is a free string; these are the words that the servers behind it send.
    "llama": CHAT | {"abort", "error"},
    "completions": frozenset({"stop", "length", "content_filter"}),
    "groq": CHAT,
    "openrouter": CHAT | {"error"},
}
"""What strict readers of each target know; see `mission.md`, section 5, and the vendors' SDKs."""

Payload = dict[str, Any]


def check_legal(data: bytes, target: str) -> None:
    """Assert that a stream obeys every rule of its readers."""
    if target in EVENT_TARGETS:
        check_legal_events(data, target)
        return
    frames = events(read_frames(data))
    written = payloads(data)
    _check_end(frames, target)
    for payload in written:
        _check_payload(payload, target)
    _check_choices(written, target)
    _check_usage(written, target)


def _check_end(frames: list[Event], target: str) -> None:
    """The end mark stands last and once, where the target has one; no frame has a name."""
    ends = [frame.text for frame in frames if frame.text is not None]
    assert ends == ([] if target == "mistral-ts" else ["[DONE]"])
    assert not ends or frames[-1].text == "[DONE]"
    assert {(frame.name, frame.id, frame.retry) for frame in frames} <= {(None, None, None)}


def _check_payload(payload: Payload, target: str) -> None:
    """Every chunk has the whole envelope, every choice its index and, away from text, a delta."""
    assert type(payload["id"]) is str
    assert type(payload["created"]) is int
    assert type(payload["model"]) is str
    assert payload["object"] == (
        "text_completion" if target == "completions" else "chat.completion.chunk"
    )
    choices = payload["choices"]
    assert is_list(choices)
    choice: Any
    for choice in choices:
        assert type(choice["index"]) is int
        if target == "completions":
            assert type(choice["text"]) is str
        else:
            _check_delta(choice["delta"], target)
        word = choice["finishReason" if target == "mistral-ts" else "finish_reason"]
        assert word is None or word in FINISH_WORDS[target]


def _check_delta(delta: Payload, target: str) -> None:
    """Content is what the target allows; a call has its number, and text for arguments."""
    content = delta.get("content")
    lists = (list,) if target.startswith("mistral") else ()
    assert content is None or type(content) in (str, *lists)
    calls = delta.get("toolCalls" if target == "mistral-ts" else "tool_calls", [])
    assert "tool_calls" not in delta or calls
    for call in calls:
        function = call["function"]
        assert type(call["index"]) is int
        assert call.get("type", "function") == "function"
        if target.startswith("mistral"):
            assert type(function["name"]) is str
            assert type(function["arguments"]) in (str, dict)
        else:
            assert type(function.get("arguments", "")) is str


def _check_choices(written: list[Payload], target: str) -> None:
    """Role, tool id and name are said once; every choice finishes once, or an error says why."""
    counts: Counter[tuple[Any, ...]] = Counter()
    failed = any(payload.get("error") for payload in written)
    for payload in written:
        for choice in payload["choices"]:
            index = choice["index"]
            counts[index, "choice"] += 1
            delta: Payload = choice.get("delta", {})
            finish = choice.get("finishReason") or choice.get("finish_reason")
            counts[index, "finish"] += finish is not None
            counts[index, "role"] += delta.get("role") is not None
            if counts[index, "choice"] == 1 and target != "completions":
                assert delta.get("role") is not None
            calls: Any = delta.get("toolCalls", delta.get("tool_calls", []))
            for call in calls:
                key = index, call["index"]
                counts[*key, "call"] += 1
                counts[*key, "id"] += call.get("id") is not None
                counts[*key, "name"] += bool(call["function"].get("name"))
                # Readers of fragments open a call by its head.
                assert counts[*key, "call"] > 1 or call.get("id") is not None
    for key, count in counts.items():
        if key[-1] == "finish":
            assert count == 1 or (failed and count == 0)
        elif key[-1] == "id":
            assert count == 1
        elif key[-1] in {"role", "name"}:
            assert count <= 1


def _check_usage(written: list[Payload], target: str) -> None:
    """Usage stands once: on the last chunk, which has choices at Mistral and none elsewhere."""
    places = [n for n, payload in enumerate(written) if payload.get("usage") is not None]
    assert places in ([], [len(written) - 1])
    said_something = any(payload["choices"] for payload in written)
    for place in places:
        with_choices = target.startswith("mistral") and said_something
        assert bool(written[place]["choices"]) == with_choices
