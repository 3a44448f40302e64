"""What is known of a vendor's SDK for Python: its classes by name, so that none is imported."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

__all__ = ["Sdk"]


@frozen(eq=False)
class Sdk:
    """The classes whose objects say what the chunks of a dialect say.

    A name of a class is `module:Class`. A pattern is such a name with `*` for any characters; it
    also stands for the classes that are derived from one that it names.

    Attributes:
        package: What to install, for people.
        builds: Name of the class of a chunk, or of the union of all classes of events; None if the
            SDK has plain dicts.
        classes: Patterns of classes that tell by themselves that an object is of this dialect.
        answers: Patterns of classes of whole answers, which are no chunks.
        keyed: From a key that only some payloads have to the class of their objects.
        tag: Key whose word tells the classes of a union apart.
        validates: True if the SDK checks what it reads: then so do the objects that are built.
        inside: From pattern to attribute: objects that only hold what counts in that attribute.
        repeats: Patterns of objects that say again what others of the stream say.
        adds: Attributes, wherever they stand, which the SDK adds to what came over the wire.
        whole: Attributes, wherever they stand, of which the SDK makes a float where the wire has a
            whole number.
        bytes: Keys, each behind the key of the object it stands in, `source.bytes`, whose base64
            text the SDK has as bytes; for plain dicts.
        renames: From such a key to the key under which the SDK reads what the wire says there.
        passes: Patterns of words of the tag whose events the SDK passes over.
        raises: Patterns of keys of a payload in whose place the SDK raises an error.
    """

    package: str
    builds: str | None
    classes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    keyed: Mapping[str, str] = field(factory=dict[str, str])
    tag: str | None = None
    validates: bool = False
    inside: Mapping[str, str] = field(factory=dict[str, str])
    repeats: tuple[str, ...] = ()
    adds: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    bytes: frozenset[str] = frozenset()
    renames: Mapping[str, str] = field(factory=dict[str, str])
    passes: tuple[str, ...] = ()
    raises: tuple[str, ...] = ("error",)
