"""Every recording through the gateway is what the translator makes of it, however it is cut."""

from __future__ import annotations

from collections.abc import Generator
from itertools import product
from typing import Final

import httpx
import pytest

from onechunk import load_adapters
from onechunk.gateway import Route, create_app
from onechunk.http import ResponseTranslator
from tests.support.app_server import run_app
from tests.support.recordings import RECORDINGS, Recording
from tests.support.upstream import SECONDS, TYPES, cut, replay, serve

TARGETS: Final = ("anthropic", "openai")
"""What is asked for besides the dialect of the recording itself."""

SIZE: Final = 251
"""Bytes of a piece: a prime, so that the cuts fall anywhere."""


@pytest.fixture(scope="module")
def client() -> Generator[httpx.Client]:
    """A client of a gateway that has a route for each recording and target."""
    with serve() as upstream:
        addresses = [upstream.add(replay(each, cut(each.data, SIZE))) for each in RECORDINGS]
        routes = [
            Route(address, recording.dialect, target, f"/{recording.id}/{target}")
            for address, recording in zip(addresses, RECORDINGS, strict=True)
            for target in {*TARGETS, recording.dialect}
        ]
        with (
            run_app(create_app(routes), lifespan="on") as url,
            httpx.Client(base_url=url, timeout=SECONDS) as client,
        ):
            yield client


def translated(recording: Recording, target: str) -> tuple[int, str, bytes]:
    """Return status, content type and body of the response to a recording that came at once."""
    headers = [("content-type", TYPES[recording.path.suffix])]
    translator = ResponseTranslator(recording.dialect, target, 200, headers, method="POST")
    body = translator.feed(recording.data)
    if not translator.ended:
        body += translator.close()
    return translator.status, dict(translator.headers)["content-type"], body


def apart(body: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return what a stream says, and its comments: these go on as soon as they have come."""
    lines = [line for line in body.split(b"\n") if line]
    comments = [line for line in lines if line.startswith(b":")]
    return [line for line in lines if line not in comments], comments


@pytest.mark.parametrize("dialect", sorted(load_adapters()))
def test_recordings(dialect: str, client: httpx.Client) -> None:
    """Status, content type and every byte are the same, but for where comments stand."""
    recordings = [each for each in RECORDINGS if each.dialect == dialect]
    for recording, target in product(recordings, sorted({*TARGETS, dialect})):
        status, content_type, body = translated(recording, target)
        response = client.post(f"/{recording.id}/{target}", json={"stream": True})
        assert response.status_code == status
        assert response.headers["content-type"] == content_type
        assert apart(response.content) == apart(body), (recording.id, target)
