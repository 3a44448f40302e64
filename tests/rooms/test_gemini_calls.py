"""Calls in Gemini's records: whole, and in pieces that are told by paths."""

import json
from typing import Any

import pytest

from onechunk import (
    Chunk,
    EncodeError,
    ToolCall,
    decode,
    encode,
)
from tests.rooms.gemini_records import record, stream
from tests.support.frames import payloads
from tests.support.json_equal import difference
from tests.support.recordings import RECORDINGS
from tests.support.rooms import Room, parts
from tests.support.streams import decode_all, encode_all, translate

ROOM = "gemini"
recorded = Room(ROOM).recorded
decoded = Room(ROOM).decoded


def piece(path: str, *, more: bool = True, goes_on: bool = False, **value: Any) -> dict[str, Any]:
    """Return a piece of a call that sets one value."""
    entry = {"jsonPath": path, **value, **({"willContinue": True} if goes_on else {})}
    return {"functionCall": {"partialArgs": [entry], **({"willContinue": True} if more else {})}}


def arguments(chunks: list[Chunk]) -> list[Any]:
    """Return the arguments of every call, joined."""
    texts: dict[int, str] = {}
    for call in parts(chunks, ToolCall):
        said = call.arguments
        text = json.dumps(said) if isinstance(said, dict) else said or ""
        texts[call.index] = texts.get(call.index, "") + text
    return [json.loads(text) for _, text in sorted(texts.items())]


def home(*records: dict[str, Any]) -> list[Any]:
    """Return the records as they come back from a stream."""
    return list(payloads(encode_all(ROOM, decode_all(ROOM, [stream(*records)]))))


OPENING = record({"functionCall": {"name": "f", "willContinue": True}})
ENDING = record({"functionCall": {}}, finishReason="STOP")


def test_missing_arguments_are_an_empty_object() -> None:
    """A call without arguments has an empty object, and goes home as it came."""
    calls: list[dict[str, Any]] = [{}, {"args": None}, {"args": {}}]
    for each in calls:
        call = {"name": "f", **each}
        chunk = decode(ROOM, record({"functionCall": call}))
        assert chunk.tool_calls[0].arguments == {}
        assert encode(ROOM, chunk) == record({"functionCall": call})


def test_calls_from_elsewhere_are_whole() -> None:
    """Pieces of calls that interleave become whole calls, each with its id."""
    source = next(each for each in RECORDINGS if each.id == "openai/tool-calls-interleaved")
    written = list(payloads(translate("openai", ROOM, source.data).data))
    items = [item for each in written for item in each["candidates"][0]["content"].get("parts", [])]
    calls = [item["functionCall"] for item in items if "functionCall" in item]

    assert len(calls) > 1
    assert all(call["id"] and type(call["args"]) is dict for call in calls)
    assert all(each["candidates"][0]["content"]["role"] == "model" for each in written)


def test_streamed_arguments() -> None:
    """Values with paths join to one JSON object, whichever way the call ends."""
    cases = {
        "function-call-streamed-ended-by-empty-call": 1,
        "function-call-streamed-nested-paths-no-empty-call": 1,
        "function-call-streamed-with-id-and-cut-by-max-tokens": 1,
        "function-calls-streamed-one-after-the-other": 3,
    }
    found = {case: arguments(decoded(case)) for case in cases}

    assert {case: len(each) for case, each in found.items()} == cases
    assert found["function-calls-streamed-one-after-the-other"] == [
        {},
        {"room": "attic"},
        {"room": "cellar"},
    ]
    [trip] = found["function-call-streamed-nested-paths-no-empty-call"]
    assert trip["trip"]["legs"][1] == {"to": "Höfn", "grid": [[None, -0.25]], "km": 272}


def test_pieces_come_one_by_one() -> None:
    """Each piece says at once what it adds; the end says what is missing."""
    data = stream(
        OPENING,
        record(piece("$.a[0]", stringValue='x"', goes_on=True)),
        record(piece("$.a[0]", stringValue="y", goes_on=True)),
        record(piece("$['b.c']", numberValue=1.0)),
        record(piece("$.d", nullValue="NULL_VALUE", more=False)),
        record({"functionCall": {"name": "g", "willContinue": True}}),
        record({"functionCall": {"name": "h", "args": {"z": 1}}}, finishReason="STOP"),
    )
    calls = parts(decode_all(ROOM, [data]), ToolCall)

    assert [(call.index, call.name, call.arguments) for call in calls] == [
        (0, "f", None),
        (0, None, '{"a":["x\\"'),
        (0, None, "y"),
        (0, None, '"],"b.c":1.0'),
        (0, None, ',"d":null}'),
        (1, "g", None),
        (1, None, "{}"),
        (2, "h", {"z": 1}),
    ]
    assert not difference(
        list(payloads(encode_all(ROOM, decode_all(ROOM, [data])))), list(payloads(data))
    )


@pytest.mark.parametrize("path", ["$.a", "$.x.y", "$", "a", "$.b[", "$.b[1000000]", None])
def test_paths_that_cannot_be_written(path: str | None) -> None:
    """A value whose path leads back, or nowhere, is residue; the call still ends as an object."""
    records = (
        OPENING,
        record(piece("$.x", numberValue=1)),
        record(piece("$.a", numberValue=2)),
        record(piece(path or "", numberValue=3)),
        ENDING,
    )

    assert arguments(decode_all(ROOM, [stream(*records)])) == [{"x": 1, "a": 2}]
    assert not difference(home(*records), list(records))


def test_edited_pieces() -> None:
    """An edit of a piece's text goes home as its values, under the same paths."""
    records = (
        OPENING,
        record(piece("$.to", stringValue="Ada Love", goes_on=True)),
        record(piece("$.to", stringValue="lace")),
        record(piece("$.sum", numberValue=1815)),
        ENDING,
    )
    chunks = decode_all(ROOM, [stream(*records)])
    for call in parts(chunks, ToolCall):
        if isinstance(call.arguments, str):
            for old, new in (("Ada Love", ",x"), ("lace", '\\"'), ("1815", "0")):
                call.arguments = call.arguments.replace(old, new)
    data = encode_all(ROOM, chunks)
    pieces = [
        entry
        for each in payloads(data)
        for entry in each["candidates"][0]["content"]["parts"][0]["functionCall"].get(
            "partialArgs", []
        )
    ]

    assert [each.get("stringValue", each.get("numberValue")) for each in pieces] == [",x", '"', 0]
    assert [each["jsonPath"] for each in pieces] == ["$.to", "$.to", "$.sum"]
    assert arguments(decode_all(ROOM, [data])) == [{"to": ',x"', "sum": 0}]


def test_pieces_that_fit_no_path() -> None:
    """A piece that was blackened goes home as bare text, and no path behind it names what went."""
    chunks = decoded("function-call-streamed-ended-by-empty-call")
    for call in parts(chunks, ToolCall):
        call.arguments = (isinstance(call.arguments, str) and "X" * len(call.arguments)) or None
    data = encode_all(ROOM, chunks)

    assert b"Inver" not in data
    assert b"place" not in data
    assert [call.arguments for call in parts(chunks, ToolCall)] == [
        call.arguments for call in parts(decode_all(ROOM, [data]), ToolCall)
    ]


def test_arguments_that_are_no_object() -> None:
    """A whole call whose arguments became text that is no object cannot be written."""
    chunk = decode(ROOM, record({"functionCall": {"name": "f", "args": {"a": 1}}}))
    chunk.tool_calls[0].arguments = "nonsense"

    with pytest.raises(EncodeError):
        encode(ROOM, chunk)


def test_paths_are_no_loss() -> None:
    """Values that became text are not reported as lost."""
    case = "function-call-streamed-ended-by-empty-call"
    [recording] = [each for each in RECORDINGS if each.id == f"gemini/{case}"]
    lost = [loss.path for loss in translate(ROOM, "openai", recording.data).losses]

    assert not [path for path in lost if "functionCall" in path]


def test_call_that_a_blocked_prompt_ends() -> None:
    """A call that nothing ended gets its end with the finish, of which the wire knows nothing."""
    records = (OPENING, {"promptFeedback": {"blockReason": "SAFETY"}})

    assert arguments(decode_all(ROOM, [stream(*records)])) == [{}]
    assert not difference(home(*records), list(records))
