"""What the app is told of a request, such that its answer can be translated."""

from __future__ import annotations

from typing import Any, Final

from onechunk.asgi._types import Scope

__all__ = ["CHANGED", "header_of", "hears_of_leaving", "scope_for_app"]

CHANGED: Final = frozenset({"extensions", "headers"})
"""What of a scope the app is told otherwise."""

_OFFERS: Final = "http.response."
_HARMLESS: Final = frozenset(
    {"http.response.debug", "http.response.early_hint", "http.response.push"}
)
"""Extensions that say nothing of the body; the others send it past whoever reads messages."""

_RAISES_SINCE: Final = (2, 4)


def header_of(scope: Scope, name: bytes) -> str | None:
    """Return the value of the first request header of that name, which is in lower case."""
    return next((v.decode("latin-1").strip() for key, v in scope["headers"] if key == name), None)


def scope_for_app(scope: Scope) -> Scope:
    """Return a scope that asks for a plain body, and offers no way around its messages."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    headers = [(key, value) for key, value in scope["headers"] if key != b"accept-encoding"]
    # Without the header any coding would do (RFC 9110, 12.5.3).
    headers.append((b"accept-encoding", b"identity"))
    return {
        **scope,
        "headers": headers,
        "extensions": {
            key: value
            for key, value in extensions.items()
            if not key.startswith(_OFFERS) or key in _HARMLESS
        },
    }


def hears_of_leaving(scope: Scope) -> bool:
    """Say whether an app expects that sending to a client that left raises `OSError`.

    Since version 2.4 of ASGI's HTTP part servers do so; before, an app only hears it from
    `receive`.
    """
    version = str(scope.get("asgi", {}).get("spec_version", "2.0"))
    return tuple(int(part) for part in version.split(".") if part.isdigit()) >= _RAISES_SINCE
