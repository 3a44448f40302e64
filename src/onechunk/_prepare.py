"""One chunk made fit for another dialect by itself, and what that has in common with a stream."""

from __future__ import annotations

import math

from attrs import evolve

from onechunk._adapter import Envelope, Rules
from onechunk._chunk import Choice, Chunk, Error
from onechunk._defaults import Defaults
from onechunk._errors import OnechunkError
from onechunk._finish import Finish, FinishReason
from onechunk._parts import Part, ToolCall

__all__ = ["finish_last", "is_failed", "message_of", "prepare", "role_of", "whole_seconds"]


def whole_seconds(created: float | None) -> int | None:
    """Return whole seconds; None where there are none, as in NaN."""
    # An int too long for a float would be an error of `isfinite`.
    if created is None or created in {math.inf, -math.inf} or created != created:  # noqa: PLR0124
        return None
    return int(created)


def message_of(error: OnechunkError | str | None) -> str | None:
    """Return what the readers of a stream are told of an error; None if that is not known."""
    return error.message if isinstance(error, OnechunkError) else error


def finish_last(choices: list[Choice]) -> None:
    """Let a choice that one chunk names twice finish where it is named last."""
    last = {choice.index: choice for choice in choices}
    for choice in choices:
        end = last[choice.index]
        if end is not choice and choice.finish is not None and end.finish is None:
            end.finish, end.stop = choice.finish, choice.stop if end.stop is None else end.stop
            choice.finish = choice.stop = None


def role_of(rules: Rules, role: str | None) -> str | None:
    """Return the target's word for *role*."""
    if role is None or not rules.roles:
        return None
    return role if not rules.role_words or role in rules.role_words else "assistant"


def prepare(rules: Rules, chunk: Chunk, defaults: Defaults) -> tuple[Chunk, Envelope]:
    """Return *chunk* fit for writing alone in another dialect, and its envelope."""
    created = whole_seconds(chunk.created)
    envelope = Envelope(
        defaults.id if chunk.id is None else chunk.id,
        defaults.model if chunk.model is None else chunk.model,
        defaults.created if created is None else created,
    )
    choices = [
        _prepare_choice(rules, choice, number)
        for number, choice in enumerate(chunk.choices)
        if rules.choices == "many" or not (number if choice.index is None else choice.index)
    ]
    error = chunk.error
    failed = any(is_failed(choice, error) for choice in choices)
    if not rules.error_finish:
        if failed and error is None:
            error = Error(defaults.failed, "server_error")
        choices = [evolve(c, finish=None) if is_failed(c, error) else c for c in choices]
    elif error is not None and not any(is_failed(choice, None) for choice in choices):
        choices = [evolve(c, finish=Finish(FinishReason.ERROR)) for c in choices] or [
            Choice(finish=Finish(FinishReason.ERROR))
        ]
    return evolve(chunk, choices=choices, error=error), envelope


def is_failed(choice: Choice, error: Error | None) -> bool:
    """Say whether *choice* ended in failure; beside an error, so does a word that is not known."""
    reason = choice.finish and choice.finish.reason
    return reason is FinishReason.ERROR or (error is not None and reason is FinishReason.OTHER)


def _prepare_choice(rules: Rules, choice: Choice, number: int) -> Choice:
    calls = 0
    parts: list[Part] = []
    for part in choice.parts:
        if type(part) is ToolCall:
            if rules.counts and part.index is None:
                part = evolve(part, index=calls)  # noqa: PLW2901
            calls += 1
        parts.append(part)
    index = number if choice.index is None else choice.index
    role = role_of(rules, choice.role)
    return evolve(choice, index=index, parts=parts, role=role)
