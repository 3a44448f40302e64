"""Bedrock's bodies that come whole: what edits, others and its own streams make of them."""

import json
from importlib import import_module
from typing import Any

import pytest

from onechunk import (
    Choice,
    Citation,
    EncodeError,
    Error,
    Finish,
    FinishReason,
    Media,
    Message,
    Other,
    Reasoning,
    Refusal,
    Series,
    Text,
    ToolCall,
    Usage,
    WireError,
    decode_message,
    encode_message,
    message_losses,
)
from tests.support.messages import messages

ROOM = "bedrock"


def body(*content: Any, **more: Any) -> dict[str, Any]:
    """Return a response with some blocks."""
    return {
        "output": {"message": {"role": "assistant", "content": [*content]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
        "metrics": {"latencyMs": 1},
        **more,
    }


def said(*parts: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    choice = Choice(0, "assistant", [*parts], Finish(FinishReason.STOP), **more)
    return Message(choices=[choice])


def streamed(*parts: Any, **residue: Any) -> Message:
    """Return a message as a stream of Bedrock's said it."""
    choice = Choice(0, "assistant", [*parts], Finish(FinishReason.STOP, "end_turn"))
    return Message(choices=[choice], dialect=ROOM, extra=residue)


def blocks(message: Message) -> list[Any]:
    """Return the content of a message as Bedrock's."""
    content: list[Any] = encode_message(ROOM, message)["output"]["message"]["content"]
    return content


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what a body of Bedrock's lacks of a message, numbers left out."""
    return [
        (loss.kind, loss.path)
        for loss in message_losses(ROOM, message)
        if not loss.path.startswith(("$.usage", "$.extra.metrics"))
    ]


def cited(*texts: str, **more: Any) -> dict[str, Any]:
    """Return a block of text with citations."""
    return {"citationsContent": {"content": [{"text": text} for text in texts], **more}}


SOURCE = {
    "title": "Bog",
    "sourceContent": [{"text": "Wet."}],
    "location": {"documentPage": {"start": 1, "end": 2}},
}


def test_parts_know_their_block() -> None:
    """The place in the content is the block of a part; a text and its citations share one."""
    message = decode_message(ROOM, body({"text": "a"}, cited("b", "c", citations=[SOURCE])))
    parts = message.choices[0].parts

    assert [(type(part), part.block) for part in parts] == [(Text, 0), (Text, 1), (Citation, 1)]
    assert message.text == "abc"
    assert isinstance(parts[2], Citation)
    assert (parts[2].title, parts[2].text) == ("Bog", "Wet.")


def test_calls() -> None:
    """Input is an object; a call with a type is the server's own and kept whole."""
    call = {"toolUseId": "t", "name": "n", "input": {"a": 1.0}}
    typed = {"toolUse": {**call, "type": "server_tool_use"}}
    message = decode_message(ROOM, body({"toolUse": call}, typed))

    assert message.tool_calls == [ToolCall(0, "t", "n", {"a": 1.0}, block=0)]
    assert message.choices[0].parts[1] == Other("toolUse", typed, 1)


def test_reasoning() -> None:
    """Reasoning has a text with a signature, or is redacted; a signature alone comes home so."""
    sealed = {"reasoningContent": {"reasoningText": {"signature": "s"}}}
    redacted = {"reasoningContent": {"redactedContent": "AAAA"}}
    payload = body(sealed, redacted)
    message = decode_message(ROOM, payload)

    assert message.choices[0].parts[1] == Reasoning(encrypted="AAAA", block=1)
    assert message.choices[0].parts[0].block == 0
    assert encode_message(ROOM, message) == payload
    message.choices[0].parts[1] = Reasoning("now told", block=1)
    assert blocks(message) == [
        sealed,
        {"reasoningContent": {"reasoningText": {"text": "now told"}}},
    ]


def test_edits_win() -> None:
    """Edited texts and arguments are written, with residue around them, and no old piece."""
    message = decode_message(
        ROOM,
        body(
            {"text": "old", "x": 1},
            cited("old ", "old", citations=[], y=2),
            {"toolUse": {"toolUseId": "t", "name": "n", "input": {"old": 1}, "z": 3}},
        ),
    )
    first, second, call = message.choices[0].parts
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert isinstance(call, ToolCall)
    first.text = second.text = "new"
    call.arguments = '{"new": 2}'

    assert blocks(message) == [
        {"text": "new", "x": 1},
        cited("new", citations=[], y=2),
        {"toolUse": {"toolUseId": "t", "name": "n", "input": {"new": 2}, "z": 3}},
    ]
    second.text = ""
    assert blocks(message)[1] == cited("", citations=[], y=2)
    call.arguments = "[]"
    with pytest.raises(EncodeError, match="are no object"):
        encode_message(ROOM, message)


def test_parts_that_are_taken_out() -> None:
    """A citation stays without its text, a text without its citations, and a list without parts."""
    message = decode_message(ROOM, body(cited("a", citations=[SOURCE])))
    parts = message.choices[0].parts
    text, citation = parts
    parts[:] = [citation]
    assert blocks(message) == [{"citationsContent": {"citations": [SOURCE]}}]
    parts[:] = [text]
    assert blocks(message) == [cited("a")]
    parts.clear()
    assert blocks(message) == []


def test_parts_that_are_put_in() -> None:
    """What is added by hand stands where it was put, in the form that can say it."""
    message = decode_message(ROOM, body({"text": "a"}))
    image = Media("image", "AAAA", mime_type="image/png")
    message.choices[0].parts += [Citation("https://x.example"), Refusal("No."), image]

    assert blocks(message) == [
        cited("a", citations=[{"location": {"web": {"url": "https://x.example"}}}]),
        {"text": "No."},
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
    ]
    message.choices[0].parts.append(Media("audio"))
    with pytest.raises(EncodeError, match="no place for a Media"):
        encode_message(ROOM, message)


def test_images() -> None:
    """An image with a known type goes along, as data or in S3; any other is left out, and told."""
    data = Media("image", "AAAA", mime_type="image/png")
    stored = Media("image", url="s3://b/k", mime_type="image/webp")
    others = [
        Media("image", url="https://x.example", mime_type="image/png"),
        Media("image", "AAAA", mime_type="image/tiff"),
        Media("image", "no base64!", mime_type="image/png"),
        Media("audio", "AAAA", mime_type="audio/mp3"),
    ]

    assert blocks(said(data, stored)) == [
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        {"image": {"format": "webp", "source": {"s3Location": {"uri": "s3://b/k"}}}},
    ]
    for each in others:
        assert blocks(said(each)) == []
        assert lost(said(each)) == [("dropped", "$.choices[0].parts[0]")]


def test_reasoning_from_elsewhere() -> None:
    """What others encrypted goes along where readers can decode it."""
    assert blocks(said(Reasoning("r", "s"), Reasoning(encrypted="AAAA"))) == [
        {"reasoningContent": {"reasoningText": {"text": "r", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "AAAA"}},
    ]
    assert blocks(said(Reasoning(encrypted="?"))) == []
    assert lost(said(Reasoning(encrypted="?"))) == [("dropped", "$.choices[0].parts[0].encrypted")]


def test_reasoning_that_is_told_and_encrypted() -> None:
    """One block cannot say both: the words and their seal are written, the rest told as lost."""
    both = said(Reasoning("r", encrypted="AAAA"))
    sealed = said(Reasoning("", "s", "AAAA"))

    assert blocks(both) == [{"reasoningContent": {"reasoningText": {"text": "r"}}}]
    assert lost(both) == [("dropped", "$.choices[0].parts[0].encrypted")]
    assert blocks(sealed) == [
        {"reasoningContent": {"reasoningText": {"text": "", "signature": "s"}}}
    ]
    assert lost(sealed) == [("dropped", "$.choices[0].parts[0].encrypted")]


ODD_CITATIONS: list[Any] = [
    {"content": [{"text": 1}], "citations": [SOURCE]},
    {"content": [{"text": "a"}, "b"]},
    {"content": "a"},
    {"content": [{"text": ""}]},
    {"content": [{"text": ""}, {"text": ""}], "citations": [{}]},
    {"content": [{"text": "a", "x": 1}], "citations": None},
    {"content": None, "citations": []},
    {"content": [{"text": "a"}], "citations": "no list"},
    {"citations": [SOURCE, "no object"]},
    {},
    [],
]


@pytest.mark.parametrize("value", ODD_CITATIONS)
def test_odd_citations(value: Any) -> None:
    """Cited text in a form that no document knows goes home as it came."""
    payload = body({"citationsContent": value})

    assert encode_message(ROOM, decode_message(ROOM, payload)) == payload


def test_cited_text_that_is_none() -> None:
    """Cited text that is no text is kept whole: a part of it would be half the truth."""
    block = {"citationsContent": {"content": [{"text": "a"}, {"image": 1}], "citations": [SOURCE]}}
    message = decode_message(ROOM, body(block))

    assert message.choices[0].parts == [Other("citationsContent", block, 0)]


def test_error_body() -> None:
    """The body of a failure says it bare, with or without a type, and comes home."""
    payload = {"message": "Slow down.", "__type": "ThrottlingException", "x": None}
    message = decode_message(ROOM, payload)

    assert message.error == Error("Slow down.", "ThrottlingException")
    assert message.choices == []
    assert encode_message(ROOM, message) == payload
    assert message.error is not None
    message.error.message = "-"
    assert encode_message(ROOM, message)["message"] == "-"


def test_failure_from_elsewhere() -> None:
    """An answer that failed has what came and the error, and no reason to stop."""
    failed = Message(choices=[Choice(0, parts=[Text("Ha")])], error=Error("no", "oops", code=5))
    written = encode_message(ROOM, failed)

    assert written["output"]["message"]["content"] == [{"text": "Ha"}]
    assert "stopReason" not in written
    assert (written["message"], written["__type"]) == ("no", "oops")
    assert lost(failed) == [("dropped", "$.error.code")]


def test_stop_sequence_and_model() -> None:
    """Stop sequence and routed model are found where Bedrock hides them, and go home from there."""
    payload = body(
        additionalModelResponseFields={"stop_sequence": "END", "x": 1},
        trace={"promptRouter": {"invokedModelId": "arn"}},
    )
    message = decode_message(ROOM, payload)

    assert (message.choices[0].stop, message.model) == ("END", "arn")
    assert encode_message(ROOM, message) == payload
    written = encode_message(ROOM, said(Text("a"), stop=7))
    assert written["additionalModelResponseFields"] == {"stop_sequence": 7}
    assert lost(said(Text("a"), stop=7)) == []


def test_counts_that_readers_need() -> None:
    """Where nobody counted, zeros and their sum stand, and no time; all of it is told."""
    some = said(Text("a"))
    some.usage = Usage(input_tokens=4, cached_input_tokens=1)
    written = encode_message(ROOM, some)

    assert written["usage"] == {
        "inputTokens": 3,
        "outputTokens": 0,
        "totalTokens": 4,
        "cacheReadInputTokens": 1,
    }
    assert written["metrics"] == {"latencyMs": 0}
    assert [(loss.kind, loss.path) for loss in message_losses(ROOM, some)] == [
        ("invented", "$.extra.metrics.latencyMs"),
        ("invented", "$.usage.output_tokens"),
        ("invented", "$.usage.total_tokens"),
    ]


CALL: dict[str, Any] = {"toolUseId": "s", "name": "n", "type": "server_tool_use"}


def test_tools_of_the_server_that_a_stream_told_in_pieces() -> None:
    """A stream's server tools and their results stand whole in the body, which is no loss."""
    result = {"toolUseId": "s", "status": "success"}
    pieces = streamed(
        Other("toolUse", {"toolUse": CALL}, 0),
        Other(None, '{"query": 1}', 0),
        Other("toolResult", {"toolResult": result}, 1),
        Other("toolResult", {"toolResult": [{"text": "Fort"}]}, 1),
        Other("toolResult", {"toolResult": [{"text": "ingall"}, {"json": {}}]}, 1),
        Text("It is.", 2),
    )

    assert blocks(pieces) == [
        {"toolUse": {**CALL, "input": {"query": 1}}},
        {"toolResult": {**result, "content": [{"text": "Fort"}, {"text": "ingall"}, {"json": {}}]}},
        {"text": "It is."},
    ]
    assert lost(pieces) == []
    assert blocks(streamed(Other("toolUse", {"toolUse": CALL}, 1))) == [
        {"toolUse": {**CALL, "input": {}}}
    ]


def test_what_a_stream_left_unfinished() -> None:
    """A server's tool whose input was cut off, and unknown pieces, are left out, and told."""
    message = streamed(
        Text("a", 0),
        Other("toolUse", {"toolUse": CALL}, 1),
        Other(None, '{"query": "ye', 1),
        Other("aroma", {"aroma": {}}, 2),
        Other("aroma", {"aroma": {"note": "resin"}}, 2),
        Other("aroma", {"aroma": {}}, 3),
        ToolCall(0, "t", "n", '{"a": ', 4),
    )

    assert blocks(message) == [{"text": "a"}, {"aroma": {}}]
    assert lost(message) == [
        ("dropped", "$.choices[0].parts[6]"),
        ("dropped", "$.choices[0].parts[1]"),
        ("dropped", "$.choices[0].parts[2]"),
        ("dropped", "$.choices[0].parts[4]"),
    ]


def test_images_of_a_stream() -> None:
    """The kind of an image and where it is are told apart, and stand in one block."""
    image = streamed(
        Text("a", 0),
        Media("image", mime_type="image/webp", block=1),
        Media("image", url="s3://b/k", block=1),
        Media("image", mime_type="image/png", block=2),
    )

    assert blocks(image)[1:] == [
        {"image": {"format": "webp", "source": {"s3Location": {"uri": "s3://b/k"}}}}
    ]
    assert lost(image) == [("dropped", "$.choices[0].parts[3]")]


def test_residue_of_a_stream_has_places() -> None:
    """What the last events say beside the answer stands in the body; the rest is told as lost."""
    message = streamed(
        Text("a"),
        messageStart={"x": 1},
        messageStop={"additionalModelResponseFields": {"y": 2}},
        metadata={"metrics": Series(({"latencyMs": 1}, {"latencyMs": 2})), "serviceTier": {}},
        contentBlockDelta={"delta": {"toolUse": {"z": [3]}}},
    )
    written = encode_message(ROOM, message)

    assert written["metrics"] == {"latencyMs": 2}
    assert written["additionalModelResponseFields"] == {"y": 2}
    assert written["serviceTier"] == {}
    assert lost(message)[:3] == [
        ("dropped", "$.extra.messageStart.x"),
        ("dropped", "$.extra.metadata.metrics"),
        ("dropped", "$.extra.contentBlockDelta.delta.toolUse.z"),
    ]
    assert set(encode_message(ROOM, message, extra="never")) == set(body())


def test_a_stream_that_broke_off() -> None:
    """A stream that nobody finished is a body with an error, which is told as made up."""
    message = streamed(Text("a"))
    message.choices[0].finish = None
    written = encode_message(ROOM, message)

    assert "stopReason" not in written
    assert written["__type"] == "incomplete_stream"
    assert ("invented", "$.error.message") in lost(message)


def test_whole_content_of_other_dialects_is_left_out() -> None:
    """What another vendor keeps whole is no block here, and told as lost."""
    foreign = said(Text("a"), Other("toolUse", {"toolUse": CALL}))

    assert blocks(foreign) == [{"text": "a"}]
    assert lost(foreign) == [("dropped", "$.choices[0].parts[1]")]


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"output": []}, "$.output"),
        ({"output": {"message": "text"}}, "$.output.message"),
        (body() | {"output": {"message": {"content": "text"}}}, "$.output.message.content"),
    ],
)
def test_wrong_types(payload: dict[str, Any], path: str) -> None:
    """What is no object or list where one must be is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, payload)

    assert raised.value.path == path


def test_the_official_model_accepts_every_answer() -> None:
    """Law 5: the message of every recorded stream is a body that AWS's service model takes."""
    # botocore has no types.
    service = (
        import_module("botocore.loaders")
        .Loader()
        .load_service_model("bedrock-runtime", "service-2")
    )
    model = import_module("botocore.model").ServiceModel(service)
    shape = model.operation_model("Converse").output_shape
    parser: Any = import_module("botocore.parsers").create_parser("rest-json")
    validator: Any = import_module("botocore.validate").ParamValidator()
    for name, message in messages().items():
        written = encode_message(ROOM, message)
        response: Any = {"body": json.dumps(written).encode(), "headers": {}, "status_code": 200}
        parsed: Any = parser.parse(response, shape)
        del parsed["ResponseMetadata"]
        # A failure has no reason to stop, and some calls have no name.
        if "message" in written:
            parsed.setdefault("stopReason", "end_turn")
        content = parsed["output"]["message"]["content"]
        for block in content:
            if "toolUse" in block:
                block["toolUse"]["name"] = block["toolUse"]["name"] or "unsaid"
        unknown = [block for block in content if "SDK_UNKNOWN_MEMBER" in block]
        assert bool(unknown) == (name == "bedrock/unknown-event-start-and-delta.ndjson")
        parsed["output"]["message"]["content"] = [each for each in content if each not in unknown]
        assert validator.validate(parsed, shape).generate_report() == ""
