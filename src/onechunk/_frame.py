"""The values that framing hands on: frames, and the error that ends them."""

from typing import Any, Final, Protocol

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
            with the error alone. The data is then an object with this one key. Of an AWS event
            stream message: `bytes` if the data stood there as base64, `exception` or
            `error-message` if it is no event, `event` if it is one by the name of an exception.
        exact: The data needs the exact JSON writer: it holds NaN or lone surrogates.
        alone: Of a chunk's frame: the chunk is nothing but comments, which no data followed.
        headers: Of an AWS event stream message: name, type number and value of the headers that
            stand beside the usual ones; a timestamp is in milliseconds, a UUID its 16 bytes.
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
    headers: tuple[tuple[str, int, Any], ...] = ()

    def named(self, name: str) -> bytes | None:
        """Return the data if there is nothing to say of it but that its event is *name*."""
        if self.event != name or self.id is not None or self.retry is not None or self.bare:
            return None
        if self.comments or self.unknown or self.field is not None:
            return None
        return self.data


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
