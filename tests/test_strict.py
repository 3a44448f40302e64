"""Strict streams: whatever is dropped or changed ends them, and they end legally all the same."""

import pytest

from onechunk import (
    Choice,
    Chunk,
    Encoder,
    Error,
    Finish,
    FinishReason,
    LossError,
    OnechunkError,
    Other,
    Text,
    ToolCall,
    Translator,
    losses,
)
from tests.support.every_loss import ENVELOPE
from tests.support.legal import check_legal
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all, pieces
from tests.test_laws import ILLEGAL

TARGETS = ("anthropic", "bedrock", "cohere", "gemini", "llama", "mistral", "ollama", "openai")
LEGAL = [each for each in RECORDINGS if each.id not in ILLEGAL]


def strictly(source: str, target: str, data: bytes) -> tuple[bytes, LossError | None]:
    """Return what is written of a stream up to the first loss, with its end, and the loss."""
    translator = Translator(source, target, strict=True)
    out: list[bytes] = []
    try:
        out.extend(map(translator.feed, pieces(data, 700)))
        out.append(translator.close())
    except LossError as error:
        return b"".join(out) + translator.abort(error), error
    return b"".join(out), None


@pytest.mark.parametrize("recording", LEGAL, ids=lambda recording: recording.id)
def test_recordings(recording: Recording) -> None:
    """A strict stream ends at a loss if the report of one that is not strict has any."""
    for target in TARGETS:
        if target == recording.dialect:
            continue
        translator = Translator(recording.dialect, target)
        try:
            translator.feed(recording.data)
            translator.close()
        except OnechunkError:
            continue
        lost = [
            loss
            for loss in translator.losses
            if loss.kind != "invented" and loss.path not in ENVELOPE
        ]
        out, error = strictly(recording.dialect, target, recording.data)
        assert (error is not None) is bool(lost), (target, lost, error)
        if out:
            check_legal(out, target)


def said(*parts: Text | ToolCall, finish: FinishReason | None = None) -> Chunk:
    """Return a chunk of one choice."""
    return Chunk(
        choices=[Choice(parts=[*parts], finish=None if finish is None else Finish(finish))]
    )


CALL = ToolCall(0, "call_1", "look_up", "")

CASES: dict[str, tuple[str, list[Chunk], str]] = {
    "arguments that are no object": (
        "anthropic",
        [said(CALL), said(ToolCall(0, arguments="[1]")), said(finish=FinishReason.TOOL_CALLS)],
        "$.choices[0].tool_calls[0].arguments",
    ),
    "text behind the end": (
        "openai",
        [said(Text("a"), finish=FinishReason.STOP), Chunk(done=True), said(Text("b"))],
        "$",
    ),
    "a call that is cut off": (
        "gemini",
        [said(CALL), said(ToolCall(0, arguments='{"a":'))],
        "$.choices[0].tool_calls[0]",
    ),
    "a second word": (
        "openai",
        [said(Text("a"), finish=FinishReason.STOP), said(finish=FinishReason.LENGTH)],
        "$.choices[0].finish.reason",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_losses_of_shaping(name: str) -> None:
    """What only the whole stream shows ends it too: once, and the end follows."""
    target, chunks, path = CASES[name]
    encoder = Encoder(target, strict=True)
    out: list[bytes] = []

    def write() -> None:
        out.extend(map(encoder.feed, chunks))
        out.append(encoder.close())

    with pytest.raises(LossError) as caught:
        write()
    assert path in {loss.path for loss in caught.value.losses}
    out.append(encoder.abort())
    check_legal(b"".join(out), target)
    assert encoder.abort() == encoder.close() == b""


def test_what_every_chunk_repeats() -> None:
    """It is reported, and ends nothing: many dialects have no place for it."""
    encoder = Encoder("gemini", strict=True)
    encoder.feed(Chunk(id="a", model="m", created=5, choices=[Choice(parts=[Text("a")])]))
    assert encoder.close()
    assert "$.created" in {loss.path for loss in encoder.losses}


@pytest.mark.parametrize("target", ["openai", "mistral", "gemini", "responses"])
def test_another_kind_of_content(target: str) -> None:
    """Content without a class does not hide content of another kind that stands in its place."""
    encoder = Encoder(target)
    for kind in ("call", "result", "call"):
        encoder.feed(Chunk(choices=[Choice(parts=[Other(kind, {"type": kind})])]))
    values = [loss.value for loss in encoder.losses if loss.path == "$.choices[0].parts[0]"]
    assert values == [{"type": "call"}, {"type": "result"}]


@pytest.mark.parametrize("target", ["anthropic", "mistral", "openai", "responses"])
def test_a_choice_that_a_chunk_names_twice(target: str) -> None:
    """What is written of both is lost of neither."""
    choices = [Choice(0, parts=[Text("A")]), Choice(0, parts=[Text("B")])]
    encoder = Encoder(target)
    out = encoder.feed(Chunk(choices=choices)) + encoder.close()
    back = [choice for chunk in decode_all(target, [out]) for choice in chunk.choices]
    said = [part.text for choice in back for part in choice.parts if isinstance(part, Text)]
    assert "".join(said) == "AB"
    alone = losses(target, Chunk(choices=choices))
    assert [loss for loss in (*encoder.losses, *alone) if loss.kind != "invented"] == []


@pytest.mark.parametrize("repair", [False, True])
def test_a_second_error(repair: bool) -> None:  # noqa: FBT001
    """All that it says is reported: readers have stopped at the first."""
    encoder = Encoder("anthropic", repair=repair)
    encoder.feed(Chunk(error=Error("one")))
    encoder.feed(Chunk(error=Error("two", "overloaded", 529, "model")))
    told = {loss.path: loss.value for loss in encoder.losses if loss.kind == "dropped"}
    wanted = {"message": "two", "type": "overloaded", "code": 529, "param": "model"}
    assert told == {f"$.error.{name}": value for name, value in wanted.items()}
