"""Tool calls whose fragments come mixed, as every SDK joins them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from mistralai.client import Mistral
from openai import OpenAI

from onechunk import Choice, Chunk, Encoder, Finish, FinishReason, ToolCall
from tests.interop.answer import Call, Said
from tests.interop.clients import ask_chat, ask_mistral
from tests.interop.replay import Replay
from tests.interop.targets import TARGETS
from tests.interop.test_accumulation import collect
from tests.support.event_streams import ANSWERS

ARGUMENTS = ['{"city":"Tórshavn","days":[1,2]}', '{"q":"\\"}{\\""}', "{}"]
CALLS = [ToolCall(n, f"call_{n}", f"tool_{n}", "") for n in range(len(ARGUMENTS))]


def one_by_one(choice: int) -> Iterator[Chunk]:
    """Say all heads, then a character of each call in turn."""
    for call in CALLS:
        yield Chunk(choices=[Choice(choice, parts=[ToolCall(call.index, call.id, call.name)])])
    for place in range(max(map(len, ARGUMENTS))):
        for number, arguments in enumerate(ARGUMENTS):
            if place < len(arguments):
                fragment = ToolCall(number, arguments=arguments[place])
                yield Chunk(choices=[Choice(choice, parts=[fragment])])


def all_at_once(choice: int) -> Iterator[Chunk]:
    """Say the heads in one chunk, and a character of every call in each that follows."""
    yield Chunk(choices=[Choice(choice, parts=[*CALLS])])
    for place in range(max(map(len, ARGUMENTS))):
        rest = [
            ToolCall(number, arguments=arguments[place])
            for number, arguments in enumerate(ARGUMENTS)
            if place < len(arguments)
        ]
        yield Chunk(choices=[Choice(choice, parts=[*reversed(rest)])])


def heads_late(choice: int) -> Iterator[Chunk]:
    """Begin each call only while the one before it is going on, with numbers that leave gaps."""
    for number, (call, arguments) in enumerate(zip(CALLS, ARGUMENTS, strict=True)):
        head = ToolCall(number * 10, call.id, call.name, arguments[:1])
        yield Chunk(choices=[Choice(choice, parts=[head])])
        before = ARGUMENTS[number - 1][1:] if number else ""
        yield Chunk(choices=[Choice(choice, parts=[ToolCall(number * 10 - 10, arguments=before)])])
    yield Chunk(choices=[Choice(choice, parts=[ToolCall(20, arguments=ARGUMENTS[2][1:])])])


def repeated(choice: int) -> Iterator[Chunk]:
    """Say id and name on every fragment."""
    for number, (call, arguments) in enumerate(zip(CALLS, ARGUMENTS, strict=True)):
        for character in arguments:
            part = ToolCall(number, call.id, call.name, character)
            yield Chunk(choices=[Choice(choice, parts=[part])])


Way = Callable[[int], Iterator[Chunk]]
WAYS: list[Way] = [one_by_one, all_at_once, heads_late, repeated]


def stream(way: Way, target: str, choices: tuple[int, ...] = (0, 1)) -> bytes:
    """Write choices whose chunks alternate."""
    encoder = Encoder(target)
    rounds = zip(*map(way, choices), strict=True)
    out = b"".join([encoder.feed(chunk) for each in rounds for chunk in each])
    for choice in choices:
        finish = Finish(FinishReason.TOOL_CALLS)
        out += encoder.feed(Chunk(choices=[Choice(choice, finish=finish)]))
    return out + encoder.feed(Chunk(done=True)) + encoder.close()


def check(said: Said) -> None:
    """Compare with what was meant."""
    assert not said.failed
    for choice in (0, 1):
        answer = said.answers[choice]
        assert answer.finish == "tool_calls"
        assert answer.calls == [
            Call(f"call_{number}", f"tool_{number}", arguments)
            for number, arguments in enumerate(ARGUMENTS)
        ]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_openai(way: Way, replay: Replay, openai_client: OpenAI) -> None:
    """OpenAI's client joins every call by its number."""
    check(ask_chat(openai_client, replay, stream(way, "openai")))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_helper(way: Way, replay: Replay, openai_client: OpenAI) -> None:
    """OpenAI's helper makes whole JSON of the arguments, one id and one name of the rest."""
    whole = collect(openai_client, replay, stream(way, "openai"))
    for choice in whole.choices:
        calls = choice.message.tool_calls
        assert calls is not None
        assert [call.id for call in calls] == [call.id for call in CALLS]
        assert [call.function.name for call in calls] == [call.name for call in CALLS]
        found = [json.loads(call.function.arguments) for call in calls]
        assert found == [json.loads(arguments) for arguments in ARGUMENTS]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_mistral(way: Way, replay: Replay, mistral_client: Mistral) -> None:
    """Mistral's client joins every call by its number; a name is empty after the head."""
    said = ask_mistral(mistral_client, replay, stream(way, "mistral"))
    check(said)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("target", [*ANSWERS])
def test_events(way: Way, target: str, ask: Callable[[str, bytes], Said]) -> None:
    """Clients of event dialects hear one call after the other, each whole and with its own id."""
    reader = TARGETS[target].reader
    choices = (0,) if reader.single else (0, 1)
    said = ask(target, stream(way, target, choices))
    assert not said.failed
    for choice in choices:
        answer = said.answers[choice]
        assert reader.meaning(answer) == "tool_calls"
        assert [call.name for call in answer.calls] == [call.name for call in CALLS]
        assert [call.value for call in answer.calls] == [json.loads(each) for each in ARGUMENTS]
        ids = [call.id if reader.ids else None for call in CALLS]
        assert [call.id for call in answer.calls] == ids
