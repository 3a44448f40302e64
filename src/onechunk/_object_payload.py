"""Objects of any library to the payload that they were made from."""

from __future__ import annotations

import dataclasses
import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from attrs import define, field, fields, has

from onechunk._errors import OnechunkError, message_from
from onechunk._marks import Json
from onechunk._object_classes import base_of, inside
from onechunk._sdk import Sdk

__all__ = ["Dump", "dump"]

_LEAVES: Final = frozenset({bool, int, str})

_UTC: Final = "+00:00"


@define
class Dump:
    """A payload, and whether only the exact JSON writer can write it."""

    payload: Json = None
    exact: bool = False


def dump(value: object, dialect: str, sdk: Sdk | None) -> Dump:
    """Return the payload that *value* says, with what was set in it and nothing else.

    Raises:
        OnechunkError: Something in it is no JSON and nothing that stands for JSON.
    """
    reader = _Reader(dialect, sdk)
    try:
        payload = reader.read(value, "$")
    except OnechunkError:
        raise
    except RecursionError as exc:
        message = "the object is nested too deeply"
        raise OnechunkError(message, dialect=dialect) from exc
    except Exception as exc:  # whatever somebody's mapping or list raises
        message = f"{type(value).__qualname__} cannot be read: {message_from(exc)}"
        raise OnechunkError(message, dialect=dialect) from exc
    return Dump(payload, reader.exact)


class _Items(list[tuple[str, Any]]):
    """What an object says, by key."""


@define
class _Reader:
    """Reads one object; how it was read so far."""

    dialect: str
    sdk: Sdk | None
    exact: bool = False
    # Identities of what is being read: whoever stands in itself has no end.
    open: set[int] = field(factory=set[int])

    def read(self, value: Any, path: str) -> Json:
        if value is None or type(value) in _LEAVES:
            return value
        if type(value) is float:
            self.exact = self.exact or not math.isfinite(value)
            return value
        if id(value) in self.open:
            raise self._refused("the object holds itself", path)
        self.open.add(id(value))
        try:
            return self._read_more(value, path)
        finally:
            self.open.remove(id(value))

    def _read_more(self, value: Any, path: str) -> Json:
        cls = _class_of(value)
        if issubclass(cls, list | tuple):
            return [self.read(each, f"{path}[{number}]") for number, each in enumerate(value)]
        if issubclass(cls, Mapping):
            return self._read_items(value.items(), path)
        if isinstance(value, Enum):
            return self.read(value.value, path)
        if isinstance(value, str | int | float):
            return self.read(_plain(value), path)
        if isinstance(value, bytes | bytearray):
            return b64encode(value).decode()
        if isinstance(value, datetime):
            text = value.isoformat()
            return f"{text.removesuffix(_UTC)}Z" if text.endswith(_UTC) else text
        return self._read_object(value, path)

    def _read_object(self, value: Any, path: str) -> Json:
        cls = _class_of(value)
        attribute = inside(cls, self.sdk)
        try:
            if attribute is not None:
                found = getattr(value, attribute)
            else:
                items = _items(cls, self.sdk, at_root=path == "$")
                found = items(value) if items is not None else None
        except RecursionError:
            raise
        except Exception as exc:  # whatever somebody's class raises
            message = f"{cls.__qualname__} cannot be read: {message_from(exc)}"
            raise self._refused(message, path) from exc
        if found is None:
            message = f"{cls.__module__}.{cls.__qualname__} says nothing that JSON can say"
            raise self._refused(message, path)
        if found.__class__ is _Items:
            return self._read_items(found, path)
        return self.read(found, path)

    def _read_items(self, items: Iterable[tuple[Any, Any]], path: str) -> Json:
        found: dict[str, Json] = {}
        for key, value in items:
            if not isinstance(key, str):
                message = f"a key is {type(key).__name__}, not a string"
                raise self._refused(message, path)
            found[_plain(key)] = self.read(value, f"{path}.{key}")
        return found

    def _refused(self, message: str, path: str) -> OnechunkError:
        return OnechunkError(message, dialect=self.dialect, path=path)


def _class_of(value: object) -> Any:
    # To mypy, no class has a hash.
    return value.__class__


def _plain(value: str | float) -> Any:
    """Return the value of a JSON type that an object of a class derived from it has."""
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else str.__str__(value)
    return int.__int__(value) if isinstance(value, int) else float.__float__(value)


@lru_cache(maxsize=1024)
def _items(cls: Any, sdk: Sdk | None, *, at_root: bool) -> Callable[[Any], Any] | None:
    """Return what takes keys and values from objects of *cls*, or another object in their place.

    None stands for a class that says nothing.
    """
    if isinstance(getattr(cls, "model_fields", None), dict) and hasattr(cls, "model_fields_set"):
        if getattr(cls, "__pydantic_root_model__", False):
            return lambda value: value.root
        return _model(cls, sdk, at_root=at_root)
    for name in ("model_dump", "to_dict"):
        if callable(getattr(cls, name, None)):
            return lambda value: getattr(value, name)()
    if dataclasses.is_dataclass(cls):
        names = [each.name for each in dataclasses.fields(cls)]
    elif has(cls):
        names = [each.name for each in fields(cls)]
    else:
        return None
    return lambda value: _Items((name, getattr(value, name)) for name in names)


def _model(cls: Any, sdk: Sdk | None, *, at_root: bool) -> Callable[[Any], Any]:
    """Read a pydantic model: what was set in it, and what its class does not know.

    Its own `model_dump` may be written to leave out nulls, and has bytes in another alphabet.
    """
    known: dict[str, Any] = cls.model_fields
    constants = {name for name, each in known.items() if _is_constant(each)}
    wanted = {*known} - (sdk.adds if sdk is not None else frozenset[str]())
    base = base_of(cls, sdk.classes) if sdk is not None and at_root else None
    if base is not None and _package(base) == _package(cls):
        # What the class of an SDK's helper has beside that of the wire is its own addition.
        wanted &= {*base.model_fields}
    keys = {
        name: each.serialization_alias or each.alias or name
        for name, each in known.items()
        if name in wanted
    }

    whole = sdk.whole if sdk is not None else frozenset[str]()

    def items(value: Any) -> _Items:
        found = _Items()
        for name, key in keys.items():
            if name in value.model_fields_set or name in constants:
                each = getattr(value, name)
                found.append((key, _whole(each) if name in whole else each))
        found += (value.model_extra or {}).items()
        return found

    return items


def _package(cls: Any) -> str:
    return str(cls.__module__).partition(".")[0]


def _is_constant(known: Any) -> bool:
    """Say whether a field has one word only, which need not be set: it tells kinds apart."""
    options = [known.annotation]
    while len(options) == 1 and get_origin(options[0]) is not Literal:
        found = get_args(options[0])
        annotated = get_origin(options[0]) is Annotated
        options = [each for each in found[: 1 if annotated else None] if each is not type(None)]
    return len(options) == 1 and get_args(options[0]) == (known.default,)


def _whole(value: Any) -> Any:
    """Return the whole number that became a float."""
    return int(value) if value.__class__ is float and value.is_integer() else value
