"""What every chunk of a stream repeats for another dialect's readers, and what of it is news."""

from __future__ import annotations

from typing import Final

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

    Args:
        rules: The target's.
        defaults: What the source may not say.
        losses: What was made up or bent is added here.

    Attributes:
        envelope: What is written.
        said: What of it a chunk has said.
        began: True once there was a chunk.
        settled: True if nothing but the model can change what is written.
    """

    def __init__(self, rules: Rules, defaults: Defaults, losses: list[Loss]) -> None:
        self.envelope = Envelope(defaults.id, defaults.model, defaults.created)
        self.said = Envelope()
        self.began = False
        self.settled = False
        self._places = rules.envelope
        self._losses = losses
        # What a chunk said otherwise than all are written with.
        self._differed: set[str] = set()
        # What has no place, and no chunk has said yet.
        self._placeless = [name for name in _NAMES if name not in rules.envelope]

    def is_news(self, chunk: Chunk) -> bool:
        """Say whether *chunk* tells what no chunk before told of the whole stream."""
        said = self.said
        if chunk.model is not said.model and chunk.model not in {None, said.model}:
            return True
        if chunk.id != said.id and chunk.id is not None and "id" not in self._differed:
            return True
        if chunk.created is None or chunk.created == said.created != 0:
            return False
        return not said.created or "created" not in self._differed

    def take(self, chunk: Chunk) -> None:
        """Take over what *chunk* says of the whole stream."""
        said = self.said
        if said.id is None and chunk.id is not None:
            said.id = self.envelope.id = chunk.id
        elif chunk.id != said.id and chunk.id is not None:
            self._differ("id", chunk.id)
        # Some send 0 before they know.
        created = whole_seconds(chunk.created)
        if not said.created and created is not None:
            said.created = self.envelope.created = created
        if chunk.created is not None and chunk.created != said.created:
            self._differ("created", chunk.created)
        if chunk.model is not None and said.model != chunk.model:
            said.model = self.envelope.model = chunk.model
        self.began = True
        self.settled = bool(said.id and said.created)
        if self._placeless:
            self._leave_unsaid()

    def made_up(self) -> list[Loss]:
        """Return what of the envelope no chunk has said so far."""
        if not self.began:
            return []
        return [
            Loss("invented", f"$.{name}", getattr(self.envelope, name))
            for name in _NAMES
            if name in self._places and getattr(self.said, name) is None
        ]

    def _differ(self, name: str, value: Json) -> None:
        """Report, once, what one chunk says otherwise than what all are written with."""
        if name not in self._differed:
            self._differed.add(name)
            if name in self._places:
                self._losses.append(Loss("changed", f"$.{name}", value))

    def _leave_unsaid(self) -> None:
        """Report what the target has no place for, once."""
        found = {name: getattr(self.said, name) for name in self._placeless}
        self._losses += [Loss("dropped", f"$.{name}", said) for name, said in found.items() if said]
        self._placeless = [name for name, said in found.items() if not said]
