"""Responses that come whole: where parts stand in items, and what streams make of them."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from openai.types.responses import Response

from onechunk import (
    Choice,
    Chunk,
    Citation,
    EncodeError,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Loss,
    Media,
    Message,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    accumulate,
    decode,
    decode_message,
    encode,
    encode_message,
    message_losses,
)
from onechunk.mapping import is_list, is_object
from onechunk_adapters.responses.words import INCOMPLETE, STATUSES
from tests.interop.test_strict_types import faults
from tests.support.bodies import BODIES
from tests.support.frames import payloads
from tests.support.json_equal import difference
from tests.support.messages import message_of, messages
from tests.support.recordings import RECORDINGS, Recording
from tests.test_redaction import redact_part

ROOM: Final = "responses"
OWN: Final = [body for body in BODIES if body.dialect == ROOM]
STREAMS: Final = [each for each in RECORDINGS if each.dialect == ROOM]
RAW: Final = 0x8000

NAMES: Final = frozenset(
    {"id", "type", "role", "status", "name", "call_id", "filename", "namespace"}
)
"""Keys whose values may share a word with the answer."""

every_body = pytest.mark.parametrize("body", OWN, ids=lambda body: body.case)
every_stream = pytest.mark.parametrize("recording", STREAMS, ids=lambda each: each.case)


def payload(case: str) -> Any:
    """Return one of the bodies."""
    [found] = [body for body in OWN if body.case == case]
    return json.loads(found.data)


def message(case: str) -> Message:
    """Return what one of the bodies says."""
    return decode_message(ROOM, payload(case))


def parts(of: Message, *kinds: type[Any]) -> list[Any]:
    """Return the parts of some classes, or all."""
    found = [part for choice in of.choices for part in choice.parts]
    return [part for part in found if not kinds or type(part) in kinds]


def place(part: Part) -> tuple[int, int]:
    """Return the numbers of the item and of the part in it."""
    return (part.block or 0) & 0xFFFF, (part.block or 0) >> 16


def body(*items: Any, **more: Any) -> dict[str, Any]:
    """Return a response with some items."""
    said = {"id": "resp_1", "object": "response", "created_at": 5, "model": "m"}
    return {**said, "status": "completed", "output": [*items], **more}


def said(*content: Any, **more: Any) -> Message:
    """Return a message made by hand."""
    finish = Finish(FinishReason.STOP)
    return Message("r", "m", 5, [Choice(0, "assistant", [*content], finish, **more)])


def written(of: Message) -> Any:
    """Return the items that a message becomes."""
    return encode_message(ROOM, of)["output"]


def strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value but names."""
    if isinstance(value, str):
        yield value
    if is_object(value):
        value = [each for key, each in value.items() if key not in NAMES]
    for each in value if is_list(value) else ():
        yield from strings(each)


def words(of: Message) -> set[str]:
    """Return the long words of all that a message says in words."""
    texts = [part.text for part in parts(of, Text, Reasoning, Refusal)]
    texts += [str(part.arguments) for part in parts(of, ToolCall)]
    texts += [f"{part.url} {part.title}" for part in parts(of, Citation)]
    return {word for text in texts for word in re.findall(r"[^\W\d_]{4,}", text)}


def leaks(secrets: set[str], output: Any) -> set[str]:
    """Return the words that stand in items in spite of all, the server's tools excepted."""
    heard: list[Any] = [
        item
        for item in output
        if item["type"] in {"message", "reasoning", "function_call", "custom_tool_call"}
    ]
    found = {word for text in strings(heard) for word in re.findall(r"[^\W\d_]{4,}", text)}
    return secrets & found


def test_parts_have_the_addresses_of_a_stream() -> None:
    """Item and number in it are a part's block; raw reasoning stands apart from its summary."""
    found = parts(message("reasoning-with-summaries-raw-text-and-encrypted-content"))

    assert [(type(part), place(part)) for part in found] == [
        (Reasoning, (0, 0)),
        (Reasoning, (0, 1)),
        (Reasoning, (0, RAW)),
        (Reasoning, (2, 0)),
        (Reasoning, (3, RAW)),
        (Text, (4, 0)),
        (Text, (5, 0)),
    ]
    assert [part.encrypted for part in found[:4]] == [
        "gAAAAABq_first",
        None,
        None,
        "gAAAAABq_second",
    ]


def test_summary_and_raw_reasoning_of_a_stream_are_apart() -> None:
    """A summary and raw reasoning in one item are two parts, however they interleave."""
    events: Any = [
        {"type": f"response.{kind}.delta", "output_index": 0, f"{at}_index": 0, "delta": text}
        for kind, at, text in (
            ("reasoning_summary_text", "summary", "In "),
            ("reasoning_text", "content", "one two "),
            ("reasoning_summary_text", "summary", "short."),
            ("reasoning_text", "content", "three"),
        )
    ]
    streamed = accumulate(decode(ROOM, event) for event in events)

    assert [part.text for part in parts(streamed)] == ["In short.", "one two three"]
    [item] = written(streamed)
    assert item["summary"] == [{"type": "summary_text", "text": "In short."}]
    assert item["content"] == [{"type": "reasoning_text", "text": "one two three"}]


def test_calls() -> None:
    """A client's calls are numbered; that of a tool which no request named is the server's."""
    found = message("function-calls-custom-calls-and-one-of-the-server")

    assert [(call.index, call.id, call.name) for call in found.tool_calls] == [
        (0, "call_n0rth", "weigh_hive"),
        (1, "call_s0uth", "weigh_hive"),
        (2, "call_empty", "list_hives"),
        (3, "call_verse", "write_verse"),
    ]
    assert found.tool_calls[3].arguments == "Hum, small choir,\nhum."
    assert [part.type for part in parts(found, Other)] == ["custom_tool_call"]
    assert found.finish_reason is FinishReason.TOOL_CALLS


def test_tools_of_the_server_are_kept_whole() -> None:
    """What the server runs itself is no call, and an edit of it is what is written."""
    found = message("tools-of-the-server")
    others = parts(found, Other)

    assert [other.type for other in others] == [
        item["type"] for item in payload("tools-of-the-server")["output"][:-1]
    ]
    assert found.finish_reason is FinishReason.STOP
    others[2].value = {**others[2].value, "code": "pass"}
    found.choices[0].parts.remove(others[0])
    assert [item.get("code") for item in written(found)[:2]] == [None, "pass"]


def test_citations_of_every_kind() -> None:
    """Pages have fields; what other kinds of source say stays with the citation."""
    found = parts(message("text-with-annotations-of-every-kind"), Citation)

    assert [cited.url for cited in found[:2]] == [
        "https://moor.example/honey",
        "https://moor.example/bare",
    ]
    assert (found[0].start, found[0].end) == (31, 41)
    assert found[2].extra["filename"] == "table.csv"
    assert {place(cited) for cited in found} == {(0, 0)}


@pytest.mark.parametrize(
    ("status", "reason"), [*STATUSES.items(), ("new", FinishReason.OTHER), ("queued", None)]
)
def test_statuses(status: str, reason: FinishReason | None) -> None:
    """Every status that ends an answer is a finish; those of an answer that goes on are none."""
    given = body({"type": "message", "role": "assistant", "content": []}, status=status)
    found = decode_message(ROOM, given)

    assert found.finish_reason is reason
    assert encode_message(ROOM, found) == given
    assert found.complete is (reason is not None)


@pytest.mark.parametrize(("word", "reason"), INCOMPLETE.items())
def test_reasons(word: str, reason: FinishReason) -> None:
    """The reason for an incomplete answer says more than its status, and can be changed."""
    given = body(status="incomplete", incomplete_details={"reason": word, "more": 1})
    found = decode_message(ROOM, given)

    assert found.choices[0].finish == Finish(reason, word)
    assert encode_message(ROOM, found) == given
    found.choices[0].finish = Finish(FinishReason.STOP)
    changed = encode_message(ROOM, found)
    assert (changed["status"], changed["incomplete_details"]) == ("completed", None)


def test_errors() -> None:
    """An error is one, with what it says beyond the usual, and an edit of it counts."""
    case = "failed-with-error-and-unknown-keys"
    found = message(case)
    extra = {"param": None, "retry_after": 2.5}

    assert found.error == Error("The hive is asleep.", None, "server_error", None, extra)
    assert (found.finish_reason, found.complete) == (FinishReason.ERROR, False)
    found.error = Error("redacted", extra=extra)
    assert encode_message(ROOM, found)["error"] == {"message": "redacted", **extra}


def test_tokens_go_to_the_text_that_they_make() -> None:
    """Tokens of all texts are one list, dealt out again as they were, or by the texts."""
    case = "logprobs-of-two-parts-and-a-refusal"
    found = message(case)
    logprobs = found.choices[0].logprobs
    assert logprobs is not None
    assert [token.token for token in logprobs.content or ()] == ["Yes", ".", " Ü", "nd"]

    def dealt(of: Message) -> list[list[str]]:
        [item] = written(of)
        texts = [each for each in item["content"] if each["type"] == "output_text"]
        return [[token["token"] for token in each["logprobs"]] for each in texts]

    assert dealt(found) == [["Yes", "."], [" Ü", "nd"], []]
    del found.choices[0].parts[0]
    logprobs.content = [TokenLogprob(" Ünd", -1.0)]
    assert dealt(found) == [[" Ünd"], []]
    found.choices[0].logprobs = None
    assert dealt(found) == [[], []]
    tokens = [TokenLogprob(text, -1.0) for text in ("A", "B", "C")]
    own = said(Text("AB"), Citation(url="https://x.example"), logprobs=Logprobs(tokens))
    own.choices[0].parts.append(Text("C", 9))
    assert dealt(own) == [["A", "B"], ["C"]]


@every_body
def test_redaction(body: Recording) -> None:
    """Words that were taken out of the parts stand in no item, nor where a server repeats them."""
    found = decode_message(ROOM, body.data)
    secrets = words(found)
    for choice in found.choices:
        choice.logprobs = None
        # What the server's own tools were asked is no text of the answer.
        choice.parts = [part for part in choice.parts if not isinstance(part, Other)]
    for part in parts(found):
        redact_part(part, lambda text: "X" * len(text))
    whole = encode_message(ROOM, found)

    repeated = {key: whole.get(key) for key in ("output_text", "tool_calls", "reasoning")}
    assert leaks(secrets, [*whole["output"], {"type": "message", **repeated}]) == set()


def test_repetitions_follow_the_edit() -> None:
    """Where a server repeats all text, calls or summaries, it is the edit that is repeated."""
    case = "small-server-that-repeats-text-calls-and-summaries"
    found = message(case)
    parts(found, Text)[0].text = "Douse "
    found.tool_calls[0].arguments = "{}"
    found.choices[0].parts.remove(parts(found, Reasoning)[0])
    changed: Any = encode_message(ROOM, found)

    assert changed["output_text"] == "Douse the smoker."
    assert changed["tool_calls"][0]["function"] == {"name": "light", "arguments": "{}"}
    assert [each["text"] for each in changed["reasoning"]["summary"]] == ["Then the veil."]
    found.choices[0].parts.remove(found.tool_calls[0])
    assert encode_message(ROOM, found)["tool_calls"] == []


def test_what_is_taken_out_takes_its_item_along() -> None:
    """An item of which no part is left is not written; one that never had any is."""
    found = message("reasoning-with-summaries-raw-text-and-encrypted-content")
    found.choices[0].parts = [part for part in parts(found) if place(part) in {(0, 1), (4, 0)}]
    first, empty, text = written(found)

    assert [each["text"] for each in first["summary"]] == [
        "**Space**\n\nEight millimetres between."
    ]
    assert first["content"] == []
    assert "encrypted_content" not in first
    assert (empty["id"], text["phase"]) == ("rs_02", "commentary")
    found.choices[0].parts = []
    assert [item["id"] for item in written(found)] == ["rs_02"]
    found.choices = []
    assert [item["id"] for item in written(found)] == ["rs_02"]


def test_what_is_put_in_has_an_item_of_its_own() -> None:
    """A part that was put in is a new item behind that of the part before it, and legal."""
    found = message("function-calls-custom-calls-and-one-of-the-server")
    new: list[Part] = [Text("Weighing."), Citation(url="https://x.example", start=0, end=8)]
    found.choices[0].parts[1:1] = new
    found.choices[0].parts.append(ToolCall(9, "call_new", "tare", ""))
    output = written(found)

    assert [item["id"] for item in output] == [
        *("rs_11", "fc_01", "msg_resp_037c51e0b39d4f2a88_2", "fc_02", "fc_03", "ctc_01"),
        *("ctc_02", "fc_resp_037c51e0b39d4f2a88_7"),
    ]
    assert output[2]["content"][0]["annotations"][0]["type"] == "url_citation"
    assert output[-1]["arguments"] == "{}"
    found = message("incomplete-max-output-tokens")
    found.choices[0].parts += [*new, ToolCall(0, "call_new", "tare", ""), Reasoning("Done.")]
    assert faults(Response, json.dumps(encode_message(ROOM, found)).encode()) == {}


def test_a_text_that_becomes_a_refusal_stays_in_its_item() -> None:
    """A part of another class in the same place is another part of the same item."""
    found = message("incomplete-max-output-tokens")
    [text] = parts(found, Text)
    found.choices[0].parts[found.choices[0].parts.index(text)] = Refusal("No.", text.block)

    assert written(found)[1]["content"] == [{"type": "refusal", "refusal": "No."}]
    assert written(found)[1]["id"] == "msg_01c4a1"


def test_parts_without_a_place_are_refused() -> None:
    """No response has a place for media; a message that was read from one cannot say it."""
    found = message("incomplete-max-output-tokens")
    found.choices[0].parts.append(Media("image", data="AAAA"))

    with pytest.raises(EncodeError, match="no place for a Media"):
        encode_message(ROOM, found)
    assert "AAAA" not in json.dumps(encode_message(ROOM, found, extra="never"))


def test_a_chunk_by_itself() -> None:
    """A body is a chunk of its dialect too, and goes home without the help of a memory."""
    given = payload("logprobs-of-two-parts-and-a-refusal")
    chunk = decode("responses.whole", given)
    assert encode("responses.whole", chunk) == given
    chunk.choices[0].parts.clear()
    assert encode("responses.whole", chunk)["output"] == []


def test_other_dialects_parts() -> None:
    """Texts in a row are one message, every reasoning and every call is an item of its own."""
    output = written(
        said(
            Reasoning("Hm.", block=0),
            Reasoning("So.", signature="s", encrypted="e", block=1),
            Text("One ", 2),
            Citation(url="https://x.example", block=2),
            Citation(references=[1], block=2),
            Text("two.", 3),
            Refusal("No."),
            ToolCall(0, "c", "f", {"a": 1}),
            Text(""),
            Text("Three."),
        )
    )

    assert [item["type"] for item in output] == [
        *("reasoning", "reasoning", "message", "function_call", "message")
    ]
    assert output[1]["encrypted_content"] == "e"
    assert [each["type"] for each in output[2]["content"]] == [
        "output_text",
        "output_text",
        "refusal",
    ]
    [cited] = output[2]["content"][0]["annotations"]
    assert (cited["url"], cited["end_index"]) == ("https://x.example", 0)
    assert output[3]["arguments"] == '{"a":1}'


def test_what_is_made_up_is_reported() -> None:
    """What readers demand and nobody said is invented, and told."""
    found = said(Text("Hi"), Citation(url="https://x.example"))
    found.usage = Usage(3, 2)

    assert {(loss.kind, loss.path) for loss in message_losses(ROOM, found)} == {
        ("invented", f"$.{path}")
        for path in (
            *("extra.parallel_tool_calls", "extra.tool_choice", "extra.tools"),
            *("extra.output[0].id", "choices[0].parts[1].start", "choices[0].parts[1].end"),
            *("usage.total_tokens", "usage.cached_input_tokens", "usage.cache_write_tokens"),
            "usage.reasoning_tokens",
        )
    }


CODE: Final = ("error.code", "literal_error")
"""OpenAI's own errors have codes that its types do not list."""


def test_the_official_class_takes_every_answer() -> None:
    """The answer of each stream of another dialect is what OpenAI's SDK has a class for."""
    found = {
        name: faults(Response, json.dumps(encode_message(ROOM, answer)).encode()).keys() - {CODE}
        for name, answer in messages().items()
        if not name.startswith(f"{ROOM}/")
    }

    # A half of a character is no JSON to pydantic.
    assert {name: against for name, against in found.items() if against} == {
        "llama/lone-surrogate-halves.sse": {("", "json_invalid")}
    }


def last_response(recording: Recording) -> Any:
    """Return the response that the last event of a stream repeats; None if it repeats none."""
    *_, last = payloads(recording.data)
    return last.get("response") if is_object(last) else None


DIFFERENT: Final = {
    "copilot-item-ids-rotate-keys-sorted": "$.id: ",  # the first id counts
    "error-nested-then-failed": "$.error: ",  # the first error says more
    "failed-in-mid-text": "$.output: ",  # the text is kept that came before
    "failed-with-error-at-the-top-level": "$.error: ",  # it stands beside the response
    "small-server-without-parts-and-echo": "$: without [], with ['created_at'",  # demanded
}
"""Streams whose last event is not the body, and where."""


@every_stream
def test_a_stream_as_a_body(recording: Recording) -> None:
    """The answer of a stream is the response that its last event repeats."""
    whole = encode_message(ROOM, message_of(recording.id))
    repeated = last_response(recording)
    if repeated is None:
        assert whole["status"] == "failed"
        assert whole["error"]["message"]
    else:
        found = difference(repeated, whole)
        assert found.startswith(DIFFERENT.get(recording.case, "")), found
        assert bool(found) is (recording.case in DIFFERENT)


@every_stream
def test_the_official_class_takes_what_its_own_stream_says(recording: Recording) -> None:
    """A body has nothing that the SDK refuses but what the stream's own last event has."""
    repeated = last_response(recording)
    known = {CODE} if repeated is None else {*faults(Response, json.dumps(repeated).encode()), CODE}
    whole = json.dumps(encode_message(ROOM, message_of(recording.id))).encode()

    # A half of a character is no JSON to pydantic.
    assert faults(Response, whole).keys() <= {*known, ("", "json_invalid")}


@every_stream
def test_redaction_of_a_stream(recording: Recording) -> None:
    """Words that were taken out of a stream's message stand in no item of the body."""
    found = message_of(recording.id)
    secrets = words(found)
    for part in parts(found):
        redact_part(part, lambda text: "X" * len(text))
    for choice in found.choices:
        choice.logprobs = None

    assert leaks(secrets, written(found)) == set()
    for choice in found.choices:
        choice.parts = []
    assert leaks(secrets, written(found)) == set()


def events(*output: Any, deltas: str = "Hi", **more: Any) -> list[Chunk]:
    """Return a stream of one text, whose last event has some items."""
    delta = {"output_index": 0, "content_index": 0, "delta": deltas}
    given: list[Any] = [
        {"type": "response.created", "response": body(status="in_progress")},
        {"type": "response.output_text.delta", **delta},
        {"type": "response.completed", "response": body(*output, **more)},
    ]
    return [decode(ROOM, line) for line in given]


def test_a_last_event_without_items() -> None:
    """A server that repeats no items at the end has said them all the same."""
    streamed = accumulate(events())

    [item] = written(streamed)
    assert item["content"][0]["text"] == "Hi"
    assert ("invented", "$.extra.output[0].id") in {
        (loss.kind, loss.path) for loss in message_losses(ROOM, streamed)
    }


def test_a_last_event_that_says_otherwise() -> None:
    """What the events said counts; what the last one has otherwise is reported, and never back."""
    content: Any = {"type": "output_text", "text": "Bye", "annotations": []}
    item: Any = {"type": "message", "id": "m_1", "role": "assistant", "content": [content]}
    streamed = accumulate(events(item))

    assert [each["content"][0]["text"] for each in written(streamed)] == ["Hi"]
    assert Loss("dropped", "$.extra.response.output[0].text", "Bye") in message_losses(
        ROOM, streamed
    )
    streamed.choices[0].parts = []
    assert written(streamed) == []


def test_the_state_at_the_end_counts() -> None:
    """A body says what the response is in the end, with all that nests in it."""
    streamed = accumulate(
        events(service_tier="flex", text={"format": {"type": "json_schema", "name": "n"}})
    )

    whole = encode_message(ROOM, streamed)
    assert whole["service_tier"] == "flex"
    assert whole["text"] == {"format": {"type": "json_schema", "name": "n"}}


def test_residue_of_events_is_told() -> None:
    """What only events said has no place in a body, and is reported."""
    streamed = message_of("responses/unknown-keys-everywhere")
    dropped = {loss.path for loss in message_losses(ROOM, streamed) if loss.kind == "dropped"}

    assert dropped == {"$.extra.x_delta", "$.extra.x_done"}


def test_a_usual_stream_loses_nothing() -> None:
    """Strict writing takes the answer of a stream as OpenAI sends it."""
    for case in ("web-search-with-url-citations", "reasoning-encrypted-between-function-calls"):
        streamed = message_of(f"responses/{case}")
        assert encode_message(ROOM, streamed, strict=True)["object"] == "response"
        assert message_losses(ROOM, streamed) == []


def test_tools_of_the_server_in_a_stream_that_was_cut_off() -> None:
    """What a tool of the server was given comes in pieces and goes into its item."""
    item: Any = {"type": "code_interpreter_call", "id": "ci_1", "status": "in_progress", "code": ""}
    streamed = accumulate(
        decode(ROOM, event)
        for event in (
            {"type": "response.output_item.added", "output_index": 0, "item": item},
            *(
                {
                    "type": "response.code_interpreter_call_code.delta",
                    "output_index": 0,
                    "delta": piece,
                }
                for piece in ("print", "(1)")
            ),
        )
    )

    assert written(streamed) == [{**item, "code": "print(1)"}]


def test_without_residue() -> None:
    """Where residue is left out nothing of the last event goes along."""
    streamed = message_of("responses/text-with-logprobs")
    bare = encode_message(ROOM, streamed, extra="never")

    assert bare["text" if "text" in bare else "id"] == streamed.id
    assert bare["output"][0]["id"] == f"msg_{streamed.id}_0"
    assert faults(Response, json.dumps(bare).encode()) == {}
