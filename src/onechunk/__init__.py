"""One canonical chunk for every vendor's LLM stream, with a proven way there and back."""

from onechunk._adapter import Adapter, Envelope, Rules
from onechunk._chunk import Choice, Chunk, Error, ExtraPolicy, Logprobs, TokenLogprob, Usage
from onechunk._codec import decode, encode
from onechunk._decoder import Decoder
from onechunk._defaults import Defaults
from onechunk._encoder import Encoder
from onechunk._errors import (
    AdapterError,
    EncodeError,
    LossError,
    OnechunkError,
    UnknownDialectError,
    WireError,
)
from onechunk._finish import Finish, FinishReason
from onechunk._framing import DEFAULT_FRAME_LIMIT, Frame
from onechunk._loss import Loss
from onechunk._losses import losses
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
from onechunk._read import aread, read
from onechunk._registry import load_adapters
from onechunk._translator import Translator

__all__ = [
    "DEFAULT_FRAME_LIMIT",
    "DERIVED",
    "UNSET",
    "Adapter",
    "AdapterError",
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
    "OnechunkError",
    "Other",
    "Part",
    "Reasoning",
    "Refusal",
    "Rules",
    "Text",
    "TokenLogprob",
    "ToolCall",
    "Translator",
    "UnknownDialectError",
    "Unset",
    "Usage",
    "WireError",
    "aread",
    "decode",
    "encode",
    "load_adapters",
    "losses",
    "read",
]
