"""What the readers of each dialect can hear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from attrs import field, fields, frozen

from onechunk import Usage
from tests.interop.answer import Answer

__all__ = [
    "ANTHROPIC",
    "BEDROCK",
    "CHAT",
    "COHERE",
    "COHERE_V1",
    "COMPLETIONS",
    "GEMINI",
    "LLAMA_API",
    "MISTRAL",
    "OLLAMA",
    "RESPONSES",
    "Reader",
]

_TOTALS = frozenset({"input_tokens", "output_tokens"})
_CACHED = frozenset({"cached_input_tokens", "cache_write_tokens"})
_ALL = frozenset(each.name for each in fields(Usage)) - {"extra"}

_OPENAI_WORDS = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "pause": "stop",
    "cancelled": "stop",
    "other": "stop",
}


@frozen
class Reader:
    """What a dialect's readers can hear.

    Attributes:
        words: Finish words by reason; a reason that is missing is an error, or may be any word.
        stopped: The finish word for a sequence that the answer stopped at.
        means: Reasons by finish word, where these are not the same words.
        refusals: True if a refusal is not text.
        reasoning: True if there is reasoning.
        calls: True if there are tool calls.
        ids: True if these have ids.
        arguments: `text`, `json` if no text at all means the empty object, or `object`.
        unsaid: True if the finish word does not tell whether tools are called.
        single: True if there is one choice only.
        fails: Finish words that say that the answer failed.
        floats: True if counts are read as floats, so that a huge one is another.
        counts: Counts that can be said, by canonical name.
        required: Counts that must be said wherever there is a count at all.
    """

    words: Mapping[str, str]
    stopped: str | None = field(default=None, kw_only=True)
    means: Mapping[str, str] = field(factory=dict[str, str])
    refusals: bool = False
    reasoning: bool = True
    calls: bool = True
    ids: bool = True
    arguments: Literal["text", "json", "object"] = "text"
    unsaid: bool = False
    single: bool = False
    fails: frozenset[str] = frozenset()
    floats: bool = False
    counts: frozenset[str] = _ALL
    required: frozenset[str] = frozenset()

    @property
    def withheld(self) -> frozenset[str]:
        """The reasons that are told by a word that says that the answer failed."""
        return frozenset(reason for reason, word in self.words.items() if word in self.fails)

    def meaning(self, answer: Answer) -> str | None:
        """Return the reason why an answer ended."""
        word = answer.finish
        reason = self.means[word] if self.means and word is not None else word
        return "tool_calls" if self.unsaid and reason == "stop" and answer.calls else reason


CHAT: Final = Reader(_OPENAI_WORDS, refusals=True)
COMPLETIONS: Final = Reader({**_OPENAI_WORDS, "tool_calls": "stop"}, reasoning=False, calls=False)
MISTRAL: Final = Reader(
    {
        **_OPENAI_WORDS,
        "content_filter": "error",
        "cancelled": "error",
        "error": "error",
    },
    fails=frozenset({"error"}),
)
ANTHROPIC: Final = Reader(
    {
        "stop": "end_turn",
        "length": "max_tokens",
        "tool_calls": "tool_use",
        "content_filter": "refusal",
        "pause": "pause_turn",
        "cancelled": "end_turn",
        "other": "end_turn",
    },
    {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "tool_use": "tool_calls",
        "refusal": "content_filter",
        "pause_turn": "pause",
    },
    stopped="stop_sequence",
    arguments="json",
    single=True,
    counts=_TOTALS | _CACHED | {"reasoning_tokens"},
    required=_TOTALS,
)
BEDROCK: Final = Reader(
    {
        "stop": "end_turn",
        "length": "max_tokens",
        "tool_calls": "tool_use",
        "content_filter": "content_filtered",
        "pause": "end_turn",
        "cancelled": "end_turn",
        "other": "end_turn",
    },
    {
        "end_turn": "stop",
        "stop_sequence": "stop",
        "max_tokens": "length",
        "model_context_window_exceeded": "length",
        "tool_use": "tool_calls",
        "content_filtered": "content_filter",
        "guardrail_intervened": "content_filter",
    },
    arguments="json",
    single=True,
    fails=frozenset({"malformed_model_output", "malformed_tool_use"}),
    counts=_TOTALS | _CACHED | {"total_tokens"},
    required=_TOTALS | {"total_tokens"},
)
COHERE: Final = Reader(
    {
        "stop": "COMPLETE",
        "length": "MAX_TOKENS",
        "tool_calls": "TOOL_CALL",
        "content_filter": "ERROR",
        "error": "ERROR",
        "pause": "COMPLETE",
        "cancelled": "COMPLETE",
        "other": "COMPLETE",
    },
    {
        "COMPLETE": "stop",
        "STOP_SEQUENCE": "stop",
        "MAX_TOKENS": "length",
        "TOOL_CALL": "tool_calls",
    },
    arguments="json",
    single=True,
    stopped="STOP_SEQUENCE",
    fails=frozenset({"ERROR", "TIMEOUT"}),
    floats=True,
    counts=_TOTALS | {"cached_input_tokens", "reasoning_tokens"},
)
COHERE_V1: Final = Reader(
    {
        "stop": "COMPLETE",
        "length": "MAX_TOKENS",
        "tool_calls": "COMPLETE",
        "content_filter": "ERROR_TOXIC",
        "error": "ERROR",
        "pause": "COMPLETE",
        "cancelled": "USER_CANCEL",
        "other": "COMPLETE",
    },
    {
        "COMPLETE": "stop",
        "STOP_SEQUENCE": "stop",
        "MAX_TOKENS": "length",
        "ERROR_TOXIC": "content_filter",
        "USER_CANCEL": "cancelled",
    },
    stopped="STOP_SEQUENCE",
    ids=False,
    arguments="object",
    unsaid=True,
    single=True,
    fails=frozenset({"ERROR", "ERROR_LIMIT", "TIMEOUT"}),
    floats=True,
    counts=_TOTALS | {"cached_input_tokens", "reasoning_tokens"},
)
GEMINI: Final = Reader(
    {
        "stop": "STOP",
        "length": "MAX_TOKENS",
        "tool_calls": "STOP",
        "content_filter": "SAFETY",
        "pause": "CONTINUATION",
        "cancelled": "OTHER",
        "error": "OTHER",
        "other": "OTHER",
    },
    {
        "STOP": "stop",
        "MAX_TOKENS": "length",
        "CONTINUATION": "pause",
        "FINISH_REASON_UNSPECIFIED": "other",
        **dict.fromkeys(
            ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"),
            "content_filter",
        ),
    },
    arguments="object",
    unsaid=True,
    fails=frozenset(
        {
            "OTHER",
            "MALFORMED_FUNCTION_CALL",
            "UNEXPECTED_TOOL_CALL",
            "TOO_MANY_TOOL_CALLS",
            "MISSING_THOUGHT_SIGNATURE",
            "MALFORMED_RESPONSE",
            "NO_IMAGE",
            "IMAGE_OTHER",
        }
    ),
    counts=_TOTALS | {"total_tokens", "cached_input_tokens", "reasoning_tokens"},
)
RESPONSES: Final = Reader(
    {
        "stop": "completed",
        "length": "max_output_tokens",
        "tool_calls": "completed",
        "content_filter": "content_filter",
        "pause": "max_messages",
    },
    {
        "completed": "stop",
        "max_output_tokens": "length",
        "content_filter": "content_filter",
        "max_messages": "pause",
        "steered": "pause",
        "cancelled": "cancelled",
        "incomplete": "other",
    },
    refusals=True,
    unsaid=True,
    single=True,
    counts=_TOTALS | _CACHED | {"total_tokens", "reasoning_tokens"},
    required=_TOTALS | _CACHED | {"total_tokens", "reasoning_tokens"},
)
OLLAMA: Final = Reader(
    {"stop": "stop", "length": "length", "tool_calls": "stop", "content_filter": "stop"},
    {"stop": "stop", "length": "length", "load": "other", "unload": "other"},
    ids=False,
    arguments="object",
    unsaid=True,
    single=True,
    counts=_TOTALS,
)
LLAMA_API: Final = Reader(
    {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "content_filter": "stop"},
    reasoning=False,
    single=True,
    floats=True,
    counts=_TOTALS | {"total_tokens"},
)
