"""Whole streams through the public classes, and through pieces of any size."""

from collections.abc import Iterable, Iterator

import attrs

from onechunk import Chunk, Decoder, Encoder, Loss, Translator


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Yield *data* in pieces of *size* bytes."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


def decode_all(dialect: str, data: Iterable[bytes]) -> list[Chunk]:
    """Return the chunks of a stream."""
    decoder = Decoder(dialect)
    chunks = [chunk for piece in data for chunk in decoder.feed(piece)]
    return chunks + decoder.close()


def framing_of(dialect: str, data: bytes) -> str:
    """Return the framing that the decoder recognises."""
    decoder = Decoder(dialect)
    decoder.feed(data)
    decoder.close()
    return decoder.framing or "sse"


def encode_all(dialect: str, chunks: Iterable[Chunk], framing: str | None = None) -> bytes:
    """Return the bytes of a stream."""
    encoder = Encoder(dialect, framing=framing)
    return b"".join([encoder.feed(chunk) for chunk in chunks]) + encoder.close()


@attrs.frozen
class Translation:
    """A stream in another dialect, and what the report says was lost."""

    data: bytes
    losses: list[Loss]


def translate(source: str, target: str, data: bytes) -> Translation:
    """Translate a stream."""
    translator = Translator(source, target)
    out = translator.feed(data) + translator.close()
    return Translation(out, translator.losses)
