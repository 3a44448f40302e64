"""One canonical chunk for every vendor's LLM stream, with a proven way there and back.

The values stand ready at once; what works on them is imported when it is first asked for.
"""

from typing import TYPE_CHECKING, Any

from onechunk._chunk import Choice, Chunk, Error, ExtraPolicy, Logprobs, TokenLogprob, Usage
from onechunk._errors import (
    AdapterError,
    ArgumentsError,
    EncodeError,
    LossError,
    OnechunkError,
    UnknownDialectError,
    WireError,
)
from onechunk._finish import Finish, FinishReason
from onechunk._frame import DEFAULT_FRAME_LIMIT, Frame
from onechunk._marks import DERIVED, UNSET, Derived, Json, Unset
from onechunk._parts import (
    Citation,
    Media,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)

if TYPE_CHECKING:
    from onechunk._accumulate import aaccumulate, accumulate
    from onechunk._accumulator import Accumulator
    from onechunk._adapter import Adapter, Envelope, Rules
    from onechunk._codec import decode, encode
    from onechunk._decoder import Decoder
    from onechunk._defaults import Defaults
    from onechunk._encoder import Encoder
    from onechunk._loss import Loss
    from onechunk._losses import losses
    from onechunk._message import Message
    from onechunk._read import aread, read
    from onechunk._registry import load_adapters
    from onechunk._series import Series
    from onechunk._split import split
    from onechunk._translator import Translator
    from onechunk._whole import decode_message, encode_message, message_losses

__all__ = [
    "DEFAULT_FRAME_LIMIT",
    "DERIVED",
    "UNSET",
    "Accumulator",
    "Adapter",
    "AdapterError",
    "ArgumentsError",
    "Choice",
    "Chunk",
    "Citation",
    "Decoder",
    "Defaults",
    "Derived",
    "EncodeError",
    "Encoder",
    "Envelope",
    "Error",
    "ExtraPolicy",
    "Finish",
    "FinishReason",
    "Frame",
    "Json",
    "Logprobs",
    "Loss",
    "LossError",
    "Media",
    "Message",
    "OnechunkError",
    "Other",
    "Part",
    "Reasoning",
    "Refusal",
    "Rules",
    "Series",
    "Text",
    "TokenLogprob",
    "ToolCall",
    "Translator",
    "UnknownDialectError",
    "Unset",
    "Usage",
    "WireError",
    "aaccumulate",
    "accumulate",
    "aread",
    "decode",
    "decode_message",
    "encode",
    "encode_message",
    "load_adapters",
    "losses",
    "message_losses",
    "read",
    "split",
]

_LATER = {
    "Accumulator": "_accumulator",
    "Adapter": "_adapter",
    "Decoder": "_decoder",
    "Defaults": "_defaults",
    "Encoder": "_encoder",
    "Envelope": "_adapter",
    "Loss": "_loss",
    "Message": "_message",
    "Rules": "_adapter",
    "Series": "_series",
    "Translator": "_translator",
    "aaccumulate": "_accumulate",
    "accumulate": "_accumulate",
    "aread": "_read",
    "decode": "_codec",
    "decode_message": "_whole",
    "encode": "_codec",
    "encode_message": "_whole",
    "load_adapters": "_registry",
    "losses": "_losses",
    "message_losses": "_whole",
    "read": "_read",
    "split": "_split",
}
"""Name to the module that it is imported from when it is first asked for."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_LATER})
