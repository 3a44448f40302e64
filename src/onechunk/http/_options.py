"""How bodies are translated, as keywords."""

from __future__ import annotations

from typing import TypedDict

from onechunk._chunk import ExtraPolicy
from onechunk._defaults import Defaults

__all__ = ["Options"]


class Options(TypedDict, total=False):
    """Keywords of whatever translates responses; each has the meaning that `Translator` gives it.

    Attributes:
        framing: Of streams that come.
        to_framing: Of streams that go.
        limit: Most bytes of one frame, and of a body that must be whole.
        extra: Where residue goes.
        defaults: What the source may not say and the target needs.
        strict: End the answer in an error where something would be dropped or changed.
        repair: Mend streams. Those that stay in their dialect are mended in any case.
    """

    framing: str | None
    to_framing: str | None
    limit: int
    extra: ExtraPolicy
    defaults: Defaults
    strict: bool
    repair: bool
