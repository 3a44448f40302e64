"""Transports of `httpx2`, for official SDKs: what is answered comes in another dialect."""

from onechunk.httpx2._transport import AsyncTransport, Transport

__all__ = ["AsyncTransport", "Transport"]
