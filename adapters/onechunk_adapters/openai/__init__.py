"""The OpenAI chat chunk and the vendors that speak its dialect."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from onechunk import Adapter, Citation, Media, Reasoning, Refusal, Rules, Text, ToolCall
from onechunk.mapping import UsageElsewhere
from onechunk_adapters._demo import demo
from onechunk_adapters._reasoning import DETAIL_WORDS
from onechunk_adapters._shared import USAGE
from onechunk_adapters.openai.mapping import build, build_whole
from onechunk_adapters.openai.profiles import OPENAI, VENDORS, Vendor
from onechunk_adapters.openai.sdk import SDK
from onechunk_adapters.openai.wire import ChatCompletionChunk, Data
from onechunk_adapters.openai.wire_whole import ChatCompletion
from onechunk_adapters.openai.words import ROLES

__all__ = ["ADAPTER"]

_WORDS: Final = {
    "Text.type": frozenset({"text"}),
    "Reasoning.type": DETAIL_WORDS,
    "Citation.type": frozenset({"url_citation"}),
}


def _adapter(vendor: Vendor, *, profiles: tuple[Adapter, ...] = ()) -> Adapter:
    places = {"also_in": vendor.usage, "apart": vendor.apart}
    common: dict[str, Any] = {
        "rules": Rules(
            says=frozenset({Text, Reasoning, Refusal, ToolCall, Media, Citation}),
            role_words=ROLES,
            error_finish="error" in vendor.words,
            gathers=frozenset({Citation}),
        ),
        "words": _WORDS,
        "places": UsageElsewhere(vendor.usage_at, USAGE, **places) if vendor.usage_at else None,
    }
    return Adapter(
        name=vendor.name,
        title=vendor.title,
        dialect=OPENAI.name,
        wire=Data,
        envelope=ChatCompletionChunk,
        table=partial(build, vendor),
        running=vendor.running,
        padding=frozenset({"obfuscation", "Choice.obfuscation"}),
        whole=Adapter(
            name=f"{vendor.name}.whole",
            title=f"{vendor.title}, whole",
            dialect=f"{OPENAI.name}.whole",
            wire=ChatCompletion,
            table=partial(build_whole, vendor),
            moves={"delta": "message"},
            **common,
        ),
        sdk=SDK,
        profiles=profiles,
        demo=demo(__name__),
        **common,
    )


ADAPTER: Final = _adapter(OPENAI, profiles=tuple(_adapter(vendor) for vendor in VENDORS))
