"""A gateway: an ASGI app that asks upstreams of one dialect for clients of another."""

from __future__ import annotations

from onechunk.gateway._config import Limits, Route

try:
    from onechunk.gateway._app import create_app
except ImportError as exc:  # pragma: no cover - there is no environment of the tests without them
    message = "onechunk.gateway needs more packages: pip install 'onechunk[gateway]'"
    raise ImportError(message, name=exc.name) from exc

__all__ = ["Limits", "Route", "create_app"]
