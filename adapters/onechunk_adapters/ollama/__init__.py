"""Ollama's chat and generate lines."""

from __future__ import annotations

from typing import Any, Final

from onechunk import Adapter, ErrorForm, Reasoning, Rules, Text, ToolCall
from onechunk_adapters._demo import demo
from onechunk_adapters.ollama.mapping import build, build_whole
from onechunk_adapters.ollama.memory import CallMemory, WholeMemory
from onechunk_adapters.ollama.sdk import SDK
from onechunk_adapters.ollama.stage import Lines
from onechunk_adapters.ollama.wire import ChatResponse

__all__ = ["ADAPTER"]

_COMMON: Final[dict[str, Any]] = {
    "wire": ChatResponse,
    "rules": Rules(
        bare_error=True,
        says=frozenset({Text, Reasoning, ToolCall}),
        role_words=frozenset({"assistant"}),
        usage="last",
        names=True,
        choices="one",
        calls="whole",
        tells=True,
        envelope=frozenset({"model", "created"}),
    ),
    # The time is said in seconds; calls are counted as they come.
    "words": {"ToolCall.type": frozenset({"function"})},
    "scaffold": frozenset({"created_at", "done", "ToolCall.function.index"}),
}
"""A line of the stream and a body that comes whole are one object."""

ADAPTER: Final = Adapter(
    name="ollama",
    title="Ollama chat and generate lines",
    table=build,
    framing="ndjson",
    end=None,
    memory=CallMemory,
    stage=Lines,
    again=frozenset({"role"}),
    http_error=ErrorForm(at=None, message="error", type=None, code=None, param=None),
    whole=Adapter(
        name="ollama.whole",
        title="Ollama chat and generate responses",
        table=build_whole,
        memory=WholeMemory,
        moves={},
        as_is=True,
        **_COMMON,
    ),
    sdk=SDK,
    demo=demo(__name__, "demo.ndjson"),
    **_COMMON,
)
