"""What only the course of a stream shows: order, calls that share ids, what comes too late."""

import json
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Encoder,
    Error,
    Loss,
    Other,
    Part,
    Refusal,
    ToolCall,
    Translator,
)
from tests.support.frames import payloads
from tests.support.legal import check_legal
from tests.support.meaning import meaning
from tests.support.streams import decode_all
from tests.test_meaning import TARGETS

ONE_ANSWER = ("anthropic", "bedrock", "cohere", "llama-api", "ollama", "responses")
TOKENS = {"content": [{"token": "x", "logprob": -1.0, "bytes": [120], "top_logprobs": []}]}


def frame(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    """Return a chunk of OpenAI as an event."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish, **more}
    chunk = {"id": "c", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def call(index: int, id: str, name: str, arguments: str) -> dict[str, Any]:  # noqa: A002
    """Return a delta with a call."""
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"index": index, "id": id, "type": "function", "function": function}]}


def converted(target: str, *frames: bytes, source: str = "openai") -> tuple[bytes, list[Loss]]:
    """Translate a stream and return what is written and lost."""
    translator = Translator(source, target)
    out = b"".join(map(translator.feed, frames)) + translator.close()
    return out, translator.losses


def said(target: str, data: bytes) -> dict[Any, Any]:
    """Return what a stream means."""
    return meaning(decode_all(target, [data]))


DONE = b"data: [DONE]\n\n"


@pytest.mark.parametrize("target", ONE_ANSWER)
def test_tokens_beside_a_call(target: str) -> None:
    """Log probabilities of a call's tokens do not cut the call in two."""
    piece = {"tool_calls": [{"index": 0, "function": {"arguments": 'a":1}'}}]}
    frames = [frame(call(0, "x", "w", '{"'), logprobs=TOKENS), frame(piece, logprobs=TOKENS)]
    out, losses = converted(target, *frames, frame({}, "tool_calls"), DONE)
    back = said(target, out)

    assert back[0, "calls.name"] == ["w"]
    assert back[0, "calls.arguments"] == [{"a": 1}]
    # Ollama's lines have a place for them.
    assert target == "ollama" or any("logprobs" in loss.path for loss in losses)


@pytest.mark.parametrize("target", ["anthropic", "bedrock", "responses", "ollama"])
def test_behind_an_error(target: str) -> None:
    """Where readers stop at an error, what comes behind it is reported as dropped."""
    error = b'data: {"error":{"message":"boom","type":"x"}}\n\n'
    out, losses = converted(
        target, frame({"content": "a"}), error, frame({"content": "LATE"}), DONE
    )

    assert b"LATE" not in out
    assert ("dropped", "LATE") in [(loss.kind, loss.value) for loss in losses]


WAITING: dict[str, list[Part]] = {
    "nothing": [],
    "a citation": [Citation("https://a.example", "A", start=0, end=1)],
    "a call": [ToolCall(0, "c", "f", {"a": 1})],
    "a refusal": [Refusal("No.")],
    "what has no place": [Other("x", {"a": 1})],
}
ENDS = {
    "its end mark": [Chunk(done=True)],
    "a break": [],
    "an error": [Chunk(error=Error("boom"))],
    "an error beside its role": [Chunk(choices=[Choice(0, "assistant")], error=Error("boom"))],
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("part", WAITING)
@pytest.mark.parametrize("target", TARGETS)
def test_what_waits_may_be_the_first(target: str, part: str, end: str) -> None:
    """A choice that has said nothing before begins with what waited for a word until the end."""
    encoder = Encoder(target)
    chunks = [Chunk(choices=[Choice(0, parts=[*WAITING[part]])]), *ENDS[end]]
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()

    check_legal(out, target)


USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize("more", [{}, {"usage": USAGE}], ids=["plain", "with usage"])
@pytest.mark.parametrize("word", ["stop", "length", "tool_calls", "content_filter"])
@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_error_and_finish_word(
    target: str, word: str, more: dict[str, Any], *, together: bool
) -> None:
    """A word that finishes and an error are one end: readers hear the error, and all text once."""
    choice = {"index": 0, "delta": {"content": "b"}, "finish_reason": word}
    finish: dict[str, Any] = {"choices": [choice], **more}
    error = {"error": {"message": "boom", "type": "x"}}
    last = [{**finish, **error}] if together else [finish, error]
    source = "mistral" if target == "openai" else "openai"
    frames = [b"data: " + json.dumps(each).encode() + b"\n\n" for each in last]
    out, losses = converted(target, frame({"content": "a"}), *frames, source=source)

    check_legal(out, target)
    back = decode_all(target, [out])
    words = [c.finish.reason.value for chunk in back for c in chunk.choices if c.finish]
    errors = [chunk.error.message for chunk in back if chunk.error is not None]
    told = {(loss.kind, loss.path) for loss in losses}
    assert "".join(chunk.text for chunk in back) == "ab"
    assert errors == ["boom"] or ("dropped", "$.error.message") in told
    # Others of OpenAI's family say both, and their readers raise at the error.
    assert words in (["error"], []) or target in {"openai", "completions", "groq"}
    if word not in words:
        path = "$.choices[0].finish.reason"
        assert {("dropped", path), ("changed", path)} & told
    counts = [chunk.usage.output_tokens or 0 for chunk in back if chunk.usage is not None]
    assert counts[-1:] == [2] or not more or ("dropped", "$.usage.output_tokens") in told
    assert sorted(counts) == counts


@pytest.mark.parametrize("target", ["openai", "llama", "mistral", "anthropic"])
def test_finish_on_every_chunk(target: str) -> None:
    """A finish word that the source says too early is written behind all text."""
    texts = ["one ", "two ", "three"]
    records = [
        {"candidates": [{"content": {"parts": [{"text": each}]}, "finishReason": "STOP"}]}
        for each in texts
    ]
    frames = [b"data: " + json.dumps(each).encode() + b"\n\n" for each in records]
    out, _ = converted(target, *frames, source="gemini")
    chunks = decode_all(target, [out])
    places = [number for number, chunk in enumerate(chunks) if chunk.finish_reason is not None]

    assert "".join(chunk.text for chunk in chunks) == "".join(texts)
    assert len(places) == 1
    assert not any(chunk.text for chunk in chunks[places[0] + 1 :])


@pytest.mark.parametrize("target", ["anthropic", "mistral", "responses", "gemini"])
def test_calls_that_share_an_id(target: str) -> None:
    """Calls with one id and different numbers and names are two calls."""
    frames = [frame(call(0, "x", "f", '{"a":1}')), frame(call(1, "x", "g", '{"b":2}'))]
    out, _ = converted(target, *frames, frame({}, "tool_calls"), DONE)
    calls = [part for chunk in decode_all(target, [out]) for part in chunk.tool_calls]

    assert [part.name for part in calls if part.name] == ["f", "g"]


def test_name_in_pieces() -> None:
    """A name is said once and whole: a further piece of it is reported."""
    more = {"tool_calls": [{"index": 0, "function": {"name": "weather", "arguments": "{}"}}]}
    _, losses = converted("llama", frame(call(0, "x", "get_", "")), frame(more), DONE)

    assert Loss("dropped", "$.choices[0].tool_calls[0].name", "weather", 2) in losses


@pytest.mark.parametrize("target", ONE_ANSWER)
def test_no_answer_at_all(target: str) -> None:
    """An end mark alone is an end in error: there is nothing that could be finished."""
    out, _ = converted(target, DONE)

    assert any(chunk.error is not None for chunk in decode_all(target, [out]))


@pytest.mark.parametrize("target", ONE_ANSWER)
def test_further_candidates(target: str) -> None:
    """Each candidate without a place is reported once, by its number, and nothing else is."""
    choices = [{"index": n, "delta": {"content": f"c{n}"}} for n in range(3)]
    event = b"data: " + json.dumps({"id": "c", "model": "m", "choices": choices}).encode() + b"\n\n"
    _, losses = converted(target, event, event, DONE)
    dropped = [loss.path for loss in losses if loss.kind == "dropped" and "choices" in loss.path]

    assert dropped == ["$.choices[1]", "$.choices[2]"]


def test_server_tool_as_custom_call() -> None:
    """A custom call of a tool that the request did not name is the server's own."""
    created = {"id": "r", "model": "grok", "tools": [{"type": "x_search"}]}
    item = {"type": "custom_tool_call", "id": "i", "call_id": "x", "name": "search", "input": ""}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": created},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.custom_tool_call_input.delta", "output_index": 0, "delta": "bees"},
        {"type": "response.output_item.done", "output_index": 0, "item": {**item, "input": "bees"}},
        {"type": "response.completed", "response": {"status": "completed"}},
    ]
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in events)
    chunks = decode_all("responses", [lines])
    home = Translator("responses", "responses", to_framing="ndjson")

    assert not any(chunk.tool_calls for chunk in chunks)
    assert chunks[-1].finish_reason == "stop"
    assert payloads(home.feed(lines) + home.close()) == events


@pytest.mark.parametrize("target", ["anthropic", "mistral", "gemini", "responses"])
def test_deep_residue(target: str) -> None:
    """Residue as deep as the parser reads takes nothing but itself away in another dialect."""
    deep: Any = None
    for _ in range(900):
        deep = {"a": deep}
    out, _ = converted(target, frame({"content": "Hi"}, odd=deep), frame({}, "stop"), DONE)

    assert said(target, out)[0, "text"] == "Hi"


@pytest.mark.parametrize("target", TARGETS)
def test_a_role_that_changes(target: str) -> None:
    """Readers hear one role of a choice: another one is reported, the same again is not."""
    source = "mistral" if target == "openai" else "openai"
    same = frame({"role": "assistant", "content": "b"})
    other = frame({"role": "tool", "content": "c"})
    first = frame({"role": "assistant", "content": "a"})
    for frames, roles in (([first, same], []), ([first, same, other], ["tool"])):
        _, losses = converted(target, *frames, DONE, source=source)
        assert [loss.value for loss in losses if loss.path == "$.choices[0].role"] == roles
