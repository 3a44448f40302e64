"""What cannot be configured in a gateway."""

from __future__ import annotations

from typing import Any

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


@pytest.mark.parametrize("prefix", ["chat", "/chat/", "/", "//", "/a b", "/a?b", "/a#b"])
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
    with pytest.raises(OnechunkError, match="'body' must be a whole number"):
        Limits(body=1.5)  # type: ignore[arg-type] # on purpose
    with pytest.raises(OnechunkError, match="two pages"):
        create_app([route], health="/a", metrics="/a")
    with pytest.raises(OnechunkError, match=r"Limits\.frame"):
        create_app([route], limit=5)
    with pytest.raises(OnechunkError, match="framing"):
        create_app([route], framing="smoke")
    create_app([route], defaults=Defaults(), strict=True)


class Asks:
    """An object whose call is a coroutine."""

    async def __call__(self, *request: Any) -> Any:
        """Return the request."""
        return request


@pytest.mark.parametrize("request_", [Asks(), Asks().__call__, 5], ids=["object", "method", "none"])
def test_callables_that_are_none(request_: Any) -> None:
    """They are refused before anything runs: awaited by nobody they would make nothing."""
    with pytest.raises(OnechunkError, match="the request callable"):
        Route("https://a.example", "openai", "anthropic", request=request_)
