"""What each chunk of a stream loses by itself, beside what the stream's report says."""

from onechunk import Chunk, Encoder, ExtraPolicy, losses

ENVELOPE = ("$.id", "$.model", "$.created")
"""A matter of the whole stream: one chunk leaves it out and another says it."""


def unreported(target: str, chunks: list[Chunk], extra: ExtraPolicy = "home") -> dict[str, int]:
    """Return the losses that a chunk has and the report of the stream has not.

    Returns:
        Kind and path of each, with the number of the chunk.
    """
    encoder = Encoder(target, extra=extra)
    found: dict[str, int] = {}
    for number, chunk in enumerate(chunks, 1):
        encoder.feed(chunk)
        reported = {(loss.kind, loss.path) for loss in encoder.losses}
        for loss in losses(target, chunk, extra=extra):
            if loss.path not in ENVELOPE and (loss.kind, loss.path) not in reported:
                found.setdefault(f"{loss.kind} {loss.path}", number)
    return found
