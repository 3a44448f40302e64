"""A home stream that broke off and was repaired, as each SDK hears it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from openai import APIError, OpenAI

from onechunk import Translator
from tests.interop.answer import Said
from tests.interop.replay import Replay
from tests.support.event_streams import ANSWERS, write

HEAD = (
    b'data: {"id":"a","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
)


@pytest.mark.parametrize("target", ANSWERS)
def test_events(target: str, ask: Callable[[str, bytes], Said]) -> None:
    """Clients of event dialects hear what was said, and then that it failed."""
    events = ANSWERS[target]()
    words = next(number for number, each in enumerate(events) if "llo" in str(each))
    translator = Translator(target, target, repair=True)
    body = translator.feed(write(target, events[: words + 1])) + translator.abort("Too slow")
    said = ask(target, body)
    assert said.failed
    assert "".join(answer.text for answer in said.answers.values()) == "Héllo"


def test_openai(replay: Replay, openai_client: OpenAI) -> None:
    """OpenAI's client raises its own error after what was said, with the message."""
    translator = Translator("openai", "openai", repair=True)
    body = translator.feed(HEAD) + translator.abort("Too slow")
    client = openai_client.with_options(base_url=replay.address(body))
    heard: list[str | None] = []
    chat = client.chat.completions.create(model="m", messages=[], stream=True)
    with pytest.raises(APIError, match="Too slow"), chat:  # noqa: PT012 - the stream is read here
        for chunk in chat:
            heard.append(chunk.choices[0].delta.content)  # noqa: PERF401 - what came before counts
    assert heard == ["Hi"]
