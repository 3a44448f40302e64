"""Transports of `httpx`, for official SDKs: what is answered comes in another dialect."""

from onechunk.httpx._transport import AsyncTransport, Transport

__all__ = ["AsyncTransport", "Transport"]
