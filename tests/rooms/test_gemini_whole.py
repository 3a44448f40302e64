"""Gemini's bodies that come whole: one object with a record of the stream."""

import warnings
from typing import Any

import pytest
from google.genai.types import GenerateContentResponse
from pydantic import ValidationError

from onechunk import (
    Choice,
    Citation,
    Error,
    Finish,
    FinishReason,
    LossError,
    Message,
    Reasoning,
    Text,
    ToolCall,
    WireError,
    decode_message,
    encode_message,
    message_losses,
)
from tests.support.messages import message_of, messages

ROOM = "gemini"


def body(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a response with one candidate."""
    content = {"role": "model", "parts": [*parts]}
    return {"candidates": [{"content": content, "finishReason": "STOP", "index": 0, **more}]}


def said(*parts: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    return Message("r1", "m", choices=[Choice(0, "assistant", [*parts], **more)])


def candidate(message: Message, **options: Any) -> Any:
    """Return the first candidate that is written."""
    return encode_message(ROOM, message, **options)["candidates"][0]


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what is lost of a message."""
    return [(loss.kind, loss.path) for loss in message_losses(ROOM, message)]


def test_number_of_a_finish() -> None:
    """A number for the finish goes home as a number; where the reason changes it is a word."""
    message = decode_message(ROOM, body({"text": "a"}, finishReason=1))
    assert message.finish_reason is FinishReason.STOP
    assert candidate(message)["finishReason"] == 1

    message.choices[0].finish = Finish(FinishReason.LENGTH)
    assert candidate(message)["finishReason"] == "MAX_TOKENS"


def test_blocked_prompt() -> None:
    """A prompt that was blocked is a choice that a filter ended, and has no candidate at home."""
    payload = {"promptFeedback": {"blockReason": "SAFETY"}, "responseId": "r1"}
    message = decode_message(ROOM, payload)
    assert message.finish_reason is FinishReason.CONTENT_FILTER
    assert message.complete
    assert encode_message(ROOM, message) == payload
    assert encode_message("openai", message)["choices"][0]["finish_reason"] == "content_filter"


def test_every_call_is_one() -> None:
    """A call without a name is a call of its own, and is numbered so."""
    payload = body({"functionCall": {"name": "a", "args": {}}}, {"functionCall": {}})
    message = decode_message(ROOM, payload)

    assert [call.index for call in message.tool_calls] == [0, 1]
    assert message.finish_reason is FinishReason.TOOL_CALLS
    assert encode_message(ROOM, message) == payload


def test_content_that_is_no_list() -> None:
    """Content of another form goes home as it came."""
    forms: list[Any] = [True, 1, "x", {}, [], None]
    for parts in forms:
        payload = {"candidates": [{"content": {"parts": parts}}]}
        assert encode_message(ROOM, decode_message(ROOM, payload)) == payload


def test_passages_follow_the_text() -> None:
    """What grounding repeats of the text is written anew when the text was edited."""
    segments = [{"endIndex": 5, "text": "Gulls"}, {"startIndex": 6, "endIndex": 9, "text": "not"}]
    supports = [{"segment": segment} for segment in segments]
    payload = body({"text": "Gulls fly."}, groundingMetadata={"groundingSupports": supports})
    message = decode_message(ROOM, payload)
    assert encode_message(ROOM, message) == payload

    message.choices[0].parts = [Text("XXXXX fly.")]
    written = candidate(message)["groundingMetadata"]["groundingSupports"]
    assert [support["segment"]["text"] for support in written] == ["XXXXX", "not"]


def test_calls_of_an_own_stream_keep_their_seal() -> None:
    """A call that came in a stream is whole in the body, with the signature that must go back."""
    message = message_of("gemini/function-call-streamed-ended-by-empty-call")
    [part] = candidate(message)["content"]["parts"]
    call = part["functionCall"]

    assert part["thoughtSignature"]
    assert call.keys() == {"name", "args"}
    assert call["args"]["place"] == 'Inverness, "north" <shore>'
    assert lost(message) == []


@pytest.mark.parametrize(
    "case",
    [
        "array-with-integer-enums-of-vertex",
        "code-execution-of-vertex",
        "citations-of-vertex",
        "function-call-without-id",
        "grounding-empty-then-full",
        "grounding-maps-and-retrieval",
        "parts-of-many-kinds-in-one-chunk",
        "prompt-blocked-prohibited-no-usage",
        "server-tool-call-and-response",
        "text-of-vertex-create-time-traffic-type",
    ],
)
def test_own_stream_loses_nothing(case: str) -> None:
    """What only Gemini has a word for goes from its stream into the body; nothing is made up."""
    message = message_of(f"gemini/{case}")

    assert lost(message) == []
    encode_message(ROOM, message, strict=True)


def test_own_stream_in_the_form_it_had() -> None:
    """Numbers stay numbers, no id is invented, and a blocked prompt has no candidates."""
    numbers = message_of("gemini/array-with-integer-enums")
    assert candidate(numbers)["finishReason"] == 1
    blocked = message_of("gemini/prompt-blocked-prohibited-no-usage")
    assert encode_message(ROOM, blocked) == {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}
    }


def test_own_stream_that_was_cut_off() -> None:
    """The body of a stream without an end says that it failed, in Google's form of an error."""
    written = encode_message(ROOM, message_of("gemini/cut-off-in-text"))
    assert written["error"].keys() == {"code", "message", "status"}
    assert written["error"]["code"] == 500
    assert written["candidates"][0]["finishReason"] == "OTHER"


def test_call_that_was_cut_off() -> None:
    """A call whose arguments are no object stands in no body, since it looks like one to run."""
    message = message_of("gemini/cut-off-in-streamed-arguments")

    assert "parts" not in candidate(message)["content"]
    assert ("dropped", "$.choices[0].parts[0]") in lost(message)
    with pytest.raises(LossError):
        encode_message(ROOM, message, strict=True)


QUOTED: Any = {"citations": [{"uri": "q:1", "license": "mit"}, {"uri": "q:2", "endIndex": 3}]}
FOUND: Any = {
    "groundingChunks": [{"maps": {"uri": "m:1", "placeId": "p"}}, {"web": {"uri": "w:1"}}]
}


def test_sources_stay_in_their_lists() -> None:
    """Without residue a source stands in the list it came from; one from elsewhere is a page."""
    payload = body({"text": "a"}, citationMetadata=QUOTED, groundingMetadata=FOUND)
    message = decode_message(ROOM, payload)
    assert encode_message(ROOM, message) == payload

    message.choices[0].parts.append(Citation("e:1", "Elsewhere"))
    written = candidate(message, extra="never")

    assert written["citationMetadata"] == {
        "citations": [{"uri": "q:1"}, {"uri": "q:2", "endIndex": 3}]
    }
    assert written["groundingMetadata"] == {
        "groundingChunks": [
            {"maps": {"uri": "m:1"}},
            {"web": {"uri": "w:1"}},
            {"web": {"uri": "e:1", "title": "Elsewhere"}},
        ]
    }


def test_sources_that_are_edited() -> None:
    """One that was taken out leaves its place empty; one that lost its place stands behind all."""
    message = decode_message(ROOM, body({"text": "a"}, citationMetadata=QUOTED))
    _, first, second = message.choices[0].parts
    message.choices[0].parts = [second]
    assert candidate(message)["citationMetadata"]["citations"] == [
        {},
        {"uri": "q:2", "endIndex": 3},
    ]

    assert isinstance(first, Citation)
    first.block = 7
    message.choices[0].parts = [first, second]
    assert candidate(message)["citationMetadata"]["citations"] == [
        {},
        {"uri": "q:2", "endIndex": 3},
        {"uri": "q:1", "license": "mit"},
    ]


def test_sources_of_a_list_that_came_twice() -> None:
    """Of lists that followed one another, the body has every source."""
    message = message_of("gemini/recitation-with-citation-sources")
    written = candidate(message)["citationMetadata"]["citationSources"]

    assert [source.get("uri") for source in written] == [
        "https://verse.example/brigade",
        None,
        "https://verse.example/brigade",
    ]


def test_from_elsewhere() -> None:
    """Parts from elsewhere are parts of the content, and arguments that are text are an object."""
    message = said(
        Reasoning("why"),
        Text("what"),
        ToolCall(0, "c", "f", '{"n": 1.0}'),
        finish=Finish(FinishReason.TOOL_CALLS),
    )
    assert encode_message(ROOM, message) == {
        "candidates": [
            {
                "content": {
                    "role": "model",
                    "parts": [
                        {"text": "why", "thought": True},
                        {"text": "what"},
                        {"functionCall": {"id": "c", "name": "f", "args": {"n": 1.0}}},
                    ],
                },
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "modelVersion": "m",
        "responseId": "r1",
    }
    assert lost(message) == []


def test_failure_from_elsewhere() -> None:
    """What failed elsewhere has its text, a word that says so, and an error."""
    failed = said(Text("half a"))
    failed.error = Error("no more", code="429")
    written = encode_message(ROOM, failed)

    assert written["candidates"][0]["finishReason"] == "OTHER"
    assert written["error"] == {"code": 429, "message": "no more", "status": "INTERNAL"}


WRONG: Any = [
    ({"candidates": {}}, "$.candidates"),
    ({"candidates": [[]]}, "$.candidates[0]"),
    ({"usageMetadata": 7}, "$.usageMetadata"),
]


@pytest.mark.parametrize(("payload", "path"), WRONG)
def test_wrong_types(payload: dict[str, Any], path: str) -> None:
    """What has none of the types it can have is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, payload)

    assert raised.value.path == path


NUMBERED = {
    "gemini/array-with-integer-enums.json",
    "gemini/array-with-integer-enums-of-vertex.json",
}
"""Google's own types read words only, where Google's servers can be asked for numbers."""


def refused(payload: dict[str, Any]) -> set[str]:
    """Return pydantic's words for what Google's class has against a body, its error left out."""
    payload.pop("error", None)
    try:
        GenerateContentResponse.model_validate(payload)
    except ValidationError as error:
        return {each["type"] for each in error.errors()}
    return set()


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: Google's SDK takes every answer, and at home has only keys against it that are new."""
    for name, message in messages().items():
        assert refused(encode_message(ROOM, message, extra="never")) == set(), name
        if message.dialect == ROOM and name not in NUMBERED:
            with warnings.catch_warnings():
                # A finish word that the SDK does not know goes home all the same.
                warnings.simplefilter("ignore", UserWarning)
                found = refused(encode_message(ROOM, message))
            assert found <= {"extra_forbidden"}, name
