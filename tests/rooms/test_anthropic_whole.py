"""Anthropic's bodies that come whole: what edits, others and its own streams make of them."""

from importlib import import_module
from typing import Any

import pytest
from anthropic.types import Message as SdkMessage
from anthropic.types.beta import BetaMessage, BetaRawMessageStreamEvent
from pydantic import ValidationError

from onechunk import (
    DERIVED,
    ArgumentsError,
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
    accumulate,
    decode,
    decode_message,
    encode_message,
    message_losses,
)
from onechunk.mapping import is_list, is_object
from tests.support.frames import payloads
from tests.support.json_equal import difference
from tests.support.messages import message_of, messages
from tests.support.recordings import RECORDINGS, Recording

ROOM = "anthropic"

STOP = Finish(FinishReason.STOP)


def body(*content: Any, **more: Any) -> dict[str, Any]:
    """Return a message with some blocks."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [*content],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 2},
        **more,
    }


def said(*parts: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    choice = Choice(0, "assistant", [*parts], Finish(FinishReason.STOP), **more)
    return Message("m", "m", choices=[choice])


def streamed(*parts: Any, **residue: Any) -> Message:
    """Return a message as a stream of Anthropic's said it."""
    choice = Choice(0, "assistant", [*parts], Finish(FinishReason.STOP, "end_turn"))
    return Message("m", "m", choices=[choice], dialect=ROOM, extra=residue)


def blocks(message: Message) -> list[Any]:
    """Return the content of a message as Anthropic's."""
    content: list[Any] = encode_message(ROOM, message)["content"]
    return content


def lost(message: Message) -> list[tuple[str, str]]:
    """Return kind and path of what a body of Anthropic's lacks of a message, counts left out."""
    return [
        (loss.kind, loss.path)
        for loss in message_losses(ROOM, message)
        if not loss.path.startswith("$.usage")
    ]


def text(words: str, **more: Any) -> dict[str, Any]:
    """Return a text block."""
    return {"type": "text", "text": words, **more}


SOURCE = {"type": "page_location", "cited_text": "Salt.", "document_title": "Sea", "x": 1}


def test_parts_know_their_block() -> None:
    """The place in the content is the block of a part; a text and its citations share one."""
    message = decode_message(ROOM, body(text("a"), text("b", citations=[SOURCE, SOURCE])))
    parts = message.choices[0].parts

    assert [(type(part), part.block) for part in parts] == [
        (Text, 0),
        (Text, 1),
        (Citation, 1),
        (Citation, 1),
    ]
    assert parts[2] == Citation(
        title="Sea", text="Salt.", block=1, extra={"type": "page_location", "x": 1}
    )


def test_input_is_an_object() -> None:
    """What a tool gets is an object, the empty one too; calls are counted by themselves."""
    use = {"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1.0}}
    message = decode_message(ROOM, body(text("a"), use, {**use, "id": "u", "input": {}}))

    assert message.tool_calls == [
        ToolCall(0, "t", "n", {"a": 1.0}, block=1),
        ToolCall(1, "u", "n", {}, block=2),
    ]


def test_calls_of_the_servers_own_tools_are_no_calls() -> None:
    """What the server ran, and blocks of any unknown type, are kept whole: nobody is to run it."""
    use = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}
    message = decode_message(ROOM, body(use, {"type": "new", "n": 1.0}, "bare"))

    assert message.tool_calls == []
    assert message.choices[0].parts == [
        Other("server_tool_use", use, 0),
        Other("new", {"type": "new", "n": 1.0}, 1),
        Other(None, "bare", 2),
    ]


def test_edits_win() -> None:
    """Edited text, arguments and reasoning are written, with residue around them; no old copy."""
    message = decode_message(
        ROOM,
        body(
            {"type": "thinking", "thinking": "old", "signature": "old"},
            text("old", x=1),
            {"type": "tool_use", "id": "t", "name": "n", "input": {"old": 1}, "caller": {"x": 1}},
        ),
    )
    reasoning, words, call = message.choices[0].parts
    assert isinstance(reasoning, Reasoning)
    assert isinstance(words, Text)
    assert isinstance(call, ToolCall)
    reasoning.text, reasoning.signature = "new", "new"
    words.text = "new"
    call.arguments = '{"new": 2}'

    assert blocks(message) == [
        {"type": "thinking", "thinking": "new", "signature": "new"},
        text("new", x=1),
        {"type": "tool_use", "id": "t", "name": "n", "input": {"new": 2}, "caller": {"x": 1}},
    ]


def test_arguments_that_are_no_object() -> None:
    """A body cannot hold arguments that somebody made something else of."""
    message = decode_message(
        ROOM, body({"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}})
    )
    [call] = message.tool_calls
    call.arguments = "[1]"
    with pytest.raises(EncodeError, match="are no object"):
        encode_message(ROOM, message)
    call.arguments = '{"a": '
    with pytest.raises(ArgumentsError) as raised:
        encode_message(ROOM, message)
    assert raised.value.cut_off


def test_parts_that_are_taken_out() -> None:
    """A citation stays without its text, a text without its citations, and a list without parts."""
    message = decode_message(ROOM, body(text("a", citations=[SOURCE]), text("b")))
    parts = message.choices[0].parts
    first = parts.pop(0)
    assert blocks(message) == [text("", citations=[SOURCE]), text("b")]
    parts[:] = [first]
    assert blocks(message) == [text("a")]
    parts.clear()
    assert blocks(message) == []
    assert "content" not in encode_message(ROOM, decode_message(ROOM, {"role": "assistant"}))


def test_parts_that_are_put_in() -> None:
    """What is added by hand stands where it was put, as a block of its usual type."""
    message = decode_message(ROOM, body(text("a", x=1)))
    message.choices[0].parts += [
        Citation(url="https://x.example", title="X"),
        Reasoning(encrypted="AAAA"),
        Refusal("No."),
        ToolCall(id="t", name="n", arguments=""),
    ]
    source = {
        "type": "web_search_result_location",
        "url": "https://x.example",
        "title": "X",
        "cited_text": "",
        "encrypted_index": "",
    }

    assert blocks(message) == [
        text("a", x=1, citations=[source]),
        {"type": "redacted_thinking", "data": "AAAA"},
        text("No."),
        {"type": "tool_use", "id": "t", "name": "n", "input": {}},
    ]
    message.choices[0].parts.append(Media("image"))
    with pytest.raises(EncodeError, match="no place for a Media"):
        encode_message(ROOM, message)


def test_citations_find_their_text() -> None:
    """A citation from elsewhere goes to the text of its block, or to the last text."""
    cited = said(
        Citation(title="early", block=7),
        Text("a", 7),
        Text("b"),
        ToolCall(0, "t", "n", "{}"),
        Citation(title="late"),
        Citation(title="first", block=7),
    )
    titles = [
        (block.get("text"), [source["title"] for source in block.get("citations", [])])
        for block in blocks(cited)
    ]

    assert titles == [("a", ["early", "first"]), ("b", ["late"]), (None, [])]


def test_a_text_without_a_block_takes_every_citation() -> None:
    """Where the text names no block, a citation that names one is that text's all the same."""
    [block] = blocks(said(Text("a"), Citation(title="T", block=3)))

    assert [source["title"] for source in block["citations"]] == ["T"]


@pytest.mark.parametrize(
    "citations", [[{"cited_text": "no type"}], [{}], [SOURCE, "no object"], "no list", [None]]
)
def test_odd_citations(citations: Any) -> None:
    """Citations in a form that no document knows go home as they came."""
    payload = body(text("a", citations=citations))

    assert encode_message(ROOM, decode_message(ROOM, payload)) == payload


def test_reasoning_that_is_told_and_encrypted() -> None:
    """One block cannot say both: the words are written, and the rest is told as lost."""
    both = said(Reasoning("r", encrypted="AAAA"))

    assert blocks(both) == [{"type": "thinking", "thinking": "r", "signature": ""}]
    assert lost(both) == [("dropped", "$.choices[0].parts[0].encrypted")]


def test_citations_without_a_source() -> None:
    """A citation that only counts sources would be an empty one: it is left out, and told."""
    cited = said(Text("a"), Citation(title="T"), Citation(references=[1]))
    [block] = blocks(cited)

    assert [source["title"] for source in block["citations"]] == ["T"]
    assert lost(cited) == [("dropped", "$.choices[0].parts[2]")]
    assert blocks(said(Citation(references=[1]))) == []


def test_error_body() -> None:
    """The body of a failure has an error and nothing else, and comes home."""
    error = {"type": "overloaded_error", "message": "Overloaded"}
    payload = {"type": "error", "error": error, "request_id": "r"}
    message = decode_message(ROOM, payload)

    assert message.error == Error("Overloaded", "overloaded_error")
    assert message.choices == []
    assert not message.complete
    assert encode_message(ROOM, message) == payload


def test_failure_from_elsewhere() -> None:
    """An answer that failed is a message with what came, no reason to stop, and the error."""
    failed = Message("m", "m", choices=[Choice(0, parts=[Text("Ha")])], error=Error("no", code=5))
    written = encode_message(ROOM, failed)

    assert written["content"] == [text("Ha")]
    assert written["stop_reason"] is None
    assert written["error"] == {"type": "api_error", "message": "no"}
    assert lost(failed) == [("dropped", "$.error.code")]
    assert encode_message(ROOM, Message(error=Error("no")))["content"] == []


def test_stop_sequence() -> None:
    """The sequence that matched is said by word and by key; the id of a token has no place."""
    by_text, by_token = said(Text("a"), stop="END"), said(Text("a"), stop=7)

    assert encode_message(ROOM, by_text)["stop_reason"] == "stop_sequence"
    assert encode_message(ROOM, by_text)["stop_sequence"] == "END"
    assert lost(by_text) == []
    assert encode_message(ROOM, by_token)["stop_sequence"] is None
    assert lost(by_token) == [("dropped", "$.choices[0].stop")]
    home = decode_message(ROOM, body(stop_reason="stop_sequence", stop_sequence="END"))
    assert home.choices[0].stop == "END"


def test_counts_that_readers_need() -> None:
    """Where nobody counted, zeros stand, and are reported as made up; what was said is not."""
    some = said(Text("a"))
    some.usage = Usage(output_tokens=4)

    assert encode_message(ROOM, said(Text("a")))["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert encode_message(ROOM, some)["usage"] == {"input_tokens": 0, "output_tokens": 4}
    assert [(loss.kind, loss.path) for loss in message_losses(ROOM, some)] == [
        ("invented", "$.usage.input_tokens")
    ]


USE: dict[str, Any] = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
OPEN: dict[str, Any] = {"type": "compaction", "content": None}


def test_tools_of_the_server_that_a_stream_told_in_pieces() -> None:
    """A stream's server tools stand in the body with their whole input, which is no loss."""
    pieces = streamed(
        Text("a", 0), Other("server_tool_use", USE, 1), Other(None, '{"query": 1}', 1)
    )

    assert blocks(pieces) == [text("a"), {**USE, "input": {"query": 1}}]
    assert lost(pieces) == []
    assert blocks(streamed(Other("server_tool_use", USE, 1), Other(None, "", 1))) == [USE]
    assert blocks(streamed(Other("server_tool_use", USE, 1))) == [USE]


@pytest.mark.parametrize("piece", ['{"query": "ow', "[1]", '{"query": NaN}', "{}{}"])
def test_tools_of_the_server_that_were_cut_off(piece: str) -> None:
    """A server's tool whose input is no whole object is left out, and told."""
    cut = streamed(Text("a", 0), Other("server_tool_use", USE, 1), Other(None, piece, 1))

    assert blocks(cut) == [text("a")]
    assert lost(cut) == [
        ("dropped", "$.choices[0].parts[1]"),
        ("dropped", "$.choices[0].parts[2]"),
    ]


def test_calls_that_were_cut_off() -> None:
    """A call without whole arguments is left out, and told; one that was given none has `{}`."""
    cut = streamed(ToolCall(0, "t", "n", '{"a": '), ToolCall(1, "u", "n", '{"a": NaN}'))
    none = streamed(ToolCall(0, "t", "n"), ToolCall(1, "u", "n", ""))

    assert blocks(cut) == []
    assert lost(cut) == [
        ("dropped", "$.choices[0].parts[0]"),
        ("dropped", "$.choices[0].parts[1]"),
    ]
    assert [block["input"] for block in blocks(none)] == [{}, {}]
    assert lost(none) == [
        ("invented", "$.choices[0].parts[0].arguments"),
        ("invented", "$.choices[0].parts[1].arguments"),
    ]


def test_compactions() -> None:
    """The summary comes in a delta: of several compactions nobody knows whose it is."""
    summary = {"type": "compaction_delta", "content": "Owls.", "encrypted_content": "AAAA"}
    one = streamed(Other("compaction", OPEN, 0), delta=summary)
    two = streamed(Other("compaction", OPEN, 0), Other("compaction", OPEN, 1), delta=summary)

    assert blocks(one) == [{**OPEN, "content": "Owls.", "encrypted_content": "AAAA"}]
    assert lost(one) == []
    assert blocks(two) == []
    assert lost(two) == [
        ("dropped", "$.extra.delta.content"),
        ("dropped", "$.extra.delta.encrypted_content"),
        ("dropped", "$.choices[0].parts[0]"),
        ("dropped", "$.choices[0].parts[1]"),
    ]
    assert blocks(streamed(Other("compaction", OPEN, 0))) == [OPEN]


def test_residue_of_a_stream_has_places() -> None:
    """What the first and the last events say beside the answer stands in the body, in their order.

    What has no place, and what was said otherwise before, is told as lost.
    """
    message = streamed(
        Text("a"),
        message={"content": [], "stop_reason": None, "container": None, "diagnostics": {"x": 1}},
        delta={
            "container": Series(({"id": "old"}, {"id": "new"})),
            "stop_details": {"category": "bio"},
            "estimated_tokens": 5,
        },
        context_management={"applied_edits": []},
        content_block={"caller": {"tool_id": "t"}, "citations": []},
        other=[1],
    )
    message.usage = Usage(1, 2, extra={"input_tokens": DERIVED, "service_tier": "standard"})
    written = encode_message(ROOM, message)

    assert written["usage"] == {"input_tokens": 1, "output_tokens": 2, "service_tier": "standard"}
    assert written["container"] == {"id": "new"}
    assert written["diagnostics"] == {"x": 1}
    assert written["context_management"] == {"applied_edits": []}
    assert written["stop_details"] == {"type": "refusal", "category": "bio"}
    assert set(written) - set(body()) == {
        *("container", "diagnostics", "context_management", "stop_details")
    }
    assert lost(message) == [
        ("dropped", "$.extra.delta.container"),
        ("dropped", "$.extra.delta.estimated_tokens"),
        ("dropped", "$.extra.content_block.caller.tool_id"),
        ("dropped", "$.extra.other"),
    ]
    without = encode_message(ROOM, message, extra="never")
    assert set(without) == set(body())


def test_residue_of_the_start_and_of_the_end() -> None:
    """What the start said stays where the end says null; what it held of the answer is lost."""
    started = streamed(
        Text("a"),
        message={"container": {"id": "c"}, "content": [text("b")], "stop_reason": "end_turn"},
        delta={"container": None, "stop_details": None},
    )
    written = encode_message(ROOM, started)

    assert written["container"] == {"id": "c"}
    assert written["stop_details"] is None
    assert lost(started) == [
        ("dropped", "$.extra.message.content"),
        ("dropped", "$.extra.message.stop_reason"),
    ]


def test_usage_of_a_stream() -> None:
    """Counts that one event repeated for another are the body's too, inner ones as well."""
    counted = streamed(Text("a"))
    marks = {"input_tokens": DERIVED, "output_tokens_details": {"thinking_tokens": DERIVED}}
    counted.usage = Usage(1, 2, reasoning_tokens=3, extra=marks)

    assert encode_message(ROOM, counted)["usage"] == {
        "input_tokens": 1,
        "output_tokens": 2,
        "output_tokens_details": {"thinking_tokens": 3},
    }


def test_types_in_the_residue_of_the_start() -> None:
    """Types that the first event says within residue are kept, though those of events are not."""
    start = {"type": "message_start", "message": body(diagnostics={"reason": {"type": "ttl"}})}
    message = accumulate([decode(ROOM, start)])

    assert encode_message(ROOM, message)["diagnostics"] == {"reason": {"type": "ttl"}}


def test_error_of_a_stream() -> None:
    """What an error event says beside the error stands beside it in the body."""
    event = {"type": "error", "error": {"type": "api_error", "message": "no"}, "request_id": "r"}
    written = encode_message(ROOM, accumulate([decode(ROOM, event)]))

    assert written["error"] == event["error"]
    assert written["request_id"] == "r"


def test_a_stream_that_broke_off() -> None:
    """A stream that nobody finished is a body with an error, which is told as made up."""
    message = streamed(Text("a"))
    message.choices[0].finish = None
    written = encode_message(ROOM, message)

    assert written["stop_reason"] is None
    assert written["error"]["type"] == "incomplete_stream"
    assert ("invented", "$.error.message") in lost(message)
    message.error = Error("no", "overloaded_error")
    assert encode_message(ROOM, message)["error"] == {"type": "overloaded_error", "message": "no"}


@pytest.mark.parametrize(
    "value", [{"type": "image_url", "image_url": "x"}, {"type": ["text"]}, {"x": 1}, "text", 7]
)
def test_whole_content_of_other_dialects_is_left_out(value: Any) -> None:
    """What another vendor keeps whole is no block here, and told as lost."""
    foreign = said(Text("a"), Other(None, value))

    assert blocks(foreign) == [text("a")]
    assert lost(foreign) == [("dropped", "$.choices[0].parts[1]")]


def test_content_that_is_no_list() -> None:
    """Content of another JSON type is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, body() | {"content": "text"})

    assert raised.value.path == "$.content"


BETA = {
    "anthropic/advisor-with-usage-iterations.sse": "a block",
    "anthropic/compaction-encrypted-as-stop-reason.sse": "a block and a word",
    "anthropic/compaction-then-text.sse": "a block",
    "anthropic/fallback-to-another-model.sse": "a block",
    "anthropic/mcp-tool-listing.sse": "a block",
    "anthropic/mcp-tool-use-and-result.sse": "a block",
}
"""Recordings with what only the beta message has."""

ODD = {
    "anthropic/compaction-then-text.sse": "a count of searches alone",
    "anthropic/pause-turn-with-open-server-tool.sse": "a count of searches alone",
    "anthropic/result-block-first-after-a-pause.sse": "a count of searches alone",
    "anthropic/stop-reason-unknown.sse": "a word that the SDK does not know",
    "anthropic/thinking-start-without-signature-of-a-compatible-server.sse": "no signature",
    "anthropic/tool-use-by-code-whole-in-message-start.sse": "a count of searches alone",
    "anthropic/unknown-event-block-and-delta.sse": "a block that the SDK does not know",
    "anthropic/web-search-with-citations-and-usage-replaced.sse": "a count of searches alone",
}
"""Recordings of which the SDK itself refuses what the server said."""


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: the message of every recorded stream is a body that Anthropic's SDK takes."""
    refused: set[str] = set()
    beta: set[str] = set()
    for name, message in messages().items():
        written = encode_message(ROOM, message)
        for kind, found in ((SdkMessage, beta), (BetaMessage, refused)):
            try:
                kind.model_validate(written)
            except ValidationError:
                found.add(name)

    assert refused == set(ODD)
    assert beta == {*ODD, *BETA}


OTHERWISE = {
    "cut-off-in-text": "the body has an error, of which the SDK says nothing",
    "error-after-tool-use-with-details": "the error",
    "error-overloaded-in-mid-stream": "the error",
    "fallback-to-another-model": "the SDK takes the model of the fallback",
    "max-tokens-in-a-tool-use": "the SDK keeps half a call",
    "thinking-with-estimated-tokens-then-tool-use": "the caller of a call, told as lost",
    "tool-use-by-code-whole-in-message-start": "the SDK has what the first event held whole",
    "tool-use-of-a-toolset": "the toolset of a call, told as lost",
    "tool-use-without-arguments": "the caller of a call",
    "two-messages-in-one-stream": "blocks of one number are one",
    "unknown-keys-everywhere": "unknown keys of blocks, told as lost",
    "usage-with-cost-of-a-router": "the SDK leaves out unknown counts of the last event",
}
"""Recordings of which Anthropic's SDK accumulates something else, and what."""

REFUSED = {
    "error-only-without-request-id": "the SDK wants a message before the error",
    "tool-use-with-odd-numbers-in-arguments": "the SDK cannot parse the arguments",
}


def test_as_the_official_sdk_accumulates() -> None:
    """The body of a stream is what Anthropic's SDK makes of it, but for nulls."""
    found: set[str] = set()
    refused: set[str] = set()
    for recording in RECORDINGS:
        if recording.dialect == ROOM and recording.path.suffix == ".sse":
            message = message_of(recording.id)
            try:
                snapshot = _without_nulls(_accumulated(recording))
            except (RuntimeError, ValueError):
                refused.add(recording.case)
                continue
            if difference(snapshot, _without_nulls(encode_message(ROOM, message))):
                found.add(recording.case)

    assert found == set(OTHERWISE)
    assert refused == set(REFUSED)


def _accumulated(recording: Recording) -> Any:
    """Return the message that the SDK makes of a recorded stream."""
    accumulate: Any = import_module("anthropic.lib.streaming._beta_messages").accumulate_event
    construct: Any = import_module("anthropic._models").construct_type
    headers = import_module("httpx2").Headers()
    snapshot: Any = None
    buffers: dict[int, bytes] = {}
    for payload in payloads(recording.data):
        event = construct(type_=BetaRawMessageStreamEvent, value=payload)
        snapshot = accumulate(
            event=event, current_snapshot=snapshot, json_bufs=buffers, request_headers=headers
        )
    return snapshot.to_dict(mode="json", warnings=False)


def _without_nulls(value: Any) -> Any:
    if is_object(value):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if is_list(value) else value
