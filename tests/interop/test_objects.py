"""Objects of official SDKs in and out, for every recording."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Literal, get_args

import pytest
from anthropic.types import (
    Message,
    RawContentBlockDeltaEvent,
    RawMessageStartEvent,
    RawMessageStreamEvent,
)
from anthropic.types.beta import BetaMessage
from attrs import evolve
from cohere import NonStreamedChatResponse, V2ChatResponse
from google.genai.types import GenerateContentResponse
from llama_api_client.types import CreateChatCompletionResponse
from mistralai.client.models import (
    ChatCompletionResponse,
    CompletionChunk,
    CompletionEvent,
    CompletionResponseStreamChoice,
    ContentChunk,
    DeltaMessage,
    TextChunk,
    ThinkChunk,
)
from ollama import ChatResponse, GenerateResponse
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion
from openai.types.responses import Response
from pydantic import BaseModel

from onechunk import (
    Chunk,
    EncodeError,
    Encoder,
    OnechunkError,
    afrom_objects,
    decode,
    encode,
    from_object,
    from_objects,
    load_adapters,
    to_object,
    to_objects,
)
from tests.interop.kinds_objects import KINDS, Change, changes, kind_of
from tests.interop.replay import Replay
from tests.interop.sdk_streams import HELPERS, STREAMS, objects_of
from tests.interop.source import CASES, chunks_of
from tests.interop.targets import FAMILY, TARGETS
from tests.support.paths import ROOT
from tests.support.recordings import Recording

pytestmark = [
    # Google's enums warn of words they do not know, which recordings have.
    pytest.mark.filterwarnings("ignore:.* is not a valid:UserWarning"),
]

HI: dict[str, Any] = {"id": "a", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
ADAPTERS = load_adapters()
ODD = {
    # Google's client asks again by itself, and is answered again.
    "gemini/continuation-with-token",
    # Another API of AWS, whose events no client of ConverseStream is sent.
    "bedrock/binary-chunks-of-a-model",
}
SDKS = [case for case in CASES if ADAPTERS[case.dialect].sdk is not None and case.id not in ODD]
recordings = pytest.mark.parametrize("recording", SDKS, ids=lambda recording: recording.id)


def client_of(dialect: str) -> str:
    """Return the dialect whose client reads a dialect or profile."""
    name = ADAPTERS[dialect].dialect
    return FAMILY.get(name, name)


def body_of(dialect: str, chunks: list[Chunk]) -> bytes:
    """Return a stream in its dialect's usual framing, without what is odd in the recorded one."""
    encoder = Encoder(dialect)
    return b"".join(map(encoder.feed, plain(chunks))) + encoder.close()


def plain(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks without what is odd in their frames; exceptions of AWS stay."""
    return [
        chunk
        if chunk.frame is not None and chunk.frame.field in {"exception", "error-message"}
        else evolve(chunk, frame=None)
        for chunk in chunks
        if chunk.frame is None or (not chunk.frame.alone and not is_empty(chunk))
    ]


def is_empty(chunk: Chunk) -> bool:
    """Say whether a chunk stands for a frame without anything in it."""
    return chunk.frame is not None and chunk.frame.data is not None and not chunk.done


def lines_of(dialect: str, chunks: list[Chunk]) -> list[Any]:
    """Return the payloads that chunks go home as."""
    encoder = Encoder(dialect, framing="ndjson")
    lines = b"".join(map(encoder.feed, chunks)).split(b"\n")
    return [json.loads(line) for line in lines if line.strip() and line != b"[DONE]"]


PASSED_OVER = {"ping", "kiln-glow", "heartbeat", "afterglow"}
"""Events that SDKs pass over, in the recordings of their dialects."""


def yielded(payloads: list[Any]) -> list[Any]:
    """Leave out the events that the SDK passes over."""
    return [each for each in payloads if not PASSED_OVER & {each.get("type"), *each}]


def came_in(recording: Recording, replay: Replay, client: Any) -> list[Change]:
    """Return where what a client has parsed is not what it was sent."""
    chunks = chunks_of(recording)
    stream = STREAMS[client_of(recording.dialect)]
    objects, raised = objects_of(stream, client, replay, body_of(recording.dialect, chunks))
    found = [*from_objects(objects, recording.dialect)]

    expected = yielded(lines_of(recording.dialect, plain(chunks)))
    assert raised or len(found) == len(expected)
    assert {chunk.dialect for chunk in found} <= {recording.dialect}
    lines = lines_of(recording.dialect, found)
    assert len(lines) == len(found) <= len(expected)
    pairs = zip(expected, lines, strict=False)
    return [change for was, now in pairs for change in changes(was, now)]


def went_out(recording: Recording) -> Iterator[Change]:
    """Yield where an object that was built of a chunk does not say the chunk."""
    for chunk in chunks_of(recording):
        try:
            payload = encode(recording.dialect, chunk)
        except EncodeError:
            continue  # an end mark
        try:
            built = to_object(recording.dialect, chunk)
        except EncodeError as error:
            if not refused(recording, payload, error):
                raise
        else:
            found = from_object(built, recording.dialect)
            yield from changes(payload, encode(recording.dialect, found))


def went_elsewhere(recording: Recording, target: str) -> list[Change]:
    """Return where objects of another dialect do not say what its bytes would."""
    chunks = chunks_of(recording)
    encoder = Encoder(target, framing="ndjson")
    lines = (b"".join(map(encoder.feed, chunks)) + encoder.close()).split(b"\n")
    payloads = [json.loads(line) for line in lines if line.strip() and line != b"[DONE]"]
    objects: list[Any] = []
    failed = [decode(target, each).error is not None for each in payloads]
    try:
        objects.extend(to_objects(target, chunks))
    except EncodeError as error:
        if "has no object for an error" not in str(error) or not failed[len(objects)]:
            raise
    else:
        assert len(objects) == len(payloads)
    found = lines_of(target, [*from_objects(objects, target)])
    pairs = zip(payloads, found, strict=False)
    return [change for was, now in pairs for change in changes(was, now)]


def unknown(dialect: str, found: Iterable[Change]) -> list[Change]:
    """Return the changes that are of no kind."""
    name = ADAPTERS[dialect].dialect
    return [change for change in found if kind_of(name, change) is None]


@recordings
def test_in(recording: Recording, replay: Replay, request: pytest.FixtureRequest) -> None:
    """What a client has parsed is the stream that it read, but for what is listed."""
    client = request.getfixturevalue(TARGETS[client_of(recording.dialect)].client)
    assert unknown(recording.dialect, came_in(recording, replay, client)) == []


@recordings
def test_out_and_in(recording: Recording) -> None:
    """An object that is built of a chunk says the chunk, but for what is listed."""
    assert unknown(recording.dialect, went_out(recording)) == []


@pytest.mark.parametrize("recording", CASES, ids=lambda recording: recording.id)
def test_out_of_another_dialect(recording: Recording) -> None:
    """A stream of any other dialect becomes objects that say what its bytes would say."""
    home = ADAPTERS[recording.dialect].dialect
    found = {
        target: unknown(target, went_elsewhere(recording, target))
        for target in STREAMS
        if target != home
    }
    assert {target: some for target, some in found.items() if some} == {}


@recordings
def test_dialects_are_recognised(
    recording: Recording, replay: Replay, request: pytest.FixtureRequest
) -> None:
    """Objects of an SDK tell their dialect; only plain dicts do not."""
    reader = client_of(recording.dialect)
    client = request.getfixturevalue(TARGETS[reader].client)
    body = body_of(recording.dialect, chunks_of(recording))
    objects, _ = objects_of(STREAMS[reader], client, replay, body)
    if objects and isinstance(objects[0], dict):
        with pytest.raises(OnechunkError, match=r"builtins\.dict does not tell"):
            next(from_objects(objects))
        return
    assert [*from_objects(objects)] == [*from_objects(objects, reader)]
    for each in objects:
        # Cohere's client has a plain dict for an event that it does not know.
        assert isinstance(each, dict) or from_object(each).dialect == reader


@pytest.mark.parametrize(
    "recording",
    [case for case in SDKS if client_of(case.dialect) in HELPERS],
    ids=lambda recording: recording.id,
)
def test_helpers(recording: Recording, replay: Replay, request: pytest.FixtureRequest) -> None:
    """A helper's events come to the same chunks as the plain stream, residue aside."""
    reader = client_of(recording.dialect)
    client = request.getfixturevalue(TARGETS[reader].client)
    body = body_of(recording.dialect, chunks_of(recording))
    objects, _ = objects_of(STREAMS[reader], client, replay, body)
    expected = iter(map(bare, from_objects(objects, reader)))

    helped: list[Any] = []
    with suppress(Exception):  # helpers trip over many things, see docs/accumulators.md
        helped.extend(HELPERS[reader](client, replay.address(body)))
    # OpenAI's helper for chats leaves out chunks that do not call themselves so.
    assert all(bare(chunk) in expected for chunk in from_objects(helped, reader))


def bare(chunk: Chunk) -> Chunk:
    """Return a chunk without residue, of which a helper copies what its SDK knows."""
    choices = [
        evolve(choice, parts=[evolve(part, extra={}) for part in choice.parts], extra={})
        for choice in chunk.choices
    ]
    usage = None if chunk.usage is None else evolve(chunk.usage, extra={})
    return evolve(chunk, choices=choices, usage=usage, extra={})


def refused(recording: Recording, payload: Any, error: EncodeError) -> bool:
    """Say whether the SDK has no object for a payload, too."""
    if "has no object for an error" in str(error):
        return recording.case.startswith(("error", "binary-")) or "error" in str(payload)
    if "has no class for" in str(error):
        return payload.get("type") in {"ping", "kiln-glow", None}
    return recording.id in {
        "gemini/array-with-integer-enums",
        "gemini/array-with-integer-enums-of-vertex",
        "mistral/content-of-unknown-type",
        "mistral/finish-absent",
        "ollama/images-in-the-message",
    }


def test_classes() -> None:
    """A dialect builds objects of the SDK's own classes; a class can be asked for by itself."""
    chunk = decode("openai", HI)
    assert type(to_object("openai", chunk)) is ChatCompletionChunk
    assert type(to_object("deepseek", chunk)) is ChatCompletionChunk
    assert type(to_object("llama", chunk)) is ChatCompletionChunk
    assert type(to_object(ChatCompletionChunk, chunk)) is ChatCompletionChunk
    assert to_object(CompletionChunk, chunk).choices[0].delta.content == "Hi"
    assert to_object(GenerateContentResponse, chunk).text == "Hi"
    event = to_object("anthropic", chunk)
    assert isinstance(event, get_args(get_args(RawMessageStreamEvent)[0]))
    assert to_object(RawContentBlockDeltaEvent, chunk) == event
    assert type(to_object("ollama", chunk)) is ChatResponse
    line = decode("ollama", {"model": "m", "response": "Hi", "done": False})
    assert type(to_object("ollama", line)) is GenerateResponse
    assert to_object(GenerateResponse, line).response == "Hi"


def test_objects_of_another_dialect_are_refused() -> None:
    """An object that tells its dialect is not read as another's by mistake."""
    chunk = decode("openai", HI)
    built = to_object("openai", chunk)
    for name in ("openai", "deepseek", "llama", "mistral-ts"):
        assert from_object(built, name).text == "Hi"
    for name in ("anthropic", "completions", "responses", "bedrock"):
        with pytest.raises(OnechunkError, match="ChatCompletionChunk is an object of openai"):
            from_object(built, name)


def test_helpers_repeat() -> None:
    """What a helper only repeats is no chunk by itself."""
    from anthropic.lib.streaming import TextEvent

    event = TextEvent(type="text", text="Hi", snapshot="Hi")
    with pytest.raises(OnechunkError, match="TextEvent only repeats what other objects"):
        from_object(event)
    assert [*from_objects([event])] == []


ANSWERS: list[type[BaseModel]] = [
    ChatCompletion,
    ParsedChatCompletion[None],
    Response,
    Message,
    BetaMessage,
    ChatCompletionResponse,
    V2ChatResponse,
    NonStreamedChatResponse,
    CreateChatCompletionResponse,
]


@pytest.mark.parametrize("cls", ANSWERS, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
def test_whole_answers_are_no_chunks(cls: type[BaseModel]) -> None:
    """They are not taken for chunks that say nothing: it is said where they belong."""
    answer = cls.model_construct(id="a")
    for dialect in (None, "openai", "anthropic"):
        with pytest.raises(OnechunkError, match="is a whole answer, no chunk"):
            from_object(answer, dialect)


def test_keys_that_no_object_can_have() -> None:
    """They are refused in words, and lost nowhere."""
    chunk = from_object({**HI, "_fields_set": ["id"]}, "openai")
    with pytest.raises(EncodeError, match="cannot have the key '_fields_set'"):
        to_object("openai", chunk)


def test_one_class_of_several() -> None:
    """A class that was asked for by itself does not stand for other events."""
    chunk = decode("openai", HI)
    with pytest.raises(EncodeError, match="RawMessageStartEvent is no class for 'content_block"):
        to_object(RawMessageStartEvent, chunk)


def test_models_of_others() -> None:
    """A framework's own pydantic models are read by their aliases, with what was set."""
    from pydantic import Field, RootModel

    class Delta(BaseModel):
        content: str | None = None
        role: str | None = None

    class Turn(BaseModel):
        place: int = Field(alias="index")
        delta: Delta

    class Turns(RootModel[list[Turn]]):
        pass

    class Piece(BaseModel):
        id: str
        choices: Turns

    piece = Piece(id="a", choices=Turns([Turn(index=0, delta=Delta(content="Hi"))]))
    assert from_object(piece, "openai") == decode("openai", HI)


ELSEWHERE = {
    "bedrock/numbers-huge-and-odd-arguments": ("cohere", "cohere-v1", "llama-api"),
    "fireworks/reasoning-raw-output": ("mistral",),
}
"""Recordings that show kinds which only conversions have."""


def test_classes_that_others_derive() -> None:
    """A class that somebody derives from an SDK's is recognised, with what it adds."""

    class Routed(ChatCompletionChunk):
        x_route: str
        x_kind: Literal["routed"] = "routed"
        x_size: Literal["small", "large"] = "small"

    chunk = from_object(Routed.construct(**HI, x_route="eu"))
    assert (chunk.dialect, chunk.text, chunk.extra["x_route"]) == ("openai", "Hi", "eu")
    assert chunk.extra["x_kind"] == "routed"
    assert "x_size" not in chunk.extra


def test_words_that_need_not_be_set() -> None:
    """A class of one kind says its kind, whoever made the object."""
    content: list[ContentChunk] = [
        TextChunk(text="Hi"),
        ThinkChunk(thinking=[TextChunk(text="Hm")]),
    ]
    choice = CompletionResponseStreamChoice(
        index=0, delta=DeltaMessage(content=content), finish_reason=None
    )
    built = CompletionEvent(data=CompletionChunk(id="a", model="m", choices=[choice]))
    chunk = from_object(built)
    assert (chunk.text, chunk.reasoning) == ("Hi", "Hm")
    payload: Any = encode("mistral", chunk)
    assert [each["type"] for each in payload["choices"][0]["delta"]["content"]] == [
        "text",
        "thinking",
    ]


def test_async_client(replay: Replay) -> None:
    """The stream of an async client is read the same way, and closed where reading stops."""
    chunks = [decode("openai", {**HI, "id": f"c{number}"}) for number in range(5)]
    address = replay.address(b"".join(map(Encoder("openai").feed, chunks)))

    async def main() -> None:
        async with AsyncOpenAI(api_key="none", base_url=address, max_retries=0) as client:
            stream = await client.chat.completions.create(model="m", messages=[], stream=True)
            assert [chunk async for chunk in afrom_objects(stream)] == chunks

            stream = await client.chat.completions.create(model="m", messages=[], stream=True)
            reading: Any = afrom_objects(stream)
            assert await anext(reading) == chunks[0]
            await reading.aclose()
            assert stream.response.is_closed

    asyncio.run(main())


def test_every_kind_is_met(replay: Replay, request: pytest.FixtureRequest) -> None:
    """No kind is listed for a dialect in which nothing is of it."""
    met: set[tuple[str, str]] = set()

    def meet(dialect: str, found: Iterable[Change]) -> None:
        name = ADAPTERS[dialect].dialect
        kinds = (kind_of(name, change) for change in found)
        met.update((kind.name, name) for kind in kinds if kind is not None)

    for recording in CASES:
        if recording in SDKS:
            meet(recording.dialect, went_out(recording))
            if recording.dialect in {"bedrock", "gemini", "responses"}:
                client = request.getfixturevalue(TARGETS[recording.dialect].client)
                meet(recording.dialect, came_in(recording, replay, client))
        for target in ELSEWHERE.get(recording.id, ()):
            meet(target, went_elsewhere(recording, target))
    assert met == {(kind.name, dialect) for kind in KINDS for dialect in kind.dialects}


def test_every_kind_is_told() -> None:
    """The page lists each kind with its dialects."""
    page = (ROOT / "docs/sdk-objects.md").read_text(encoding="utf-8")
    rows = page.partition("| what | where |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    assert rows == [
        f"| {kind.name} | {', '.join(f'`{each}`' for each in kind.dialects)} |" for kind in KINDS
    ]
