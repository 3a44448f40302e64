"""The values that framing hands on: frames, and the error that ends them."""

from typing import Final, Protocol

from attrs import define

# Gemini sends image parts as megabytes of base64 inside one event, so a limit made for text would
# cut real streams short. botocore stops at 24 MiB a message; this is the power of two above it.
DEFAULT_FRAME_LIMIT: Final = 32 * 1024 * 1024


class FrameError(Exception):
    """Bytes that cannot be framed. Internal: the caller translates it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@define
class Frame:
    r"""Hold one event together with what stood around its data.

    Texts that were not UTF-8 hold lone surrogates (`surrogateescape`), which the writers turn back.

    Attributes:
        data: The payload, several data lines joined with `\n`; None if there are only comments.
        event: The event's name; an empty name is not an absent one.
        id: As sent, not judged.
        retry: As sent, not judged.
        comments: What followed the colons of the comments before and within the event.
        bare: The data is JSON that stood in an SSE body without `data:`.
        unknown: Lines that no field of the standard names, as they stood; readers ignore them.
        field: The field that the data stood in, where that is not `data`: llama.cpp sends `error:`
            with the error alone. The data is then an object with this one key.
        exact: The data needs the exact JSON writer: it holds NaN or lone surrogates.
        alone: Of a chunk's frame: the chunk is nothing but comments, which no data followed.
    """

    data: bytes | None
    event: str | None = None
    id: str | None = None
    retry: str | None = None
    comments: tuple[str, ...] = ()
    bare: bool = False
    unknown: tuple[str, ...] = ()
    field: str | None = None
    exact: bool = False
    alone: bool = False


class Splitter(Protocol):
    """Cut a body into frames, wherever its bytes are cut.

    A plain `bytes` item is a frame of which nothing but its one payload is to be said.
    """

    @property
    def failure(self) -> FrameError | None:
        """What ended the splitting; every later feed gives nothing."""

    def feed(self, data: bytes) -> list[bytes | Frame]:
        """Return the frames that these bytes complete."""
        ...

    def close(self) -> list[bytes | Frame]:
        """Return what the end of the body completes; the splitter is used up."""
        ...


def too_long(limit: int) -> FrameError:
    """Make the error for a frame that does not end within `limit` bytes."""
    return FrameError(f"a frame is longer than the frame limit of {limit} bytes")
