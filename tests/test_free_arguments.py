"""Arguments that are plain text, as tools with free input get them, where readers want JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from onechunk import (
    Choice,
    Chunk,
    Encoder,
    Finish,
    FinishReason,
    ToolCall,
    accumulate,
    message_losses,
)
from tests.support.streams import decode_all

SERIAL = ("anthropic", "bedrock", "cohere", "llama-api", "responses")
WHOLE = ("gemini", "ollama", "cohere-v1")
TEXTS = ("SELECT 1", 'say "no"\n', "{ not json }", "{", "[1, 2]", " \tend{", "é\\", "a {} b")


def encoder_of(
    target: str, pieces: Sequence[str], finish: FinishReason = FinishReason.TOOL_CALLS
) -> tuple[Encoder, bytes]:
    """Write a call with these arguments."""
    encoder = Encoder(target)
    parts = [ToolCall(0, "call_1", "run"), *(ToolCall(0, arguments=piece) for piece in pieces)]
    choices = [Choice(0, parts=[part]) for part in parts]
    chunks = [Chunk(choices=[each]) for each in (*choices, Choice(0, finish=Finish(finish)))]
    out = [encoder.feed(chunk) for chunk in (*chunks, Chunk(done=True))]
    return encoder, b"".join(out) + encoder.close()


def arguments_of(target: str, data: bytes) -> list[object]:
    """Return what is read back of the arguments, fragment by fragment or whole."""
    chunks = decode_all(target, [data])
    parts = [part for chunk in chunks for choice in chunk.choices for part in choice.parts]
    calls = [part for part in parts if isinstance(part, ToolCall)]
    return [call.arguments for call in calls if call.arguments is not None]


def joined(target: str, data: bytes) -> str:
    """Return the text of the arguments."""
    return "".join(text for text in arguments_of(target, data) if isinstance(text, str))


def changed(encoder: Encoder) -> list[str]:
    """Return the paths of what was bent."""
    return [loss.path for loss in encoder.losses if loss.kind == "changed"]


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("target", SERIAL)
def test_text_is_wrapped_as_it_flows(target: str, text: str, size: int) -> None:
    """Readers who parse arguments find an object that holds the text; the report says so."""
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    encoder, data = encoder_of(target, pieces)
    if text == "{":
        # Nobody can know what that was to become.
        assert joined(target, data) == "{"
        return
    assert json.loads(joined(target, data)) == {"input": text}
    assert changed(encoder) == ["$.choices[0].tool_calls[0].arguments"]


@pytest.mark.parametrize("text", [text for text in TEXTS if text != "{"])
@pytest.mark.parametrize("target", WHOLE)
def test_text_is_wrapped_whole(target: str, text: str) -> None:
    """Readers who want an object get one that holds the text; the report says so."""
    encoder, data = encoder_of(target, [*text])
    assert arguments_of(target, data) == [{"input": text}]
    assert "$.choices[0].tool_calls[0].arguments" in changed(encoder)


@pytest.mark.parametrize("target", ["openai", "mistral", "llama"])
def test_text_stays_where_arguments_are_text(target: str) -> None:
    """Readers who hand arguments on as text get what was said."""
    _, data = encoder_of(target, ["SELECT", " 1"])
    assert joined(target, data) == "SELECT 1"


@pytest.mark.parametrize("text", ['{"a":1}', ' { "a" : {} }', "{}", "{ }", '{"a":"}{"}'])
@pytest.mark.parametrize("target", SERIAL)
def test_json_goes_through(target: str, text: str) -> None:
    """An object stays to the letter what it was, in whatever pieces it comes."""
    encoder, data = encoder_of(target, [*text])
    assert joined(target, data) == text
    assert changed(encoder) == []


@pytest.mark.parametrize("target", SERIAL)
def test_text_that_was_cut_off_is_not_closed(target: str) -> None:
    """What was cut off never looks whole to who parses it."""
    _, data = encoder_of(target, ["DELETE FROM t"], FinishReason.LENGTH)
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(joined(target, data))


@pytest.mark.parametrize("target", WHOLE)
def test_text_that_was_cut_off_is_no_call(target: str) -> None:
    """Where only whole calls can be said, one that was cut off is dropped and reported."""
    encoder, data = encoder_of(target, ["DELETE FROM t"], FinishReason.LENGTH)
    assert arguments_of(target, data) == []
    assert ("dropped", "$.choices[0].tool_calls[0]") in [
        (loss.kind, loss.path) for loss in encoder.losses
    ]


BENT = (
    '{"path":"/a","path":"/b"}',
    '{"a":[{"b":1,"b":2}]}',
    '{"a":0.1000000000000000055511151231257827021181583404541015625001}',
    '{"a":1e-400}',
)
EXACT = (
    '{"path": "/a", "b": {"path": 1}}',
    '{"a":0.1, "b":1E5, "c":-0.0, "d":1.50}',
    f'{{"a":{7**99}}}',
)


@pytest.mark.parametrize("text", [*BENT, *EXACT])
@pytest.mark.parametrize("target", WHOLE)
def test_an_object_says_all_that_the_text_did(target: str, text: str) -> None:
    """A key that stands twice, and digits that no double holds, are reported where they go."""
    encoder, data = encoder_of(target, [text])
    assert arguments_of(target, data) == [json.loads(text)]
    told = ["$.choices[0].tool_calls[0].arguments"]
    assert changed(encoder) == (told if text in BENT else [])


@pytest.mark.parametrize("text", [*BENT, *EXACT])
@pytest.mark.parametrize("source", ["openai", "anthropic"])
@pytest.mark.parametrize("target", [*WHOLE, "anthropic", "bedrock"])
def test_a_whole_answer_says_all_that_the_text_did(target: str, source: str, text: str) -> None:
    """The same of answers that come whole, those of a dialect's own streams too."""
    message = accumulate(
        Chunk(choices=[Choice(0, "assistant", [part], finish)], dialect=source)
        for part, finish in (
            (ToolCall(0, "call_1", "run", text), None),
            (ToolCall(0, arguments=""), Finish(FinishReason.TOOL_CALLS)),
        )
    )
    found = [loss for loss in message_losses(target, message) if "arguments" in loss.path]
    assert len(found) == (1 if text in BENT else 0)
    assert all(loss.kind == "changed" and loss.value == text for loss in found)
