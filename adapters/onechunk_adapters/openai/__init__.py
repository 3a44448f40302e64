"""The OpenAI chat chunk and the vendors that speak its dialect."""

from __future__ import annotations

from functools import partial
from typing import Final

from onechunk import Adapter, Citation, Media, Reasoning, Refusal, Rules, Text, ToolCall
from onechunk.mapping import UsageElsewhere
from onechunk_adapters._demo import demo
from onechunk_adapters._shared import USAGE
from onechunk_adapters.openai.mapping import build
from onechunk_adapters.openai.profiles import OPENAI, VENDORS, Vendor
from onechunk_adapters.openai.wire import ChatCompletionChunk, Data
from onechunk_adapters.openai.words import ROLES

__all__ = ["ADAPTER"]


def _adapter(vendor: Vendor, *, profiles: tuple[Adapter, ...] = ()) -> Adapter:
    places = {"also_in": vendor.usage, "apart": vendor.apart}
    return Adapter(
        name=vendor.name,
        title=vendor.title,
        dialect=OPENAI.name,
        wire=Data,
        envelope=ChatCompletionChunk,
        table=partial(build, vendor),
        rules=Rules(
            says=frozenset({Text, Reasoning, Refusal, ToolCall, Media, Citation}),
            role_words=ROLES,
            error_finish="error" in vendor.words,
            gathers=frozenset({Citation}),
        ),
        running=vendor.running,
        places=UsageElsewhere(vendor.usage_at, USAGE, **places) if vendor.usage_at else None,
        padding=frozenset({"obfuscation"}),
        profiles=profiles,
        demo=demo(__name__),
    )


ADAPTER: Final = _adapter(OPENAI, profiles=tuple(_adapter(vendor) for vendor in VENDORS))
