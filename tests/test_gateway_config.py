"""What cannot be configured in a gateway."""

from __future__ import annotations

import pytest

from onechunk import Defaults, OnechunkError, UnknownDialectError
from onechunk.gateway import Limits, Route, create_app


@pytest.mark.parametrize(
    "address",
    [
        "",
        "llm.example",
        "ftp://a.example",
        "http://",
        "https://u:p@a.example",
        "https://a.example?x=1",
        "https://a.example/ b",
        "https://[a.example",
        "https://a.example:x",
        "https://ä.example",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    """They are refused, and not repeated: one may hold a password."""
    with pytest.raises(OnechunkError) as caught:
        Route(address, "openai", "anthropic")
    assert not address or address not in str(caught.value)


@pytest.mark.parametrize("prefix", ["chat", "/chat/", "/", "//", "/a b"])
def test_prefixes_that_are_none(prefix: str) -> None:
    """They are refused."""
    with pytest.raises(OnechunkError, match="prefix"):
        Route("https://a.example", "openai", "anthropic", prefix=prefix)


def test_other_mistakes() -> None:
    """They are found before anything runs."""
    route = Route("https://a.example", "openai", "anthropic")
    with pytest.raises(UnknownDialectError):
        Route("https://a.example", "latin", "anthropic")
    with pytest.raises(OnechunkError, match="needs a route"):
        create_app([])
    with pytest.raises(OnechunkError, match="two routes"):
        create_app([route, route])
    with pytest.raises(OnechunkError, match="keep_alive"):
        create_app([route], keep_alive=0)
    with pytest.raises(OnechunkError, match="'idle'"):
        Limits(idle=0)
    with pytest.raises(OnechunkError, match="framing"):
        create_app([route], framing="smoke")
    create_app([route], defaults=Defaults(), strict=True)
