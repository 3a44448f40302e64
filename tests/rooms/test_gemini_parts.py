"""Parts of Gemini's records, their signatures, and the sources of what they say."""

import json
from typing import Any

import pytest

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Encoder,
    Media,
    Other,
    Part,
    Reasoning,
    Text,
    ToolCall,
    decode,
    encode,
    losses,
)
from tests.rooms.gemini_records import record, stream
from tests.support.frames import payloads
from tests.support.json_equal import difference
from tests.support.rooms import Room, parts
from tests.support.streams import decode_all, encode_all

ROOM = "gemini"
recorded = Room(ROOM).recorded
decoded = Room(ROOM).decoded


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


def test_parts_of_many_kinds() -> None:
    """Parts keep their order; what the server ran itself is no call of the client's tool."""
    [first, last] = decoded("parts-of-many-kinds-in-one-chunk")
    kinds = [Reasoning, Text, Other, Other, Media, Text, ToolCall]

    assert [type(part) for part in first.choices[0].parts] == kinds
    assert [each.type for each in parts([first], Other)] == [
        "executableCode",
        "codeExecutionResult",
    ]
    assert [call.index for call in parts([first, last], ToolCall)] == [0, 1]
    assert parts([first], Media)[0].kind == "image"


@pytest.mark.parametrize("kind", ["executableCode", "toolCall", "toolResponse", "functionResponse"])
def test_server_tools(kind: str) -> None:
    """What only the server runs is kept whole and is no call."""
    item: dict[str, Any] = {kind: {"name": "f", "args": {}}, "thoughtSignature": "c2ln"}
    [choice] = decode(ROOM, record(item)).choices

    assert choice.parts == [Other(kind, item)]


def test_signatures_stand_where_they_stood() -> None:
    """A signature is the reasoning's beside a thought, and otherwise that part's residue."""
    said = record(
        {"text": "Hm.", "thought": True, "thoughtSignature": "AAAA"},
        {"text": "", "thoughtSignature": "BBBB"},
        {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "CCCC"},
    )
    chunk = decode(ROOM, said)
    thought, text, call = chunk.choices[0].parts

    assert isinstance(thought, Reasoning)
    assert thought.signature == "AAAA"
    assert [text.extra, call.extra] == [{"thoughtSignature": "BBBB"}, {"thoughtSignature": "CCCC"}]
    assert not difference(encode(ROOM, chunk), said)
    assert "$.choices[0].parts[2].extra.thoughtSignature" in {
        loss.path for loss in losses("openai", chunk)
    }


def test_grounding_passages_follow_the_text() -> None:
    """Grounding repeats the answer by byte offsets; a redaction reaches that too."""
    case = "grounding-empty-then-full"
    chunks = decoded(case)
    for part in parts(chunks, Text):
        part.text = part.text.replace("Säntis", "Xxxxxx")
    grounding = list(payloads(encode_all(ROOM, chunks)))[-1]["candidates"][0]["groundingMetadata"]
    passages = [each["segment"]["text"] for each in grounding["groundingSupports"]]

    assert len(passages) == 2
    assert "Säntis" not in "".join(passages)
    assert "Xxxxxx" in passages[0]


def test_citations() -> None:
    """Pages that were found, and sources that are quoted, are citations; edits go home."""
    chunks = [*decoded("grounding-empty-then-full"), *decoded("citations-of-vertex")]
    found: list[Citation] = parts(chunks, Citation)

    assert [each.title for each in found] == [
        "berge.example",
        "atlas.example",
        None,
        "Bees & colour",
    ]
    assert [(each.start, each.end) for each in found[2:]] == [(None, 20), (21, 30)]
    for each in found:
        each.url = "https://gone.example"
    chunks[-1].choices[0].parts.remove(found[2])
    data = Encoder(ROOM)
    written = b"".join(map(data.feed, chunks))
    assert b"alpstein" not in written
    assert b"bees.example" not in written
    assert b'"citations":[{},{' in written


def test_citations_from_elsewhere() -> None:
    """A citation becomes a page that grounding found."""
    found: list[Part] = [Text("a"), Citation("https://a.example", "A")]
    chunk = Chunk("r", "m", choices=[Choice(parts=found)])
    [candidate] = encode(ROOM, chunk)["candidates"]

    assert candidate["groundingMetadata"] == {
        "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}]
    }
    assert losses(ROOM, chunk) == []


def test_logprobs() -> None:
    """Tokens and their alternatives stand in two lists, of which either may be shorter."""
    chunks = decoded("logprobs-chosen-and-top")
    tokens = [t for c in chunks for o in c.choices if o.logprobs for t in o.logprobs.content or ()]

    assert [token.token for token in tokens] == ["Ja", ",", " ü", "!"]
    assert [token.top and len(token.top) for token in tokens] == [2, 2, 1, None]
    tops: list[Any] = [[], [{}], [{"candidates": None}], [{"candidates": []}, {}], None, 5]
    for top in tops:
        said = record(logprobsResult={"chosenCandidates": [{"token": "a"}], "topCandidates": top})
        assert not difference(encode(ROOM, decode(ROOM, said)), said)


def test_redaction() -> None:
    """What was taken out of every chunk stands nowhere in the bytes that go home."""
    records = (
        record({"text": "secret", "thought": True}, {"text": "a secret"}),
        record({"functionCall": {"name": "f", "args": {"a": "secret"}}}),
        record({"fileData": {"fileUri": "gs://secret", "mimeType": "video/mp4"}}),
    )
    chunks = decode_all(ROOM, [stream(*records)])
    for chunk in chunks:
        for part in chunk.choices[0].parts:
            if isinstance(part, Text | Reasoning):
                part.text = "gone"
            elif isinstance(part, ToolCall):
                part.arguments = {}
            elif isinstance(part, Media):
                part.url = "gs://gone"

    assert b"secret" not in encode_all(ROOM, chunks)


def test_foreign_signatures() -> None:
    """Only a signature that is base64 is written: readers take bytes there."""
    for signature, written in (("c2ln", True), ("not base64!", False)):
        chunk = Chunk("r", "m", choices=[Choice(parts=[Reasoning("hm", signature)])])
        [item] = encode(ROOM, chunk)["candidates"][0]["content"]["parts"]
        assert ("thoughtSignature" in item) is written
        assert bool(losses(ROOM, chunk)) is not written


def test_citations_that_were_added() -> None:
    """A citation that a gateway adds stands behind those that came."""
    for before in ([], [{"web": {"uri": "https://a.example"}}, {"maps": 5}]):
        said = record({"text": "a"}, groundingMetadata={"groundingChunks": before})
        chunk = decode(ROOM, said)
        chunk.choices[0].parts.append(Citation("https://b.example", "B"))
        grounding = encode(ROOM, chunk)["candidates"][0]["groundingMetadata"]

        added = {"web": {"uri": "https://b.example", "title": "B"}}
        assert grounding == {"groundingChunks": [*before, added]}


@pytest.mark.parametrize(
    "item",
    [
        None,
        5,
        {},
        {"text": None},
        {"text": "a", "functionCall": {"name": "f"}},
        {"inlineData": {}},
        {"inlineData": "x"},
        {"fileData": {"fileUri": ""}},
        {"functionCall": None},
        {"somethingNew": {"a": [1.0]}},
    ],
)
def test_parts_of_another_form(item: Any) -> None:
    """What is no part that is known is kept whole."""
    chunk = decode(ROOM, record(item))

    assert [type(part) for part in chunk.choices[0].parts] == [Other]
    assert not difference(encode(ROOM, chunk), record(item))


def test_media() -> None:
    """Media go home exactly and away by what they are; what the SDK could not read is left out."""
    said = record(
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AAAA", "displayName": ""}},
        {"fileData": {"fileUri": "gs://a/b.pdf", "mimeType": "application/pdf", "x": None}},
    )
    chunk = decode(ROOM, said)
    audio, document = parts([chunk], Media)

    assert [audio.kind, document.kind] == ["audio", "document"]
    assert not difference(encode(ROOM, chunk), said)
    found: list[Part] = [Media("image", url="https://a.example/x.png"), Media("audio", data="AA")]
    [candidate] = encode(ROOM, Chunk(choices=[Choice(parts=found)]))["candidates"]
    assert candidate["content"]["parts"] == [{"fileData": {"fileUri": "https://a.example/x.png"}}]
