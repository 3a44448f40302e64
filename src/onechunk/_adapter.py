"""The value that knows one dialect, and what it compiles when first used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, Protocol, get_args

from attrs import Factory, define, evolve, field, frozen
from cattrs import Converter

from onechunk._chunk import Chunk, Error
from onechunk._defaults import Defaults
from onechunk._demands import Demands, table_demands
from onechunk._error_form import ErrorForm
from onechunk._errors import EncodeError, OnechunkError, WireError
from onechunk._loss import Loss
from onechunk._marks import MOST_DEPTH, Json
from onechunk._memory import Memory
from onechunk._running import Running
from onechunk._sdk import Sdk
from onechunk._silence import ANY, Silence, Words
from onechunk.mapping._objects import make_object_reader
from onechunk.mapping._reader import Rename, make_reader
from onechunk.mapping._rows import Calls, Const, Copy, Each, Fault, Here, Into, Row, Table, Tagged
from onechunk.mapping._writer import Manner, make_writer
from onechunk.wire._base import Wire
from onechunk.wire._hooks import Hooks
from onechunk.wire._plan import plans

__all__ = ["Adapter", "Envelope", "Rules", "Settled", "Stage", "UsagePlaces"]

Object = dict[str, Json]


@define
class Envelope:
    """What every chunk of a stream repeats."""

    id: str | None = None
    model: str | None = None
    created: int | None = None


@frozen
class Rules:
    """What a stream of a dialect must look like where it is written for another's chunks.

    Attributes:
        says: Classes of parts that the dialect has a place for.
        roles: True if the first chunk of a choice names the role.
        role_words: Roles that strict readers know, to whom another is `assistant`; empty for any.
        usage: Where usage stands: `alone` on a chunk without choices before the end, or on the
            chunk that finishes the `last` choice.
        error_finish: True if a finish word says that the answer failed; otherwise an error
            object does.
        error_apart: True if readers stop at an error before they read what stands beside it.
        counts: True if every tool call carries its number.
        choices: `one` if the dialect has no place for a second candidate.
        calls: How tool calls are sent: `free` to interleave, in `serial` order one after the other,
            or each `whole` with its arguments as an object.
        tells: True if no finish word says that tools are called, but that calls came.
        ids: True if calls have ids.
        names: True if every call is written with a name, if only an empty one.
        gathers: Classes of parts that come together, with the word that finishes the choice:
            readers cannot join what comes in more than one chunk.
        envelope: What the dialect has a place for, of what every chunk of a stream repeats.
        once: What of it readers hear only at the beginning.
        bare_error: True if an error says nothing of it, nor does usage alone.
    """

    says: frozenset[type[Any]]
    roles: bool = True
    role_words: frozenset[str] = frozenset()
    usage: Literal["alone", "last"] = "alone"
    error_finish: bool = False
    error_apart: bool = False
    counts: bool = True
    choices: Literal["many", "one"] = "many"
    calls: Literal["free", "serial", "whole"] = "free"
    tells: bool = False
    ids: bool = True
    names: bool = False
    gathers: frozenset[type[Any]] = frozenset()
    envelope: frozenset[str] = frozenset({"id", "model", "created"})
    once: frozenset[str] = frozenset()
    bare_error: bool = False


@frozen
class Settled:
    """The message of a stream, ready for a body of its own dialect.

    Attributes:
        chunk: What is written as if it had been read from a body.
        heard: The same as the stream said it, with all parts in their places and without residue.
        losses: Residue that has no place in a body.
    """

    chunk: Chunk
    heard: Chunk
    losses: list[Loss]


class UsagePlaces(Protocol):
    """Moves usage between the chunk and other places where a vendor puts it."""

    def lift(self, chunk: Chunk) -> None:
        """Take usage from where it stood into `chunk.usage`."""

    def lower(self, chunk: Chunk, payload: Object) -> None:
        """Put `chunk.usage` back where it stood."""


class Stage(Protocol):
    """Writes shaped chunks of other dialects as the events of one stream.

    Attributes:
        losses: What was made up or bent; the caller empties it.
    """

    losses: list[Loss]

    def feed(self, chunk: Chunk) -> list[Object]:
        """Return the payloads that say what *chunk* says; its `done` asks for the end."""
        ...


class MakeStage(Protocol):
    """What makes a stage."""

    def __call__(self, envelope: Envelope, *, alone: bool = False) -> Stage:
        """Return a stage that reads *envelope* as it is filled; *alone* for one chunk by itself."""
        ...


@define(eq=False)
class Adapter:
    """All that is known of one dialect, or of one vendor's profile of it.

    Attributes:
        name: Name of the dialect or the profile.
        title: One line for people.
        wire: The class of one chunk on the wire, or the union of all classes of events.
        table: Makes the mapping between the chunk and its canonical form.
        rules: What a stream must look like.
        dialect: The dialect that a profile belongs to; the name itself otherwise.
        envelope: The class of the event around a chunk, if the documents name one.
        rename: From attribute of the wire classes to key on the wire.
        framing: Framing that is written where none is asked for.
        framings: Framings that are recognised.
        comments: True if readers take comments between server-sent events.
        end: Data of the frame that ends a stream; None if nothing does.
        running: Paths in a choice that repeat the whole text so far, and the class of part whose
            text it is.
        named: Key of the payload that the event's name repeats in server-sent events.
        error_event: Name of the server-sent event in which an error stands, where others have none;
            at home it is what it was.
        memory: Makes what a decoder remembers of a stream.
        stage: Makes what writes other dialects' chunks where one chunk may be several events.
        places: Further places of usage.
        padding: Keys with random text that hides lengths; leaving them out is no loss. As for
            `Silence`, keys of residue are dotted paths; those of the chunk need no class before.
        scaffold: Keys that only say what kind of event it is, or where it belongs; the same. Under
            the key of a table of events that is so for the kinds that the table has.
        words: By key of residue, words there that say no more than the canonical class does, such
            as the type of an item; another word is a loss.
        again: What a stream says again and again where others say it once: `role`.
        numbered: Key under which every event has its number in the stream.
        fail: Makes the payload, marks included, that ends a stream of this dialect in an error,
            where neither `table` nor `stage` makes one that fits behind what was said.
        http_error: Where an error stands in the body of an HTTP error.
        whole: Knows the dialect's body that comes whole; its name is `NAME.whole`.
        moves: Of an adapter of whole bodies: from key in a choice of the stream to the key in a
            choice of the body under which the same residue stands; None if the residue of a stream
            has no place in the body.
        as_is: Of an adapter of whole bodies: True if a chunk of the stream and a body are one
            object, so that a message of the dialect's own stream is written as it is.
        settle: Of an adapter of whole bodies: takes what the message of a stream of the dialect
            says, and the message's residue, series included, to what a body says.
        complete: Of an adapter of whole bodies: puts into a body what readers demand and nobody
            said, and returns what was made up.
        keeps: Keys of the chunk's residue under which all counts, `scaffold` too.
        sdk: The vendor's SDK for Python, for objects in and out; None if there is none.
        profiles: Vendors that speak this dialect with differences that are only data.
        demo: A recorded stream, for `onechunk demo`.
    """

    name: str
    title: str
    wire: Any
    table: Callable[[], Table | Tagged]
    rules: Rules
    dialect: str = field(default=Factory(lambda self: self.name, takes_self=True))
    envelope: type[Wire] | None = None
    rename: Rename = str
    framing: str = "sse"
    framings: tuple[str, ...] = ("sse", "ndjson")
    comments: bool = True
    end: bytes | None = b"[DONE]"
    running: Mapping[tuple[str, str], type[Any]] = field(factory=dict[tuple[str, str], type[Any]])
    named: str | None = None
    error_event: str | None = None
    memory: Callable[[], Memory] | None = None
    stage: MakeStage | None = None
    places: UsagePlaces | None = None
    padding: frozenset[str] = frozenset()
    scaffold: frozenset[str] = frozenset()
    words: Mapping[str, frozenset[Json]] = field(factory=dict[str, frozenset[Json]])
    again: frozenset[str] = frozenset()
    numbered: str | None = None
    fail: Callable[[Envelope, Error], Object] | None = None
    http_error: ErrorForm = field(factory=ErrorForm)
    whole: Adapter | None = None
    moves: Mapping[str, str] | None = None
    as_is: bool = False
    settle: Callable[[Chunk, Object], Settled] | None = None
    complete: Callable[[Object, Defaults], list[Loss]] | None = None
    keeps: frozenset[str] = frozenset()
    sdk: Sdk | None = None
    profiles: tuple[Adapter, ...] = ()
    demo: Callable[[], bytes] | None = None

    @cached_property
    def _table(self) -> Table | Tagged:
        return self.table()

    @cached_property
    def demands(self) -> Demands:
        """What readers demand of a stream."""
        found = table_demands(self._table)
        return evolve(
            found,
            end=found.end if self.end is None else "mark",
            again=self.again,
            pieces=self.rules.calls != "whole",
            open={self.rename(key): value for key, value in found.open.items()},
        )

    @property
    def wrapped(self) -> bool:
        """True if a payload is an event's name around the event."""
        return isinstance(self._table, Tagged) and self._table.tag is None

    def remember(self) -> Memory | None:
        """Return an empty memory for one stream; None if there is nothing to remember."""
        if self.memory is not None:
            return self.memory()
        return Running(self.running) if self.running else None

    @cached_property
    def meaningless(self) -> frozenset[str]:
        """Keys that no message keeps: what they say is of one event."""
        return frozenset(path.rpartition(".")[2] for path in self.padding | self.scaffold)

    @cached_property
    def silence(self) -> Silence:
        """What of residue says nothing."""
        paths: dict[str, Words] = dict.fromkeys(self.padding | self.scaffold, ANY)
        for path, words in (*_kinds(self._table), *self.words.items()):
            paths[path] = words | (paths.get(path) or frozenset())
        found = {_from_class(path): words for path, words in paths.items()}
        for path, value in _constants(self._table.rows, self.rename, "Chunk"):
            found[path] = frozenset({value}) | (found.get(path) or frozenset())
        return Silence(found)

    @property
    def wire_name(self) -> str:
        """Name of the wire class; of a union, that of the first."""
        options = get_args(self.wire)
        return f"{options[0].__name__}, …" if options else getattr(self.wire, "__name__", "")

    @cached_property
    def copies(self) -> frozenset[str]:
        """Keys anywhere in a payload that may repeat what other keys say."""
        return frozenset(_copies(self._table.rows, self.rename))

    @cached_property
    def constants(self) -> frozenset[tuple[str, Json]]:
        """Keys and values that only say which dialect this is."""
        found = _constants(self._table.rows, self.rename, "Chunk")
        return frozenset((path.rpartition(".")[2], value) for path, value in found)

    @cached_property
    def hooks(self) -> Hooks:
        """Functions between payloads and wire objects."""
        return Hooks(self.rename, dialect=self.name)

    @cached_property
    def converter(self) -> Converter:
        """This adapter's own converter; make another with `make_converter`."""
        return self.make_converter()

    def make_converter(self) -> Converter:
        """Return a converter between payloads, wire objects and `Chunk`.

        `structure` takes a payload to the wire class or to `Chunk`, a wire object to `Chunk`, and a
        `Chunk` to the wire class; `unstructure` takes a wire object to its payload. They raise
        `WireError`.
        """
        converter = Converter()
        self.hooks.register(converter)
        to_object = converter.get_structure_hook(self.wire)

        def structure_wire(value: Any, cls: Any) -> Any:
            return self.to_object(value) if isinstance(value, Chunk) else to_object(value, cls)

        def structure_chunk(value: Any, _: Any) -> Chunk:
            if isinstance(value, self.wire):
                return self._located(self.to_chunk, value)
            return self.read(own(value, dialect=self.name))

        # A union has no dispatch by class: it is found by what it is.
        converter.register_structure_hook_func(lambda cls: cls == self.wire, structure_wire)
        converter.register_structure_hook(Chunk, structure_chunk)
        return converter

    @cached_property
    def read_payload(self) -> Callable[[Object], Chunk]:
        """From a payload, which is used up, to a chunk; raises `Fault`."""
        read = make_reader(self._table, self.rename)
        return self._lifting(read)

    @cached_property
    def to_chunk(self) -> Callable[[Any], Chunk]:
        """From a wire object, which stays as it is, to a chunk."""
        to_json = self.hooks.to_json
        read = make_object_reader(
            self._table,
            self.wire,
            self.rename,
            plans=plans,
            to_json=lambda value: own(to_json(value)),
        )
        return self._lifting(read)

    def _lifting(self, read: Callable[[Any], Chunk]) -> Callable[[Any], Chunk]:
        places = self.places
        if places is None:
            return read

        def lifting(value: Any) -> Chunk:
            chunk = read(value)
            places.lift(chunk)
            return chunk

        return lifting

    @cached_property
    def structure(self) -> Callable[[Object], Any]:
        """From a payload, which is used up, to a wire object; raises `Fault`."""
        return self.hooks.structure_any(self.wire)

    @cached_property
    def write_home(self) -> Callable[[Chunk], Object]:
        """From a chunk of this dialect to its payload."""
        write = make_writer(self._table, Manner(), self.rename)
        places = self.places
        if places is None:
            return write

        def lowering(chunk: Chunk) -> Object:
            payload = write(chunk)
            places.lower(chunk, payload)
            return payload

        return lowering

    @cached_property
    def write_away(self) -> Callable[[Chunk, Envelope], Object]:
        """From another dialect's chunk to a payload, without its residue."""
        return make_writer(self._table, Manner(away=True, residue=False), self.rename)

    @cached_property
    def write_away_whole(self) -> Callable[[Chunk, Envelope], Object]:
        """From another dialect's chunk to a payload, with its residue."""
        return make_writer(self._table, Manner(away=True), self.rename)

    def read(self, payload: Json, *, event: int | None = None) -> Chunk:
        """Turn a payload, which is used up, into a chunk.

        Raises:
            WireError: A value has a JSON type that the dialect does not allow.
        """
        return self._located(self.read_payload, payload, event=event)

    def _located(
        self, read: Callable[[Any], Chunk], value: Any, *, event: int | None = None
    ) -> Chunk:
        try:
            return read(value)
        except Fault as fault:
            path = f"${fault.path}"
            raise WireError(fault.message, dialect=self.name, event=event, path=path) from None

    def to_object(self, chunk: Chunk) -> Any:
        """Turn a chunk of any dialect into a wire object.

        Raises:
            EncodeError: The chunk is an end mark, which is a frame and no object, or a field is of
                the wrong type.
        """
        from onechunk._codec import payload_of

        # Residue is shared with the chunk: what is used up must be a copy.
        payload = own(payload_of(self, chunk), dialect=self.name, error=EncodeError)
        try:
            return self.structure(payload)
        except Fault as fault:
            path = f"${fault.path}"
            raise EncodeError(fault.message, dialect=self.name, path=path) from None


def own(value: Json, *, dialect: str | None = None, error: type[OnechunkError] = WireError) -> Json:
    """Return *value* with fresh dicts and lists.

    Raises:
        WireError: It is nested too deeply; another *error* where one is named.
    """
    root = [value]
    todo: list[tuple[Any, int]] = [(root, 0)]
    while todo:
        holder, depth = todo.pop()
        if depth > MOST_DEPTH:
            message = "nested too deeply"
            raise error(message, dialect=dialect)
        for place, each in holder.items() if holder.__class__ is dict else enumerate(holder):
            if isinstance(each, dict | list):
                holder[place] = each.copy()
                todo.append((holder[place], depth + 1))
    return root[0]


def _kinds(table: Table | Tagged) -> Iterator[tuple[str, frozenset[Json]]]:
    """Yield the paths at which the kind of an event stands, and the names of kinds there."""
    if isinstance(table, Tagged):
        if table.tag is not None:
            yield table.tag, frozenset(table.tables)
        for each in table.tables.values():
            yield from _kinds(each)


def _from_class(path: str) -> str:
    return path if path[:1].isupper() else f"Chunk.{path}"


def _constants(rows: tuple[Row, ...], rename: Rename, path: str) -> Iterator[tuple[str, Json]]:
    """Yield the paths of residue where constants stand, and the constants."""
    for row in rows:
        if isinstance(row, Const):
            yield f"{path}.{rename(row.wire)}", row.value
        elif isinstance(row, Each | Calls):
            yield from _constants(row.table.rows, rename, row.table.make.__name__)
        elif isinstance(row, Into):
            yield from _constants(row.rows, rename, f"{path}.{rename(row.wire)}")
        elif isinstance(row, Here):
            yield from _constants(row.table.rows, rename, path)


def _copies(rows: tuple[Row, ...], rename: Rename) -> Iterator[str]:
    for row in rows:
        if isinstance(row, Copy):
            yield rename(row.wire)
        elif isinstance(row, Each):
            yield from _copies(row.table.rows, rename)
        elif isinstance(row, Into):
            yield from _copies(row.rows, rename)
        elif isinstance(row, Here):
            yield from _copies(row.table.rows, rename)
