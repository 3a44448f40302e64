"""Where the gateway sends requests, and how much of anything it allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, urlsplit

import httpx2
from attrs import field, fields, frozen

from onechunk._errors import OnechunkError
from onechunk._frame import DEFAULT_FRAME_LIMIT
from onechunk._registry import get_adapter
from onechunk.http import Rewrite
from onechunk.http._request import check_rewrite

__all__ = ["Limits", "Route", "check_pages", "checked_routes"]

_PREFIX: Final = re.compile("(/[!-~]*[!-.0-~])?")
_PAGE: Final = re.compile("/[-.~/A-Za-z0-9_]*")
_NO_ADDRESS: Final = "an upstream must be an address like https://api.example.com/v1"
_SCHEMES: Final = frozenset({"http", "https"})


@frozen
class Limits:
    """How much of anything the gateway allows.

    Attributes:
        body: Bytes of a request's body. More is answered by 413.
        frame: Bytes of one event that comes from an upstream, and of an answer that comes whole.
        upload: Seconds for the body of a request to come. Longer is answered by 408.
        connect: Seconds to connect to an upstream. Longer is answered by 504.
        idle: Seconds for which an upstream may be silent. Longer is answered by 504 before the
            headers have come, and ends the stream in an error after that.
        total: Seconds for all of one request. Longer ends as an idle upstream does.
        streams: Requests that are answered at a time. One more is answered by 503.

    Raises:
        OnechunkError: A limit is not above 0, or one of bytes or of requests is no whole number.
    """

    body: int = 32 * 1024 * 1024
    frame: int = DEFAULT_FRAME_LIMIT
    upload: float = 60.0
    connect: float = 10.0
    idle: float = 300.0
    total: float = 3600.0
    streams: int = 1000

    def __attrs_post_init__(self) -> None:
        """Check that each is a number above 0."""
        for attribute in fields(Limits):
            value = getattr(self, attribute.name)
            whole = isinstance(attribute.default, int)
            kinds = int if whole else int | float
            if isinstance(value, bool) or not isinstance(value, kinds) or not value > 0:
                number = "a whole number" if whole else "a number"
                message = f"the limit {attribute.name!r} must be {number} above 0, not {value!r}"
                raise OnechunkError(message)


@frozen
class Route:
    """One way through the gateway.

    Attributes:
        upstream: Address that requests are sent below, such as `https://api.example.com/v1`.
        source: Dialect or profile of the upstream.
        target: Dialect or profile of the clients, where they name no other.
        prefix: What paths of this route begin with; it is not sent on. Empty for all paths.
        request: Makes of method, path with query, headers (a dict of names in lower case) and body
            those to send; the path is what stands behind the prefix. None to send requests on as
            they come.

    Raises:
        UnknownDialectError: No adapter has one of the names.
        OnechunkError: The prefix is no path, the upstream no address, or the callable async.
    """

    upstream: str
    source: str
    target: str
    prefix: str = ""
    request: Rewrite | None = None
    address: SplitResult = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check all there is, and take the address apart."""
        get_adapter(self.source)
        get_adapter(self.target)
        check_rewrite(self.request)
        if _PREFIX.fullmatch(self.prefix) is None or not {"?", "#"}.isdisjoint(self.prefix):
            message = f"the prefix {self.prefix!r} must be like '/chat', or empty"
            raise OnechunkError(message)
        object.__setattr__(self, "address", _address(self.upstream))


def _address(upstream: str) -> SplitResult:
    """Take the address of an upstream apart.

    What is wrong with it is not repeated: it may hold a password.
    """
    try:
        address = urlsplit(upstream)
        named = address.scheme in _SCHEMES and bool(address.hostname) and address.port != 0
    except ValueError:
        address, named = SplitResult("", "", "", "", ""), False
    if not named or not upstream.isascii() or not upstream.isprintable() or " " in upstream:
        raise OnechunkError(_NO_ADDRESS)
    try:
        httpx2.URL(upstream)
    except httpx2.InvalidURL:
        # Its message would repeat the address.
        raise OnechunkError(_NO_ADDRESS) from None
    if address.query or address.fragment or "@" in address.netloc:
        message = "the address of an upstream has no query, no fragment and no password"
        raise OnechunkError(message)
    return address


def checked_routes(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return the routes in the order in which they are tried: the longest prefix first.

    Raises:
        OnechunkError: There are none, or two have one prefix.
    """
    found = sorted(routes, key=lambda route: len(route.prefix), reverse=True)
    if not found:
        message = "a gateway needs a route"
        raise OnechunkError(message)
    prefixes = [route.prefix for route in found]
    for prefix in prefixes:
        if prefixes.count(prefix) > 1:
            message = f"two routes have the prefix {prefix!r}"
            raise OnechunkError(message)
    return tuple(found)


def check_pages(*paths: str | None) -> None:
    """Check the paths of the gateway's own pages.

    Raises:
        OnechunkError: One is no plain path, or two are the same.
    """
    found = [path for path in paths if path]
    for path in found:
        if _PAGE.fullmatch(path) is None:
            message = f"the path {path!r} must be like '/healthz'"
            raise OnechunkError(message)
        if found.count(path) > 1:
            message = f"two pages have the path {path!r}"
            raise OnechunkError(message)
