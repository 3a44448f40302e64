"""In what ways an SDK's objects say something else than the wire did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from attrs import frozen

from onechunk.mapping import is_list, is_object

__all__ = ["KINDS", "Change", "Kind", "changes", "kind_of"]


@frozen
class Change:
    """One value that is not what the wire said.

    Attributes:
        path: Keys, with `[]` for any place in a list.
        was: On the wire; `...` if nothing was.
        now: In the object; `...` if nothing is.
    """

    path: str
    was: Any
    now: Any


def changes(was: Any, now: Any, path: str = "$") -> Iterator[Change]:
    """Yield where *now* is not what *was*, types of numbers included."""
    if is_object(was) and is_object(now):
        for key in [*was, *(key for key in now if key not in was)]:
            yield from changes(was.get(key, ...), now.get(key, ...), f"{path}.{key}")
    elif is_list(was) and is_list(now) and len(was) == len(now):
        for one, other in zip(was, now, strict=True):
            yield from changes(one, other, f"{path}[]")
    elif type(was) is not type(now) or (was != now and repr(was) != repr(now)):
        yield Change(path, was, now)


@frozen
class Kind:
    """A way in which objects differ: a row in `docs/sdk-objects.md`.

    Attributes:
        dialects: Whose objects do.
        holds: Says whether a change is of this kind.
    """

    name: str
    dialects: tuple[str, ...]
    holds: Callable[[Change], bool]


def _floats(change: Change) -> bool:
    return type(change.was) is int and type(change.now) is float and float(change.was) == change.now


def _huge(change: Change) -> bool:
    number = type(change.was) is int and type(change.now) in {int, float}
    return number and change.was > 2**53 and float(change.was) == float(change.now)


def _wholes(change: Change) -> bool:
    return type(change.was) is float and type(change.now) is int and change.was == change.now


def _dropped(*paths: str) -> Callable[[Change], bool]:
    def holds(change: Change) -> bool:
        key = change.path.rpartition(".")[2]
        return change.now is ... and (change.path in paths or key in paths)

    return holds


_MADE_UP = (
    *("lang", "urgency", "hologramData", "tone", "moodRatings", "requestNote", "shard"),
    *("carbonTokenCount", "newDetails", "matched", "x_dpi", "x_in", "x_depth", "x_font", "x_page"),
    *("x_fn", "x_call", "x_delta", "x_ink", "x_mood", "x_null", "x_empty", "x_list", "x_queue"),
    *("warnings", "service_tier", "mood", "annotations", "cost", "strict", "prompt_cached_count"),
    *("_debug_info", "rank", "aroma", "hologram", "heartbeat", "xPart", "xEmpty", "xHint", "xAt"),
    *("xStop", "xQueue", "xWhy", "xFirst", "xGreen", "xSeal"),
)
"""Keys that no vendor sends, in recordings of keys that nobody knows."""

KINDS: Final = (
    Kind("counts beyond 2^53 are rounded", ("cohere", "cohere-v1", "llama-api"), _huge),
    Kind(
        "whole numbers become floats",
        ("completions", "gemini", "llama", "llama-api", "mistral", "ollama", "openai", "responses"),
        _floats,
    ),
    Kind("floats become whole numbers", ("cohere",), _wholes),
    Kind(
        "keys that the SDK does not know are left out",
        ("bedrock", "gemini", "mistral", "ollama"),
        _dropped(*_MADE_UP),
    ),
    Kind(
        "what a union does not know is only named",
        ("bedrock",),
        lambda change: change.path.endswith(".SDK_UNKNOWN_MEMBER"),
    ),
    Kind("padding is left out", ("bedrock", "mistral"), _dropped("p")),
    Kind(
        "counts of the cache under their other name, and of server tools, are left out",
        ("bedrock",),
        _dropped("cacheReadInputTokenCount", "cacheWriteInputTokenCount", "serverToolUsage"),
    ),
    Kind(
        "ids and numbers of tool calls are left out",
        ("ollama",),
        _dropped(
            "$.message.tool_calls[].id",
            "$.message.tool_calls[].type",
            "$.message.tool_calls[].function.index",
            "$.message.tool_call_id",
        ),
    ),
    Kind("bytes of tokens are left out", ("ollama",), _dropped("bytes")),
    Kind(
        "the remote model and host are left out",
        ("ollama",),
        _dropped("remote_host", "remote_model"),
    ),
    Kind("metadata of choices is left out", ("mistral",), _dropped("$.choices[].metadata")),
    Kind(
        "refusals of logprobs are left out", ("mistral",), _dropped("$.choices[].logprobs.refusal")
    ),
    Kind(
        "a tool call outside a list is left out",
        ("mistral",),
        lambda change: change.path.startswith("$.choices[].delta.tool_calls") and change.now is ...,
    ),
    Kind(
        "times and messages are left out by the client",
        ("gemini",),
        _dropped("createTime", "finishMessage", "serviceTier"),
    ),
    Kind(
        "citations stand under another key",
        ("gemini",),
        lambda change: ".citationMetadata." in change.path,
    ),
    Kind("a content that is null is left out", ("gemini",), _dropped("$.candidates[].content")),
)
"""All that differs, between the recordings and the objects that official SDKs make of them."""


def kind_of(dialect: str, change: Change) -> Kind | None:
    """Return the kind of a change; None if nobody knows it."""
    kinds = (kind for kind in KINDS if dialect in kind.dialects)
    return next((kind for kind in kinds if kind.holds(change)), None)
