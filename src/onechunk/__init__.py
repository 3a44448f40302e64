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
from onechunk._message import Message
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
    from onechunk._amerge import amerge
    from onechunk._codec import decode, encode
    from onechunk._decoder import Decoder
    from onechunk._defaults import Defaults
    from onechunk._encoder import Encoder
    from onechunk._error_form import ErrorForm
    from onechunk._from_object import afrom_objects, from_object, from_objects
    from onechunk._loss import Loss
    from onechunk._losses import losses
    from onechunk._merge import merge
    from onechunk._merged import Merged
    from onechunk._problem import Problem, ProblemKind
    from onechunk._read import aread, read
    from onechunk._registry import load_adapters
    from onechunk._repair import arepair, repair
    from onechunk._repairer import Repairer
    from onechunk._sdk import Sdk
    from onechunk._series import Series
    from onechunk._splice import AsyncSplice, Splice, asplice, splice
    from onechunk._splicer import Leg
    from onechunk._split import split
    from onechunk._to_object import AsyncObjects, Objects, ato_objects, to_object, to_objects
    from onechunk._translator import Translator
    from onechunk._validator import Validator
    from onechunk._whole import decode_message, encode_message, message_losses

__all__ = [
    "DEFAULT_FRAME_LIMIT",
    "DERIVED",
    "UNSET",
    "Accumulator",
    "Adapter",
    "AdapterError",
    "ArgumentsError",
    "AsyncObjects",
    "AsyncSplice",
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
    "ErrorForm",
    "ExtraPolicy",
    "Finish",
    "FinishReason",
    "Frame",
    "Json",
    "Leg",
    "Logprobs",
    "Loss",
    "LossError",
    "Media",
    "Merged",
    "Message",
    "Objects",
    "OnechunkError",
    "Other",
    "Part",
    "Problem",
    "ProblemKind",
    "Reasoning",
    "Refusal",
    "Repairer",
    "Rules",
    "Sdk",
    "Series",
    "Splice",
    "Text",
    "TokenLogprob",
    "ToolCall",
    "Translator",
    "UnknownDialectError",
    "Unset",
    "Usage",
    "Validator",
    "WireError",
    "aaccumulate",
    "accumulate",
    "afrom_objects",
    "amerge",
    "aread",
    "arepair",
    "asplice",
    "ato_objects",
    "decode",
    "decode_message",
    "encode",
    "encode_message",
    "from_object",
    "from_objects",
    "load_adapters",
    "losses",
    "merge",
    "message_losses",
    "read",
    "repair",
    "splice",
    "split",
    "to_object",
    "to_objects",
]

_LATER = {
    "Accumulator": "_accumulator",
    "Adapter": "_adapter",
    "AsyncObjects": "_to_object",
    "AsyncSplice": "_splice",
    "Decoder": "_decoder",
    "Defaults": "_defaults",
    "Encoder": "_encoder",
    "Envelope": "_adapter",
    "ErrorForm": "_error_form",
    "Leg": "_splicer",
    "Loss": "_loss",
    "Merged": "_merged",
    "Objects": "_to_object",
    "Problem": "_problem",
    "ProblemKind": "_problem",
    "Repairer": "_repairer",
    "Rules": "_adapter",
    "Sdk": "_sdk",
    "Series": "_series",
    "Splice": "_splice",
    "Translator": "_translator",
    "Validator": "_validator",
    "aaccumulate": "_accumulate",
    "accumulate": "_accumulate",
    "afrom_objects": "_from_object",
    "amerge": "_amerge",
    "aread": "_read",
    "arepair": "_repair",
    "asplice": "_splice",
    "ato_objects": "_to_object",
    "decode": "_codec",
    "decode_message": "_whole",
    "encode": "_codec",
    "encode_message": "_whole",
    "from_object": "_from_object",
    "from_objects": "_from_object",
    "load_adapters": "_registry",
    "losses": "_losses",
    "merge": "_merge",
    "message_losses": "_whole",
    "read": "_read",
    "repair": "_repair",
    "splice": "_splice",
    "split": "_split",
    "to_object": "_to_object",
    "to_objects": "_to_object",
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
