"""The one canonical chunk: plain, slotted, mutable values that compare by value.

Every class with an `extra` keeps there, under wire names and in the wire's nesting, what the
wire said and this type has no word for; explicit nulls and empty strings stand there too.
"""

from __future__ import annotations

from typing import Literal

from attrs import Factory, define

from onechunk._finish import Finish, FinishReason
from onechunk._frame import Frame
from onechunk._marks import Json
from onechunk._parts import Part, Reasoning, Refusal, Text, ToolCall

__all__ = ["Choice", "Chunk", "Error", "ExtraPolicy", "Logprobs", "Said", "TokenLogprob", "Usage"]


@define(weakref_slot=False)
class TokenLogprob:
    """One token with its log probability.

    Attributes:
        token: The token's text; None where only alternatives were given.
        logprob: Natural logarithm; -9999.0 stands for "too unlikely to be given".
        bytes: UTF-8 bytes of the token; None where the wire did not say.
        token_id: Number in the vocabulary.
        top: The likeliest tokens at this place, or None where not given.
    """

    token: str | None = None
    logprob: float | None = None
    bytes: list[int] | None = None
    token_id: int | None = None
    top: list[TokenLogprob] | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Logprobs:
    """Log probabilities of the tokens of one choice in one chunk."""

    content: list[TokenLogprob] | None = None
    refusal: list[TokenLogprob] | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Usage:
    """Token counts of the stream so far: a total, never a delta.

    None means that the wire did not say; it is not 0. Nothing is computed: `total_tokens` need
    not be a sum.

    Attributes:
        input_tokens: Prompt tokens, cached ones included.
        output_tokens: Completion tokens, reasoning included.
        cached_input_tokens: Of the input, read from a cache.
        cache_write_tokens: Of the input, written to a cache.
        reasoning_tokens: Of the output, spent on reasoning.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    input_audio_tokens: int | None = None
    output_audio_tokens: int | None = None
    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Error:
    """An error that the vendor sent inside the stream, under HTTP 200.

    Attributes:
        code: The vendor's code; a string or a number, as it was sent.
        param: The request parameter at fault.
    """

    message: str | None = None
    type: str | None = None
    code: str | int | None = None
    param: str | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


@define(weakref_slot=False)
class Choice:
    """What one chunk says of one candidate answer.

    Attributes:
        index: Number of the candidate; None where the wire leaves it out (then it is 0).
        parts: Content in reading order.
        finish: Why the candidate ended; None while it goes on.
        stop: The stop sequence or token id that matched.
    """

    index: int | None = 0
    role: str | None = None
    parts: list[Part] = Factory(list[Part])
    finish: Finish | None = None
    stop: int | str | None = None
    logprobs: Logprobs | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


class Said:
    """What the first choice of a chunk or of a message says, read for convenience."""

    __slots__ = ()

    choices: list[Choice]

    @property
    def text(self) -> str:
        """Text of the first choice; empty if none."""
        return self._joined(Text)

    @property
    def reasoning(self) -> str:
        """Reasoning of the first choice; empty if none."""
        return self._joined(Reasoning)

    @property
    def refusal(self) -> str:
        """Refusal of the first choice; empty if none."""
        return self._joined(Refusal)

    def _joined(self, kind: type[Text | Reasoning | Refusal]) -> str:
        if not self.choices:
            return ""
        return "".join(part.text for part in self.choices[0].parts if isinstance(part, kind))

    @property
    def tool_calls(self) -> list[ToolCall]:
        """Tool calls, or fragments of them, of the first choice."""
        if not self.choices:
            return []
        return [part for part in self.choices[0].parts if isinstance(part, ToolCall)]

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the first choice ended; None while it goes on."""
        if not self.choices or self.choices[0].finish is None:
            return None
        return self.choices[0].finish.reason


@define(weakref_slot=False)
class Chunk(Said):
    """One frame of a stream in canonical form.

    Attributes:
        id: The answer's id.
        model: The model that answers.
        created: Unix time in seconds.
        choices: Candidates that this frame speaks of; often none or one.
        usage: Token counts so far.
        error: The vendor's error, if this frame is one.
        done: True on the wire's own end mark.
        dialect: Whose residue `extra` is; None for a chunk made by hand.
        frame: What the framing said beside the data (event name, id, comments); None if nothing.
    """

    id: str | None = None
    model: str | None = None
    created: float | None = None
    choices: list[Choice] = Factory(list[Choice])
    usage: Usage | None = None
    error: Error | None = None
    done: bool = False
    dialect: str | None = None
    frame: Frame | None = None
    extra: dict[str, Json] = Factory(dict[str, Json])


ExtraPolicy = Literal["home", "always", "never"]
"""Where residue is written: only to its own dialect, everywhere, nowhere."""
