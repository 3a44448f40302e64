"""In what ways an SDK makes something else of a stream than `accumulate` does.

A kind is a mechanism in words and in code: `bend` changes what is expected of the stream as the
SDK's code does. All kinds of a helper in turn must come to exactly what the helper says, so that
a difference is either predicted or a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, Literal

from attrs import define, frozen

from tests.interop.accumulated import Aspect, Whole, differences, object_of, objects_of, whole_of
from tests.interop.bodies import Body, as_events
from tests.support.streams import decode_all

__all__ = ["Case", "Found", "Kind", "choices_of", "compare", "refuse"]

Fault = Literal["sdk", "stream", "vendor", "choice", "onechunk"]
"""Whose doing a difference is: the SDK's; the stream's own, which says two things or is no legal
wire; the vendor's, who is not who the SDK is made for; a choice that is documented here; ours."""


@define
class Case:
    """A stream, and what a helper is expected to make of it.

    Attributes:
        payloads: What it is expected to read.
        whole: What it is expected to say.
    """

    body: Body
    payloads: list[Any]
    whole: Whole

    def retell(self, payloads: list[Any]) -> None:
        """Expect that only *payloads* are read."""
        if payloads != self.payloads:
            self.payloads = payloads
            data = as_events(self.body.family, payloads)
            self.whole = whole_of(decode_all(self.body.dialect, [data])) if data else Whole()


@frozen
class Kind:
    """One mechanism.

    Attributes:
        name: Of the kind, for people.
        fault: Whose doing it is.
        why: How it comes about.
    """

    name: str
    fault: Fault
    why: str
    bend: Callable[[Case], None]


@frozen
class Found:
    """What came of a comparison.

    Attributes:
        different: The aspects in which the helper says something else than `accumulate`.
        kinds: The names of the kinds that these come from.
        raised: True if the helper raises what the vendor did not send.
        unexplained: What the kinds do not predict: expected, and said.
    """

    different: dict[Aspect, Any]
    kinds: list[str]
    raised: bool
    unexplained: dict[Aspect, Any]


def compare(
    body: Body,
    payloads: list[Any],
    theirs: Whole,
    kinds: Iterable[Kind],
    unsaid: frozenset[str],
) -> Found:
    """Hold what a helper says against `accumulate`, and against what is expected of it."""
    ours = whole_of(decode_all(body.dialect, [body.data]))
    case = Case(body, payloads, deepcopy(ours))
    found: list[str] = []
    for kind in kinds:
        before = deepcopy(case.whole)
        if not before.lost:
            kind.bend(case)
            found += [kind.name] if differences(before, case.whole, unsaid) else []
    different = differences(ours, theirs, unsaid)
    return Found(
        different,
        found if different else [],
        raised=theirs.raised is not None,
        unexplained=differences(case.whole, theirs, unsaid),
    )


def refuse(case: Case, error: str) -> None:
    """Expect that an error is raised and nothing given."""
    case.whole = Whole(raised=error, lost=True)


def choices_of(payload: Any) -> list[dict[str, Any]]:
    """Return the choices of a chat chunk."""
    return objects_of(object_of(payload).get("choices"))
