"""Requests to the upstream: what of the client's goes on, and what went wrong."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx2

from onechunk._errors import OnechunkError
from onechunk.gateway._config import Limits, Route
from onechunk.gateway._paths import leaves_its_place
from onechunk.gateway._record import Outcome
from onechunk.http import rewrite_request
from onechunk.http._headers import Headers, without_connection

__all__ = [
    "ENCODED",
    "NO_ANSWER",
    "NO_REQUEST",
    "UNANSWERED",
    "PathError",
    "failure_of",
    "is_for_upstream",
    "new_transport",
    "request_for",
]

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

_NO_URL: Final = re.compile(r'["<>[\\\]^`{|}]')
"""What neither a path nor a query may hold (RFC 3986); httpx2 encodes it in paths alone."""

_TUNNELS: Final = frozenset({"CONNECT", "TRACE"})
"""Methods that ask for no answer of an upstream's."""

_KEPT_OPEN: Final = 100
"""Connections to upstreams that are kept for later requests."""

_KEPT_FOR: Final = 4.0
"""Seconds: less than the 5 after which uvicorn and Node.js close those that are idle. A request
that meets a closing connection is lost, and no upstream says whether it was heard."""


NO_REQUEST: Final = "the gateway could not make a request of this one"
ENCODED: Final = "the upstream's answer is encoded in a way that cannot be undone"
UNANSWERED: Final = "the upstream closed the connection without an answer"
NO_ANSWER: Final = "the upstream gave no answer, or none that is HTTP"

Failure = tuple[Outcome, str, int]
"""How a request ends, what the client is told, and the status if none was sent yet."""

_FAILURES: Final[tuple[tuple[type[httpx2.RequestError], Failure], ...]] = (
    (
        httpx2.ReadTimeout,
        ("idle", "the upstream was silent for longer than {idle:g} s", HTTPStatus.GATEWAY_TIMEOUT),
    ),
    (
        httpx2.TimeoutException,
        ("failed", "the upstream could not be reached in time", HTTPStatus.GATEWAY_TIMEOUT),
    ),
    (httpx2.LocalProtocolError, ("failed", NO_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)),
    (
        httpx2.ConnectError,
        ("failed", "the upstream could not be reached", HTTPStatus.BAD_GATEWAY),
    ),
    (httpx2.DecodingError, ("unreadable", ENCODED, HTTPStatus.BAD_GATEWAY)),
)
"""What goes wrong with an upstream, the particular before the general."""

_SILENT_END: Final = "disconnected without sending a response"
"""How httpx2 tells that a connection ended where an answer was due: it has no class for it."""

_UNANSWERED: Final[Failure] = ("failed", UNANSWERED, HTTPStatus.BAD_GATEWAY)
_NO_ANSWER: Final[Failure] = ("failed", NO_ANSWER, HTTPStatus.BAD_GATEWAY)
_BROKE_OFF: Final[Failure] = ("broken", "the upstream's answer broke off", HTTPStatus.BAD_GATEWAY)


class PathError(Exception):
    """A path leads out of what the route allows, or is none."""


def new_transport() -> httpx2.AsyncHTTPTransport:
    """Return what sends all requests.

    A transport and no client: it follows no redirects, keeps no cookies, and reads neither proxies
    nor passwords from its environment, only SSL_CERT_FILE and SSL_CERT_DIR. How many connections
    are open, the limit of streams says.
    """
    limits = httpx2.Limits(
        max_connections=None, max_keepalive_connections=_KEPT_OPEN, keepalive_expiry=_KEPT_FOR
    )
    return httpx2.AsyncHTTPTransport(limits=limits)


def is_for_upstream(method: str) -> bool:
    """Say whether an upstream may be asked so; methods have a case, and servers change it."""
    return method == method.upper() and method not in _TUNNELS


def failure_of(error: httpx2.RequestError, limits: Limits, *, begun: bool) -> Failure:
    """Return what an error means; *begun* if headers of an answer have come."""
    if begun:
        otherwise = _BROKE_OFF
    else:
        hung_up = isinstance(error, httpx2.NetworkError) or _SILENT_END in str(error)
        otherwise = _UNANSWERED if hung_up else _NO_ANSWER
    found = (failure for kind, failure in _FAILURES if isinstance(error, kind))
    outcome, message, status = next(found, otherwise)
    return outcome, message.format(idle=limits.idle), status


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
        asked, whole = method, path if path.startswith("/") else f"/{path}"
        method, made, headers, body = rewrite_request(route.request, method, whole, headers, body)
        path = path if made == whole else made
        headers = _for_upstream(headers)
        if (method == _BODILESS) is not (asked == _BODILESS) or not is_for_upstream(method):
            message = f"the request callable must not make {method} of {asked}"
            raise OnechunkError(message)
    if leaves_its_place(path.partition("?")[0]):
        message = "the path leads out of its route"
        raise PathError(message)
    address = route.address
    url = httpx2.URL(f"{address.scheme}://{address.netloc}")
    path = _NO_URL.sub(lambda found: quote(found[0]), path)
    try:
        url = url.copy_with(raw_path=f"{address.path.rstrip('/')}{path}".encode(_TEXT))
    except httpx2.InvalidURL as error:
        message = "the path is none, or too long"
        raise PathError(message) from error
    # A body that is encoded would come in larger pieces, each of them later.
    pairs = [*headers, ("accept-encoding", "identity")]
    if method == _BODILESS:
        # Some servers send a body all the same: nobody's next answer must begin with it.
        pairs.append(("connection", "close"))
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
