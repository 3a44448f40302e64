"""An adapter for Parley, a service made up for this page: one JSON object a line."""

from functools import partial

from onechunk import UNSET, Adapter, Choice, Chunk, FinishReason, Rules, Text, Unset
from onechunk.mapping import Each, Leaf, Says, Table, error_rows, finish_row, usage_row
from onechunk.wire import Wire, rare, wire


@wire
class Cost(Wire):
    """Tokens of the whole answer."""

    read: int | None | Unset = UNSET
    written: int | None | Unset = UNSET


@wire
class Reply(Wire):
    """One candidate; `says` is what is new."""

    n: int | None | Unset = UNSET
    speaker: str | None | Unset = rare()
    says: str | None | Unset = UNSET
    ended: str | None | Unset = rare()


@wire
class Turn(Wire):
    """One line of a stream."""

    turn: str | None | Unset = UNSET
    engine: str | None | Unset = UNSET
    at: int | None | Unset = UNSET
    replies: list[Reply] | None | Unset = UNSET
    cost: Cost | None | Unset = rare()


REASONS = {
    "done": FinishReason.STOP,
    "full": FinishReason.LENGTH,
    "broken": FinishReason.ERROR,
}
"""Every word of the wire, and what it means; another word is `OTHER`."""

WORDS = {
    FinishReason.STOP: "done",
    FinishReason.LENGTH: "full",
    FinishReason.TOOL_CALLS: "done",
    FinishReason.CONTENT_FILTER: "broken",
    FinishReason.ERROR: "broken",
    FinishReason.PAUSE: "done",
    FinishReason.CANCELLED: "broken",
    FinishReason.OTHER: "done",
}
"""The word that is written for every reason."""


def build(dialect: str) -> Table:
    """Say which key of the wire is which canonical field."""
    reply = (
        Leaf("n", "index", (int,), away=0),
        Leaf("speaker", "role", rare=True),
        Says("says", Text),
        finish_row("ended", REASONS, WORDS, away=UNSET),
    )
    return Table(
        Chunk,
        (
            Leaf("turn", "id", envelope=True),
            Leaf("engine", "model", envelope=True),
            Leaf("at", "created", (int,), envelope=True),
            Each("replies", "choices", Table(Choice, reply)),
            usage_row("cost", {"read": "input_tokens", "written": "output_tokens"}),
            *error_rows(),
        ),
        fixed={"dialect": dialect, "done": False, "frame": None},
    )


RULES = Rules(says=frozenset({Text}), usage="last", error_finish=True)

WHOLE = Adapter(
    name="parley.whole",
    title="Parley, whole",
    wire=Turn,
    table=partial(build, "parley.whole"),
    rules=RULES,
    moves={},
)
"""An answer that is not streamed is the same object, once."""

ADAPTER = Adapter(
    name="parley",
    title="Parley",
    wire=Turn,
    table=partial(build, "parley"),
    rules=RULES,
    framing="ndjson",
    end=None,
    whole=WHOLE,
)
