"""ASGI middleware: what an app answers comes in another dialect."""

from onechunk.asgi._middleware import Middleware

__all__ = ["Middleware"]
