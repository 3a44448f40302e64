"""Requests to the upstream: what of the client's goes on, and what went wrong."""

from __future__ import annotations

from typing import Final

import httpx2

from onechunk._errors import OnechunkError
from onechunk.gateway._config import Limits, Route
from onechunk.gateway._paths import leaves_its_place
from onechunk.http import rewrite_request
from onechunk.http._headers import Headers, without_connection

__all__ = ["PathError", "new_transport", "request_for"]

_TEXT: Final = "latin-1"

_OURS: Final = frozenset(
    {
        # Made anew for the upstream:
        "accept-encoding",
        "content-length",
        "host",
        # Was between the client and us:
        "expect",
        "proxy-authorization",
    }
)
"""Headers of a request that are not sent on, besides those that are for one hop only."""

_BODILESS: Final = "HEAD"
"""What answers this method says how long its body would be, and has none."""

_KEPT_OPEN: Final = 100
"""Connections to upstreams that are kept for later requests."""


class PathError(Exception):
    """A path leads out of what the route allows, or is none."""


def new_transport() -> httpx2.AsyncHTTPTransport:
    """Return what sends all requests.

    A transport and no client: it follows no redirects, keeps no cookies, and reads neither proxies
    nor passwords from its environment, only SSL_CERT_FILE and SSL_CERT_DIR. How many connections
    are open, the limit of streams says.
    """
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=_KEPT_OPEN)
    return httpx2.AsyncHTTPTransport(limits=limits)


def request_for(
    route: Route, limits: Limits, method: str, path: str, *, headers: Headers, body: bytes
) -> httpx2.Request:
    """Return the request to send.

    Args:
        route: Says where to, and may have a callable.
        limits: How long to wait.
        method: The client's.
        path: What stands behind the prefix, with the query.
        headers: The client's, but for those that are the gateway's own.
        body: Whole.

    Raises:
        PathError: The path leads out of the route's place, or is none.
        OnechunkError: The callable returned no request. What it raises passes unchanged.
    """
    headers = _for_upstream(headers)
    if route.request is not None:
        asked = method
        method, path, headers, body = rewrite_request(route.request, method, path, headers, body)
        headers = _for_upstream(headers)
        if (method == _BODILESS) is not (asked == _BODILESS):
            message = "the request callable must not make HEAD of another method, nor of HEAD"
            raise OnechunkError(message)
    if leaves_its_place(path.partition("?")[0]):
        message = "the path leads out of its route"
        raise PathError(message)
    address = route.address
    url = httpx2.URL(f"{address.scheme}://{address.netloc}")
    try:
        url = url.copy_with(raw_path=f"{address.path.rstrip('/')}{path}".encode(_TEXT))
    except httpx2.InvalidURL as error:
        message = "the path is none, or too long"
        raise PathError(message) from error
    # A body that is encoded would come in larger pieces, each of them later.
    pairs = [*headers, ("accept-encoding", "identity")]
    timeout = {
        "connect": limits.connect,
        "pool": limits.connect,
        "read": limits.idle,
        "write": limits.idle,
    }
    return httpx2.Request(
        method,
        url,
        headers=[(name.encode(_TEXT), value.encode(_TEXT)) for name, value in pairs],
        content=body,
        extensions={"timeout": timeout},
    )


def _for_upstream(headers: Headers) -> Headers:
    """Leave out what is not for the upstream."""
    return [pair for pair in without_connection(headers) if pair[0].lower() not in _OURS]
