"""What is told of calls and of sealed reasoning: each loss once, and none that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Encoder,
    Finish,
    FinishReason,
    Loss,
    Part,
    Reasoning,
    Text,
    ToolCall,
    accumulate,
    encode_message,
    load_adapters,
    message_losses,
)
from tests.test_meaning import TARGETS

WHOLE = ("anthropic", "bedrock", "cohere-v1", "gemini", "ollama")


def said(*parts: Part, index: int = 0, **more: Any) -> Chunk:
    """Return a chunk of one choice."""
    return Chunk("r", "m", 5, [Choice(index, parts=[*parts], **more)], dialect="groq")


def ended(*chunks: Chunk, reason: FinishReason = FinishReason.TOOL_CALLS) -> list[Chunk]:
    """Return a stream whose choices finish."""
    indexes = sorted({choice.index or 0 for chunk in chunks for choice in chunk.choices})
    ends = [said(index=index, finish=Finish(reason)) for index in indexes]
    return [*chunks, *ends, Chunk(done=True, dialect="groq")]


def lost(target: str, chunks: list[Chunk]) -> tuple[list[Loss], list[Loss]]:
    """Return what a stream loses, and its message."""
    encoder = Encoder(target)
    for chunk in chunks:
        encoder.feed(chunk)
    encoder.close()
    return encoder.losses, message_losses(target, accumulate(chunks))


@pytest.mark.parametrize("target", WHOLE)
def test_behind_a_call_that_was_left_out(target: str) -> None:
    """The call behind one that was cut off is in the body, and no loss says otherwise."""
    chunks = ended(
        said(ToolCall(0, "a", "f", '{"x":')),
        said(ToolCall(1, "b", "f", '{"y":1}')),
        said(ToolCall(2, "c", "f", '{"z":1}')),
    )
    message = accumulate(chunks)
    body = json.dumps(encode_message(target, message))
    assert '"x"' not in body
    assert '"y": 1' in body
    assert '"z": 1' in body
    found = [x for x in message_losses(target, message) if not x.path.endswith(".id")]
    calls = [x for x in found if "tool_calls" in x.path or "parts" in x.path]
    assert [(x.kind, x.path) for x in calls] == [("dropped", "$.choices[0].tool_calls[0]")]


def test_a_cut_call_of_a_later_choice() -> None:
    """It is told once, by the number of its choice, though another stands first in the list."""
    chunks = ended(said(ToolCall(0, "a", "f", '{"x":'), index=1))
    _, found = lost("gemini", chunks)
    dropped = [loss.path for loss in found if loss.kind == "dropped" and "choices" in loss.path]
    assert dropped == ["$.choices[1].tool_calls[0]"]


def test_no_id_is_made_up_where_none_is_written() -> None:
    """Calls of Cohere's elder dialect have no ids."""
    late = [said(ToolCall(0, None, "f", "{}")), said(ToolCall(0, "late", None, ""))]
    for found in lost("cohere-v1", ended(*late)):
        ids = [(loss.kind, loss.value) for loss in found if loss.path.endswith(".id")]
        assert [each for each in ids if each[1] != "r"] == [("dropped", "late")]


@pytest.mark.parametrize("target", TARGETS)
def test_calls_without_a_name(target: str) -> None:
    """A name is made up, and reported, where the target writes one; nowhere else."""
    chunks = ended(said(ToolCall(0, "a", None, "{}")))
    encoder = Encoder(target)
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    body = json.dumps(encode_message(target, accumulate(chunks)))
    streamed, whole = lost(target, chunks)
    told = [("invented", "$.choices[0].tool_calls[0].name", "")]
    for found, named in ((streamed, b'"name":""' in out), (whole, '"name": ""' in body)):
        made_up = [(x.kind, x.path, x.value) for x in found if x.path.endswith(".name")]
        assert made_up == (told if named else [])
    says = load_adapters()[target].rules.says
    assert (b'"name":""' in out) == (ToolCall in says and load_adapters()[target].rules.names)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "reasoning", [Reasoning("hm", signature="c2ln"), Reasoning(encrypted="c2ln")], ids=repr
)
def test_text_of_sealed_reasoning(target: str, reasoning: Reasoning) -> None:
    """Where the text is written and the seal is not, the seal alone is lost, and once."""
    chunks = ended(said(reasoning), said(Text("a")), reason=FinishReason.STOP)
    encoder = Encoder(target)
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    body = json.dumps(encode_message(target, accumulate(chunks))).encode()
    for written, found in zip((out, body), lost(target, chunks), strict=True):
        parts = [x for x in found if x.path.startswith("$.choices[0].parts[0]")]
        paths = [loss.path.removeprefix("$.choices[0].parts[0]") for loss in parts]
        assert len(paths) == len({*paths})
        assert {*paths} <= {".text", ".signature", ".encrypted"}
        assert (".signature" in paths or ".encrypted" in paths) == (b"c2ln" not in written)
        assert (".text" in paths) == (bool(reasoning.text) and b'"hm"' not in written)
