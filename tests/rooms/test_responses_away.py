"""Other dialects' chunks as Responses' events."""

import pytest

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Loss,
    Media,
    Part,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    losses,
)
from tests.support.frames import payloads
from tests.support.legal_responses import check_responses
from tests.support.streams import decode_all

ROOM = "responses"


def written(*chunks: Chunk) -> tuple[bytes, list[Loss]]:
    """Return the stream that chunks of another dialect become, and what was lost."""
    encoder = Encoder(ROOM)
    head = Chunk(id="c1", model="m", created=5, dialect="openai")
    tail = Chunk(done=True, dialect="openai")
    data = b"".join(map(encoder.feed, (head, *chunks, tail))) + encoder.close()
    check_responses(data)
    return data, encoder.losses


def says(*parts: Part, finish: Finish | None = None, logprobs: Logprobs | None = None) -> Chunk:
    """Return a chunk of another dialect."""
    choice = Choice(parts=[*parts], finish=finish, logprobs=logprobs)
    return Chunk(choices=[choice], dialect="openai")


def test_a_stream_in_full() -> None:
    """Other dialects' chunks become items that are opened, filled, repeated and listed."""
    token = Logprobs([TokenLogprob("Hi", -0.5, [72, 105])])
    data, lost = written(
        says(Reasoning("Hm.")),
        says(Text("Hi"), logprobs=token),
        says(Citation("https://a.example/", "A", start=0, end=2), Refusal("No.")),
        says(ToolCall(0, "c_1", "f", '{"a":')),
        says(ToolCall(0, None, None, "1}")),
        says(ToolCall(1, "c_2", "g", {"b": 2})),
        Chunk(
            choices=[Choice(finish=Finish(FinishReason.TOOL_CALLS))],
            usage=Usage(4, 2),
            dialect="openai",
        ),
    )
    last = [*payloads(data)][-1]["response"]
    reasoning, message, *calls = last["output"]
    assert reasoning["summary"] == [{"type": "summary_text", "text": "Hm."}]
    assert [part["type"] for part in message["content"]] == ["output_text", "refusal"]
    assert len(message["content"][0]["annotations"]) == len(message["content"][0]["logprobs"]) == 1
    assert [(c["call_id"], c["arguments"]) for c in calls] == [
        ("c_1", '{"a":1}'),
        ("c_2", '{"b":2}'),
    ]
    assert last["status"] == "completed"
    made = {loss.path for loss in lost}
    assert {"$.usage.total_tokens", "$.usage.reasoning_tokens", "$.extra.item.id"} <= made
    assert {loss.kind for loss in lost} == {"invented"}
    back = decode_all(ROOM, [data])
    assert back[-1].finish_reason is FinishReason.TOOL_CALLS
    assert "".join(chunk.text for chunk in back) == "Hi"
    assert "".join(chunk.refusal for chunk in back) == "No."
    assert "".join(chunk.reasoning for chunk in back) == "Hm."


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (FinishReason.STOP, "completed"),
        (FinishReason.LENGTH, "incomplete"),
        (FinishReason.CONTENT_FILTER, "incomplete"),
        (FinishReason.PAUSE, "incomplete"),
        (FinishReason.CANCELLED, "completed"),
        (FinishReason.ERROR, "failed"),
    ],
)
def test_every_end_is_one_that_clients_know(reason: FinishReason, status: str) -> None:
    """Every finish ends in one of three events."""
    data, _ = written(says(Text("Hi"), finish=Finish(reason)))
    assert [*payloads(data)][-1]["response"]["status"] == status


def test_what_has_no_place() -> None:
    """A signature and media are dropped; what is encrypted, and a citation, are not."""
    dropped = [
        loss.path for loss in losses(ROOM, says(Reasoning("a", signature="s"), Media("audio", "x")))
    ]
    assert dropped == ["$.choices[0].parts[0].signature", "$.choices[0].parts[1]"]
    assert losses(ROOM, says(Reasoning(encrypted="e"))) == []
    assert losses(ROOM, says(Citation("u", "t", start=1, end=2))) == []


def test_failure_keeps_what_was_said() -> None:
    """A response that fails lists the items that were written so far."""
    error = Chunk(error=Error("down", code="server_error"), dialect="openai")
    data, _ = written(says(Text("Hi")), error)
    last = [*payloads(data)][-1]
    assert last["type"] == "response.failed"
    assert last["response"]["output"][0]["content"][0]["text"] == "Hi"
    assert last["response"]["error"] == {"code": "server_error", "message": "down"}
