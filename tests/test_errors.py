"""What is raised: one family of errors, each with its place, and nothing else."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from onechunk import (
    AdapterError,
    Choice,
    Chunk,
    Citation,
    EncodeError,
    Encoder,
    Error,
    Finish,
    FinishReason,
    Frame,
    Logprobs,
    Loss,
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
    UnknownDialectError,
    Usage,
    WireError,
    decode,
    encode,
    load_adapters,
    losses,
)

TARGETS = ("openai", "mistral", "mistral-ts", "llama", "completions", "perplexity", "groq", "xai")


def test_hierarchy() -> None:
    """One base; below it who is to blame: the wire, the caller, the installation."""
    assert OnechunkError.__bases__ == (Exception,)
    assert WireError.__bases__ == (OnechunkError,)
    assert EncodeError.__bases__ == (OnechunkError,)
    assert LossError.__bases__ == (EncodeError,)
    assert AdapterError.__bases__ == (OnechunkError,)
    assert UnknownDialectError.__bases__ == (AdapterError,)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "is wrong"),
        ({"dialect": "openai"}, "openai: is wrong"),
        ({"event": 0}, "event 0: is wrong"),
        ({"path": "$"}, "$: is wrong"),
        ({"dialect": "openai", "event": 3}, "openai, event 3: is wrong"),
        ({"dialect": "openai", "path": "$.a"}, "openai, $.a: is wrong"),
        ({"dialect": "x", "event": 3, "path": "$.a[0]"}, "x, event 3, $.a[0]: is wrong"),
    ],
)
def test_text(place: dict[str, Any], text: str) -> None:
    """An error says its place before what is wrong, in one line; the parts are attributes."""
    for kind in (OnechunkError, WireError, EncodeError, AdapterError, UnknownDialectError):
        error = kind("is wrong", **place)
        assert str(error) == text
        assert error.message == "is wrong"
        expected = (place.get("dialect"), place.get("event"), place.get("path"))
        assert (error.dialect, error.event, error.path) == expected


@pytest.mark.parametrize(
    "error",
    [
        WireError("is wrong", dialect="openai", event=3, path="$.a"),
        LossError([Loss("dropped", "$.extra.x", 1)], dialect="openai", event=2),
    ],
    ids=["wire", "loss"],
)
def test_copies(error: OnechunkError) -> None:
    """An error passes between processes with all it says."""
    for again in (pickle.loads(pickle.dumps(error)), deepcopy(error)):  # noqa: S301 - our own
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def reasoned() -> Chunk:
    """Return a chunk that a text completion can only say in part."""
    return decode(
        "llama",
        {
            "id": "a",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "delta": {"reasoning_content": "so", "content": "Hi"}}],
            "signature": "s",
        },
    )


def test_loss_error() -> None:
    """A strict conversion raises with all losses at hand, and names the first and the number."""
    chunk = reasoned()
    found = [loss for loss in losses("completions", chunk) if loss.kind != "invented"]
    assert [(loss.kind, loss.value) for loss in found] == [("dropped", "s"), ("dropped", "so")]
    with pytest.raises(LossError) as caught:
        encode("completions", chunk, strict=True)
    error = caught.value
    assert error.losses == found
    assert (error.dialect, error.event, error.path) == ("completions", None, found[0].path)
    path = found[0].path
    assert str(error) == f"completions, {path}: dropped in a strict conversion and 1 more"
    assert encode("completions", chunk)["choices"][0]["text"] == "Hi"
    assert encode("llama", chunk, strict=True)["signature"] == "s"


def test_loss_error_in_stream() -> None:
    """A strict stream tells the number of the chunk; what came before was written."""
    encoder = Encoder("completions", strict=True)
    plain = Chunk(id="a", created=1, model="m", choices=[Choice(0, None, [Text("x")])])
    for _ in range(5):
        assert encoder.feed(plain)
    with pytest.raises(LossError) as caught:
        encoder.feed(reasoned())
    assert caught.value.event == 6
    assert caught.value.losses
    assert str(caught.value).startswith("completions, event 6, $.")


def test_strict_needs_only_what_is_lost() -> None:
    """What a target invents (an id, a role) is no reason to refuse."""
    encoder = Encoder("openai", strict=True)
    chunk = Chunk(choices=[Choice(0, None, [Text("x")], Finish(FinishReason.STOP))])
    out = encoder.feed(chunk) + encoder.feed(Chunk(done=True)) + encoder.close()
    assert out.endswith(b"data: [DONE]\n\n")
    assert {loss.kind for loss in encoder.losses} == {"invented"}


def test_strict_translator() -> None:
    """A strict translation stops at the first loss."""
    translator = Translator("llama", "completions", strict=True)
    body = b'data: {"choices":[{"index":0,"delta":{"reasoning_content":"so"}}]}\n\n'
    with pytest.raises(LossError, match="dropped in a strict conversion"):
        translator.feed(body)


@pytest.mark.parametrize("target", TARGETS)
def test_bare_end_mark(target: str) -> None:
    """The end mark is a frame: `encode` refuses it, and says what writes it."""
    for dialect in (target, None, "openai"):
        with pytest.raises(EncodeError) as caught:
            encode(target, Chunk(done=True, dialect=dialect))
        assert caught.value.dialect == target
        assert "use Encoder" in str(caught.value)
        assert losses(target, Chunk(done=True, dialect=dialect)) == []


def test_closed_encoder() -> None:
    """An encoder that was closed takes nothing more."""
    encoder = Encoder("openai")
    encoder.close()
    assert encoder.close() == b""
    with pytest.raises(EncodeError, match=r"^openai: the encoder was closed$"):
        encoder.feed(Chunk())


def whole(dialect: str | None) -> Chunk:
    """Return a chunk with something of everything that *dialect* has a place for."""
    parts: list[Part] = [Text("Hi")]
    if dialect != "completions":
        parts += [ToolCall(0, "i", "n", "{}"), Reasoning("so")]
    token = TokenLogprob("a", -1.0, [1], 3, [TokenLogprob("b", -2.0, [2], 4)])
    choice = Choice(0, "assistant", parts, Finish(FinishReason.STOP, "stop"))
    choice.logprobs = Logprobs([token])
    usage = Usage(1, 2, 3, 1)
    return Chunk("a", "m", 1, [choice], usage, dialect=dialect, extra={"x": 1})


def parts(*found: Any) -> Callable[[Chunk], None]:
    """Return the edit that puts these parts into the first choice."""

    def edit(chunk: Chunk) -> None:
        chunk.choices[0].parts = [*found]

    return edit


def of_chunk(**fields: Any) -> Callable[[Chunk], None]:
    """Return the edit that sets fields of the chunk."""

    def edit(chunk: Chunk) -> None:
        for name, value in fields.items():
            setattr(chunk, name, value)

    return edit


def of_choice(**fields: Any) -> Callable[[Chunk], None]:
    """Return the edit that sets fields of the first choice."""

    def edit(chunk: Chunk) -> None:
        for name, value in fields.items():
            setattr(chunk.choices[0], name, value)

    return edit


def cyclic(chunk: Chunk) -> None:
    """Put residue into itself."""
    chunk.extra["x"] = chunk.extra


JUNK: Any = object()
ANY: Any = 5
WRONG: dict[str, Callable[[Chunk], None]] = {
    "choices-none": of_chunk(choices=None),
    "choices-string": of_chunk(choices="ab"),
    "choices-number": of_chunk(choices=3),
    "choice-none": of_chunk(choices=[None]),
    "choice-dict": of_chunk(choices=[{}]),
    "parts-none": of_choice(parts=None),
    "part-string": parts("x"),
    "part-none": parts(None),
    "part-class": parts(Text),
    "text-number": parts(Text(ANY)),
    "text-none": parts(Text(None)),  # type: ignore[arg-type]
    "text-object": parts(Text(JUNK)),
    "text-number-after-text": parts(Text("a"), Text(ANY)),
    "reasoning-number": parts(Reasoning(ANY)),
    "arguments-object": parts(ToolCall(0, "i", "n", JUNK)),
    "arguments-with-set": parts(ToolCall(0, "i", "n", {"a": {1}})),
    "call-of-wrong-types": parts(ToolCall(JUNK, ["i"], {}, 3)),  # type: ignore[arg-type]
    "call-index-list": parts(ToolCall([], None, "f", "")),  # type: ignore[arg-type]
    "citation-of-objects": parts(Citation(JUNK, references=ANY)),
    "media-of-objects": parts(Media(ANY, url=JUNK)),
    "other-object": parts(Other("x", JUNK)),
    "finish-word": of_choice(finish="stop"),
    "finish-of-new-reason": of_choice(finish=Finish("nope", ANY)),  # type: ignore[arg-type]
    "role-number": of_choice(role=5),
    "role-list": of_choice(role=[]),
    "index-word": of_choice(index="x"),
    "index-list": of_choice(index=[]),
    "logprobs-number": of_choice(logprobs=5),
    "logprobs-of-words": of_choice(logprobs=Logprobs(["x"])),  # type: ignore[list-item]
    "choice-extra-none": of_choice(extra=None),
    "extra-none": of_chunk(extra=None),
    "extra-list": of_chunk(extra=[1]),
    "extra-object": of_chunk(extra={"x": JUNK}),
    "extra-set": of_chunk(extra={"x": {1}}),
    "extra-bytes": of_chunk(extra={"x": b"1"}),
    "extra-number-for-key": of_chunk(extra={1: 2}),
    "extra-cyclic": cyclic,
    "usage-dict": of_chunk(usage={}),
    "usage-of-objects": of_chunk(usage=Usage(JUNK, ANY, "x")),  # type: ignore[arg-type]
    "error-word": of_chunk(error="boom"),
    "error-of-objects": of_chunk(error=Error(JUNK, ANY, [])),  # type: ignore[arg-type]
    "created-word": of_chunk(created="x"),
    "created-infinite": of_chunk(created=float("inf")),
    "id-object": of_chunk(id=JUNK),
    "model-list": of_chunk(model=[]),
    "frame-word": of_chunk(frame="x"),
    "frame-with-two-lines": of_chunk(frame=Frame(None, event="a\nb")),
    "frame-of-numbers": of_chunk(frame=Frame(None, event=ANY, comments=(ANY,))),
    "frame-with-text": of_chunk(frame=Frame("x")),  # type: ignore[arg-type]
    "frame-with-half-a-character": of_chunk(frame=Frame(None, event="\ud800")),
}

NEVER_WRITTEN = {
    "choices-number",
    "choice-none",
    "choice-dict",
    "parts-none",
    "part-string",
    "part-none",
    "part-class",
    "finish-word",
}
"""Faults that every way of writing must notice; the others may make JSON that says nonsense."""


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("target", TARGETS)
def test_wrong_fields(name: str, target: str) -> None:
    """A chunk whose fields are wrong is written, or is an EncodeError: never anything else."""
    adapter = load_adapters()[target]
    ways: dict[str, Callable[[Chunk], object]] = {
        "encode": lambda chunk: encode(target, chunk),
        "strict": lambda chunk: encode(target, chunk, strict=True),
        "always": lambda chunk: encode(target, chunk, extra="always"),
        "never": lambda chunk: encode(target, chunk, extra="never"),
        "losses": lambda chunk: losses(target, chunk),
        "object": lambda chunk: adapter.converter.structure(chunk, adapter.wire),
        "stream": lambda chunk: stream(Encoder(target), chunk),
        "stream-always": lambda chunk: stream(Encoder(target, extra="always"), chunk),
        "stream-never": lambda chunk: stream(Encoder(target, extra="never"), chunk),
    }
    for dialect in {target, None, "openai"}:
        for way, write in ways.items():
            chunk = whole(dialect)
            WRONG[name](chunk)
            try:
                write(chunk)
            except EncodeError as error:
                assert error.dialect == target  # noqa: PT017 - it need not be raised
                assert error.event == (5 if way.startswith("stream") else None)  # noqa: PT017
            else:
                at_home = way == "losses" and dialect == target
                assert at_home or name not in NEVER_WRITTEN


def stream(encoder: Encoder, chunk: Chunk) -> None:
    """Write a stream in which *chunk* is the fifth."""
    for _ in range(4):
        encoder.feed(Chunk("a", "m", 1, [Choice(0, None, [Text("x")])], dialect=chunk.dialect))
    encoder.feed(chunk)
    encoder.close()


@pytest.mark.parametrize("dialect", [[], 5, "nobody"])
def test_wrong_dialect(dialect: Any) -> None:
    """A chunk of a dialect that there is not is written without residue, or is an error of ours."""
    for target in TARGETS:
        chunk = whole(None)
        chunk.dialect = dialect
        for write in (encode, losses):
            with suppress(OnechunkError):
                write(target, chunk)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("part", [Citation("https://x"), Media("audio", "x"), Refusal("no")])
def test_no_place_at_home(target: str, part: Any) -> None:
    """At home a part without a place is an error; it is never left out without a word."""
    chunk = Chunk(choices=[Choice(0, parts=[part])], dialect=target)
    try:
        written = encode(target, chunk)
    except EncodeError as error:
        assert "there is no place for a " in str(error)  # noqa: PT017 - it need not be raised
    else:
        assert decode(target, written).choices[0].parts
