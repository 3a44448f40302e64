"""Every stream held against every accumulator that reads its dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from onechunk import OnechunkError, load_adapters
from tests.interop.accumulators import HELPERS, Helper, hear
from tests.interop.bodies import Body, bodies
from tests.interop.kinds import Found, Kind, compare
from tests.interop.kinds_anthropic import ANTHROPIC, ANTHROPIC_BETA
from tests.interop.kinds_chat import CHAT
from tests.interop.kinds_gemini import GEMINI
from tests.interop.kinds_mistral import MISTRAL
from tests.interop.kinds_responses import RESPONSES, RESPONSES_EVENTS
from tests.interop.repeats import REPEATS
from tests.interop.replay import Replay
from tests.support.frames import payloads
from tests.support.streams import decode_all

__all__ = ["KINDS", "answers", "helpers_of", "hold", "hold_repeat"]

KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "openai-chat": CHAT,
    "openai-responses": RESPONSES,
    "openai-events": RESPONSES_EVENTS,
    "anthropic": ANTHROPIC,
    "anthropic-beta": ANTHROPIC_BETA,
    "mistral": MISTRAL,
    "gemini": GEMINI,
}
"""In what ways each helper says something else than `accumulate`; together they are all of it."""


def answers(dialect: str, data: bytes) -> list[Body]:
    """Return the answers in a file, none where it is no legal wire."""
    try:
        decode_all(dialect, [data])
    except OnechunkError:
        return []
    return bodies(dialect, load_adapters()[dialect].dialect, data)


def hold(helper: Helper, client: Any, replay: Replay, body: Body) -> Found:
    """Hold what a helper makes of an answer against what `accumulate` does."""
    theirs = hear(helper, client, replay, body.sent)
    return compare(body, payloads(body.sent), theirs, KINDS[helper.name], helper.unsaid)


def hold_repeat(body: Body) -> Iterator[Found]:
    """Hold what an answer repeats as a whole against the message; yield nothing if it does not."""
    repeat = REPEATS.get(body.dialect)
    if repeat is not None:
        said = payloads(body.sent)
        theirs = repeat.find(said)
        if theirs is not None:
            yield compare(body, said, theirs, repeat.kinds, repeat.unsaid)


def helpers_of(body: Body) -> list[Helper]:
    """Return the helpers that read a dialect."""
    return [helper for helper in HELPERS.values() if body.family in helper.families]
