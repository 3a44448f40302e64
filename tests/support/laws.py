"""The first laws of the design as functions, for recordings, corpus and generated wires alike."""

import copy
import json
from typing import Any

from onechunk import Adapter, Chunk, decode, encode, load_adapters
from tests.support.frames import events, read_frames
from tests.support.json_equal import difference
from tests.support.streams import decode_all, encode_all, framing_of, pieces

Payload = dict[str, Any]

CUTS_APART = 256
"""Every byte is cut at in one of as many runs; the other cuts of a run are so many bytes away."""

PIECES = (1, 2, 3, 7, 64, 1000, 4096)


def chunk_round_trip(dialect: str, payload: Payload) -> str:
    """Return how law 1 fails for a payload, read as dict, text and bytes; empty if it holds."""
    given = copy.deepcopy(payload)
    chunk = decode(dialect, given)
    text = json.dumps(payload)
    return (
        difference(payload, given, "the given dict")
        or difference(payload, encode(dialect, chunk))
        or difference(payload, encode(dialect, chunk), "the second time")
        or difference(payload, encode(dialect, decode(dialect, text)), "as text")
        or difference(payload, encode(dialect, decode(dialect, text.encode())), "as bytes")
    )


def adapter_of(dialect: str) -> Adapter:
    """Return the adapter of a dialect, a profile or, where `.whole` follows, of its bodies."""
    base = dialect.removesuffix(".whole")
    adapter = load_adapters()[base]
    if base == dialect:
        return adapter
    if adapter.whole is None:
        message = f"{base} has no whole bodies"
        raise LookupError(message)
    return adapter.whole


def object_round_trip(dialect: str, payload: Payload) -> str:
    """Return how the way over the wire class differs from the short one; empty if it does not."""
    adapter = adapter_of(dialect)
    converter = adapter.converter
    given = copy.deepcopy(payload)
    wire = converter.structure(given, adapter.wire)
    chunk = decode(dialect, payload)
    back = converter.structure(chunk, adapter.wire)
    found = (
        difference(payload, given, "the given dict")
        or difference(payload, converter.unstructure(wire), "unstructured")
        or difference(chunk, converter.structure(wire, Chunk), "object to chunk")
        or difference(chunk, converter.structure(payload, Chunk), "payload to chunk")
        or difference(payload, converter.unstructure(wire), "unstructured again")
        or difference(encode(dialect, chunk), converter.unstructure(back), "chunk to object")
    )
    if adapter.envelope is not None and not found:
        event: Any = converter.structure({"data": payload}, adapter.envelope)
        found = difference(wire, event.data, "in its envelope")
        found = found or difference({"data": payload}, converter.unstructure(event), "envelope")
    return found


def stream_round_trip(dialect: str, data: bytes) -> str:
    """Return how law 2 fails for a stream; empty if it holds."""
    chunks = decode_all(dialect, [data])
    out = encode_all(dialect, chunks, framing_of(dialect, data))
    before, after = read_frames(data), read_frames(out)
    counted = len([chunk for chunk in chunks if not is_comment(chunk)])
    return difference(before, after, "frames") or difference(len(events(before)), counted, "chunks")


def is_comment(chunk: Chunk) -> bool:
    """Say whether a chunk stands for comments behind the last frame."""
    return (
        chunk.frame is not None
        and chunk.frame.data is None
        and chunk == Chunk(dialect=chunk.dialect, frame=chunk.frame)
    )


def cut_anywhere(dialect: str, data: bytes) -> str:
    """Return how law 3 fails for a stream; empty if it holds."""
    whole = decode_all(dialect, [data])
    for size in PIECES:
        found = difference(whole, decode_all(dialect, pieces(data, size)), f"pieces of {size}")
        if found:
            return found
    for place in range(1, min(CUTS_APART, len(data))):
        cut = decode_all(dialect, [data[:place], *pieces(data[place:], CUTS_APART)])
        if cut != whole:
            return difference(whole, cut, f"cuts from {place} on") or f"cuts from {place} on: NaN"
    return ""


def same_bytes(dialect: str, data: bytes) -> str:
    """Return how law 9 fails for a stream at home; empty if it holds."""
    first = encode_all(dialect, decode_all(dialect, [data]))
    return difference(first, encode_all(dialect, decode_all(dialect, [data])))
