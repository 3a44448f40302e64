"""Laws 1, 2, 3, 8 and 9 of the design over every recording of every dialect and profile."""

import gc
import hashlib
import json
import os
import subprocess
import sys
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import pytest

from onechunk import (
    DEFAULT_FRAME_LIMIT,
    Adapter,
    Choice,
    Chunk,
    Decoder,
    Encoder,
    Text,
    Translator,
    WireError,
    decode,
    encode,
    load_adapters,
)
from tests.support.frames import payloads
from tests.support.laws import (
    chunk_round_trip,
    cut_anywhere,
    object_round_trip,
    same_bytes,
    stream_round_trip,
)
from tests.support.paths import ROOT
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import translate

ILLEGAL = {
    "openai/wrong-shapes-in-known-fields": "the JSON type of a known field is none it can have: "
    "a scalar or list where an object should be, or the reverse",
}
"""Recordings that are no legal wire, and why; every other one obeys every law."""

LEGAL = [recording for recording in RECORDINGS if recording.id not in ILLEGAL]
DIALECTS = sorted(load_adapters())

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def _id(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


every_recording = pytest.mark.parametrize("recording", LEGAL, ids=_id)


@every_recording
def test_chunk_round_trip(recording: Recording) -> None:
    """Law 1: a payload decoded and encoded is the same, whether read as dict, text or bytes."""
    for payload in payloads(recording.data):
        assert chunk_round_trip(recording.dialect, payload) == ""


@every_recording
def test_object_round_trip(recording: Recording) -> None:
    """Law 1: the way over the wire class, by cattrs alone, gives the same and changes nothing."""
    for payload in payloads(recording.data):
        assert object_round_trip(recording.dialect, payload) == ""


@every_recording
def test_stream_round_trip(recording: Recording) -> None:
    """Law 2: a stream decoded and encoded has the same frames, names, sentinel and comments."""
    assert stream_round_trip(recording.dialect, recording.data) == ""


@every_recording
def test_cut_anywhere(recording: Recording) -> None:
    """Law 3: however the bytes are cut, the chunks are the same."""
    assert cut_anywhere(recording.dialect, recording.data) == ""


@every_recording
def test_same_bytes(recording: Recording) -> None:
    """Law 9: the same bytes give the same bytes, at home and away."""
    away = "llama" if recording.dialect == "openai" else "openai"

    assert same_bytes(recording.dialect, recording.data) == ""
    assert translate(recording.dialect, away, recording.data) == translate(
        recording.dialect, away, recording.data
    )


def _refusal(dialect: str, payload: Any) -> WireError | None:
    try:
        decode(dialect, payload)
    except WireError as error:
        return error
    return None


@pytest.mark.parametrize("case", ILLEGAL)
def test_illegal_payloads(case: str) -> None:
    """Each payload of a recording that is no legal wire is an error with dialect, event, path."""
    [recording] = [recording for recording in RECORDINGS if recording.id == case]
    refused = 0
    for payload in payloads(recording.data):
        decoder = Decoder(recording.dialect)
        error = _refusal(recording.dialect, payload)
        if error is not None:
            refused += 1
            assert error.dialect == recording.dialect
            assert error.path is not None
            with pytest.raises(WireError) as raised:
                decoder.feed(b"data: " + json.dumps(payload).encode() + b"\n\n")
            assert (raised.value.event, raised.value.path) == (1, error.path)
            with pytest.raises(WireError, match="event 1"):
                decoder.close()

    assert refused >= 8


def test_hash_seed() -> None:
    """Law 9: the bytes do not hang on the order in which a process happens to hash."""
    program = (
        "import hashlib\n"
        "from tests.support.recordings import RECORDINGS\n"
        "from tests.support.streams import translate\n"
        "out = hashlib.sha256()\n"
        "for each in [each for each in RECORDINGS if each.dialect != 'openai'][::5]:\n"
        "    for target in ('mistral', 'openai', 'llama'):\n"
        "        found = translate(each.dialect, target, each.data)\n"
        "        out.update(found.data + repr(found.losses).encode())\n"
        "print(out.hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert [len(digest.strip()) for digest in digests] == [2 * hashlib.sha256().digest_size]


def _text_event(dialect: str, text: str) -> bytes:
    chunk = Chunk(id="a", model="m", created=1, choices=[Choice(parts=[Text(text)])])
    home = decode(dialect, encode(dialect, chunk))
    return Encoder(dialect).feed(home)


@every_dialect
def test_frame_limit(dialect: str) -> None:
    """Law 8: a frame over the limit ends the stream, after every chunk before it."""
    small = _text_event(dialect, "word")
    decoder = Decoder(dialect, limit=2_000)
    chunks = decoder.feed(small * 100 + _text_event(dialect, "x" * 2_000))

    assert [chunk.text for chunk in chunks] == ["word"] * 100
    with pytest.raises(WireError, match="limit of 2000 bytes") as raised:
        decoder.feed(small)
    assert (raised.value.dialect, raised.value.event) == (dialect, 101)
    with pytest.raises(WireError, match="limit of 2000 bytes") as raised:
        decoder.close()
    assert (raised.value.dialect, raised.value.event) == (dialect, 101)


def test_default_frame_limit() -> None:
    """Law 8: without being told, a decoder enforces the limit that is documented."""
    text = b'data: {"choices":[{"delta":{"content":"' + b"x" * (DEFAULT_FRAME_LIMIT - 100)
    decoder = Decoder("openai")

    assert decoder.feed(text) == []
    [chunk] = decoder.feed(b'"}}]}\n\n')
    assert len(chunk.text) == DEFAULT_FRAME_LIMIT - 100
    with pytest.raises(WireError, match="frame limit"):
        decoder.feed(text + b"x" * 200)


_SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType, Adapter)


def _held(value: object) -> int:
    """Return the bytes that an object keeps alive, without what all streams share."""
    seen: set[int] = set()
    pending: list[Any] = [value]
    total = 0
    while pending:
        each = pending.pop()
        if id(each) not in seen and not isinstance(each, _SHARED):
            seen.add(id(each))
            total += sys.getsizeof(each)
            pending += gc.get_referents(each)
    return total


@every_dialect
def test_nothing_grows(dialect: str) -> None:
    """Law 8: decoder, encoder and translator hold no more after many events than after a few."""
    event = _text_event(dialect, "word")
    away = "mistral" if dialect == "openai" else "openai"
    [chunk] = Decoder(dialect).feed(event)
    decoder, home, target = Decoder(dialect), Encoder(dialect), Encoder(away)
    translator = Translator(dialect, away)

    def run(times: int) -> list[int]:
        for _ in range(times):
            decoder.feed(event)
            home.feed(chunk)
            target.feed(chunk)
            translator.feed(event)
        return [_held(each) for each in (decoder, home, target, translator)]

    few = run(100)
    many = run(9_900 if dialect == load_adapters()[dialect].dialect else 900)
    # Where the wire says text again, so much must be known.
    memory = load_adapters()[dialect].remember()
    text = 10_000 * len("word") if memory is not None and Text not in memory.plain else 0

    assert all(after <= before + text + 100 for before, after in zip(few, many, strict=True))
