"""What is known of one request, and the line of the log that tells it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import Any, Final, Literal

from attrs import Factory, define

from onechunk.gateway._config import Route
from onechunk.http import ResponseTranslator

__all__ = ["LOG", "Outcome", "Record"]

LOG: Final = logging.getLogger("onechunk.gateway")

Outcome = Literal[
    "complete", "refused", "failed", "idle", "total", "broken", "unreadable", "left", "stopped"
]
"""How a request ended.

`complete`: answered to the end, be it by an error of the upstream's. `refused`: by the gateway.
`failed`: no answer could be had of the upstream. `idle`, `total`: a limit ended it. `broken`: the
upstream's answer broke off. `unreadable`: it is not of its dialect. `left`: the client hung up.
`stopped`: the gateway was shut down.
"""

_MOST_TEXT: Final = 65_536
"""Bytes of a body that are logged where that is asked for."""


@define
class Record:
    """What is known of one request.

    Attributes:
        id: Made for it; the client is told.
        path: As it was sent, without the query, which may hold a key.
        target: Dialect or profile of the client.
        route: None if no route has the path.
        status: What the client was answered; None if it was answered nothing.
        upstream_status: What the upstream answered.
        outcome: How it ended.
        error: What went wrong, in a word that holds nothing of the answer: the class of an
            exception.
        received: Bytes of the request's body.
        chunks: Events of a stream that came from the upstream.
        sent: Bytes of the response's body.
        first_chunk: Seconds to the first bytes of the response's body.
        duration: Seconds until all was over.
        translator: Of the response.
        texts: Bodies, if they are to be logged.
    """

    id: str
    method: str
    path: str
    started: float
    target: str
    route: Route | None = None
    status: int | None = None
    upstream_status: int | None = None
    outcome: Outcome = "complete"
    error: str | None = None
    received: int = 0
    chunks: int = 0
    sent: int = 0
    first_chunk: float | None = None
    duration: float = 0.0
    translator: ResponseTranslator | None = None
    texts: dict[str, bytearray] | None = None
    losses: Counter[str] = Factory(Counter[str])
    problems: Counter[str] = Factory(Counter[str])

    def keep(self, name: str, data: bytes) -> None:
        """Keep text of a body, if it is to be logged."""
        if self.texts is not None:
            kept = self.texts.setdefault(name, bytearray())
            kept += data[: max(_MOST_TEXT - len(kept), 0)]

    def end(self, outcome: Outcome, error: BaseException | None = None) -> None:
        """Say how it ended, where that is not as it should."""
        self.outcome = outcome
        self.error = outcome if error is None else type(error).__name__

    def close(self, now: float) -> None:
        """Take over what the translator counted."""
        self.duration = now - self.started
        if self.translator is not None:
            self.chunks = self.translator.events
            self.losses = Counter(loss.kind for loss in self.translator.losses)
            self.problems = Counter(problem.kind for problem in self.translator.problems)

    def log(self) -> None:
        """Write the line."""
        if LOG.isEnabledFor(logging.INFO):
            LOG.info("%s", json.dumps(self.fields()))

    def fields(self) -> dict[str, Any]:
        """Return what the line says; what is not known is left out."""
        route = self.route
        said: dict[str, Any] = {
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "route": None if route is None else route.prefix or "/",
            "source": None if route is None else route.source,
            "target": self.target,
            "status": self.status,
            "upstream_status": self.upstream_status,
            "outcome": self.outcome,
            "kind": None if self.translator is None else self.translator.kind,
            "error": self.error,
            "received": self.received,
            "sent": self.sent,
            "chunks": self.chunks,
            "losses": dict(self.losses),
            "problems": dict(self.problems),
            "first_chunk": None if self.first_chunk is None else round(self.first_chunk, 6),
            "duration": round(self.duration, 6),
        }
        for name, text in (self.texts or {}).items():
            said[name] = text.decode("utf-8", "replace")
        return {name: value for name, value in said.items() if value is not None}
