"""Objects in and out: whatever says what a payload says, without any SDK installed."""

from __future__ import annotations

import asyncio
import gc
import json
import math
from collections import UserDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any

import attrs
import pytest

from onechunk import (
    Chunk,
    EncodeError,
    Encoder,
    LossError,
    OnechunkError,
    Reasoning,
    UnknownDialectError,
    WireError,
    afrom_objects,
    ato_objects,
    decode,
    encode,
    from_object,
    from_objects,
    load_adapters,
    to_object,
    to_objects,
)
from tests.support.frames import events, read_frames
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all
from tests.test_adapters import PARROT, install, run

recordings = pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.id)

HI: dict[str, Any] = {
    "id": "a",
    "choices": [{"index": 0, "delta": {"content": "Hi"}, "new": [1, None]}],
}
ANSWER = decode("openai", HI)
END: dict[str, Any] = {"id": "a", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
ENDED = decode("openai", END)


def objects_in(recording: Recording) -> list[Any]:
    """Return the payloads of a recording that are objects."""
    values = [each.value for each in events(read_frames(recording.data)) if each.text is None]
    return [value for value in values if isinstance(value, dict)]


# Plain dicts.


@recordings
def test_a_dict_is_its_payload(recording: Recording) -> None:
    """A plain dict is read as `decode` reads it, or refused in the same words."""
    for payload in objects_in(recording):
        try:
            expected: object = decode(recording.dialect, json.loads(json.dumps(payload)))
        except WireError as error:
            expected = str(error)
        before = json.dumps(payload)
        try:
            found: object = from_object(payload, recording.dialect)
        except WireError as error:
            found = str(error)
        if isinstance(found, Chunk):
            found.frame = None
        assert found == expected
        assert json.dumps(payload) == before


@recordings
def test_a_stream_of_dicts_is_the_stream(recording: Recording) -> None:
    """Dicts in a row are what a decoder makes of the lines, state included."""
    payloads = objects_in(recording)
    lines = "".join(json.dumps(each) + "\n" for each in payloads).encode()
    try:
        expected = decode_all(recording.dialect, [lines]) if lines else []
    except WireError:
        with pytest.raises(WireError):
            list(from_objects(payloads, recording.dialect))
        return
    found = [*from_objects(payloads, recording.dialect)]
    for chunk in (*found, *expected):
        chunk.frame = None
    assert found == expected


# What else may stand for JSON.


class Word(Enum):
    """A word."""

    HI = "Hi"


class Number(IntEnum):
    """A number."""

    NOUGHT = 0


class Text(str):
    """A string of a class of its own."""

    __slots__ = ()


@dataclass
class Delta:
    """A delta as a dataclass."""

    content: object


@attrs.define
class Choice:
    """A choice as an attrs value."""

    index: object
    delta: object
    new: object


class Dumps:
    """Says itself by a method."""

    def __init__(self, **said: object) -> None:
        self.said = said

    def to_dict(self) -> dict[str, object]:
        """Return what it says."""
        return self.said


class Dumping(Dumps):
    """The same by the method's other name."""

    def model_dump(self) -> dict[str, object]:
        """Return what it says."""
        return self.said

    def to_dict(self) -> dict[str, object]:
        """Never called."""
        raise AssertionError


class Proxy:
    """Stands for another object and says to be of its class, as tracing libraries do."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __getattribute__(self, name: str) -> Any:
        """Look it up in the other."""
        return getattr(object.__getattribute__(self, "value"), name)


@pytest.mark.parametrize(
    "value",
    [
        UserDict(HI),
        Dumps(id="a", choices=(Choice(Number.NOUGHT, Delta(Word.HI), [True + 0, None]),)),
        Dumping(id=Text("a"), choices=[Choice(0, {Text("content"): Text("Hi")}, (1, None))]),
        Proxy(Dumps(**HI)),
        {"id": "a", "choices": [Dumps(index=0, delta=UserDict(content="Hi"), new=[1, None])]},
    ],
    ids=["mapping", "dataclass and attrs", "model_dump", "proxy", "nested"],
)
def test_what_stands_for_json(value: object) -> None:
    """Mappings, dataclasses, attrs values, enums and objects that dump themselves are read."""
    found = from_object(value, "openai")
    assert found == ANSWER
    assert type(found.id) is str
    assert encode("openai", found) == HI


def test_bytes_and_times() -> None:
    """Bytes are base64 in the alphabet of JSON APIs, and times are RFC 3339."""
    blob = bytes(range(248, 256))
    event: dict[str, Any] = {
        "contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {}}}
    }
    event["contentBlockDelta"]["delta"] = {"reasoningContent": {"redactedContent": blob}}
    [part] = from_object(event, "bedrock").choices[0].parts
    assert isinstance(part, Reasoning)
    assert part.encrypted == "+Pn6+/z9/v8="

    at = datetime(2026, 1, 2, 3, 4, 5, 60000, UTC)
    found = from_object({"at": at, "local": at.replace(tzinfo=None)}, "openai")
    assert found.extra["at"] == "2026-01-02T03:04:05.060000Z"
    assert found.extra["local"] == "2026-01-02T03:04:05.060000"


def test_numbers_that_are_no_json() -> None:
    """NaN and infinity go home as they do from a wire that has them."""
    wire = b'{"id":"a","odd":NaN,"far":-Infinity}'
    found = from_object({"id": "a", "odd": math.nan, "far": -math.inf}, "openai")
    assert Encoder("openai").feed(found) == b"data: " + wire + b"\n\n"
    [built] = to_objects("bedrock", [from_object({"odd": {"x": math.nan}}, "bedrock")])
    assert math.isnan(built["odd"]["x"])


def test_what_came_is_not_changed() -> None:
    """The chunk shares nothing with the object."""
    value: dict[str, Any] = json.loads(json.dumps(HI))
    found = from_object(value, "openai")
    found.choices[0].extra["new"].append(1)
    assert value == HI


# What is refused.


class Raises:
    """Fails as it is read."""

    def to_dict(self) -> object:
        """Fail."""
        message = "no"
        raise ZeroDivisionError(message)


LOOP: dict[str, Any] = {"id": "a"}
LOOP["choices"] = [{"delta": LOOP}]


def nested(depth: int) -> dict[str, Any]:
    """Return objects in objects."""
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"x": value}
    return value


class Torn(UserDict[str, object]):
    """A mapping that fails as it is read."""

    def items(self) -> Any:
        """Fail."""
        message = "torn"
        raise OSError(message)


class Endless:
    """Says ever another object."""

    def to_dict(self) -> object:
        """Return another."""
        return {"x": Endless()}


@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        (LOOP, "$.choices[0].delta", "holds itself"),
        (nested(5000), None, "nested too deeply"),
        (Endless(), None, "nested too deeply"),
        ({"id": {1, 2}}, "$.id", "builtins.set says nothing that JSON can say"),
        ({"id": [object()]}, "$.id[0]", "builtins.object says nothing"),
        ({"x": {1: 2}}, "$.x", "a key is int, not a string"),
        ({"x": [Raises()]}, "$.x[0]", "Raises cannot be read: no"),
        ({"id": 1j}, "$.id", "builtins.complex says nothing"),
        (Torn(), None, "Torn cannot be read: torn"),
        ({"choices": 7}, "$.choices", "expected"),
        (None, None, "expected"),
        (7, None, "expected"),
        ([HI], None, "expected"),
        (Word.HI, None, "expected"),
    ],
    ids=[
        *("a loop", "too deep", "endless", "a set", "an object", "an odd key", "one that fails"),
        *(
            "a complex number",
            "a mapping that fails",
            "of another shape",
            "null",
            "a number",
            "a list",
            "a word",
        ),
    ],
)
def test_what_is_no_chunk(value: object, path: str | None, says: str) -> None:
    """An object that holds what JSON cannot say is refused, with dialect and place."""
    with pytest.raises(OnechunkError, match=says) as caught:
        from_object(value, "openai")
    assert caught.value.dialect == "openai"
    if path is not None:
        assert caught.value.path == path
    with pytest.raises(OnechunkError, match=says) as caught:
        list(from_objects([HI, value], "openai"))
    assert caught.value.event == 2


@pytest.mark.parametrize(
    "value", [HI, object(), None, "text", b"{}", Dumps()], ids=lambda each: type(each).__name__
)
def test_who_does_not_tell(value: object) -> None:
    """Where neither the class nor the caller names the dialect, the error says what to do."""
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    message = f"{name} does not tell which dialect it is: name one with dialect="
    with pytest.raises(OnechunkError) as caught:
        from_object(value)
    assert str(caught.value) == message
    with pytest.raises(OnechunkError) as caught:
        list(from_objects([value]))
    assert caught.value.event == 1


def test_unknown_dialects() -> None:
    """A dialect that nobody knows is refused at once, before anything is read."""
    for call in (
        lambda: from_object(HI, "nobody"),
        lambda: from_objects([], "nobody"),
        lambda: afrom_objects(several([]), "nobody"),
        lambda: to_object("nobody", ANSWER),
        lambda: to_objects("nobody", []),
        lambda: ato_objects("nobody", several([])),
    ):
        with pytest.raises(UnknownDialectError):
            call()


# Streams.


class Source:
    """Yields values, may fail behind them, and knows whether it was closed."""

    def __init__(self, *values: Any, fails: bool = False) -> None:
        self.values = iter(values)
        self.fails = fails
        self.closed = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        for value in self.values:
            return value
        if self.fails:
            raise ConnectionError
        raise StopIteration

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


async def several(values: list[Any]) -> AsyncIterator[Any]:
    """Yield values."""
    for value in values:
        yield value


def into_chunks(source: Source) -> Iterator[Any]:
    """Read objects."""
    return from_objects(source, "openai")


def into_objects(source: Source) -> Iterator[Any]:
    """Read chunks."""
    return to_objects("bedrock", source)


@pytest.mark.parametrize(("value", "read"), [(HI, into_chunks), (ANSWER, into_objects)])
def test_the_source_is_closed(value: object, read: Callable[[Source], Iterator[Any]]) -> None:
    """Whoever stops reading, or fails, closes the source."""
    source = Source(value, value)
    reading: Any = read(source)
    next(reading)
    assert not source.closed
    reading.close()
    assert source.closed

    source = Source(value, fails=True)
    with pytest.raises(ConnectionError):
        list(read(source))
    assert source.closed

    for closes in (True, False):
        source = Source(value)
        reading = read(source)
        if closes:
            reading.close()
        del reading
        gc.collect()
        assert source.closed


def test_async_is_the_same() -> None:
    """From async iterables come the same chunks and objects, and they are closed."""

    async def main() -> None:
        chunks = [chunk async for chunk in afrom_objects(several([HI, END]), "openai")]
        assert chunks == [*from_objects([HI, END], "openai")]
        built = [each async for each in ato_objects("bedrock", several(chunks))]
        assert built == [*to_objects("bedrock", chunks)]

        for source, reading in (
            ((one := Source(HI, HI)), afrom_objects(one, "openai")),
            ((two := Source(ANSWER, ANSWER)), ato_objects("bedrock", two)),
        ):
            stream: Any = reading
            await anext(stream)
            await stream.aclose()
            assert source.closed

    asyncio.run(main())


def test_async_sources_are_closed_before_they_are_read() -> None:
    """Whoever closes what nobody has read closes the source."""

    async def main() -> None:
        one, two = Source(), Source()
        streams: list[Any] = [afrom_objects(one, "openai"), ato_objects("bedrock", two)]
        for stream in streams:
            await stream.aclose()
            await stream.aclose()
        assert one.closed
        assert two.closed

    asyncio.run(main())


def test_losses_are_told() -> None:
    """What the objects do not say the iterator says, while it is read."""
    broken = [ANSWER, ENDED, ANSWER]
    objects = to_objects("bedrock", [ANSWER, ENDED], repair=True)
    assert next(objects)
    assert any("new" in loss.path for loss in objects.losses)
    assert [*objects]
    encoder = Encoder("bedrock", repair=True)
    for chunk in (ANSWER, ENDED):
        encoder.feed(chunk)
    encoder.close()
    assert (objects.losses, objects.problems) == (encoder.losses, encoder.problems)

    async def main() -> None:
        later = ato_objects("bedrock", several(broken), repair=True)
        assert [each async for each in later]
        wanted = to_objects("bedrock", broken, repair=True)
        assert [*wanted]
        assert wanted.problems
        assert (later.losses, later.problems) == (wanted.losses, wanted.problems)

    asyncio.run(main())


def test_what_is_no_chunk_out() -> None:
    """A payload or an SDK's object is no chunk yet."""
    for value in (None, HI, [ANSWER]):
        wrong: Any = value
        with pytest.raises(EncodeError, match="a chunk is needed, not"):
            to_object("bedrock", wrong)
        with pytest.raises(EncodeError, match="a chunk is needed, not"):
            list(to_objects("bedrock", [wrong]))


class Hiding:
    """Tells nobody its class."""

    @property
    def __class__(self) -> Any:
        """Fail."""
        raise RuntimeError("nobody's business")

    @__class__.setter
    def __class__(self, _: Any) -> None: ...


class Odd(type):
    """A class of classes that have no hash."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(cls, other: object) -> bool:
        return cls is other


class Unhashable(metaclass=Odd):
    """Has a class without a hash."""


class Lying:
    """Says that its class is a text."""

    __class__ = "text"  # type: ignore[assignment] # on purpose


class SpeechlessError(Exception):
    """Cannot say what went wrong."""

    def __str__(self) -> str:
        raise ValueError


class Speechless:
    """Fails, and cannot say how."""

    def model_dump(self) -> object:
        """Fail."""
        raise SpeechlessError


def test_errors_that_say_nothing() -> None:
    """They are named by their class."""
    with pytest.raises(OnechunkError, match="Speechless cannot be read: SpeechlessError"):
        from_object(Speechless(), "openai")
    with pytest.raises(OnechunkError, match="Speechless cannot be read: SpeechlessError"):
        from_object({"choices": Speechless()}, "openai")


@pytest.mark.parametrize("dialect", [None, "openai"])
@pytest.mark.parametrize("make", [Hiding, Unhashable, Lying])
def test_objects_that_hide_their_class(make: Callable[[], object], dialect: str | None) -> None:
    """They are refused in words."""
    with pytest.raises(OnechunkError, match=f"the class of an object .{make.__name__}. cannot"):
        from_object(make(), dialect)


def test_targets_that_are_none() -> None:
    """Neither a name nor a class."""
    for target in (None, 5, int | str, ["openai"]):
        wrong: Any = target
        with pytest.raises(OnechunkError, match="the target must be"):
            to_object(wrong, ANSWER)


def test_state_of_the_stream() -> None:
    """What only one event of a stream says, the others know too."""
    opening: dict[str, Any] = {
        "type": "message_start",
        "message": {"id": "m", "model": "x", "content": []},
    }
    pieces: list[dict[str, Any]] = [
        {"type": "content_block_start", "index": 1, "content_block": call("a")},
        {"type": "content_block_start", "index": 2, "content_block": call("b")},
    ]
    chunks = [*from_objects([opening, *pieces], "anthropic")]
    assert [chunk.id for chunk in chunks] == ["m", "m", "m"]
    assert [each.index for chunk in chunks for each in chunk.tool_calls] == [0, 1]
    assert from_object(pieces[1], "anthropic").id is None


def call(name: str) -> dict[str, object]:
    """Return the head of a call."""
    return {"type": "tool_use", "id": name, "name": name, "input": {}}


# Out.


def test_plain_dicts_out() -> None:
    """Where the SDK has plain dicts, the objects are payloads with bytes for base64 text."""
    [part] = decode("anthropic", {"type": "content_block_start", "index": 0, "content_block": {
        "type": "redacted_thinking", "data": "+Pn6+/z9/v8="}}).choices[0].parts  # fmt: skip
    chunk = Chunk(choices=[attrs.evolve(ANSWER.choices[0], parts=[part])])
    found = [*to_objects("bedrock", [chunk, ENDED])]
    deltas = [each["contentBlockDelta"]["delta"] for each in found if "contentBlockDelta" in each]
    assert deltas == [{"reasoningContent": {"redactedContent": bytes(range(248, 256))}}]
    home = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": deltas[0]}}
    assert to_object("bedrock", from_object(home, "bedrock")) == home


@pytest.mark.parametrize("text", ["no base64!", "QQ", "QQ=", "Q===", "QQ==QQ=="])
def test_text_that_is_no_base64_stays(text: str) -> None:
    """What should be base64 and is not stays text."""
    home = {"contentBlockDelta": {"delta": {"reasoningContent": {"redactedContent": text}}}}
    assert to_object("bedrock", from_object(home, "bedrock")) == home


@pytest.mark.parametrize(
    ("text", "said"), [("QQ==", b"A"), ("QUJD=", b"ABC"), ("QUI==", b"AB"), ("=", b"")]
)
def test_base64_with_more_padding_than_it_needs(text: str, said: bytes) -> None:
    """It is read on every Python, as SDKs read it."""
    home = {"contentBlockDelta": {"delta": {"reasoningContent": {"redactedContent": text}}}}
    built = to_object("bedrock", from_object(home, "bedrock"))
    assert built["contentBlockDelta"]["delta"]["reasoningContent"]["redactedContent"] == said


def test_one_chunk_of_several_events() -> None:
    """A chunk that is more than one event elsewhere is one for a stream, not by itself."""
    whole = Chunk(choices=[*ANSWER.choices, *ENDED.choices])
    with pytest.raises(EncodeError, match="events of this dialect"):
        to_object("bedrock", whole)
    found = [*to_objects("bedrock", [ANSWER, ENDED])]
    assert [name for each in found for name in each] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
    ]


def test_a_stream_that_breaks_off() -> None:
    """A stream of another dialect that nobody finished ends in an error."""
    with pytest.raises(EncodeError, match="ended before the answer was finished"):
        list(to_objects("bedrock", [ANSWER]))


def test_errors_are_raised() -> None:
    """An error in the stream is raised behind all that was said before it, as an SDK does."""
    failed = decode("openai", {"error": {"message": "Too much."}})
    reading = to_objects("bedrock", [ANSWER, failed])
    assert next(reading)
    with pytest.raises(EncodeError, match=r"raises it: Too much\.") as caught:
        list(reading)
    assert caught.value.dialect == "bedrock"
    assert caught.value.event is not None
    with pytest.raises(EncodeError, match=r"raises it: Too much\."):
        to_object("bedrock", failed)


def test_strict_and_extra() -> None:
    """What `encode` and `Encoder` are told, these are told too."""
    with pytest.raises(LossError):
        to_object("bedrock", ANSWER, strict=True)
    with pytest.raises(LossError):
        list(to_objects("bedrock", [ANSWER], strict=True))
    event = {"messageStart": {"role": "assistant", "new": 1}}
    chunk = from_object(event, "bedrock")
    assert to_object("bedrock", chunk) == event
    assert to_object("bedrock", chunk, extra="never") == {"messageStart": {"role": "assistant"}}


def test_a_dialect_without_an_sdk() -> None:
    """Where there are no classes, the error says so; objects in need none."""
    assert from_object(HI, "mistral-ts").text == "Hi"
    with pytest.raises(OnechunkError, match="mistral-ts: no SDK is known"):
        to_object("mistral-ts", ANSWER)
    with pytest.raises(OnechunkError, match="no SDK is known"):
        to_objects("mistral-ts", [])


@pytest.mark.parametrize("cls", [int, dict, Dumps, Chunk])
def test_classes_that_nobody_knows(cls: type[Any]) -> None:
    """Only a class of an SDK's chunks can be asked for."""
    with pytest.raises(OnechunkError, match=f"{cls.__qualname__} is no class of a chunk"):
        to_object(cls, ANSWER)


@pytest.mark.parametrize("name", ["nobody_has_it:Chunk", "json:Nothing"])
def test_an_sdk_that_is_not_installed(tmp_path: Any, name: str) -> None:
    """Where the SDK is missing, the error names the package; a third party's room says it so."""
    sdk = f'sdk=Sdk("parrots", "{name}", ("*:Bird",)),'
    code = PARROT.replace("import UNSET,", "import Sdk, UNSET,")
    code = code.replace('end=b"GOODBYE",', f'end=b"GOODBYE", {sdk}')
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=code, module="parrots")
    said = run(
        tmp_path,
        """
        import onechunk

        class Bird:
            def to_dict(self):
                return {"nest": "n"}

        class Kea(Bird):
            pass

        assert onechunk.from_object(Kea()).id == "n"
        try:
            onechunk.to_object("parrot", onechunk.from_object(Bird()))
        except onechunk.OnechunkError as error:
            print(error)
        try:
            onechunk.from_object(Bird(), "openai")
        except onechunk.OnechunkError as error:
            print(error)
        """,
    ).splitlines()
    assert said[0].startswith(
        f"parrot: {name} cannot be imported; is the package parrots installed?"
    )
    assert said[1] == "openai: __main__.Bird is an object of parrot"


def test_no_sdk_is_imported(tmp_path: Any) -> None:
    """Objects are recognised without an SDK; one is imported only to build its objects."""
    code = """
        import sys
        import onechunk

        chunk = onechunk.from_object({"id": "a", "choices": []}, "openai")
        try:
            onechunk.from_object(object())
        except onechunk.OnechunkError:
            pass
        onechunk.to_object("bedrock", onechunk.Chunk(choices=[onechunk.Choice(
            0, parts=[onechunk.Text("Hi")])]))
        names = {each.package.replace("-", "_") for each in
                 (a.sdk for a in onechunk.load_adapters().values()) if each}
        print(sorted((names | {"google", "pydantic"}) & {*sys.modules}))
    """
    assert run(tmp_path, code) == "[]"


def test_rooms_name_their_sdk() -> None:
    """Every dialect names its SDK but the one that is another language's; profiles share it."""
    adapters: Mapping[str, Any] = load_adapters()
    assert [name for name, each in adapters.items() if each.sdk is None] == ["mistral-ts"]
    for each in adapters.values():
        assert each.sdk is adapters[each.dialect].sdk
