"""Responses' events: the hazards that its documents and real streams are known for."""

import json
from typing import Any

import pytest

from onechunk import (
    Chunk,
    Citation,
    Decoder,
    Finish,
    FinishReason,
    Media,
    Other,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Translator,
    Usage,
    decode,
    encode,
)
from onechunk_adapters.responses.words import INCOMPLETE, STATUSES
from tests.support.frames import events, payloads, read_frames
from tests.support.recordings import RECORDINGS
from tests.support.rooms import Room, parts
from tests.support.streams import decode_all, encode_all, translate

ROOM = "responses"
recorded = Room(ROOM).recorded
decoded = Room(ROOM).decoded


def said(chunks: list[Chunk], kind: type[Any]) -> str:
    """Return the joined text of a class."""
    return "".join(part.text for part in parts(chunks, kind))


def arguments(chunks: list[Chunk]) -> dict[int | None, str]:
    """Return the joined arguments of every call."""
    found: dict[int | None, str] = {}
    for call in parts(chunks, ToolCall):
        found[call.index] = found.get(call.index, "") + (call.arguments or "")
    return found


def finish(chunks: list[Chunk]) -> Finish | None:
    """Return the finish of the stream."""
    return next((c.finish for chunk in chunks for c in chunk.choices if c.finish), None)


def end(status: str | None, **more: Any) -> dict[str, Any]:
    """Return an event that ends a response."""
    response: dict[str, Any] = {"id": "resp_1", "status": status, "output": [], **more}
    return {"type": "response.completed", "response": response}


def test_one_event_is_one_chunk() -> None:
    """Every event is a chunk, those that say nothing too; the last one ends the stream."""
    data = recorded("reasoning-summary-of-two-parts-with-encrypted-content")
    chunks = decode_all(ROOM, [data])

    assert len(chunks) == len(events(read_frames(data)))
    assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


@pytest.mark.parametrize("recording", [r for r in RECORDINGS if r.dialect == ROOM], ids=str)
def test_repeated_text_is_said_once(recording: Any) -> None:
    """What done events repeat is no second text: edits of the deltas are all that is written."""
    chunks = decode_all(ROOM, [recording.data])
    texts = {said(chunks, kind) for kind in (Text, Reasoning, Refusal)}
    texts |= {*arguments(chunks).values()}
    # The server's own tools may have been asked the same.
    others = [other.value for other in parts(chunks, Other)]
    long = {text for text in texts if len(text) > 12 and text not in str(others)}
    for part in (*parts(chunks, Text), *parts(chunks, Reasoning), *parts(chunks, Refusal)):
        part.text = "X" * len(part.text)
    for call in parts(chunks, ToolCall):
        call.arguments = None if call.arguments is None else "{}"
    out = json.dumps([*payloads(encode_all(ROOM, chunks))], ensure_ascii=False)

    assert [text for text in long if json.dumps(text, ensure_ascii=False)[1:-1] in out] == []


def test_repetition_follows_the_edit() -> None:
    """Text, tokens, citations and a call's name are written again as they were last written."""
    chunks = decoded("web-search-with-url-citations")
    for citation in parts(chunks, Citation):
        citation.url = "https://other.example/"
    out = [*payloads(encode_all(ROOM, chunks))]
    item = out[-1]["response"]["output"][-1]
    assert {each["url"] for each in item["content"][0]["annotations"]} == {"https://other.example/"}

    chunks = decoded("function-calls-parallel")
    for call in parts(chunks, ToolCall):
        call.name = call.name and f"my_{call.name}"
    output = [*payloads(encode_all(ROOM, chunks))][-1]["response"]["output"]
    calls = [item for item in output if item["type"] == "function_call"]
    assert calls
    assert all(call["name"].startswith("my_") for call in calls)


def test_repetition_that_differs_is_kept() -> None:
    """A done event that says something else than the deltas stays as it came."""
    data = recorded("text-done-without-deltas").replace(b"Only at the end.", b"A.", 1)
    assert [*payloads(encode_all(ROOM, decode_all(ROOM, [data])))] == [*payloads(data)]


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("text-done-without-deltas", "Only at the end."),
        ("items-only-in-completed", "Only in completed."),
    ],
)
def test_text_without_deltas(case: str, text: str) -> None:
    """Text that only a repetition says is said once, and goes where it stood after an edit."""
    chunks = decoded(case)
    assert said(chunks, Text) == text
    parts(chunks, Text)[0].text = "Gone."
    out = encode_all(ROOM, chunks)
    assert text.encode() not in out
    assert [*payloads(out)][-1]["response"]["output"][0]["content"][0]["text"] == "Gone."


def test_arguments_without_deltas() -> None:
    """LM Studio says arguments only when they are done."""
    chunks = decoded("lmstudio-arguments-done-without-deltas")
    assert arguments(chunks) == {0: '{"hive":"N-7"}'}
    assert finish(chunks) == Finish(FinishReason.TOOL_CALLS, "completed")


def test_calls_are_counted_without_other_items() -> None:
    """A call's number counts calls; its id is what results refer to, not the item's."""
    chunks = decoded("reasoning-encrypted-between-function-calls")
    heads = [call for call in parts(chunks, ToolCall) if call.id]
    assert [call.index for call in heads] == [*range(len(heads))]
    assert all(call.id.startswith("call_") for call in heads)
    assert len({call.block for call in heads}) == len(heads)


def test_items_are_told_by_their_number() -> None:
    """Item ids that change on the way mislead nobody, nor do items that interleave."""
    chunks = decoded("function-calls-interleaved")
    assert len(arguments(chunks)) > 1
    assert all(json.loads(text) for text in arguments(chunks).values())
    chunks = decoded("router-without-event-lines-items-interleaved-ids-change")
    assert (said(chunks, Reasoning), said(chunks, Text)) == ("Thinking.", "Bees hum.")


def test_custom_tools_take_free_text() -> None:
    """The input of a custom tool is a call's arguments, though it is no JSON."""
    for case in ("custom-tool-call", "custom-tool-call-without-input-done"):
        chunks = decoded(case)
        assert not arguments(chunks)[0].startswith("{}")
        assert len(arguments(chunks)) == 1
        assert finish(chunks) == Finish(FinishReason.TOOL_CALLS, "completed")


@pytest.mark.parametrize(
    "case",
    [
        "mcp-list-and-calls-one-failed",
        "code-interpreter-with-container-citation",
        "shell-call-and-output",
        "apply-patch-create-and-delete",
    ],
)
def test_tools_of_the_server_are_no_calls(case: str) -> None:
    """What the server runs itself is kept whole, and no client is told to run it."""
    chunks = decoded(case)
    assert parts(chunks, ToolCall) == []
    assert parts(chunks, Other)
    assert finish(chunks) == Finish(FinishReason.STOP, "completed")


def test_encrypted_reasoning_is_that_of_the_end() -> None:
    """The encrypted content of a reasoning item is final when the item is done."""
    data = recorded("reasoning-summary-of-two-parts-with-encrypted-content")
    chunks = decode_all(ROOM, [data])
    [done] = [
        event["item"]
        for event in payloads(data)
        if event["type"] == "response.output_item.done" and event["item"]["type"] == "reasoning"
    ]
    found = [part.encrypted for part in parts(chunks, Reasoning) if part.encrypted]
    assert found == [done["encrypted_content"]]
    blocks = [part.block for part in parts(chunks, Reasoning) if part.text]
    assert len({*blocks}) == 2


def test_media() -> None:
    """Audio, its words and images come as they are, without an item where there is none."""
    chunks = decoded("audio-with-transcript")
    media = parts(chunks, Media)
    assert "".join(each.transcript or "" for each in media) == "Buzz"
    assert {each.kind for each in media} == {"audio"}
    assert parts(decoded("image-generation-with-partial-images"), Media)[0].kind == "image"


@pytest.mark.parametrize(("status", "reason"), STATUSES.items())
def test_statuses(status: str, reason: FinishReason) -> None:
    """Every status that ends an answer is a finish, and goes home unchanged."""
    chunk = decode(ROOM, end(status))
    assert chunk.choices[0].finish == Finish(reason, status)
    assert encode(ROOM, chunk) == end(status)


@pytest.mark.parametrize(("word", "reason"), [*INCOMPLETE.items(), ("new", FinishReason.OTHER)])
def test_reasons(word: str, reason: FinishReason) -> None:
    """The reason for an incomplete answer says more than its status."""
    event = end("incomplete", incomplete_details={"reason": word, "more": 1})
    chunk = decode(ROOM, event)
    assert chunk.choices[0].finish == Finish(reason, word)
    assert encode(ROOM, chunk) == event
    chunk.choices[0].finish = Finish(FinishReason.STOP)
    assert encode(ROOM, chunk) == end("completed", incomplete_details=None)


def test_finish_without_status() -> None:
    """Where no status is sent the event says that the answer is whole."""
    chunk = decode(ROOM, end(None))
    assert chunk.choices[0].finish == Finish(FinishReason.STOP)
    assert encode(ROOM, chunk) == end(None)
    chunk.choices[0].finish = Finish(FinishReason.LENGTH)
    details = {"reason": "max_output_tokens"}
    assert encode(ROOM, chunk) == end("incomplete", incomplete_details=details)


def test_usage() -> None:
    """Input includes what was cached, output what was reasoned; absent counts are None."""
    details = {"cached_tokens": 3, "cache_write_tokens": 2}
    usage = {"input_tokens": 9, "input_tokens_details": details, "output_tokens": 4}
    event = end("completed", usage={**usage, "output_tokens_details": {"reasoning_tokens": 1}})
    chunk = decode(ROOM, event)
    assert chunk.usage == Usage(9, 4, None, 3, 2, 1)
    assert encode(ROOM, chunk) == event
    assert decode(ROOM, end("completed", usage=None)).usage is None


@pytest.mark.parametrize(
    "event",
    [
        {"type": "error", "code": "server_error", "message": "m", "param": None},
        {"type": "error", "error": {"code": "server_error", "message": "m", "new": 1}},
        {
            "type": "response.failed",
            "response": {"error": {"code": "server_error", "message": "m"}},
        },
        {"type": "response.failed", "response": {"error": None}, "error": {"message": "m"}},
    ],
    ids=["flat", "nested", "failed", "beside the response"],
)
def test_errors(event: dict[str, Any]) -> None:
    """An error is one wherever it stands, and an edit of it goes there."""
    chunk = decode(ROOM, event)
    assert chunk.error is not None
    assert chunk.error.message == "m"
    assert encode(ROOM, chunk) == event
    chunk.error.message = "redacted"
    assert encode(ROOM, chunk) == json.loads(json.dumps(event).replace('"m"', '"redacted"'))


def test_an_error_is_told_once() -> None:
    """Where an error comes as event and in the response, other dialects hear the first."""
    out = translate(ROOM, "openai", recorded("error-nested-then-failed"))
    assert sum("error" in each for each in payloads(out.data)) == 1


def test_nothing_is_remembered_of_other_streams() -> None:
    """Every decoder has a memory of its own."""
    data = recorded("text-in-two-messages")
    assert Decoder(ROOM).feed(data) == Decoder(ROOM).feed(data)


def test_copies_of_another_kind() -> None:
    """Log probabilities that a closing event says as text are no copy of those before, and stay."""
    translator = Translator("responses", "openai")
    token = {"token": "a", "logprob": -1.0, "top_logprobs": [], "bytes": [97]}
    place = {"output_index": 0, "content_index": 0, "item_id": "m"}
    item: dict[str, Any] = {"type": "message", "id": "m", "content": []}
    stream: list[dict[str, Any]] = [
        {"type": "response.created", "response": {"id": "r", "model": "m"}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_text.delta", **place, "delta": "a", "logprobs": [token]},
        {"type": "response.output_text.done", **place, "text": "a", "logprobs": "x"},
    ]
    for event in stream:
        translator.feed(b"data: " + json.dumps(event).encode() + b"\n\n")
    assert "$.extra.logprobs" in {loss.path for loss in translator.losses}
