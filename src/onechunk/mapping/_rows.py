"""The rows a mapping table is made of: which wire key says which canonical field.

A table serves four ways: payload to canonical, wire object to canonical, and canonical to
payload both at home and away. Whatever no row takes out of a wire object is its residue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from onechunk._marks import UNSET, Json
from onechunk._parts import Part, ToolCall

__all__ = [
    "Calls",
    "Const",
    "Content",
    "Copy",
    "Each",
    "Fault",
    "Here",
    "Into",
    "Leaf",
    "PartVia",
    "Row",
    "Says",
    "Table",
    "Tagged",
    "Unsaid",
    "Via",
    "expected",
    "goes_on",
]

Object = dict[str, Json]


class Fault(Exception):  # noqa: N818 - not an error of its own: it becomes one where the place is known
    """A value whose JSON type the dialect does not allow; carries its path as it rises."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def inside(self, step: str) -> Fault:
        """Put *step* (`.key` or `[0]`) before the path."""
        self.path = step + self.path
        return self


class Unsaid(Exception):  # noqa: N818 - as above
    """What an event said was taken out of its chunk: there is nothing left to write."""


def expected(what: str, value: object, path: str = "") -> Fault:
    """Return the fault that says what stood in place of *what*."""
    names: dict[type[object], str] = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        type(None): "null",
    }
    return Fault(f"expected {what}, got {names.get(type(value), 'a number')}", path)


@frozen
class Leaf:
    """A string or number that is a canonical field.

    A value of another type, or one that says nothing (`silent`), stays residue.

    Attributes:
        wire: Key on the wire and attribute of the wire class.
        to: Canonical field.
        away: What another dialect's chunk gets where the field is None; UNSET leaves the key out.
        envelope: True if the stream's envelope gives the value away from home.
        rare: True if most objects lack the key.
        as_text: True if an object is written as its JSON text away from home.
        home_only: True if it is not written away from home.
        always: True if the field is never None: where the key is missing it is empty.
    """

    wire: str
    to: str
    kinds: tuple[type, ...] = (str,)
    silent: tuple[str, ...] = ("",)
    away: Json = UNSET
    envelope: bool = False
    rare: bool = False
    as_text: bool = False
    home_only: bool = False
    always: bool = False


@frozen
class Const:
    """A key with one value, written away from home; at home it is residue.

    Attributes:
        when: Canonical field without which the key is left out.
    """

    wire: str
    value: Json
    when: str | None = None


@frozen
class Via:
    """A value that two functions translate.

    Attributes:
        read: Takes the value and the object it stands in; returns the canonical value, having
            taken the key out of the object, or None where the value stays residue.
        write: Puts a canonical value into the object (second), given its residue (third).
        write_away: The same for a chunk of another dialect, where that differs.
    """

    wire: str
    to: str
    read: Callable[[Json, Object], Any]
    write: Callable[[Any, Object, Object], None]
    away: Json = UNSET
    write_away: Callable[[Any, Object, Object], None] | None = None


@frozen
class Each:
    """A list of objects, each a canonical value of its own. A dialect always sends it."""

    wire: str
    to: str
    table: Table


@frozen
class Into:
    """An object whose keys belong to the same canonical value.

    Attributes:
        always: True if the dialect always sends it, even when empty.
        lenient: True if a value that is no object stays residue.
    """

    wire: str
    rows: tuple[Row, ...]
    always: bool = False
    lenient: bool = False


@frozen
class Says:
    """A string that is one part.

    Attributes:
        also_in: Other keys in which vendors say the same.
        first: True if the part comes before what was read so far.
        also: Parts of another class that are said here too, away from home.
        away: What stands there away from home where nothing is said; UNSET for nothing.
    """

    wire: str
    part: type[Any]
    also_in: tuple[str, ...] = ()
    first: bool = False
    also: tuple[type[Any], ...] = ()
    away: Json = UNSET


@frozen
class Content:
    """A string that is one part, or a list of typed items that are several.

    Attributes:
        part: What the plain string is.
        parts: Classes that only the list can say.
        also: Parts of another class that are said here too, away from home.
        tag: The key that names an item's type.
        tags: Item types whose parts, of whatever class, go back into the list.
    """

    wire: str
    part: type[Any]
    read: Callable[[list[Json], list[Part]], None]
    write: Callable[[list[Any]], str | list[Json]]
    write_away: Callable[[list[Any]], str | list[Json]]
    parts: tuple[type[Any], ...] = ()
    also: tuple[type[Any], ...] = ()
    tag: str = "type"
    tags: frozenset[str] = frozenset()


@frozen
class Calls:
    """Tool calls: a list of objects, at old servers one object.

    Attributes:
        legacy: Key of a single call in the elder form, whose value is only the function.
        function: Key of the function in a call.
    """

    wire: str
    table: Table
    legacy: str | None = None
    function: str = "function"
    part: type[Any] = ToolCall


@frozen
class PartVia:
    """A value that two functions translate into parts and back.

    Attributes:
        also_at: Further keys whose presence calls for `read`.
    """

    wire: str
    parts: tuple[type[Any], ...]
    read: Callable[[Json, Object, list[Part]], None]
    write: Callable[[list[Any], Object, Object], None]
    write_away: Callable[[list[Any], Object, Object], None] | None = None
    also_at: tuple[str, ...] = ()


@frozen
class Copy:
    """A key that repeats what the same object says elsewhere; written again, never kept.

    Attributes:
        of: The key of a sibling object, or the class of the parts whose text is repeated.
    """

    wire: str
    of: str | type[Any]


@frozen
class Here:
    """A canonical value that the very object of the outer rows says, as events do.

    It is made if any of its rows finds something; its residue stays with the outer value.

    Attributes:
        to: The outer list it belongs to: `choices` or `parts`.
        address: Rows that are read only if something was said, such as the number of a block.
        also: Tables of other classes whose values are written in the same place.
    """

    to: str
    table: Table
    address: tuple[Leaf | Via, ...] = ()
    also: tuple[Table, ...] = ()
    wire: str = ""


Row = Leaf | Const | Via | Each | Into | Says | Content | Calls | PartVia | Copy | Here


@frozen
class Table:
    """All that is known of one kind of wire object.

    Attributes:
        make: The canonical class.
        fixed: Canonical fields with one value.
    """

    make: type[Any]
    rows: tuple[Row, ...]
    fixed: Mapping[str, Any] = field(factory=dict[str, Any])


@frozen
class Tagged:
    """Wire objects of several kinds, each with a table of its own.

    Attributes:
        tables: By the kind's name.
        unknown: For every other kind.
        tag: Dotted path of the name, which is residue; None where the name is a key of an object
            around the event, as in event streams of AWS, whose exceptions need no table.
        usual: By class of a part, the residue of the event that mostly says it and nothing else;
            such a chunk has no residue. Not for tables within a table.
    """

    tables: Mapping[str, Table | Tagged]
    unknown: Table
    tag: str | None = "type"
    usual: Mapping[type[Any], Object] = field(factory=dict[type[Any], Object])

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all kinds."""
        return (*self.unknown.rows, *(row for t in self.tables.values() for row in t.rows))


def goes_on(choices: list[Any]) -> type[Any] | None:
    """Return the class of the one part that *choices* say more of; None if they say anything else.

    What opens a call, or seals reasoning, is said by other events.
    """
    if len(choices) != 1 or len(choices[0].parts) != 1:
        return None
    part = choices[0].parts[0]
    for name in ("id", "name", "signature", "encrypted"):
        if getattr(part, name, None) is not None:
            return None
    kind: type[Any] = part.__class__
    return kind
