"""Parts of a message that grow by pieces; joined when somebody looks, so that all is linear."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from typing import Any, Final

from onechunk._adapter import own
from onechunk._json import dumps
from onechunk._marks import is_object
from onechunk._parts import Media, ToolCall
from onechunk._series import same

__all__ = ["CallGrowth", "Growth", "MediaGrowth", "mended"]

_HALF: Final = re.compile("[\ud800-\udfff]")


class Growth:
    """A part and the pieces of one of its fields that were not joined yet.

    Args:
        part: The part, in the message.
        name: The field.
        grown: Those that grew since somebody looked; this one enters itself.

    Attributes:
        takes: The class of parts that go on with it without a block; None if there is none.
    """

    __slots__ = ("grown", "name", "part", "pieces", "takes")

    def __init__(self, part: Any, name: str, grown: list[Growth]) -> None:
        self.part = part
        self.name = name
        self.grown = grown
        self.pieces: list[str] = []
        self.takes: type[Any] | None = None

    def grow(self, piece: str) -> None:
        """Add a piece, which is a string: nothing but joining happens to it later."""
        if not self.pieces:
            self.grown.append(self)
        self.pieces.append(piece)

    def settle(self) -> None:
        """Join what came."""
        new = "".join(self.pieces)
        self.pieces.clear()
        part, name = self.part, self.name
        text = getattr(part, name)
        if not text:
            setattr(part, name, mended(new))
            return
        if not text.isascii() and _HALF.match(text[-1]):
            new, text = text[-1] + new, text[:-1]
        # A text that has no other name grows where it lies: looking often stays cheap.
        setattr(part, name, None)
        text += mended(new)
        setattr(part, name, text)


class CallGrowth(Growth):
    """A tool call and the pieces of its arguments.

    Attributes:
        given_id: Its id, for `CallFinder`.
    """

    __slots__ = ("given_id",)

    def __init__(self, part: ToolCall, grown: list[Growth]) -> None:
        super().__init__(part, "arguments", grown)
        self.given_id = part.id

    def add(self, arguments: Any) -> None:
        """Add a piece of text, or a whole object; an object that is not alone becomes text."""
        if isinstance(arguments, str):
            self._be_text()
            self.grow(arguments)
            return
        if not is_object(arguments):
            message = f"arguments are text or an object, not {type(arguments).__name__}"
            raise TypeError(message)
        part = self.part
        if part.arguments is None and not self.pieces:
            part.arguments = own(arguments)
        elif not is_object(part.arguments) or not same(part.arguments, arguments):
            text = dumps(arguments).decode()
            self._be_text()
            self.grow(text)

    def _be_text(self) -> None:
        if is_object(self.part.arguments):
            self.part.arguments = dumps(self.part.arguments).decode()

    def settle(self) -> None:
        """Join what came; some send `{}` first and the arguments behind it."""
        super().settle()
        part = self.part
        while part.arguments.startswith("{}{"):
            part.arguments = part.arguments[2:]


class MediaGrowth(Growth):
    """Audio or another media, and the pieces of its data, which are base64 and may be padded."""

    __slots__ = ("transcript",)

    def __init__(self, part: Media, grown: list[Growth]) -> None:
        super().__init__(part, "data", grown)
        self.transcript = Growth(part, "transcript", grown)

    def grow(self, piece: str) -> None:
        """Add a piece; what was padded before it is written anew without the padding."""
        if not self.pieces:
            self.grown.append(self)
            if isinstance(self.part.data, str) and self.part.data.endswith("="):
                self.pieces.append(self.part.data)
                self.part.data = None
        if self.pieces and self.pieces[-1].endswith("="):
            known = self.pieces.pop()
            try:
                rest = b64decode(known[-4:], validate=True) + b64decode(piece, validate=True)
            except (binascii.Error, ValueError):
                # What is no base64 is not ours to mend.
                piece = known[-4:] + piece
            else:
                piece = b64encode(rest).decode()
            self.pieces.append(known[:-4])
        self.pieces.append(piece)


def mended(text: str) -> str:
    """Return *text* with whole characters where their halves came one by one."""
    if text.isascii() or not _HALF.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
