"""A recording, what onechunk says of it, and what it makes of it in another dialect."""

from __future__ import annotations

from attrs import evolve, frozen

from onechunk import Chunk, Decoder, ExtraPolicy, Loss, Translator, WireError
from tests.support.recordings import RECORDINGS, Recording

__all__ = ["CASES", "SURROGATES", "Converted", "chunks_of", "convert", "first_choice", "until_end"]

SURROGATES = {
    "llama/lone-surrogate-halves",
    "ollama/text-with-lone-surrogate-escapes",
    "openai/lone-surrogate-halves",
}
"""Half characters are legal JSON, but no Python client that parses with pydantic takes them."""


def chunks_of(recording: Recording) -> list[Chunk]:
    """Decode a recording.

    Raises:
        WireError: It is no legal wire.
    """
    decoder = Decoder(recording.dialect)
    chunks = decoder.feed(recording.data)
    return chunks + decoder.close()


def until_end(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks up to the end mark, behind which no reader goes on."""
    ends = [number for number, chunk in enumerate(chunks, 1) if chunk.done]
    return chunks[: ends[0]] if ends else chunks


def first_choice(chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks without what they say of other choices than the first."""
    return [
        evolve(chunk, choices=[choice for choice in chunk.choices if not choice.index])
        for chunk in chunks
    ]


def _is_wire(recording: Recording) -> bool:
    try:
        chunks_of(recording)
    except WireError:
        return False
    return True


CASES = [recording for recording in RECORDINGS if _is_wire(recording)]


@frozen
class Converted:
    """A stream in another dialect.

    Attributes:
        body: As a server would send it.
    """

    body: bytes
    losses: list[Loss]

    @property
    def payloads(self) -> list[bytes]:
        """The JSON of every event."""
        lines = self.body.splitlines()
        data = [line.removeprefix(b"data: ") for line in lines if line.startswith(b"data: ")]
        return [each for each in data if each != b"[DONE]"]

    def lost(self, kind: str, place: str) -> bool:
        """Say whether a loss of this kind is named whose path holds *place*."""
        return any(loss.kind == kind and place in loss.path for loss in self.losses)


def convert(recording: Recording, target: str) -> Converted:
    """Convert as `onechunk convert` does; a recording of the target itself is shaped anew."""
    extra: ExtraPolicy = "never" if recording.dialect == target else "home"
    translator = Translator(recording.dialect, target, extra=extra)
    body = translator.feed(recording.data) + translator.close()
    return Converted(body, translator.losses)
