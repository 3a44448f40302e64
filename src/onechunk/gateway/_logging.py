"""Lines of JSON on standard error, for the command."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from typing import Final

from onechunk.gateway._record import LOG

__all__ = ["JsonLines", "log_to_stderr"]

_SERVER: Final = "uvicorn.error"

_UNENDED: Final = "ASGI callable returned without completing response."
"""What uvicorn says where it closes a connection for a body that passes and broke off: an app has
no other way to let its client see the break, and the line of the request tells of it."""


class JsonLines(logging.Formatter):
    """Writes every record as one object.

    Of an exception it says the class and the places, never the message or the values: these may
    hold what a client sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what the gateway says of a request is an object already."""
        if record.name == LOG.name:
            return record.getMessage()
        said: dict[str, object] = {
            "logger": record.name,
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        kind, _, places = record.exc_info or (None, None, None)
        if kind is not None:
            frames = traceback.extract_tb(places)
            said["error"] = kind.__name__
            said["at"] = [f"{frame.filename}:{frame.lineno}" for frame in frames]
        return json.dumps(said)


def _is_news(record: logging.LogRecord) -> bool:
    """Say whether a record tells of more than that something stopped short: requests say so."""
    kind = (record.exc_info or (None,))[0]
    if kind is not None:
        return not issubclass(kind, asyncio.CancelledError)
    message = record.getMessage().rstrip()
    # Of its lifespan a server tells with the traceback in the message.
    return message != _UNENDED and not message.endswith(asyncio.CancelledError.__qualname__)


def log_to_stderr() -> None:
    """Log requests, and what the server complains of, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    handler.addFilter(_is_news)
    for name, level in ((LOG.name, logging.INFO), (_SERVER, logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
