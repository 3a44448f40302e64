"""Answers that come whole: one body to one message and back."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from attrs import evolve

from onechunk._accumulate import accumulate
from onechunk._adapter import Adapter, Envelope, own
from onechunk._chunk import Choice, Chunk, ExtraPolicy
from onechunk._codec import DEFAULTS, check_extra, parse
from onechunk._defaults import Defaults
from onechunk._errors import UNWRITABLE, EncodeError, LossError, unwritable
from onechunk._loss import Loss
from onechunk._losses import first_choice
from onechunk._marks import DERIVED, UNSET, Json, is_list, is_object
from onechunk._message import Message
from onechunk._parts import Part, ToolCall
from onechunk._registry import WHOLE, get_adapter
from onechunk._series import said_last
from onechunk._shaper import Shaper
from onechunk._shelf import are_apart
from onechunk._written import Written
from onechunk.mapping._rows import Unsaid
from onechunk.mapping._writer import bare

__all__ = ["decode_message", "encode_message", "message_losses"]

Object = dict[str, Json]


def decode_message(dialect: str, payload: Object | str | bytes) -> Message:
    """Turn the body of an answer that came whole into a message.

    Args:
        dialect: Name of a dialect or profile.
        payload: The JSON object, parsed or not. A dict is not changed.

    Raises:
        WireError: The body is no JSON, or not of this dialect.
        UnknownDialectError: No adapter has the name, or its dialect has no whole bodies.
    """
    adapter = get_adapter(dialect + WHOLE)
    value: Json = payload
    if isinstance(payload, str | bytes):
        data = payload.encode(errors="surrogatepass") if isinstance(payload, str) else payload
        value, _ = parse(data.removeprefix(BOM_UTF8), adapter)
    chunk = adapter.read(own(value, dialect=adapter.name))
    memory = adapter.remember()
    if memory is not None:
        memory.read(chunk)
    choices = [_with_addresses(choice) for choice in chunk.choices]
    message = Message(chunk.id, chunk.model, chunk.created, choices, chunk.usage, chunk.error)
    message.dialect, message.extra = chunk.dialect, chunk.extra
    numbers = [place if each.index is None else each.index for place, each in enumerate(choices)]
    in_order = sorted(zip(numbers, choices, strict=True), key=lambda pair: pair[0])
    # A choice without an index counts by its place, so it has to keep it.
    keeps = all(c.index is not None or n == place for place, (n, c) in enumerate(in_order))
    if keeps and len({*numbers}) == len(numbers) and numbers != sorted(numbers):
        message.order = tuple(numbers)
        message.choices = [choice for _, choice in in_order]
    return message


def encode_message(
    dialect: str,
    message: Message,
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
) -> Object:
    """Turn a message into the body of an answer that comes whole.

    A message that was read from such a body of the same dialect goes home: this gives back what
    was decoded, with every edit. Of a stream of the same dialect, residue goes along where the
    body has a place for it.

    Args:
        dialect: Name of a dialect or profile.
        message: Not changed.
        strict: Raise where something would be dropped or changed.
        extra: Where residue goes.
        defaults: What the message does not say and the dialect needs.

    Raises:
        LossError: Only if *strict*.
        EncodeError: The message's fields are not what they should be.
        UnknownDialectError: No adapter has the name, or its dialect has no whole bodies.
    """
    written = _written(get_adapter(dialect + WHOLE), message, extra, defaults)
    lost = [loss for loss in written.losses() if loss.kind != "invented"] if strict else []
    if lost:
        raise LossError(lost, dialect=written.adapter.name)
    return written.payload


def message_losses(
    dialect: str, message: Message, *, extra: ExtraPolicy = "home", defaults: Defaults = DEFAULTS
) -> list[Loss]:
    """Return what `encode_message` into *dialect* drops, changes or makes up.

    Raises:
        EncodeError: The message cannot be written.
        UnknownDialectError: As `encode_message` does.
    """
    return _written(get_adapter(dialect + WHOLE), message, extra, defaults).losses()


def _with_addresses(choice: Choice) -> Choice:
    """Give calls numbers, and parts too where only that keeps neighbours apart."""
    parts = choice.parts
    calls = [part for part in parts if type(part) is ToolCall]
    for number, call in enumerate(calls):
        if call.index is None:
            call.index = number
    if not are_apart(parts):
        first = max((part.block for part in parts if part.block is not None), default=-1) + 1
        for number, part in enumerate(parts, first):
            part.block = number if part.block is None else part.block
    return choice


def _written(adapter: Adapter, message: Message, extra: ExtraPolicy, defaults: Defaults) -> Written:
    """Write *message* as a body.

    Raises:
        EncodeError: It is no message, or its fields are not what they should be.
    """
    check_extra(extra, adapter)
    _check(message, adapter)
    try:
        chunk = _chunk_of(message)
        home = chunk.dialect == adapter.name and extra != "never"
        as_is = extra == "home" and _is_as_is(adapter, chunk)
        if home:
            payload, shaped = _home(adapter, chunk), list[Loss]()
        elif adapter.settle is not None and extra != "never" and _is_own(adapter, chunk):
            as_is = True
            chunk, left_out = first_choice(chunk)
            settled = adapter.settle(chunk, message.extra)
            payload, shaped = _home(adapter, settled.chunk), [*left_out, *settled.losses]
            message, chunk = evolve(message, extra={}), settled.heard
        else:
            payload, shaped = _away(adapter, chunk, extra, defaults)
        if not home and adapter.complete is not None:
            shaped = [*shaped, *adapter.complete(payload, defaults)]
    except Unsaid:
        text = "what the message said was taken out of it: nothing is left to write"
        raise EncodeError(text, dialect=adapter.name) from None
    except UNWRITABLE as exc:
        raise unwritable(exc, adapter.name) from exc
    return Written(adapter, message, chunk, payload, shaped, home, as_is)


def _check(message: object, adapter: Adapter) -> None:
    if not isinstance(message, Message):
        text = f"a message is needed, not {type(message).__name__}"
        raise EncodeError(text, dialect=adapter.name)


def _home(adapter: Adapter, chunk: Chunk) -> Object:
    """Return the body of a message with its own residue."""
    payload = adapter.write_home(chunk)
    memory = adapter.remember()
    if memory is not None:
        memory.write(chunk, payload)
    body: Object = own(bare(payload), dialect=adapter.name, error=EncodeError)
    return body


def _away(
    adapter: Adapter, chunk: Chunk, extra: ExtraPolicy, defaults: Defaults
) -> tuple[Object, list[Loss]]:
    """Return the body of a message from elsewhere, and what making it fit bent or made up."""
    shaper = Shaper(adapter.rules, defaults)
    if (chunk.dialect or "").endswith(WHOLE) and any(map(_says_anything, chunk.choices)):
        # A body that came whole is whole, whether it says why it ended or not.
        chunk = evolve(chunk, done=chunk.error is None)
    shaped = [*shaper.feed(chunk), *shaper.close(empty=True)]
    ready = _chunk_of(accumulate(shaped))
    ready.extra = chunk.extra
    for name in adapter.rules.envelope:
        setattr(ready, name, getattr(shaper.envelope, name))
    if extra == "home" and _is_as_is(adapter, chunk):
        return _as_is(adapter, chunk, ready, shaper.envelope), []
    write: Any = adapter.write_away_whole if extra == "always" else adapter.write_away
    body: Object = own(write(ready, shaper.envelope), dialect=adapter.name, error=EncodeError)
    losses = [*shaper.losses, *shaper.head.made_up()]
    stream = adapter.name.removesuffix(WHOLE)
    if extra == "home" and chunk.dialect == stream and adapter.moves is not None:
        # The vendor's own stream: residue that has the same place in the body goes along.
        own_words = get_adapter(stream).constants
        for name in ("id", "model", "created"):
            setattr(ready, name, getattr(shaper.envelope, name))
        with suppress(TypeError, Unsaid):
            # Some residue of joined parts means nothing to the writer of a body: it stays out.
            body = _filled(_home(adapter, _moved(ready, adapter.moves, own_words)), body)
    return body, losses


def _says_anything(choice: Choice) -> bool:
    return bool(choice.parts or choice.role or choice.logprobs or choice.finish)


def _is_as_is(adapter: Adapter, chunk: Chunk) -> bool:
    """Say whether *chunk* was said by a stream whose chunks and the body are one object."""
    return adapter.as_is and _is_own(adapter, chunk)


def _is_own(adapter: Adapter, chunk: Chunk) -> bool:
    """Say whether *chunk* was said by a stream of the body's dialect."""
    return chunk.dialect == adapter.name.removesuffix(WHOLE)


def _as_is(adapter: Adapter, chunk: Chunk, ready: Chunk, envelope: Envelope) -> Object:
    """Return the body that is said as the stream said it, with what was made up to end it."""
    body = _home(adapter, _completed(adapter, chunk, ready))
    if chunk.error is None and ready.error is not None and not chunk.done:
        failed, silent = (
            adapter.write_away(Chunk(error=error), envelope) for error in (ready.error, None)
        )
        made = {key: each for key, each in failed.items() if key not in silent}
        body = {**made, **body}
    return body


def _completed(adapter: Adapter, chunk: Chunk, ready: Chunk) -> Chunk:
    """Return *chunk* with what only *ready*, which was made to fit the dialect, has.

    That is why an answer ended, and the object that the arguments of a call are.
    """
    made = {choice.index: choice for choice in ready.choices}
    if adapter.rules.choices == "one":
        chunk, _ = first_choice(chunk)
    choices: list[Choice] = []
    for number, choice in enumerate(chunk.choices):
        fitting = made.get(number if choice.index is None else choice.index, choice)
        finish = fitting.finish if choice.finish is None else choice.finish
        parts = choice.parts
        if adapter.rules.calls == "whole":
            parts = _with_objects(parts, fitting.parts)
        choices.append(evolve(choice, finish=finish, parts=parts))
    return evolve(chunk, choices=choices)


def _with_objects(parts: list[Part], ready: list[Part]) -> list[Part]:
    """Return *parts* with the arguments that *ready* has, and without calls that it has not."""
    arguments = {part.index: part.arguments for part in ready if type(part) is ToolCall}
    out: list[Part] = []
    count = 0
    for part in parts:
        if type(part) is not ToolCall:
            out.append(part)
        elif part.id or part.name or part.arguments or part.arguments == {}:
            if count in arguments:
                out.append(evolve(part, arguments=arguments[count]))
            count += 1
    return out


def _moved(chunk: Chunk, moves: Mapping[str, str], constants: frozenset[tuple[str, Json]]) -> Chunk:
    """Return *chunk* with the residue of a stream in its places in a body, and without marks."""

    def kept(extra: Object) -> Object:
        return {
            key: kept(value) if is_object(value) else value
            for key, value in extra.items()
            if value is not UNSET
            and value is not DERIVED
            and not (isinstance(value, str) and (key, value) in constants)
        }

    def plain(value: Any) -> Any:
        return None if value is None else evolve(value, extra=kept(value.extra))

    choices = [
        evolve(
            plain(choice),
            parts=[plain(part) for part in choice.parts],
            logprobs=plain(choice.logprobs),
            extra={moves.get(key, key): each for key, each in kept(choice.extra).items()},
        )
        for choice in chunk.choices
    ]
    usage, error = plain(chunk.usage), plain(chunk.error)
    return evolve(chunk, choices=choices, usage=usage, error=error, extra=kept(chunk.extra))


def _filled(body: Json, other: Json) -> Json:
    """Return *body* with what only *other* has."""
    if is_object(body) and is_object(other):
        both = {
            key: _filled(body[key], each) if key in body else each for key, each in other.items()
        }
        return {**both, **{key: each for key, each in body.items() if key not in other}}
    if is_list(body) and is_list(other) and len(body) == len(other):
        return [_filled(one, two) for one, two in zip(body, other, strict=True)]
    return body


def _chunk_of(message: Message) -> Chunk:
    """Return the one chunk that says *message*, with no series in its residue."""
    return Chunk(
        message.id,
        message.model,
        message.created,
        [_settled_choice(choice) for choice in message.in_order()],
        _settled(message.usage),
        _settled(message.error),
        done=message.complete,
        dialect=message.dialect,
        extra=said_last(message.extra),
    )


def _settled(value: Any) -> Any:
    return None if value is None else evolve(value, extra=said_last(value.extra))


def _settled_choice(choice: Choice) -> Choice:
    parts: list[Part] = [_settled(part) for part in choice.parts]
    extra = said_last(choice.extra)
    return evolve(choice, parts=parts, logprobs=_settled(choice.logprobs), extra=extra)
