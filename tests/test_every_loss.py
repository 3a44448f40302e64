"""Law 4 for streams: the report leaves out no loss that a chunk has, be it the last one's."""

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import (
    Choice,
    Chunk,
    Encoder,
    Error,
    ExtraPolicy,
    Finish,
    FinishReason,
    Logprobs,
    LossError,
    Media,
    OnechunkError,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Translator,
    Usage,
    decode,
    losses,
)
from onechunk.mapping import is_list, is_object
from tests.support.corpus import corpus_files
from tests.support.every_loss import unreported
from tests.support.generated import json_values, wire_objects
from tests.support.legal import check_legal
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all
from tests.test_corpus import FOLDERS, dialect_of
from tests.test_laws import ILLEGAL

TARGETS = (
    *("anthropic", "bedrock", "cohere", "cohere-v1", "completions", "gemini", "llama", "mistral"),
    *("ollama", "openai", "openrouter", "responses"),
)
POLICIES: tuple[ExtraPolicy, ...] = get_args(ExtraPolicy)
AZURE = [each for each in RECORDINGS if each.dialect == "azure" and b"filter" in each.data]
LEGAL = [each for each in RECORDINGS if each.id not in ILLEGAL]


@pytest.mark.parametrize("recording", LEGAL, ids=lambda recording: recording.id)
def test_recordings(recording: Recording) -> None:
    """No chunk of a recording loses what the report of its stream leaves out."""
    chunks = decode_all(recording.dialect, [recording.data])
    found = {
        (target, extra): missing
        for target in TARGETS
        for extra in POLICIES
        if (missing := unreported(target, chunks, extra))
    }
    assert found == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_corpus(folder: str) -> None:
    """Nor does one of a stream that others recorded, where they are present."""
    found: dict[str, Any] = {}
    for number, file in enumerate(corpus_files(dialects={folder}, surfaces=set(FOLDERS[folder]))):
        chunks = decode_all(dialect_of(file), [file.data])
        target = TARGETS[number % len(TARGETS)]
        if missing := unreported(target, chunks):
            found[f"{file.file} to {target}"] = missing
    assert found == {}


@pytest.mark.parametrize("dialect", ["gemini", "llama", "mistral", "openai", "openrouter"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_chunks_alike(dialect: str, data: st.DataObject) -> None:
    """Of chunks that differ in one value the second is not taken for the first."""
    payload = data.draw(wire_objects(dialect))
    payloads = [payload, *(_changed(payload, data) for _ in range(3))]
    chunks: list[Chunk] = []
    for each in payloads:
        try:
            chunks.append(decode(dialect, each))
        except OnechunkError:
            continue
    target = data.draw(st.sampled_from(TARGETS))
    try:
        assert unreported(target, chunks, data.draw(st.sampled_from(POLICIES))) == {}
    except OnechunkError:
        # A value that no JSON text has.
        return


def _changed(payload: Any, data: st.DataObject) -> Any:
    """Return a copy of *payload* with another value in one place."""
    if is_object(payload) and payload:
        key: Any = data.draw(st.sampled_from(list(payload)))
    elif is_list(payload) and payload:
        key = data.draw(st.integers(0, len(payload) - 1))
    else:
        return data.draw(json_values)
    copy: Any = payload.copy()
    copy[key] = _changed(payload[key], data) if data.draw(st.booleans()) else data.draw(json_values)
    return copy


def said(*parts: Part, **more: Any) -> Chunk:
    """Return a chunk of one choice."""
    extra = more.pop("extra", {})
    return Chunk(id="a", model="m", choices=[Choice(parts=[*parts], **more)], extra=extra)


def cited(kind: str) -> dict[str, Any]:
    """Return an unknown event of Cohere with citations of which only the kind is told."""
    return {"type": "citation-ends", "delta": {"message": {"citations": [{"type": kind}]}}}


A = TokenLogprob("a", -0.5, [97], 5)

PAIRS: dict[str, tuple[str, Chunk, Chunk, str]] = {
    "a signature that is no base64": (
        "gemini",
        said(Reasoning(signature="aGk=")),
        said(Reasoning(signature="aG k=")),
        "$.choices[0].parts[0].signature",
    ),
    "data that is no base64": (
        "gemini",
        said(Media("image", data="aGk=", mime_type="image/png")),
        said(Media("image", data="!!!!", mime_type="image/png")),
        "$.choices[0].parts[0]",
    ),
    "residue of log probabilities": (
        "llama",
        said(Text("a"), logprobs=Logprobs([A])),
        said(Text("a"), logprobs=Logprobs([A], extra={"zz": 5})),
        "$.choices[0].logprobs.extra.zz",
    ),
    "residue of a token": (
        "llama",
        said(Text("a"), logprobs=Logprobs([A])),
        said(Text("a"), logprobs=Logprobs([TokenLogprob("a", -0.5, [97], extra={"zz": 5})])),
        "$.choices[0].logprobs.content[0].extra.zz",
    ),
    "a second token that lacks what is needed": (
        "mistral",
        said(Text("a"), logprobs=Logprobs([A])),
        said(Text("ab"), logprobs=Logprobs([A, TokenLogprob("b", -0.5)])),
        "$.choices[0].logprobs.content",
    ),
    "alternatives that print alike": (
        "completions",
        said(
            Text("a"),
            logprobs=Logprobs([TokenLogprob("a", -0.5, top=[A, TokenLogprob("b", -0.5)])]),
        ),
        said(Text("a"), logprobs=Logprobs([TokenLogprob("a", -0.5, top=[A, A, A])])),
        "$.choices[0].logprobs.content[0].top[1]",
    ),
    "tokens that are not the text": (
        "cohere",
        said(Text("a"), logprobs=Logprobs([A])),
        said(Text("b"), logprobs=Logprobs([A])),
        "$.choices[0].logprobs.content",
    ),
    "a key of the choice that the chunk had": (
        "mistral",
        said(Text("a"), extra={"score": 1}),
        Chunk(id="a", model="m", choices=[Choice(parts=[Text("a")], extra={"score": 1})]),
        "$.choices[0].extra.score",
    ),
    "a key of the text that the chunk had": (
        "mistral",
        said(Text("a"), extra={"score": 1}),
        said(Text("a", extra={"score": 1})),
        "$.choices[0].parts[0].extra.score",
    ),
    "an object where a list was": (
        "mistral",
        said(Text("a"), extra={"score": [{"b": 1}]}),
        said(Text("a"), extra={"score": {"b": 1}}),
        "$.extra.score.b",
    ),
    "a word that names no dialect": (
        "mistral",
        decode("openai", {"object": "chat.completion.chunk", "choices": []}),
        decode("openai", {"object": "weird", "choices": []}),
        "$.extra.object",
    ),
    "such a word in a list": (
        "mistral",
        decode("cohere", cited("TEXT_CONTENT")),
        decode("cohere", cited("PLAN")),
        "$.extra.delta.message.citations",
    ),
    "a total that is no sum": (
        "anthropic",
        Chunk(usage=Usage(1, 2, 3)),
        Chunk(usage=Usage(1, 2, 4)),
        "$.usage.total_tokens",
    ),
    "less than what is in it": (
        "anthropic",
        Chunk(usage=Usage(5, 2, 7, cached_input_tokens=2)),
        Chunk(usage=Usage(5, 2, 7, cached_input_tokens=9)),
        "$.usage.input_tokens",
    ),
    "what a chunk calls itself": (
        "mistral",
        Chunk(choices=[Choice(parts=[Text("a")])]),
        Chunk(choices=[Choice(parts=[Text("a")])], extra={"type": "odd"}),
        "$.extra.type",
    ),
    "residue of the end": ("openai", said(), Chunk(done=True, extra={"zz": 1}), "$.extra.zz"),
    "a role that changes": (
        "anthropic",
        said(Text("a"), role="assistant"),
        said(Text("a"), role="critic"),
        "$.choices[0].role",
    ),
    "a number in place of a word": (
        "anthropic",
        said(finish=Finish(FinishReason.STOP), stop="END"),
        said(finish=Finish(FinishReason.STOP), stop=7),
        "$.choices[0].stop",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_the_second_of_two(name: str) -> None:
    """It is measured, though it looks like the first; a strict stream ends at it."""
    target, first, second, path = PAIRS[name]
    assert path not in {loss.path for loss in losses(target, first)}
    assert path in {loss.path for loss in losses(target, second)}

    encoder = Encoder(target)
    # The first chunk of a stream, of a kind of its own.
    for chunk in (said(Text("a"), role="assistant"), first, first, second):
        encoder.feed(chunk)
    assert path in {loss.path for loss in encoder.losses}


def test_a_strict_stream_ends_at_the_second() -> None:
    """A signature that is no base64 is not left out in silence where one before was."""
    encoder = Encoder("gemini", strict=True)
    encoder.feed(said(Text("a"), role="assistant"))
    encoder.feed(said(Reasoning(signature="aGk=")))
    with pytest.raises(LossError):
        encoder.feed(said(Reasoning(signature="aG k=")))


def text_of(**fields: Any) -> Chunk:
    """Return a chunk of text that tells this of its stream."""
    return Chunk(choices=[Choice(0, parts=[Text("a")])], model="m", **fields)


STREAMS: dict[str, tuple[str, list[Chunk], str]] = {
    "counts that a later total leaves out": (
        "openai",
        [
            said(Text("a"), role="assistant"),
            Chunk(usage=Usage(10, 1, 11, cached_input_tokens=5)),
            said(finish=Finish(FinishReason.STOP)),
            Chunk(usage=Usage(10, 3, 13)),
        ],
        "dropped $.usage.cached_input_tokens 5",
    ),
    "a stop behind the word that finishes": (
        "llama",
        [said(Text("a"), finish=Finish(FinishReason.STOP), stop="A"), said(stop="B")],
        "dropped $.choices[0].stop B",
    ),
    "a piece of arguments beside an object": (
        "ollama",
        [said(ToolCall(0, "c", "f", {"y": 2})), said(ToolCall(0, arguments="z"))],
        "dropped $.choices[0].tool_calls[0].arguments z",
    ),
    "another object as arguments": (
        "cohere-v1",
        [said(ToolCall(0, "c", "f", {"y": 2})), said(ToolCall(0, arguments={"y": 3}))],
        "dropped $.choices[0].tool_calls[0].arguments {'y': 2}",
    ),
    "parts of a second": (
        "openai",
        [Chunk(created=1.5, choices=[Choice(parts=[Text("a")])])],
        "changed $.created 1.5",
    ),
    "another id": (
        "anthropic",
        [text_of(id=each, created=1) for each in ("a", "a", None, "b")],
        "changed $.id b",
    ),
    "another time": (
        "openai",
        [text_of(id="a", created=each) for each in (0, 1, 1, None, 2.0)],
        "changed $.created 2.0",
    ),
    "another time of a stream without ids": (
        "responses",
        [text_of(created=each) for each in (1, 1.5)],
        "changed $.created 1.5",
    ),
}


@pytest.mark.parametrize("name", STREAMS)
def test_what_only_a_stream_shows(name: str) -> None:
    """What one chunk takes from another is lost as well."""
    target, chunks, lost = STREAMS[name]
    encoder = Encoder(target)
    for chunk in chunks:
        encoder.feed(chunk)
    encoder.close()
    assert lost in {f"{loss.kind} {loss.path} {loss.value}" for loss in encoder.losses}


ONCE = {"anthropic": ["$.id"], "gemini": ["$.id"], "responses": ["$.id", "$.created"]}
"""What of the envelope readers hear at the beginning only."""


@pytest.mark.parametrize("target", [*ONCE, "mistral", "ollama"])
def test_one_envelope(target: str) -> None:
    """What all chunks say alike, or some leave out or do not know yet, is bent nowhere.

    Where readers hear it only at the beginning, what comes later than that is not heard.
    """
    for first in (0, 1):
        encoder = Encoder(target, strict=True)
        for each in (first, 1, 1, None, 1.0):
            encoder.feed(text_of(id="a" if each else None, created=each))
        late = [] if first else ONCE.get(target, [])
        assert [loss.path for loss in encoder.losses if loss.kind == "changed"] == late


def test_a_stop_that_comes_alone() -> None:
    """It waits for the word that finishes the choice."""
    encoder = Encoder("llama")
    chunks = [said(Text("a")), said(stop="END"), said(finish=Finish(FinishReason.STOP))]
    out = b"".join([encoder.feed(chunk) for chunk in chunks]) + encoder.close()
    stops = [choice.stop for chunk in decode_all("llama", [out]) for choice in chunk.choices]
    assert [stop for stop in stops if stop is not None] == ["END"]


@pytest.mark.parametrize("repair", [False, True])
@pytest.mark.parametrize("target", ["completions", "llama", "mistral", "openai", "openrouter"])
@pytest.mark.parametrize("recording", AZURE, ids=lambda recording: recording.id)
def test_residue_of_chunks_without_parts(target: str, recording: Recording, repair: bool) -> None:  # noqa: FBT001
    """Where residue goes along it is written, though its chunk says nothing else, or named."""
    translator = Translator("azure", target, extra="always", repair=repair)
    out = translator.feed(recording.data) + translator.close()
    check_legal(out, target)
    named = {loss.path.partition("[")[0] for loss in translator.losses}
    for key in ("prompt_filter_results", "content_filter_offsets"):
        before, after = (data.count(f'"{key}":'.encode()) for data in (recording.data, out))
        assert before == after or any(key in path for path in named)


def test_residue_of_an_error() -> None:
    """It goes with the error, and is no loss; what comes behind it is one."""
    encoder = Encoder("openai", extra="always")
    out = encoder.feed(said(Text("a"), role="assistant"))
    out += encoder.feed(Chunk(error=Error("no"), extra={"zz": 1}))
    assert out.endswith(b'"zz":1}\n\n')
    assert "$.extra" not in {loss.path for loss in encoder.losses}
    assert b"zz" not in encoder.feed(Chunk(extra={"zz": 2})) + encoder.close()
    assert "$.extra" in {loss.path for loss in encoder.losses}


ODD = {"zz": {"yy": 1}}

PARTS: dict[str, Part] = {
    "text": Text("a", extra=ODD),
    "refusal": Refusal("a", extra=ODD),
    "reasoning": Reasoning("a", extra=ODD),
    "signature": Reasoning("a", signature="aGk=", extra=ODD),
    "call": ToolCall(0, "call_1", "f", "{}", extra=ODD),
    "fragment": ToolCall(0, None, None, "{}", extra=ODD),
    "media": Media("image", url="https://a.example/b.png", extra=ODD),
    "other": Other("odd", {"type": "odd"}, extra=ODD),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", PARTS)
def test_residue_of_a_part(target: str, name: str) -> None:
    """Where it is not written it is named, whatever the part is."""
    chunk = said(Text("b"), PARTS[name])
    found = {loss.path: loss for loss in losses(target, chunk, extra="never")}
    lost = found["$.choices[0].parts[1].extra.zz.yy"]
    assert (lost.kind, lost.value) == ("dropped", 1)
