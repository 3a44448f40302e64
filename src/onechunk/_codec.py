"""One payload to one chunk and back: `decode` and `encode`."""

from __future__ import annotations

from typing import Any, Final, get_args

from onechunk._adapter import Adapter, own
from onechunk._chunk import Chunk, ExtraPolicy
from onechunk._defaults import Defaults
from onechunk._errors import UNWRITABLE, EncodeError, LossError, WireError, unwritable
from onechunk._frame import Frame
from onechunk._json import loads, loads_exact
from onechunk._marks import Json
from onechunk._prepare import prepare
from onechunk._registry import get_adapter
from onechunk.mapping._rows import Unsaid
from onechunk.mapping._writer import bare

__all__ = [
    "DEFAULTS",
    "away_payloads",
    "check_defaults",
    "decode",
    "encode",
    "is_away",
    "parse",
    "payload_of",
    "read_end",
]

Object = dict[str, Json]

DEFAULTS: Final = Defaults()

_USUAL_END: Final = b"[DONE]"


def decode(dialect: str, payload: Object | str | bytes) -> Chunk:
    """Turn one chunk on the wire into the canonical chunk.

    Args:
        dialect: Name of a dialect or profile.
        payload: The JSON object, parsed or not, or the end mark. A dict is not changed.

    Raises:
        WireError: The payload is no JSON, or not of this dialect.
        UnknownDialectError: No adapter has the name.
    """
    adapter = get_adapter(dialect)
    if not isinstance(payload, str | bytes):
        return adapter.read(own(payload, dialect=adapter.name))
    data = payload.encode(errors="surrogatepass") if isinstance(payload, str) else payload
    end = read_end(adapter, data)
    if end is not None:
        return end
    value, exact = parse(data, adapter)
    chunk = adapter.read(value)
    if exact:
        chunk.frame = Frame(None, exact=True)
    return chunk


def parse(data: bytes, adapter: Adapter, event: int | None = None) -> tuple[Any, bool]:
    """Parse *data*; the second value says that it needs the exact JSON writer on the way back.

    Raises:
        WireError: It is no JSON text.
    """
    try:
        return loads(data), False
    except (ValueError, RecursionError):
        pass
    try:
        return loads_exact(data), True
    except ValueError as exc:
        raise WireError(str(exc), dialect=adapter.name, event=event) from exc


def read_end(adapter: Adapter, data: bytes) -> Chunk | None:
    """Return the chunk of an end mark that is no JSON; None if *data* is something else.

    A mark with more text behind it counts, as at the vendors' own clients; so does the usual mark
    in a dialect that has another or none, since relays add it to whatever they pass on.
    """
    if not data.lstrip().startswith(_USUAL_END if adapter.end is None else adapter.end):
        return None
    frame = None if data == adapter.end else Frame(data)
    return Chunk(done=True, dialect=adapter.name, frame=frame)


def encode(
    dialect: str,
    chunk: Chunk,
    *,
    strict: bool = False,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
) -> Object:
    """Turn a canonical chunk into one chunk on the wire.

    At home, that is in the chunk's own dialect, this gives back what was decoded. Away it stands
    alone: what only a whole stream can tell (a role that was said before, usage that must wait)
    is `Encoder`'s business.

    Args:
        dialect: Name of a dialect or profile.
        chunk: Not changed.
        strict: Raise where something would be dropped or changed.
        extra: Where residue goes.
        defaults: What the chunk does not say and the dialect needs.

    Raises:
        LossError: Only if *strict*.
        EncodeError: The chunk is a bare end mark, which is a frame and no payload.
        UnknownDialectError: No adapter has the name.
    """
    adapter = get_adapter(dialect)
    written = payload_of(adapter, chunk, extra=extra, defaults=defaults)
    payload: Object = own(written, dialect=adapter.name, error=EncodeError)
    if strict and is_away(adapter, chunk, extra):
        from onechunk._losses import measure

        lost = [loss for loss in measure(adapter, chunk, extra=extra) if loss.kind != "invented"]
        if lost:
            raise LossError(lost, dialect=adapter.name)
    return payload


def check_extra(extra: ExtraPolicy, adapter: Adapter) -> None:
    """Refuse what is no policy: a slip of the pen must not let residue out.

    Raises:
        EncodeError: *extra* is none of the words there are.
    """
    if extra not in get_args(ExtraPolicy):
        message = f"extra is {extra!r}, not one of {', '.join(get_args(ExtraPolicy))}"
        raise EncodeError(message, dialect=adapter.name)


def check_defaults(defaults: object, adapter: Adapter) -> None:
    """Refuse what does not say what stands in for what is missing.

    Raises:
        EncodeError: It is no `Defaults`.
    """
    if not isinstance(defaults, Defaults):
        message = f"defaults are needed, not {type(defaults).__name__}"
        raise EncodeError(message, dialect=adapter.name)


def is_away(adapter: Adapter, chunk: object, extra: ExtraPolicy) -> bool:
    """Say whether *chunk* is written without the certainty that its own residue gives.

    Raises:
        EncodeError: It is no chunk, or *extra* is none of the words there are.
    """
    check_extra(extra, adapter)
    if not isinstance(chunk, Chunk):
        message = f"a chunk is needed, not {type(chunk).__name__}"
        raise EncodeError(message, dialect=adapter.name)
    return chunk.dialect != adapter.name or extra == "never"


def payload_of(
    adapter: Adapter,
    chunk: Chunk,
    *,
    extra: ExtraPolicy = "home",
    defaults: Defaults = DEFAULTS,
) -> Object:
    """Write one chunk; nested residue is shared with it.

    Raises:
        EncodeError: The chunk is a bare end mark, or its fields are not what they should be.
    """
    away = is_away(adapter, chunk, extra)
    if chunk.done and not _has_data(chunk):
        message = "the end mark of a stream is a frame and has no payload: use Encoder"
        raise EncodeError(message, dialect=adapter.name)
    try:
        if not away:
            payload = adapter.write_home(chunk)
            # Only `Encoder` knows what a running copy holds.
            return bare(payload) if adapter.running or adapter.memory else payload
        payloads = away_payloads(adapter, chunk, extra=extra, defaults=defaults)
    except Unsaid:
        message = "what the event said was taken out of the chunk: nothing is left to write"
        raise EncodeError(message, dialect=adapter.name) from None
    except UNWRITABLE as exc:
        raise unwritable(exc, adapter.name) from exc
    if len(payloads) != 1:
        message = f"the chunk is {len(payloads)} events of this dialect: use Encoder"
        raise EncodeError(message, dialect=adapter.name)
    return payloads[0]


def away_payloads(
    adapter: Adapter, chunk: Chunk, *, extra: ExtraPolicy, defaults: Defaults = DEFAULTS
) -> list[Object]:
    """Write one chunk of another dialect by itself: one payload, or any number of events."""
    ready, envelope = prepare(adapter.rules, chunk, defaults)
    if adapter.stage is not None:
        return adapter.stage(envelope, alone=True).feed(ready)
    write = adapter.write_away_whole if extra == "always" else adapter.write_away
    return [write(ready, envelope)]


def _has_data(chunk: Chunk) -> bool:
    return bool(
        chunk.choices or chunk.extra or chunk.usage or chunk.error or chunk.id or chunk.model
    )
