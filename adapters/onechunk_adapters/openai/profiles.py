"""Vendors that speak the OpenAI chat dialect with differences that are only data.

A new vendor is one row. Sources: the vendors' own SDKs and recorded streams, September 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from onechunk import FinishReason, Reasoning, Text

__all__ = ["OPENAI", "VENDORS", "Vendor"]

_ERROR = {"error": FinishReason.ERROR}
_MESSAGE = {("message", "content"): Text, ("message", "reasoning_content"): Reasoning}
_TOP_REASONING = {"reasoning_tokens": "reasoning_tokens"}
_TOP_CACHED = {"cached_tokens": "cached_input_tokens"}


@frozen
class Vendor:
    """What a vendor does otherwise than OpenAI.

    Attributes:
        name: Name of the profile.
        title: The vendor's name for people.
        reasoning: Keys of a delta that hold reasoning, usual one first.
        finish: Finish words beside OpenAI's own, and what they mean.
        words: Reasons for which the vendor has a word where OpenAI has none.
        usage: Further paths of usage and the field that each repeats or stands in for.
        apart: Counts that the vendor leaves out of others.
        stop: Keys of a choice that name the stop token or sequence.
        usage_at: Paths in a chunk, beside `usage`, where the usage object may stand.
        running: Paths in a choice that repeat the text so far.
    """

    name: str
    title: str
    reasoning: tuple[str, ...] = ("reasoning_content", "reasoning")
    finish: Mapping[str, FinishReason] = field(factory=dict[str, FinishReason])
    words: Mapping[FinishReason, str] = field(factory=dict[FinishReason, str])
    usage: Mapping[str, str] = field(factory=dict[str, str])
    apart: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    stop: tuple[str, ...] = ()
    usage_at: tuple[str, ...] = ()
    running: Mapping[tuple[str, str], type[Any]] = field(factory=dict[tuple[str, str], type[Any]])


_REASONING_FIRST = ("reasoning", "reasoning_content")
_SERVER_ERROR = {FinishReason.ERROR: "error"}

OPENAI: Final = Vendor("openai", "OpenAI chat completions")

VENDORS: Final = (
    Vendor("ai21", "AI21"),
    Vendor(
        "azure",
        "Azure OpenAI and models hosted there",
        usage=_TOP_REASONING,
        stop=("matched_stop",),
    ),
    Vendor("cerebras", "Cerebras", reasoning=_REASONING_FIRST),
    Vendor("copilot", "GitHub Copilot"),
    Vendor("dashscope", "Alibaba DashScope, compatible mode"),
    Vendor("databricks", "Databricks model serving"),
    Vendor(
        "deepseek",
        "DeepSeek",
        finish={
            "insufficient_system_resource": FinishReason.ERROR,
            "aborted": FinishReason.CANCELLED,
        },
        words={FinishReason.ERROR: "insufficient_system_resource"},
        usage={"prompt_cache_hit_tokens": "cached_input_tokens"},
    ),
    Vendor("fireworks", "Fireworks", finish=_ERROR, words=_SERVER_ERROR),
    Vendor("groq", "Groq", reasoning=_REASONING_FIRST, usage_at=("x_groq",)),
    Vendor(
        "huggingface",
        "Hugging Face TGI",
        finish={"eos_token": FinishReason.STOP, "stop_sequence": FinishReason.STOP},
    ),
    Vendor("llamacpp", "llama.cpp server", finish={"tool": FinishReason.TOOL_CALLS}),
    Vendor("minimax", "MiniMax", running=_MESSAGE),
    Vendor("moonshot", "Moonshot", usage=_TOP_CACHED, usage_at=("choices",)),
    Vendor("nim", "NVIDIA NIM", stop=("stop_reason",)),
    Vendor(
        "openrouter",
        "OpenRouter",
        reasoning=_REASONING_FIRST,
        finish=_ERROR,
        words=_SERVER_ERROR,
    ),
    Vendor(
        "perplexity",
        "Perplexity",
        usage=_TOP_REASONING,
        running=_MESSAGE,
    ),
    Vendor("sambanova", "SambaNova", reasoning=_REASONING_FIRST),
    Vendor(
        "sglang",
        "SGLang",
        finish={"abort": FinishReason.CANCELLED},
        usage=_TOP_REASONING,
        stop=("matched_stop",),
    ),
    Vendor("snowflake", "Snowflake Cortex"),
    Vendor(
        "together",
        "Together",
        reasoning=_REASONING_FIRST,
        finish={"eos": FinishReason.STOP},
        usage=_TOP_CACHED,
    ),
    Vendor(
        "vllm",
        "vLLM",
        reasoning=_REASONING_FIRST,
        finish={
            "abort": FinishReason.CANCELLED,
            "error": FinishReason.ERROR,
            "repetition": FinishReason.ERROR,
        },
        words={FinishReason.ERROR: "error", FinishReason.CANCELLED: "abort"},
        stop=("stop_reason",),
    ),
    Vendor("writer", "Writer", usage={"prompt_token_details.cached_tokens": "cached_input_tokens"}),
    Vendor(
        "xai",
        "xAI",
        finish={"end_turn": FinishReason.STOP},
        apart={"output_tokens": ("reasoning_tokens",)},
    ),
    Vendor(
        "zhipu",
        "Zhipu, Z.ai",
        finish={
            "sensitive": FinishReason.CONTENT_FILTER,
            "network_error": FinishReason.ERROR,
            "model_context_window_exceeded": FinishReason.LENGTH,
        },
        words={FinishReason.ERROR: "network_error"},
    ),
)
"""In order of name."""
