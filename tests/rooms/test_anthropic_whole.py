"""Anthropic's bodies that come whole: what edits, others and its own streams make of them."""

from typing import Any, get_args

import pytest
from anthropic.types import Message as SdkMessage
from anthropic.types.beta import BetaContentBlock, BetaMessage

from onechunk import (
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
    Text,
    ToolCall,
    Usage,
    WireError,
    decode_message,
    encode_message,
    message_losses,
)
from onechunk_adapters.anthropic.blocks import TABLES
from onechunk_adapters.anthropic.words import SERVER_BLOCKS
from tests.support.messages import message_of, messages

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
    assert lost(both) == [("dropped", "$.choices[0].parts[0]")]


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


def test_tools_of_the_server_that_a_stream_told_in_pieces() -> None:
    """A stream's server tools stand in the body with their whole input, which is no loss."""
    message = message_of("anthropic/web-search-with-citations-and-usage-replaced")
    types = [block["type"] for block in blocks(message)]
    [use] = [block for block in blocks(message) if block["type"] == "server_tool_use"]

    assert types[:3] == ["text", "server_tool_use", "web_search_tool_result"]
    assert use["input"] == {"query": "owl hearing range"}
    assert [path for _, path in lost(message) if "parts" in path] == []


def test_tools_of_the_server_that_were_cut_off() -> None:
    """A server's tool whose input was cut off is left out, and told."""
    head: Any = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    whole = {**head, "id": "r", "input": {"query": "x"}}
    message = said(
        Other("server_tool_use", {**head, "id": "r"}, 0),
        Other(None, '{"query": "x"}', 0),
        Other("server_tool_use", head, 1),
        Other(None, '{"query": "ow', 1),
    )

    assert blocks(message) == [whole]
    assert lost(message) == [
        ("dropped", "$.choices[0].parts[2]"),
        ("dropped", "$.choices[0].parts[3]"),
    ]


def test_a_tool_of_the_server_without_input() -> None:
    """A server's tool that was asked nothing has the empty input that it began with."""
    head: Any = {"type": "server_tool_use", "id": "s", "name": "advisor", "input": {}}

    assert blocks(said(Other("server_tool_use", head, 1), Other(None, "", 1))) == [head]
    assert blocks(said(Other("server_tool_use", head, 1))) == [head]


def test_what_only_a_stream_can_say() -> None:
    """Unknown blocks of a stream may be unfinished, as a compaction is: they are told as lost."""
    unknown = message_of("anthropic/unknown-event-block-and-delta")
    compacted = message_of("anthropic/compaction-then-text")

    assert [block["type"] for block in blocks(unknown)] == ["text", "text"]
    assert ("dropped", "$.choices[0].parts[1]") in lost(unknown)
    assert [block["type"] for block in blocks(compacted)] == ["text"]
    assert ("dropped", "$.choices[0].parts[0]") in lost(compacted)


@pytest.mark.parametrize(
    "value", [{"type": "image_url", "image_url": "x"}, {"type": ["text"]}, {"x": 1}, "text", 7]
)
def test_whole_content_of_other_dialects_is_left_out(value: Any) -> None:
    """What another vendor keeps whole is no block here, and told as lost."""
    foreign = said(Text("a"), Other(None, value))

    assert blocks(foreign) == [text("a")]
    assert lost(foreign) == [("dropped", "$.choices[0].parts[1]")]


def test_every_type_of_block_is_known() -> None:
    """Each block of Anthropic's SDK has a table, or is known to be told whole by a stream."""
    [union, *_] = get_args(BetaContentBlock)
    types = {get_args(each.model_fields["type"].annotation)[0] for each in get_args(union)}

    assert types == {*TABLES, *SERVER_BLOCKS, "compaction"}


def test_content_that_is_no_list() -> None:
    """Content of another JSON type is refused with its place."""
    with pytest.raises(WireError) as raised:
        decode_message(ROOM, body() | {"content": "text"})

    assert raised.value.path == "$.content"


BETA = {
    "anthropic/advisor-with-usage-iterations.sse",
    "anthropic/fallback-to-another-model.sse",
    "anthropic/mcp-tool-listing.sse",
    "anthropic/mcp-tool-use-and-result.sse",
}
"""Recordings with blocks that only the beta message has."""


def test_the_official_types_accept_every_answer() -> None:
    """Law 5: the message of every recorded stream is a body that Anthropic's SDK takes."""
    for name, message in messages().items():
        written = encode_message(ROOM, message)
        BetaMessage.model_validate(written, strict=True)
        if name not in BETA:
            SdkMessage.model_validate(written, strict=True)
