"""Cohere's v1 bodies that come whole: chats, lists of candidates, and what they repeat."""

from typing import Any

import pytest
from cohere.types import Generation, NonStreamedChatResponse

from onechunk import (
    Choice,
    Citation,
    EncodeError,
    Error,
    Finish,
    FinishReason,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
    WireError,
    decode_message,
    encode_message,
    message_losses,
)
from tests.support.messages import message_of, messages

ROOM = "cohere-v1"


def body(text: str, **more: Any) -> dict[str, Any]:
    """Return the response of a chat."""
    return {"text": text, "generation_id": "g1", "finish_reason": "COMPLETE", **more}


def candidates(*texts: str) -> dict[str, Any]:
    """Return a list of candidates."""
    found = [
        {"id": f"c{n}", "text": text, "finish_reason": "COMPLETE"} for n, text in enumerate(texts)
    ]
    return {"id": "g1", "generations": found, "prompt": "Why?"}


def said(*parts: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    choice = Choice(0, "assistant", [*parts], Finish(FinishReason.STOP), **more)
    return Message("r1", choices=[choice])


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what is lost of a message."""
    return [(loss.kind, loss.path) for loss in message_losses(ROOM, message)]


CALL: Any = {"name": "f", "parameters": {"n": 1.0}}


def test_chat() -> None:
    """A chat is one choice; what is said before calls is text, and calls tell why it ended."""
    payload = body("I ask.", tool_calls=[CALL, {"name": "g", "parameters": {}}])
    message = decode_message(ROOM, payload)

    assert (message.id, message.text) == ("g1", "I ask.")
    assert [(call.index, call.name) for call in message.tool_calls] == [(0, "f"), (1, "g")]
    assert message.finish_reason is FinishReason.TOOL_CALLS
    assert encode_message(ROOM, message) == payload


def test_candidates() -> None:
    """A list of candidates is as many choices, each with the residue of its own."""
    payload = candidates("a", "b")
    message = decode_message(ROOM, payload)
    assert message.id == "g1"
    assert [Message(choices=[choice]).text for choice in message.choices] == ["a", "b"]
    assert encode_message(ROOM, message) == payload

    message.choices[1].parts = [Text("new")]
    message.choices[0].finish = Finish(FinishReason.LENGTH)
    first, second = encode_message(ROOM, message)["generations"]
    assert first == {"id": "c0", "text": "a", "finish_reason": "MAX_TOKENS"}
    assert second == {"id": "c1", "text": "new", "finish_reason": "COMPLETE"}


ODD: Any = [
    {},
    {"text": ""},
    {"text": None, "finish_reason": None, "generation_id": None},
    {"text": 7, "tool_calls": {}, "citations": [None], "finish_reason": 1},
    {"tool_calls": [CALL], "citations": []},
    {"finish_reason": "MAX_TOKENS"},
    {"generations": []},
    {"generations": None, "text": "a", "id": "x"},
    {"generations": ["loose"], "id": "x"},
    {"generations": [{}], "id": ""},
    {"generations": [{"text": "a", "index": 1, "likelihood": -1}], "text": "b"},
    body("a", chat_history=None),
    body("a", chat_history=[{"role": "CHATBOT", "message": None, "tool_calls": "x"}]),
    body("a", tool_calls=[{"name": "", "parameters": "text"}, {}]),
    body("a", citations=[{"start": 0, "end": 1, "text": "a", "document_ids": [7]}]),
    body("a", meta={}, message=None),
]


@pytest.mark.parametrize("payload", ODD)
def test_odd_forms_go_home(payload: dict[str, Any]) -> None:
    """What has another form than it should comes home as it was."""
    assert encode_message(ROOM, decode_message(ROOM, payload)) == payload


def test_a_chat_has_one_candidate() -> None:
    """A second choice has no place in a chat."""
    message = decode_message(ROOM, body("a"))
    message.choices.append(Choice(1, parts=[Text("b")]))

    with pytest.raises(EncodeError, match="2 candidates"):
        encode_message(ROOM, message)


def test_repetitions_follow_the_answer() -> None:
    """The conversation's end and the passages repeat the answer as it is now."""
    history = [
        {"role": "USER", "message": "Old text?"},
        {"role": "CHATBOT", "message": "Old text.", "tool_calls": [CALL]},
    ]
    cited = [
        {"start": 0, "end": 3, "text": "Old", "document_ids": ["d"]},
        {"start": 0, "end": 3, "text": "Odd", "document_ids": ["d"]},
    ]
    payload = body("Old text.", chat_history=history, citations=cited, tool_calls=[CALL])
    message = decode_message(ROOM, payload)
    assert encode_message(ROOM, message) == payload

    text, call, *_ = message.choices[0].parts
    assert isinstance(text, Text)
    assert isinstance(call, ToolCall)
    text.text, call.arguments = "New text.", {"new": 1}
    new = {"name": "f", "parameters": {"new": 1}}
    written = encode_message(ROOM, message)
    assert written["chat_history"] == [
        history[0],
        {"role": "CHATBOT", "message": "New text.", "tool_calls": [new]},
    ]
    assert [each["text"] for each in written["citations"]] == ["New", "Odd"]
    assert written["tool_calls"] == [new]
    message.choices[0].parts.remove(call)
    written = encode_message(ROOM, message)
    assert written["chat_history"][1]["tool_calls"] == []
    assert "tool_calls" not in written


def test_from_elsewhere() -> None:
    """A message from elsewhere is a chat, with the passages of its citations and no reasoning."""
    cited = Citation(None, "A", None, 0, 3, ["d", 7])
    message = said(
        Reasoning("why"), Text("abc"), Refusal("def"), ToolCall(0, "c", "f", '{"n": 1.0}'), cited
    )
    message.usage = Usage(3, 4)

    assert encode_message(ROOM, message) == {
        "generation_id": "r1",
        "text": "abcdef",
        "tool_calls": [CALL],
        "citations": [{"start": 0, "end": 3, "text": "abc", "document_ids": ["d", "7"]}],
        "finish_reason": "COMPLETE",
        "meta": {"tokens": {"input_tokens": 3, "output_tokens": 4}},
    }
    named = lost(message)
    assert ("dropped", "$.choices[0].parts[0].text") in named
    assert ("dropped", "$.choices[0].parts[3].id") in named
    assert ("dropped", "$.choices[0].parts[4].title") in named


def test_own_stream() -> None:
    """The last event of a stream repeats the whole body, which is written so, edits included."""
    message = message_of("cohere-v1/search-and-citations")
    written = encode_message(ROOM, message, strict=True)
    assert written.keys() >= {"response_id", "chat_history", "documents", "search_results"}
    assert written["text"] == written["chat_history"][-1]["message"] == message.text
    assert [each["text"] for each in written["citations"]] == ["Øresund link", "2000"]
    assert lost(message) == []

    for part in message.choices[0].parts:
        if isinstance(part, Text):
            part.text = "X" * len(part.text)
    written = encode_message(ROOM, message)
    assert {*written["text"], *written["chat_history"][-1]["message"]} == {"X"}
    assert [each["text"] for each in written["citations"]] == ["X" * 12, "X" * 4]


def test_own_stream_of_calls() -> None:
    """A plan stands in the text, and calls that came in pieces are whole wherever they stand."""
    message = message_of("cohere-v1/tool-call-with-plan-in-chunks")
    written = encode_message(ROOM, message)
    call = {"name": "ferry_status", "parameters": {"route": "Ven <2>"}}

    assert written["text"] == message.reasoning
    assert written["tool_calls"] == written["chat_history"][-1]["tool_calls"] == [call]
    assert lost(message) == [
        ("invented", "$.choices[0].parts[0].text"),
        ("dropped", "$.choices[0].parts[0].text"),
    ]


def test_own_stream_of_candidates() -> None:
    """A stream of `/v1/generate` becomes a list of candidates."""
    message = message_of("cohere-v1/text-key-first-of-generate")
    written = encode_message(ROOM, message, strict=True)
    [candidate] = written["generations"]

    assert written.keys() == {"id", "generations", "prompt", "meta"}
    assert candidate.keys() == {"id", "text", "finish_reason"}
    assert candidate["text"] == message.text


def test_own_stream_that_was_cut_off() -> None:
    """One without its last event has the text so far, and says that it failed."""
    written = encode_message(ROOM, message_of("cohere-v1/cut-off-in-text"))
    assert written["finish_reason"] == "ERROR"
    assert written["text"]
    assert written["message"]
    calls = encode_message(ROOM, message_of("cohere-v1/cut-off-in-a-tool-call"))
    assert "tool_calls" not in calls
    assert calls["text"] == ""


def test_citations_without_a_place() -> None:
    """A citation that names no document, or no passage, is left out and told."""
    message = said(Text("abc"), Citation("u", None, None, 0, 1), Citation(references=["d"]))

    assert "citations" not in encode_message(ROOM, message)
    assert lost(message) == [
        ("dropped", "$.choices[0].parts[1]"),
        ("dropped", "$.choices[0].parts[2]"),
    ]


def test_words() -> None:
    """Each reason has a word; a matched sequence has one of its own."""
    for reason, word in (
        (FinishReason.TOOL_CALLS, "COMPLETE"),
        (FinishReason.CONTENT_FILTER, "ERROR_TOXIC"),
        (FinishReason.CANCELLED, "USER_CANCEL"),
    ):
        message = said(Text("a"))
        message.choices[0].finish = Finish(reason)
        assert encode_message(ROOM, message)["finish_reason"] == word
    assert encode_message(ROOM, said(Text("a"), stop="END"))["finish_reason"] == "STOP_SEQUENCE"


def test_errors() -> None:
    """An error is a message, alone or beside what was said."""
    payload = {"message": "invalid api token"}
    message = decode_message(ROOM, payload)
    assert message.error == Error("invalid api token")
    assert encode_message(ROOM, message) == payload

    failed = said(Text("half"))
    failed.choices[0].finish = None
    failed.error = Error("out of memory")
    written = encode_message(ROOM, failed)
    assert (written["text"], written["message"]) == ("half", "out of memory")
    assert written["finish_reason"] == "ERROR"


@pytest.mark.parametrize("meta", [7, [], "x"])
def test_wrong_types(meta: Any) -> None:
    """Usage that is no object is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, body("a", meta=meta))

    assert raised.value.path == "$.meta"


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: the message of every recorded stream is a body that Cohere's SDK takes."""
    for message in messages().values():
        written = encode_message(ROOM, message)
        model = Generation if "generations" in written else NonStreamedChatResponse
        model.model_validate(written, strict=True)
