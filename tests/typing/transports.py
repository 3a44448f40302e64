"""What type checkers know of transports and middleware, and who takes them."""

from typing import assert_type

import httpx
import httpx2
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

import onechunk.httpx
import onechunk.httpx2
from onechunk import Defaults, Loss
from onechunk.asgi import Middleware
from onechunk.http import ResponseTranslator, error_response, rewrite_request


def as_it_is(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[str, str, dict[str, str], bytes]:
    """Return the request unchanged."""
    return method, path, headers, body


def check_transports(request: httpx.Request, request2: httpx2.Request) -> None:
    """Clients take the transports, and the transports take those of their library."""
    plain = onechunk.httpx.Transport("openai", "mistral", httpx.HTTPTransport(), request=as_it_is)
    plain2 = onechunk.httpx2.Transport("openai", "mistral", strict=True, defaults=Defaults())
    assert_type(plain.handle_request(request), httpx.Response)
    assert_type(plain2.handle_request(request2), httpx2.Response)
    httpx.Client(transport=plain)
    httpx2.Client(transport=plain2)
    httpx.AsyncClient(transport=onechunk.httpx.AsyncTransport("openai", "mistral", limit=9))
    httpx2.AsyncClient(transport=onechunk.httpx2.AsyncTransport("openai", "mistral"))


def check_response(headers: list[tuple[str, str]]) -> None:
    """A response is bytes in, bytes out."""
    response = ResponseTranslator("openai", "mistral", 200, headers, to_framing="ndjson")
    assert_type(response.feed(b""), bytes)
    assert_type(response.close(), bytes)
    assert_type(response.abort("gone", status=504), bytes)
    assert_type(response.losses, list[Loss])
    assert_type(response.headers, list[tuple[str, str]])
    assert_type(
        rewrite_request(as_it_is, "GET", "/", headers, b""),
        tuple[str, str, list[tuple[str, str]], bytes],
    )


async def check_middleware(scope: Scope, receive: Receive, send: Send) -> None:
    """Starlette takes the middleware, which takes any app and is one."""
    app = Starlette()
    app.add_middleware(Middleware, "openai", "mistral", header="x-dialect", strict=True)
    outer = Middleware(Middleware(app, "openai", "mistral"), source="mistral", target="ollama")
    assert_type(await outer(scope, receive, send), None)
    assert_type(error_response("openai", 413, "too long"), tuple[list[tuple[str, str]], bytes])
