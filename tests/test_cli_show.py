"""`onechunk show`, and the plain form of a chunk that it prints."""

import json

import pytest

from onechunk import (
    DERIVED,
    UNSET,
    Choice,
    Chunk,
    Citation,
    Finish,
    FinishReason,
    Frame,
    Logprobs,
    Media,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    read,
)
from onechunk._plain import plain
from tests.support.command_line import run
from tests.support.paths import RECORDINGS_FOLDER
from tests.support.recordings import RECORDINGS

BAD = {"openai/wrong-shapes-in-known-fields"}

PLAIN: list[tuple[Chunk, object]] = [
    (Chunk(), {}),
    (
        Chunk("a", "m", 1.0, dialect="d", done=True),
        {"id": "a", "model": "m", "created": 1.0, "done": True, "dialect": "d"},
    ),
    (Chunk(choices=[Choice()]), {"choices": [{}]}),
    (Chunk(choices=[Choice(None)]), {"choices": [{"index": None}]}),
    (Chunk(choices=[Choice(2, "tool")]), {"choices": [{"index": 2, "role": "tool"}]}),
    (
        Chunk(choices=[Choice(finish=Finish(FinishReason.STOP, "eos"), stop=7)]),
        {"choices": [{"finish": {"reason": "stop", "raw": "eos"}, "stop": 7}]},
    ),
    (
        Chunk(choices=[Choice(logprobs=Logprobs([TokenLogprob("a", -0.5, [97])], []))]),
        {
            "choices": [
                {
                    "logprobs": {
                        "content": [{"token": "a", "logprob": -0.5, "bytes": [97]}],
                        "refusal": [],
                    }
                }
            ]
        },
    ),
    (Chunk(usage=Usage(0)), {"usage": {"input_tokens": 0}}),
    (
        Chunk(extra={"a": UNSET, "b": [DERIVED], "c": None, "d": False, "e": {}}),
        {
            "extra": {
                "a": {"$": "unset"},
                "b": [{"$": "derived"}],
                "c": None,
                "d": False,
                "e": {},
            }
        },
    ),
    (
        Chunk(frame=Frame(b"\xff", event="x", comments=(" hello",))),
        {"frame": {"data": "\udcff", "event": "x", "comments": [" hello"]}},
    ),
]


def test_a_line_is_a_chunk() -> None:
    """Every recording is shown, one chunk a line, as `plain` gives it."""
    for recording in RECORDINGS:
        result = run("show", "--from", recording.dialect, recording.path)
        assert (result.code, recording.id) == (3 if recording.id in BAD else 0, recording.id)
        if recording.id not in BAD:
            chunks = [plain(chunk) for chunk in read([recording.data], recording.dialect)]
            assert list(map(repr, map(json.loads, result.lines))) == list(map(repr, chunks))


def test_what_is_bad_comes_after_all_before_it() -> None:
    """Chunks before bad input are shown; then one line, and exit code 3."""
    event = b'{"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n'
    result = run("show", "--from", "openai", data=event + event + b'{"choices":7}\n')
    assert result.code == 3
    assert len(result.lines) == 2
    assert result.error.startswith("onechunk: openai, event 3, $.choices: expected")
    assert result.error.count("\n") == 1


def test_text_is_shown_as_it_is() -> None:
    """Text beyond ASCII is not escaped."""
    data = '{"choices":[{"delta":{"content":"Fårö 島"}}]}\n'.encode()
    assert "Fårö 島" in run("show", "--from", "openai", data=data).text


@pytest.mark.parametrize("depth", [900, 3_000, 9_000, 30_000])
def test_nesting_that_cannot_be_shown_is_bad_input(depth: int) -> None:
    """What the parser or Python's stack does not take, which depends, is told in one line."""
    deep = b'{"choices":[],"x":' + b"[" * depth + b"]" * depth + b"}\n"
    result = run("show", "--from", "openai", data=b'{"choices":[]}\n' + deep)
    if result.code == 0 and depth < 10_000:
        assert len(result.lines) == 2
        return
    assert (result.code, len(result.lines)) == (3, 1)
    assert "event 2: " in result.error
    assert "nested too deeply" in result.error
    assert result.error.count("\n") == 1


def test_framing_may_be_named() -> None:
    """`--framing` says what comes."""
    path = RECORDINGS_FOLDER / "openai" / "refusal.sse"
    assert run("show", "--from", "openai", "--framing", "sse", path).code == 0
    assert run("show", "--from", "openai", "--framing", "ndjson", path).code == 3


@pytest.mark.parametrize(("chunk", "expected"), PLAIN, ids=repr)
def test_plain_leaves_out_defaults_only(chunk: Chunk, expected: object) -> None:
    """What holds its default is left out, and nothing else; marks have names."""
    assert plain(chunk) == expected
    assert repr(plain(chunk)) == repr(expected)


def test_plain_parts_say_their_class_first() -> None:
    """Every part begins with its class; its other fields stand in their order."""
    parts: list[Part] = [
        Text(""),
        Reasoning("a", "s"),
        Refusal("no"),
        ToolCall(0, "c", "f", {"x": 1}),
        Citation(url="u", references=[1]),
        Media("audio", "AA"),
        Other(None, None, 3),
    ]
    (choice,) = plain(Chunk(choices=[Choice(parts=parts)]))["choices"]
    assert [list(part.values()) for part in choice["parts"]] == [
        ["text", ""],
        ["reasoning", "a", "s"],
        ["refusal", "no"],
        ["tool_call", 0, "c", "f", {"x": 1}],
        ["citation", "u", [1]],
        ["media", "audio", "AA"],
        ["other", 3],
    ]
    assert all(next(iter(part)) == "part" for part in choice["parts"])
