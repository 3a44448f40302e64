"""The vendors' clients, as they come out of the box, on the gateway."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final

import pytest

from onechunk import Translator
from onechunk.gateway import Route, create_app
from tests.interop.answer import Said
from tests.interop.replay import Fixed
from tests.interop.targets import TARGETS
from tests.interop.test_sdk_clients import DATA, MANY, RECORDED
from tests.support.app_server import run_app
from tests.support.upstream import cut, replay, serve

SIZE: Final = 1009

CASES: Final = [
    (name, target)
    for target in TARGETS
    for name in RECORDED
    if target == "openai" or name.partition("/")[0] in MANY
]
"""Recordings and targets."""


@pytest.fixture(scope="module")
def gateway() -> Generator[str]:
    """A gateway with a route for each case, and all their servers."""
    with serve() as upstream:
        routes = [
            Route(
                upstream.add(replay(name, cut(DATA[name], SIZE))),
                name.partition("/")[0],
                target,
                prefix=f"/{name}/{target}",
            )
            for name, target in CASES
        ]
        with run_app(create_app(routes), lifespan="on") as url:
            yield url


@pytest.mark.parametrize(("name", "target"), CASES)
def test_client_hears_what_a_translator_writes(
    name: str,
    target: str,
    gateway: str,
    ask: Callable[[str, bytes], Said],
    request: pytest.FixtureRequest,
) -> None:
    """A client of the gateway hears what it hears of the translated stream."""
    translator = Translator(name.partition("/")[0], target)
    body = translator.feed(DATA[name]) + translator.close()
    said = ask(target, body)
    assert said.heard
    client = request.getfixturevalue(TARGETS[target].client)
    assert TARGETS[target].ask(client, Fixed(f"{gateway}/{name}/{target}"), b"") == said
