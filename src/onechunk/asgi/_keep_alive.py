"""Signs of life in event streams that would be silent for long."""

from __future__ import annotations

import asyncio
from typing import Final

from onechunk._registry import get_adapter
from onechunk.asgi._types import Message, Send

__all__ = ["KeepAlive", "sign_of_life"]

_COMMENT: Final = b": keep-alive\n\n"
_BLANK: Final = b"\n"


def sign_of_life(target: str) -> bytes:
    """Return what the readers of a dialect skip between its events.

    That is a comment, or a blank line where official readers take a comment for an error.
    """
    return _COMMENT if get_adapter(target).comments else _BLANK


class KeepAlive:
    """Sends messages, and a sign of life where none was sent for some time.

    What is sent must be whole events.

    Args:
        send: Of the server.
        sign: To send.
        seconds: Of silence.
    """

    def __init__(self, send: Send, sign: bytes, seconds: float) -> None:
        self._send = send
        self._sign = sign
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._now = asyncio.get_running_loop().time
        self._last = self._now()
        self._task = asyncio.create_task(self._run())

    async def send(self, message: Message) -> None:
        """Send a message, never while another is being sent."""
        async with self._lock:
            if not message.get("more_body", False):
                # Nothing may follow what is last, however long the rest takes.
                self._task.cancel()
            await self._send(message)
            self._last = self._now()

    async def stop(self) -> None:
        """Send no more signs; raise what sending one raised."""
        self._task.cancel()
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.result()

    async def _run(self) -> None:
        # One timer for the whole stream: it wakes, looks how long ago the last message was, and
        # sleeps for the rest.
        while True:
            left = self._last + self._seconds - self._now()
            if self._lock.locked():
                # Something is being sent, and the client takes its time.
                left = self._seconds
            if left > 0:
                await asyncio.sleep(left)
                continue
            try:
                await self.send(
                    {"type": "http.response.body", "body": self._sign, "more_body": True}
                )
            except OSError:
                # The client has left, as the app will hear by itself.
                return
