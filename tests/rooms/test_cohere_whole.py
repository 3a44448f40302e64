"""Cohere's v2 bodies that come whole: plan and content, citations, logprobs, errors."""

from typing import Any

import pytest
from cohere.v2.types import V2ChatResponse

from onechunk import (
    Choice,
    Citation,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Message,
    Other,
    Reasoning,
    Refusal,
    Series,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    WireError,
    decode_message,
    encode_message,
    message_losses,
)
from tests.support.messages import message_of, messages

ROOM = "cohere"


def body(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a response."""
    said = {"role": "assistant", **message}
    return {"id": "r1", "message": said, "finish_reason": "COMPLETE", **more}


def text(said: str, **more: Any) -> dict[str, Any]:
    """Return an item of the content."""
    return {"type": "text", "text": said, **more}


def thinking(said: str) -> dict[str, Any]:
    """Return an item of the content that is no answer."""
    return {"type": "thinking", "thinking": said}


def call(name: str, arguments: str = "{}") -> dict[str, Any]:
    """Return a tool call."""
    return {"id": name, "type": "function", "function": {"name": name, "arguments": arguments}}


def said(*parts: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    choice = Choice(0, "assistant", [*parts], Finish(FinishReason.STOP), **more)
    return Message("r1", choices=[choice])


def home(message: Message) -> Any:
    """Return the message that is written."""
    return encode_message(ROOM, message)["message"]


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what is lost of a message."""
    return [(loss.kind, loss.path) for loss in message_losses(ROOM, message)]


def test_plan_and_content() -> None:
    """The plan is reasoning before the content, whose items are numbered by their place."""
    payload = body(
        {
            "content": [thinking("t"), text("a"), text("b"), {"type": "image", "x": 1.0}],
            "tool_plan": "p",
            "tool_calls": [call("f", '{"n": 1.0}')],
        },
        finish_reason="TOOL_CALL",
    )
    message = decode_message(ROOM, payload)
    plan, thought, *texts, other, tool = message.choices[0].parts

    assert isinstance(plan, Reasoning)
    assert (plan.text, plan.block) == ("p", None)
    assert isinstance(thought, Reasoning)
    assert (thought.text, thought.block) == ("t", 0)
    assert [part.block for part in texts] == [1, 2]
    assert isinstance(other, Other)
    assert isinstance(tool, ToolCall)
    assert (tool.index, tool.arguments) == (0, '{"n": 1.0}')
    assert encode_message(ROOM, message) == payload


ODD: Any = [
    {"content": []},
    {"content": None, "tool_plan": "", "tool_calls": [], "citations": None},
    {"content": "plain", "tool_plan": 7, "tool_calls": {}, "citations": 1},
    {"content": ["loose", text(""), {"type": "text"}, {"type": "thinking", "thinking": None}]},
    {"content": [{"type": "text", "text": 7}, {}], "tool_calls": ["x"], "citations": [None]},
    {"content": [text("a", mood=None)], "tool_calls": [{"function": "f"}, {}]},
    {"citations": [{"start": 0, "end": 1, "text": "a", "sources": [{}]}]},
]


@pytest.mark.parametrize("message", ODD)
def test_odd_forms_go_home(message: dict[str, Any]) -> None:
    """What has another form than it should comes home as it was."""
    payload = body(message)
    assert encode_message(ROOM, decode_message(ROOM, payload)) == payload


CITED: Any = [
    {"start": 0, "end": 4, "text": "Kelp", "sources": [{"type": "document", "id": "d"}]},
    {"start": 0, "end": 5, "text": "Think", "content_index": 0, "sources": []},
    {"start": 0, "end": 4, "text": "Plan", "type": "PLAN"},
    {"start": 0, "end": 4, "text": "Crab"},
]


def test_passages_follow_the_text() -> None:
    """A citation's passage is written anew where it was what the text said, wherever that stood."""
    payload = body(
        {
            "content": [thinking("Thinking."), text("Kelp grows.")],
            "tool_plan": "Planned.",
            "citations": CITED,
        }
    )
    message = decode_message(ROOM, payload)
    assert encode_message(ROOM, message) == payload

    for part in message.choices[0].parts:
        if isinstance(part, Text | Reasoning):
            part.text = "X" * len(part.text)
    passages = [each["text"] for each in home(message)["citations"]]
    assert passages == ["XXXX", "XXXXX", "XXXX", "Crab"]


def test_edits_win() -> None:
    """Edited text, plan and arguments are written where they stood; new parts find a place."""
    payload = body(
        {"content": [text("old", x=1)], "tool_plan": "old", "tool_calls": [call("f", '{"old":1}')]}
    )
    message = decode_message(ROOM, payload)
    plan, item, tool = message.choices[0].parts
    assert isinstance(plan, Reasoning)
    assert isinstance(item, Text)
    assert isinstance(tool, ToolCall)
    plan.text, item.text, tool.arguments = "new plan", "new", '{"new":2}'
    message.choices[0].parts += [Reasoning("why"), Refusal("No.")]
    assert home(message) == {
        "role": "assistant",
        "content": [text("new", x=1), thinking("why"), text("No.")],
        "tool_plan": "new plan",
        "tool_calls": [call("f", '{"new":2}')],
    }
    message.choices[0].parts = [tool]
    assert home(message) == {"role": "assistant", "tool_calls": [call("f", '{"new":2}')]}


def test_reasoning_from_elsewhere() -> None:
    """Reasoning before calls that stands in no block is their plan; any other is thinking."""
    tool = ToolCall(0, "f", "f", "{}")
    assert home(said(Reasoning("why"), tool)) == {
        "role": "assistant",
        "tool_plan": "why",
        "tool_calls": [call("f")],
    }
    assert home(said(Reasoning("why", block=0), tool))["content"] == [thinking("why")]
    assert home(said(Reasoning("why"), Text("a")))["content"] == [thinking("why"), text("a")]


def test_own_stream() -> None:
    """What only Cohere has a word for goes from its stream into the body, where it stands there."""
    planned = message_of("cohere/tool-plan-then-parallel-tool-calls")
    written = encode_message(ROOM, planned)
    assert written["message"]["tool_plan"] == planned.reasoning
    assert "content" not in written["message"]
    assert [each["type"] for each in written["message"]["tool_calls"]] == ["function"] * 2
    assert written["usage"]["billed_units"] == {"input_tokens": 62, "output_tokens": 28}
    assert lost(planned) == []

    cited = message_of("cohere/citations-after-text-of-tool-output")
    first, second = home(cited)["citations"]
    assert (first["text"], second["text"]) == ("21°C", "inside")
    assert first["sources"][1] == {
        "type": "tool",
        "id": "thermo_9d2k0w1m4p7q:1",
        "tool_output": {"room": "hall", "c": "21"},
    }
    assert second["sources"] == []
    assert lost(cited) == []
    encode_message(ROOM, cited, strict=True)


def test_own_citations_that_are_alike() -> None:
    """What events said of several citations alike is said of each; of which, nobody knows, lost."""
    cited = message_of("cohere/citations-nested")
    assert [each["type"] for each in home(cited)["citations"]] == ["TEXT_CONTENT"] * 2
    assert lost(cited) == []

    parts = cited.choices[0].parts
    parts.append(Citation(start=0, end=1))
    sources: list[Any] = [[{"x": 1}], [{"x": 2}]]
    cited.extra = {"delta": {"message": {"citations": {"sources": Series(sources)}}}}
    assert not any("x" in each["sources"][0] for each in home(cited)["citations"][:2])
    path = "$.extra.delta.message.citations.sources[0].x"
    assert lost(cited) == [("dropped", path), ("dropped", path)]


def test_own_stream_that_failed() -> None:
    """One that was cut off has the text so far, a word that says so, and an error."""
    written = encode_message(ROOM, message_of("cohere/cut-off-in-text"))
    assert written["finish_reason"] == "ERROR"
    assert isinstance(written["error"], str)
    assert written["message"]["content"][0]["text"]


def test_own_call_without_arguments() -> None:
    """A call of which no arguments came has an empty object, which is told."""
    message = message_of("cohere/tool-call-without-arguments")

    assert home(message)["tool_calls"][0]["function"]["arguments"] == "{}"
    assert lost(message) == [("invented", "$.choices[0].parts[1].arguments")]


def test_nothing_from_elsewhere() -> None:
    """An answer of which nothing came has an empty text, since readers look at the first item."""
    assert home(said()) == {"role": "assistant", "content": [text("")]}
    assert lost(said()) == []


def test_arguments_from_elsewhere() -> None:
    """An object becomes its text; a call without arguments has an empty object, which is told."""
    message = said(ToolCall(0, "a", "f", {"n": 1}), ToolCall(1, "b", "g"))
    message.choices[0].finish = Finish(FinishReason.TOOL_CALLS)
    functions = [each["function"] for each in home(message)["tool_calls"]]

    assert functions == [
        {"name": "f", "arguments": '{"n":1}'},
        {"name": "g", "arguments": "{}"},
    ]
    assert lost(message) == [("invented", "$.choices[0].tool_calls[1].arguments")]


def test_citations_from_elsewhere() -> None:
    """A citation names the item that holds its text, and has its passage."""
    cited = Citation("https://a.example", "A", None, 2, 5, ["d1"], 8)
    message = said(Reasoning("why"), Text("other", 7), Text("abcdef", 8), cited)
    source = {"type": "document", "id": "d1"}
    document = {"url": "https://a.example", "title": "A"}

    assert home(message)["citations"] == [
        {
            "start": 2,
            "end": 5,
            "text": "cde",
            "content_index": 2,
            "sources": [{**source, "document": document}],
            "type": "TEXT_CONTENT",
        }
    ]
    assert lost(message) == []


LOGPROBS: Any = [
    {"text": "Ash", "token_ids": [3], "logprobs": [-0.5]},
    {"text": " gl", "token_ids": [8, 9], "logprobs": [-1.5, -2], "x": None},
    {"token_ids": [], "logprobs": []},
]


def test_logprobs() -> None:
    """Tokens go home in the pieces they came in; those from elsewhere one by one, if they fit."""
    payload = body({"content": [text("Ash gl")]}, logprobs=LOGPROBS)
    message = decode_message(ROOM, payload)
    logprobs = message.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content is not None
    assert [(each.token, each.token_id) for each in logprobs.content] == [
        ("Ash", 3),
        (None, 8),
        (None, 9),
    ]
    assert encode_message(ROOM, message) == payload
    logprobs.content.append(TokenLogprob("!", -1.0, None, 7))
    assert encode_message(ROOM, message)["logprobs"] == [
        *LOGPROBS,
        {"text": "!", "token_ids": [7], "logprobs": [-1.0]},
    ]
    message.choices[0].logprobs = None
    assert "logprobs" not in encode_message(ROOM, message)

    fits = said(Text("a"), logprobs=Logprobs([TokenLogprob("a", -1.0, None, 4)]))
    assert encode_message(ROOM, fits)["logprobs"] == [
        {"text": "a", "token_ids": [4], "logprobs": [-1.0]}
    ]
    nameless = said(Text("a"), logprobs=Logprobs([TokenLogprob("a", -1.0)]))
    assert "logprobs" not in encode_message(ROOM, nameless)
    assert lost(nameless) == [("dropped", "$.choices[0].logprobs.content")]


@pytest.mark.parametrize(
    "logprobs",
    [
        None,
        [],
        {},
        [7],
        [*LOGPROBS, {"token_ids": [1], "logprobs": None}],
        [{"text": "a", "token_ids": [1], "logprobs": [1, 2]}],
        [{"text": "a", "token_ids": ["1"], "logprobs": [1]}],
    ],
)
def test_logprobs_of_another_form(logprobs: Any) -> None:
    """Logprobs of which not each piece is regular stay as they are."""
    payload = body({"content": [text("a")]}, logprobs=logprobs)
    message = decode_message(ROOM, payload)

    assert message.choices[0].logprobs is None
    assert encode_message(ROOM, message) == payload


def test_counts() -> None:
    """Counts that came as floats go home as floats; those from elsewhere are whole numbers."""
    tokens = {"input_tokens": 5.0, "output_tokens": 7}
    payload = body({"content": [text("a")]}, usage={"tokens": tokens, "billed_units": None})
    message = decode_message(ROOM, payload)
    assert message.usage is not None
    assert (message.usage.input_tokens, message.usage.output_tokens) == (5, 7)
    written = encode_message(ROOM, message)
    assert str(written) == str(payload)

    counted = said(Text("a"))
    counted.usage = Usage(5, 7)
    assert encode_message(ROOM, counted)["usage"] == {
        "tokens": {"input_tokens": 5, "output_tokens": 7}
    }


def test_stop_sequence() -> None:
    """A matched sequence has a word, and no place."""
    message = said(Text("a"), stop="END")

    assert encode_message(ROOM, message)["finish_reason"] == "STOP_SEQUENCE"
    assert lost(message) == [("dropped", "$.choices[0].stop")]


def test_errors() -> None:
    """An error stands alone as plain text, or beside what was said; both come home."""
    alone = {"id": "r1", "message": "invalid request"}
    beside = body({"content": [text("half")]}, finish_reason="ERROR", error="no", error_type="x")
    assert decode_message(ROOM, alone).error == Error("invalid request")
    assert decode_message(ROOM, beside).error == Error("no", "x")
    for payload in (alone, beside, {**beside, **alone}):
        assert encode_message(ROOM, decode_message(ROOM, payload)) == payload

    failed = said(Text("half"))
    failed.error = Error("out of memory", "server_error", 500)
    written = encode_message(ROOM, failed)
    assert (written["error"], written["error_type"]) == ("out of memory", "server_error")
    assert written["finish_reason"] == "ERROR"
    assert written["message"]["content"] == [text("half")]


@pytest.mark.parametrize("usage", [7, [], "x"])
def test_wrong_types(usage: Any) -> None:
    """Usage that is no object is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, body({}, usage=usage))

    assert raised.value.path == "$.usage"


NEW = {"cohere/unknown-event-content-and-delta.sse"}
"""Content that Cohere's own stream has and its SDK does not know."""


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: the message of every recorded stream is a body that Cohere's SDK takes."""
    words = {"COMPLETE", "STOP_SEQUENCE", "MAX_TOKENS", "TOOL_CALL", "ERROR", "TIMEOUT"}
    for name, message in messages().items():
        written = encode_message(ROOM, message)
        if name not in NEW:
            V2ChatResponse.model_validate(written, strict=True)
        assert written["finish_reason"] in words or message.dialect == ROOM, name
