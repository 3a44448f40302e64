"""What Cohere's v2 chat events are known to do."""

import json
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Decoder,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Other,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Translator,
    Usage,
    decode,
    encode,
    losses,
)
from tests.support.legal_blocks import check_cohere

Payload = dict[str, Any]

START: Payload = {
    "type": "message-start",
    "id": "answer-1",
    "delta": {"message": {"role": "assistant", "content": [], "tool_calls": [], "citations": []}},
}


def delta(kind: str, index: int | None = None, **message: Any) -> Payload:
    """Return an event that adds to the message."""
    place = {} if index is None else {"index": index}
    return {"type": kind, **place, "delta": {"message": message}}


def text(said: str, index: int = 0) -> Payload:
    """Return a piece of text."""
    return delta("content-delta", index, content={"text": said})


def call(index: int, name: str) -> Payload:
    """Return the start of a call."""
    function = {"name": name, "arguments": ""}
    head = {"id": f"{name}-1", "type": "function", "function": function}
    return delta("tool-call-start", index, tool_calls=head)


def arguments(index: int, piece: str) -> Payload:
    """Return more of a call."""
    return delta("tool-call-delta", index, tool_calls={"function": {"arguments": piece}})


def end(**said: Any) -> Payload:
    """Return the last event."""
    return {"type": "message-end", "delta": said}


def stream(*payloads: Payload, done: bool = True) -> bytes:
    """Return the bytes of a stream."""
    frames = [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in payloads]
    return ("".join(frames) + "data: [DONE]\n\n" * done).encode()


def read(*payloads: Payload) -> list[Chunk]:
    """Return the chunks of a stream."""
    return Decoder("cohere").feed(stream(*payloads))


def home(chunks: list[Chunk]) -> list[Payload]:
    """Return the payloads that chunks are written as."""
    return events_of(written(chunks))


def written(chunks: list[Chunk]) -> bytes:
    """Return the bytes that chunks are written as."""
    encoder = Encoder("cohere")
    return b"".join(map(encoder.feed, chunks)) + encoder.close()


def events_of(data: bytes) -> list[Payload]:
    """Return the payloads of a stream without its end mark."""
    lines = [line[6:] for line in data.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def parts(chunks: list[Chunk]) -> list[Any]:
    """Return all parts of the only choice."""
    return [part for chunk in chunks for choice in chunk.choices for part in choice.parts]


def test_counters_are_apart() -> None:
    """Contents, calls and citations share numbers, and none is taken for another."""
    found = parts(
        read(
            START,
            delta("content-start", 0, content={"type": "thinking", "thinking": ""}),
            delta("content-delta", 0, content={"thinking": "Hm"}),
            text("Oh", 1),
            call(0, "ring"),
            call(1, "sing"),
            arguments(1, "{}"),
        )
    )
    assert [part.block for part in found[:2]] == [0, 1]
    assert [part.index for part in found[2:]] == [0, 1, 1]
    assert [part.name for part in found[2:]] == ["ring", "sing", None]


def test_odd_numbers_of_calls_stay() -> None:
    """A call keeps the number that the wire gave it, at home too."""
    payloads = [START, call(4, "ring"), arguments(4, "{}")]
    chunks = read(*payloads)
    assert [part.index for part in parts(chunks)] == [4, 4]
    assert home(chunks) == payloads


def test_the_id_is_carried_on() -> None:
    """Only the first event says the id, and every chunk has it."""
    chunks = read(START, text("a"), end(finish_reason="COMPLETE"))
    assert {chunk.id for chunk in chunks[:-1]} == {"answer-1"}
    assert "id" not in home(chunks)[-1]


def test_a_tool_plan_is_reasoning() -> None:
    """The plan before calls is reasoning, and goes home as a plan."""
    payloads = [START, delta("tool-plan-delta", tool_plan="I ring.")]
    chunks = read(*payloads)
    assert parts(chunks) == [Reasoning("I ring.")]
    parts(chunks)[0].text = "I sing."
    assert home(chunks)[1]["delta"]["message"] == {"tool_plan": "I sing."}


def test_a_call_without_arguments_has_no_delta() -> None:
    """A call that only starts and ends is whole."""
    data = stream(START, call(0, "now"), {"type": "tool-call-end", "index": 0})
    translator = Translator("cohere", "anthropic")
    out = translator.feed(data) + translator.close()
    assert b'"name":"now","input":{}' in out
    assert b"input_json_delta" not in out


def test_tokens_are_the_usage_and_billed_units_are_not() -> None:
    """Usage is what was read and written, cached tokens included; what is paid for is residue."""
    usage = {
        "billed_units": {"input_tokens": 12.0, "search_units": 1},
        "tokens": {"input_tokens": 507.0, "output_tokens": 5, "reasoning_tokens": 2},
        "cached_tokens": 448.0,
    }
    payload = end(finish_reason="COMPLETE", usage=usage)
    chunk = decode("cohere", payload)
    found = chunk.usage
    assert found is not None
    counts = (found.input_tokens, found.output_tokens, found.cached_input_tokens)
    assert counts == (507, 5, 448)
    assert {type(count) for count in counts} == {int}
    assert (found.reasoning_tokens, found.total_tokens) == (2, None)
    assert found.extra["billed_units"] == usage["billed_units"]
    assert json.dumps(encode("cohere", chunk), sort_keys=True) == json.dumps(
        payload, sort_keys=True
    )


def test_a_float_that_is_edited_stays_a_float() -> None:
    """An edit of a count wins, in the form that the wire had; a fraction is no count."""
    tokens = {"input_tokens": 507.0, "output_tokens": 0.5}
    chunk = decode("cohere", end(finish_reason="COMPLETE", usage={"tokens": tokens}))
    assert chunk.usage is not None
    assert chunk.usage.output_tokens is None
    chunk.usage.input_tokens = 3
    said = encode("cohere", chunk)["delta"]["usage"]["tokens"]
    assert repr(said["input_tokens"]) == "3.0"
    assert said["output_tokens"] == 0.5
    assert not [x for x in losses("openai", chunk) if "input_tokens" in x.path]


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("COMPLETE", FinishReason.STOP),
        ("STOP_SEQUENCE", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("TOOL_CALL", FinishReason.TOOL_CALLS),
        ("ERROR", FinishReason.ERROR),
        ("TIMEOUT", FinishReason.ERROR),
        ("NEVER_HEARD", FinishReason.OTHER),
    ],
)
def test_finish_words(word: str, reason: FinishReason) -> None:
    """Every word has its reason and comes back."""
    payload = end(finish_reason=word)
    chunk = decode("cohere", payload)
    assert chunk.choices[0].finish == Finish(reason, word)
    assert encode("cohere", chunk) == payload


@pytest.mark.parametrize("reason", FinishReason)
def test_every_reason_is_said(reason: FinishReason) -> None:
    """There is a word for every reason, and a filtered answer is not a complete one."""
    chunks = [Chunk(choices=[Choice(parts=[Text("a")], finish=Finish(reason))]), Chunk(done=True)]
    data = written(chunks)
    check_cohere(data)
    word = events_of(data)[-1]["delta"]["finish_reason"]
    assert (word == "ERROR") == (reason in {FinishReason.ERROR, FinishReason.CONTENT_FILTER})


def test_an_error_is_text_beside_the_finish() -> None:
    """The end says what went wrong, and goes home as it came."""
    payload = end(finish_reason="ERROR", error="bad tools", error_type="INVALID", usage={})
    chunk = decode("cohere", payload)
    assert chunk.error == Error("bad tools", "INVALID")
    assert encode("cohere", chunk) == payload
    assert chunk.error is not None
    chunk.error.message = "cut"
    assert "bad" not in str(encode("cohere", chunk))


def test_an_object_with_a_message_alone_is_an_error() -> None:
    """What the server says in place of a stream is an error."""
    payload = {"id": "1", "message": "invalid api token"}
    chunk = decode("cohere", payload)
    assert chunk.error == Error("invalid api token")
    assert encode("cohere", chunk) == payload


def test_an_error_of_others_arrives() -> None:
    """Another vendor's error ends the message, with all that was used."""
    chunks = [
        Chunk(choices=[Choice(parts=[Text("a")])], usage=Usage(3, 1)),
        Chunk(error=Error("overloaded", "busy")),
        Chunk(done=True),
    ]
    data = written(chunks)
    check_cohere(data)
    last = events_of(data)[-1]["delta"]
    assert (last["finish_reason"], last["error"]) == ("ERROR", "overloaded")
    assert last["usage"] == {"tokens": {"input_tokens": 3, "output_tokens": 1}}


def test_an_error_behind_the_finish_arrives() -> None:
    """An error that comes after the finish word is said where the word is."""
    stop = Finish(FinishReason.STOP)
    chunks = [Chunk(choices=[Choice(parts=[Text("a")], finish=stop)]), Chunk(error=Error("late"))]
    last = events_of(written(chunks))[-1]["delta"]
    assert last == {"finish_reason": "ERROR", "error": "late"}


def test_citations_have_offsets_sources_and_a_content() -> None:
    """Offsets count in a content; sources are references, and the first one's page is named."""
    document = {"title": "Tides", "url": "https://tides.example/", "snippet": "Low at noon"}
    said: Payload = {
        "start": 0,
        "end": 3,
        "text": "Low",
        "content_index": 1,
        "type": "TEXT_CONTENT",
        "sources": [
            {"type": "document", "id": "d:1", "document": document},
            {"type": "tool", "id": "t:0", "tool_output": {"sum": "12"}},
        ],
    }
    payload = delta("citation-start", 7, citations=said)
    chunk = decode("cohere", payload)
    [found] = parts([chunk])
    assert found == Citation(
        "https://tides.example/", "Tides", "Low at noon", 0, 3, ["d:1", "t:0"], 1
    )
    assert encode("cohere", chunk) == payload


def test_lists_where_events_have_objects_stay() -> None:
    """The start has lists of calls and citations where later events have one object each."""
    chunks = read(START)
    assert parts(chunks) == []
    assert home(chunks) == [START]


@pytest.mark.parametrize("redacted", ["XXXXXXX", "", "a much longer text than there was"])
def test_a_passage_is_derived(redacted: str) -> None:
    """A citation repeats a passage of the answer; what was taken out does not stay there."""
    cited = {"start": 4, "end": 7, "text": "oak", "content_index": 0, "type": "TEXT_CONTENT"}
    planned = {"start": 0, "end": 3, "text": "Fir", "type": "PLAN"}
    payloads = [
        START,
        delta("tool-plan-delta", tool_plan="Fir."),
        text("The "),
        text("oak"),
        delta("citation-start", 0, citations=cited),
        delta("citation-start", 1, citations=planned),
    ]
    chunks = read(*payloads)
    assert home(chunks) == payloads
    for part in parts(chunks):
        if isinstance(part, Text | Reasoning):
            part.text = redacted
    data = written(chunks)
    assert b"oak" not in data
    assert b"Fir" not in data


def test_a_passage_that_differs_stays() -> None:
    """A passage that is not what the offsets say is no copy."""
    cited = {"start": 0, "end": 3, "text": "elm", "content_index": 0}
    payloads = [START, text("The oak"), delta("citation-start", 0, citations=cited)]
    assert home(read(*payloads)) == payloads


def test_logprobs_are_lists_beside_the_delta() -> None:
    """Ids and numbers are tokens; their text follows the delta's."""
    said = {"text": " oak", "token_ids": [7], "logprobs": [-0.5]}
    payload = {**text(" oak"), "logprobs": said}
    chunk = decode("cohere", payload)
    tokens = [TokenLogprob(" oak", -0.5, None, 7)]
    found = chunk.choices[0].logprobs
    assert found is not None
    assert found.content == tokens
    assert encode("cohere", chunk) == payload
    chunk.choices[0].parts = [Text("elm", 0)]
    assert "oak" not in str(encode("cohere", chunk))


@pytest.mark.parametrize(
    "said",
    [
        {"text": " oak", "token_ids": [7, 8], "logprobs": [-0.5, -1]},
        {"text": "other", "token_ids": [7], "logprobs": [-0.5]},
        {"text": "", "token_ids": [], "logprobs": []},
        {"token_ids": [7]},
        {"text": " oak", "token_ids": ["7"], "logprobs": [None]},
        [1],
    ],
)
def test_logprobs_of_any_shape_go_home(said: Any) -> None:
    """Lists that do not fit each other stay as they are."""
    payload = {**text(" oak"), "logprobs": said}
    assert encode("cohere", decode("cohere", payload)) == payload


def test_logprobs_of_others_need_ids() -> None:
    """Logprobs are written where every token has its id; else they are lost, and named."""
    tokens = [TokenLogprob("a", -1.0, None, 5)]
    chunk = Chunk(choices=[Choice(parts=[Text("a")], logprobs=Logprobs(tokens))])
    assert encode("cohere", chunk)["logprobs"]["token_ids"] == [5]
    tokens[0].token_id = None
    assert "$.choices[0].logprobs.content" in {loss.path for loss in losses("cohere", chunk)}


def test_tokens_of_one_text_are_said_one_by_one() -> None:
    """Each token of another dialect's text has a delta of its own, so that all of it is kept."""
    tokens = [TokenLogprob("The", -1.0, None, 5), TokenLogprob(" oak", -0.5, None, 7)]
    said = Choice(parts=[Text("The oak")], logprobs=Logprobs(tokens))
    chunks = [Chunk(choices=[said]), Chunk(done=True)]
    assert not [loss for loss in losses("cohere", chunks[0]) if loss.kind != "invented"]
    back = [each.choices[0] for each in Decoder("cohere").feed(written(chunks)) if each.choices]
    heard = [t for choice in back if choice.logprobs for t in choice.logprobs.content or ()]
    assert heard == tokens


def test_the_end_is_legal_without_the_end_mark() -> None:
    """A stream may stop behind its last event; what is made of it ends all the same."""
    data = stream(START, text("a"), end(finish_reason="COMPLETE"), done=False)
    same, other = Translator("cohere", "cohere"), Translator("cohere", "openai")
    out = same.feed(data) + same.close()
    assert (events_of(out), b"DONE" in out) == (events_of(data), False)
    assert (other.feed(data) + other.close()).endswith(b"data: [DONE]\n\n")
    chunks = read(START, end(finish_reason="COMPLETE"))
    assert [chunk.done for chunk in chunks] == [False, False, True]


def test_calls_that_interleave_are_written_one_after_the_other() -> None:
    """Blocks do not overlap: one call ends before the next begins."""
    fragments = [
        ToolCall(0, "a", "x", '{"n":'),
        ToolCall(1, "b", "y", "{"),
        ToolCall(0, arguments="1}"),
    ]
    fragments.append(ToolCall(1, arguments="}"))
    chunks = [Chunk(choices=[Choice(parts=[part])]) for part in fragments]
    chunks += [Chunk(choices=[Choice(finish=Finish(FinishReason.TOOL_CALLS))]), Chunk(done=True)]
    data = written(chunks)
    check_cohere(data)
    found = parts(Decoder("cohere").feed(data))
    joined = ["".join(p.arguments or "" for p in found if p.index == n) for n in (0, 1)]
    assert joined == ['{"n":1}', "{}"]


def test_a_refusal_becomes_text() -> None:
    """There is no place for refusals, so they are text, which is reported."""
    chunk = Chunk(choices=[Choice(parts=[Refusal("No.")])])
    assert encode("cohere", chunk) == text("No.")
    assert [(loss.kind, loss.value) for loss in losses("cohere", chunk)] == [("changed", "No.")]


def test_a_stop_sequence_has_a_word() -> None:
    """An answer that a stop sequence ended says so, though not which."""
    choice = Choice(finish=Finish(FinishReason.STOP), stop="END")
    assert encode("cohere", Chunk(choices=[choice]))["delta"]["finish_reason"] == "STOP_SEQUENCE"


def test_signatures_make_no_contents_of_their_own() -> None:
    """A signature has no place; it opens no empty thinking."""
    chunks = [
        Chunk(choices=[Choice(parts=[Reasoning("Hm", block=0)])]),
        Chunk(choices=[Choice(parts=[Reasoning("", "seal", block=0)])]),
        Chunk(choices=[Choice(parts=[Text("Oh", 1)], finish=Finish(FinishReason.STOP))]),
        Chunk(done=True),
    ]
    kinds = [event["type"] for event in home(chunks)]
    assert kinds.count("content-start") == 2


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "kiln-glow", "index": 0, "delta": {"kelvin": 1}},
        delta("content-start", 1, content={"type": "hologram", "depth": 2}),
        delta("content-delta", 1, content={"hologram": "AAE="}),
        delta("content-delta", 1, content={"text": "a", "thinking": "b"}),
        delta("content-delta", 1, content=["a"]),
        delta("tool-call-start", None, tool_calls=[{"id": "x"}]),
        delta("citation-start", 0, citations={"start": "0", "sources": [{"id": 1}, None]}),
        {"type": "message-end", "delta": {"finish_reason": None, "error": {"code": 1}}},
        {"type": "debug", "prompt": "<BOS>"},
    ],
)
def test_what_is_new_goes_home(payload: Payload) -> None:
    """Events, contents and shapes that are not known stay as they are."""
    chunks = read(START, payload)
    assert home(chunks) == [START, payload]
    assert not any(isinstance(part, ToolCall) for part in parts(chunks))


def test_a_content_of_a_new_kind_is_kept_whole() -> None:
    """A content without a word here is one part with all it says."""
    chunks = read(delta("content-start", 1, content={"type": "hologram", "depth": 2}))
    assert parts(chunks) == [Other("hologram", {"type": "hologram", "depth": 2})]
