"""What every chunk of a stream repeats for another dialect's readers, and what of it is news."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from onechunk._adapter import Envelope, Rules
from onechunk._chunk import Chunk
from onechunk._defaults import Defaults
from onechunk._loss import Loss
from onechunk._marks import Json
from onechunk._prepare import whole_seconds

__all__ = ["EnvelopeShaper"]

_NAMES: Final = ("id", "model", "created")


class EnvelopeShaper:
    """Shapes id, model and time of one stream: the first id and time count, and the latest model.

    An empty id or model, and a time of 0, say nothing: some senders begin so, before they know.

    Args:
        rules: The target's.
        defaults: What the source may not say.
        losses: What was made up or bent is added here.
        stays: True if all stays as it is first written, whatever is said later.

    Attributes:
        envelope: What is written.
        said: What of it a chunk has said.
        began: True once there was a chunk.
        settled: True if nothing but another model can change what is written.
    """

    def __init__(
        self, rules: Rules, defaults: Defaults, losses: list[Loss], *, stays: bool = False
    ) -> None:
        self.envelope = Envelope(defaults.id, defaults.model, defaults.created)
        self.said = Envelope()
        self.began = False
        self.settled = False
        self._places = rules.envelope
        self._stays = stays
        # Where something opens a stream, the end does so too.
        self._opens = bool(rules.once)
        self._once = rules.envelope if stays else rules.once
        self._losses = losses
        self._bare_error = rules.bare_error
        self._failed = False
        # What readers were told at first, and what was said when they were last told anything.
        self._first: Envelope | None = None
        self._told = Envelope()
        # What a chunk said otherwise than all are written with.
        self._differed: set[str] = set()
        # What has no place, and no chunk has said yet.
        self._placeless = [name for name in _NAMES if name not in rules.envelope]

    def is_news(self, chunk: Chunk) -> bool:
        """Say whether *chunk* tells what no chunk before told of the whole stream."""
        said = self.said
        if said.model is not self._told.model or (chunk.model and chunk.model != said.model):
            return True
        if chunk.id and chunk.id != said.id and "id" not in self._differed:
            return True
        if not chunk.created or chunk.created == said.created:
            return False
        return not said.created or "created" not in self._differed

    def take(self, chunk: Chunk) -> None:
        """Take over what *chunk* says of the whole stream."""
        said = self.said
        if chunk.id is not None:
            self._take("id", chunk.id)
        if chunk.model is not None and chunk.model != said.model:
            if chunk.model:
                self._leave_unwritten()
            self._take("model", chunk.model)
        created = whole_seconds(chunk.created)
        if created is not None and not said.created:
            self._take("created", created)
        if chunk.created and chunk.created != said.created:
            self._differ("created", chunk.created)
        self.began = True
        self._settle()
        if self._placeless:
            self._leave_unsaid()

    def wrote(self, chunks: list[Chunk]) -> None:
        """Take note that readers are told the envelope, as it is now, with *chunks*."""
        if any(map(self._tells, chunks)):
            if self._first is None:
                self._first = evolve(self.envelope)
            if self._told != self.said:
                self._told = evolve(self.said)
                self._settle()
        self._failed = self._failed or any(chunk.error is not None for chunk in chunks)

    def _tells(self, chunk: Chunk) -> bool:
        """Say whether *chunk* is written with the envelope, or with what opens the stream."""
        if self._bare_error and self._failed:
            return False
        if self._opens or chunk.choices:
            return True
        return not chunk.done and not self._bare_error

    def leave_untold(self) -> None:
        """Report, at the end, what was said behind all that was written."""
        for name in _NAMES:
            value = getattr(self.said, name)
            told = self._first is not None and name in self._once
            if name in self._places and value and not told and value != getattr(self._told, name):
                self._losses.append(Loss("dropped", f"$.{name}", value))

    def _settle(self) -> None:
        said = self.said
        whole = bool(said.id and said.created) or (self._stays and self._first is not None)
        self.settled = whole and said.model is self._told.model

    def made_up(self) -> list[Loss]:
        """Return what of the envelope no chunk has said so far."""
        if not self.began:
            return []
        found = [(name, getattr(self.envelope, name), getattr(self.said, name)) for name in _NAMES]
        return [
            Loss("invented", f"$.{name}", value)
            for name, value, said in found
            if name in self._places and (said is None or (not said and value != said))
        ]

    def _take(self, name: str, value: Any) -> None:
        """Take over what a chunk says, if it is the first to say it, or says a model."""
        known = getattr(self.said, name)
        if not value:
            if known is None:
                setattr(self.said, name, value)
            return
        if known and name == "id":
            if value != known:
                self._differ(name, value)
            return
        setattr(self.said, name, value)
        told = None if self._first is None or name not in self._once else self._first
        if told is not None and value != getattr(told, name):
            self._differ(name, value)
        if told is None or (name == "model" and not self._stays):
            setattr(self.envelope, name, value)

    def _differ(self, name: str, value: Json) -> None:
        """Report, once, what one chunk says otherwise than what readers are told."""
        if name not in self._differed:
            self._differed.add(name)
            if name in self._places:
                self._losses.append(Loss("changed", f"$.{name}", value))

    def _leave_unwritten(self) -> None:
        """Report a model that another follows before anything was written with it."""
        model = self.said.model
        if model and model != self._told.model and "model" in self._places:
            self._losses.append(Loss("changed", "$.model", model))

    def _leave_unsaid(self) -> None:
        """Report what the target has no place for, once."""
        found = {name: getattr(self.said, name) for name in self._placeless}
        self._losses += [Loss("dropped", f"$.{name}", said) for name, said in found.items() if said]
        self._placeless = [name for name, said in found.items() if not said]
