"""What Cohere's v1 chat events are known to do."""

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
    Reasoning,
    Text,
    ToolCall,
    Translator,
    Usage,
    decode,
    encode,
    losses,
)

Payload = dict[str, Any]


def line(kind: str, **said: Any) -> Payload:
    """Return an event."""
    return {"is_finished": kind == "stream-end", "event_type": kind, **said}


START = line("stream-start", generation_id="answer-1")


def end(word: str = "COMPLETE", **response: Any) -> Payload:
    """Return the last event, with the whole answer."""
    return line("stream-end", finish_reason=word, response={"finish_reason": word, **response})


def text(said: str) -> Payload:
    """Return a piece of text."""
    return line("text-generation", text=said)


def call(index: int, **said: Any) -> Payload:
    """Return a piece of a call."""
    return line("tool-calls-chunk", tool_call_delta={"index": index, **said})


def whole(name: str, **parameters: Any) -> Payload:
    """Return a whole call."""
    return {"name": name, "parameters": parameters}


def stream(*payloads: Payload) -> bytes:
    """Return the bytes of a stream."""
    return "".join(json.dumps(each) + "\n" for each in payloads).encode()


def read(*payloads: Payload) -> list[Chunk]:
    """Return the chunks of a stream."""
    decoder = Decoder("cohere-v1")
    return decoder.feed(stream(*payloads)) + decoder.close()


def written(chunks: list[Chunk]) -> list[Payload]:
    """Return the payloads that chunks are written as."""
    encoder = Encoder("cohere-v1")
    data = b"".join(map(encoder.feed, chunks)) + encoder.close()
    return [json.loads(each) for each in data.splitlines()]


def parts(chunks: list[Chunk]) -> list[Any]:
    """Return all parts of the only choice."""
    return [part for chunk in chunks for choice in chunk.choices for part in choice.parts]


def assert_same(one: Any, two: Any) -> None:
    """Assert that two JSON values are the same, `1` and `1.0` being two."""
    assert json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def redact(chunks: list[Chunk]) -> None:
    """Take all words out of the parts."""
    for part in parts(chunks):
        if isinstance(part, ToolCall):
            whole_call = isinstance(part.arguments, dict)
            part.arguments = {"x": 0} if whole_call else part.arguments and "X"
        elif isinstance(part, Text | Reasoning):
            part.text = "X" * len(part.text)


CALLS = [whole("ring", bell="copper"), whole("now")]
CITED: Payload = {"start": 4, "end": 7, "text": "oak", "document_ids": ["d:0"]}
HISTORY = [
    {"role": "USER", "message": "Which tree?"},
    {"role": "CHATBOT", "message": "The oak.", "tool_calls": CALLS},
]

STREAM = (
    START,
    text("The "),
    text("oak."),
    line("citation-generation", citations=[CITED]),
    call(0, name="ring"),
    call(0, parameters='{"bell":'),
    call(0, parameters='"copper"}'),
    call(1, name="now"),
    call(1, parameters="{}"),
    line("tool-calls-generation", text="The oak.", tool_calls=CALLS),
    end(
        text="The oak.",
        tool_calls=CALLS,
        citations=[{**CITED, "score": 0.5}],
        chat_history=HISTORY,
        meta={"tokens": {"input_tokens": 66.0, "output_tokens": 9}},
    ),
)


def test_calls_that_come_in_pieces_are_not_said_twice() -> None:
    """The event that repeats all calls, and the last one, repeat what is known."""
    chunks = read(*STREAM)
    calls = [part for part in parts(chunks) if isinstance(part, ToolCall)]
    assert [part.name for part in calls if part.name] == ["ring", "now"]
    pieces = [str(part.arguments or "") for part in calls if part.index == 0]
    assert "".join(pieces) == '{"bell":"copper"}'
    assert [part.text for part in parts(chunks) if isinstance(part, Text)] == ["The ", "oak."]
    assert not any(isinstance(part, Reasoning) for part in parts(chunks))
    assert written(chunks) == [*STREAM]


def test_nothing_that_was_taken_out_is_repeated() -> None:
    """No event at the end brings back text, a passage or arguments that were redacted."""
    chunks = read(*STREAM)
    redact(chunks)
    out = json.dumps(written(chunks))
    assert not [word for word in ("oak", "copper") if word in out]
    assert "Which tree?" in out
    assert '"text": "XXXXXXXX"' in out


def test_calls_that_come_whole_are_said_once() -> None:
    """Without pieces the event with all calls says them, and the plan before them."""
    said = line("tool-calls-generation", text="I ring.", tool_calls=CALLS)
    payloads = [START, said, end(text="I ring.", tool_calls=CALLS)]
    chunks = read(*payloads)
    assert parts(chunks) == [
        Reasoning("I ring."),
        ToolCall(0, None, "ring", {"bell": "copper"}),
        ToolCall(1, None, "now", {}),
    ]
    assert written(chunks) == payloads
    redact(chunks)
    assert "copper" not in json.dumps(written(chunks))


def test_a_copy_that_differs_stays() -> None:
    """What the end says otherwise than the stream did is kept, number for number."""
    calls = [{"name": "ring", "parameters": {"n": 1.0}, "id": "x"}]
    payloads = [
        START,
        text("a"),
        call(0, name="ring", parameters='{"n": 1}'),
        line("tool-calls-generation", tool_calls=calls),
        end(text="b", tool_calls=calls, citations=[CITED], generations=[{"text": "a"}]),
    ]
    assert_same(written(read(*payloads)), payloads)


def test_a_plan_stands_in_either_of_two_places() -> None:
    """The plan is reasoning, beside the delta of a call or inside it, and goes home there."""
    payloads = [
        START,
        line("tool-calls-chunk", text="I "),
        line("tool-calls-chunk", tool_call_delta={"text": "ring."}),
        line("tool-calls-chunk", tool_call_delta={"text": "!", "index": 0, "name": "ring"}),
    ]
    chunks = read(*payloads)
    assert "".join(p.text for p in parts(chunks) if isinstance(p, Reasoning)) == "I ring.!"
    assert written(chunks) == payloads


def test_calls_make_the_reason() -> None:
    """No word says that tools are called, but that calls came."""
    chunks = read(START, line("tool-calls-generation", tool_calls=CALLS), end())
    assert chunks[-1].finish_reason is FinishReason.TOOL_CALLS
    assert chunks[-1].done
    assert read(START, text("a"), end())[-1].finish_reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("COMPLETE", FinishReason.STOP),
        ("STOP_SEQUENCE", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("ERROR", FinishReason.ERROR),
        ("ERROR_LIMIT", FinishReason.ERROR),
        ("ERROR_TOXIC", FinishReason.CONTENT_FILTER),
        ("TIMEOUT", FinishReason.ERROR),
        ("USER_CANCEL", FinishReason.CANCELLED),
        ("NEVER_HEARD", FinishReason.OTHER),
    ],
)
def test_finish_words(word: str, reason: FinishReason) -> None:
    """Every word has its reason and comes back, in both places."""
    payloads = [START, text("a"), end(word, text="a")]
    chunks = read(*payloads)
    assert chunks[-1].choices[0].finish == Finish(reason, word)
    assert written(chunks) == payloads
    chunks[-1].choices[0].finish = Finish(FinishReason.LENGTH)
    last = written(chunks)[-1]
    assert (last["finish_reason"], last["response"]["finish_reason"]) == ("MAX_TOKENS",) * 2


@pytest.mark.parametrize("reason", FinishReason)
def test_every_reason_is_said(reason: FinishReason) -> None:
    """There is a word for every reason."""
    chunks = [Chunk(choices=[Choice(parts=[Text("a")], finish=Finish(reason))]), Chunk(done=True)]
    last = written(chunks)[-1]
    assert last["finish_reason"] == last["response"]["finish_reason"]
    assert isinstance(last["finish_reason"], str)


def test_usage_is_that_of_the_tokens() -> None:
    """The counts of tokens are the usage, floats or not; billed units are residue."""
    meta = {"tokens": {"input_tokens": 66.0, "output_tokens": 9}, "billed_units": {"x": 2.0}}
    chunk = decode("cohere-v1", end(meta=meta))
    assert chunk.usage is not None
    assert (chunk.usage.input_tokens, chunk.usage.output_tokens) == (66, 9)
    assert_same(encode("cohere-v1", chunk)["response"]["meta"], meta)
    assert decode("cohere-v1", end(meta={"billed_units": {"input_tokens": 3}})).usage == Usage(
        extra={"billed_units": {"input_tokens": 3}}
    )


def test_an_error_is_a_line_with_a_message() -> None:
    """A line without a kind says what went wrong, and the stream has no end of its own."""
    payloads = [START, text("a"), {"message": "internal server error"}]
    chunks = read(*payloads)
    assert chunks[-1].error == Error("internal server error")
    assert written(chunks) == payloads
    translator = Translator("cohere-v1", "openai")
    assert b"internal server error" in translator.feed(stream(*payloads)) + translator.close()


def test_an_error_of_others_is_a_finish_word() -> None:
    """There is no place for the message, which is reported; the answer ends in error."""
    chunks = [Chunk(choices=[Choice(parts=[Text("a")])]), Chunk(error=Error("busy"))]
    last = written(chunks)[-1]
    assert (last["event_type"], last["finish_reason"]) == ("stream-end", "ERROR")
    assert "$.error.message" in {loss.path for loss in losses("cohere-v1", chunks[1])}


def test_the_end_repeats_the_whole_answer() -> None:
    """What others send in pieces is written with whole calls and the whole answer at its end."""
    finish = Finish(FinishReason.TOOL_CALLS)
    cited = Citation(start=4, end=7, references=["d:0"])
    chunks = [
        Chunk("answer-1", choices=[Choice(parts=[Text("The ")])]),
        Chunk(choices=[Choice(parts=[Text("oak."), cited])]),
        Chunk(choices=[Choice(parts=[ToolCall(0, "a", "ring", '{"bell":')])]),
        Chunk(choices=[Choice(parts=[ToolCall(0, arguments='"copper"}')])]),
        Chunk(choices=[Choice(finish=finish)], usage=Usage(66, 9)),
        Chunk(done=True),
    ]
    response = {
        "generation_id": "answer-1",
        "text": "The oak.",
        "tool_calls": CALLS[:1],
        "citations": [CITED],
        "finish_reason": "COMPLETE",
        "meta": {"tokens": {"input_tokens": 66, "output_tokens": 9}},
    }
    assert written(chunks) == [
        START,
        text("The "),
        text("oak."),
        line("citation-generation", citations=[CITED]),
        line("tool-calls-generation", tool_calls=CALLS[:1]),
        line("stream-end", finish_reason="COMPLETE", response=response),
    ]


def test_a_citation_needs_a_passage_and_names() -> None:
    """A citation of a page alone has no place, which is reported."""
    chunk = Chunk(choices=[Choice(parts=[Citation("https://trees.example/")])])
    assert [loss.kind for loss in losses("cohere-v1", chunk)] == ["dropped"]
    assert [each["event_type"] for each in written([chunk])] == ["stream-start", "stream-end"]


def test_generate_repeats_text_elsewhere() -> None:
    """The end of the elder endpoint repeats the text among its generations."""
    payloads = [text("oak"), line("stream-end", response={"generations": [{"text": "oak"}]})]
    chunks = read(*payloads)
    assert written(chunks) == payloads
    redact(chunks)
    assert "oak" not in json.dumps(written(chunks))
