"""Payloads to objects of an SDK's own classes."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import import_module
from typing import Any, get_args

from attrs import frozen

from onechunk._errors import EncodeError, OnechunkError
from onechunk._marks import Json, is_list, is_object
from onechunk._object_classes import base_of, recognise
from onechunk._registry import get_adapter
from onechunk._sdk import Sdk

__all__ = ["Builder", "builder_of"]

Object = dict[str, Json]

_FIELDS_SET = "_fields_set"
"""An argument of pydantic's `model_construct`; what else that is given are the keys."""

_EXTRA = "extra_forbidden"
"""Pydantic's word for a key that a class does not know and does not let pass."""


@frozen
class Builder:
    """Builds the objects of one SDK.

    Attributes:
        classes: By the word of the tag; without a tag by a key that tells, and by None for all
            other payloads; empty where the SDK has plain dicts.
        only: The class that was asked for by itself; None where all of a dialect's will do.
        other: The class of events whose word no class has: an SDK that does not validate takes
            its first, and so do we; None where it refuses.
    """

    dialect: str
    sdk: Sdk
    classes: Mapping[str | None, type[Any]]
    only: type[Any] | None = None
    other: type[Any] | None = None

    def passes(self, payload: Object) -> bool:
        """Say whether the SDK passes over the event: there is nothing to build or to raise."""
        word = self._word(payload)
        known = isinstance(word, str) and word in self.classes
        if self.sdk.tag is None or known or self._error(payload) is not None:
            return False
        return any(fnmatchcase(str(word), pattern) for pattern in self.sdk.passes)

    def _word(self, payload: Object) -> Any:
        if self.sdk.tag is None:
            return next((key for key in self.sdk.keyed if key in payload), None)
        return payload.get(self.sdk.tag)

    def build(self, payload: Object) -> Any:
        """Return the object that the SDK makes of *payload*, which is used up.

        Raises:
            EncodeError: The SDK has no object for it, or refuses it.
        """
        failed = self._error(payload)
        if failed is not None:
            message = f"{self.sdk.package} has no object for an error, and raises it: {failed}"
            raise EncodeError(message, dialect=self.dialect)
        if self.sdk.bytes or self.sdk.renames:
            _adapt(payload, "", self.sdk)
        if not self.classes:
            return payload
        cls = self._class_of(payload)
        if cls is None:
            said = self._word(payload)
            message = f"{self.sdk.package} has no class for {said!r}"
            if self.only is not None:
                message = f"{self.only.__qualname__} is no class for {said!r}"
            raise EncodeError(message, dialect=self.dialect, path=f"$.{self.sdk.tag}")
        if _FIELDS_SET in payload:
            message = f"objects of {self.sdk.package} cannot have the key {_FIELDS_SET!r}"
            raise EncodeError(message, dialect=self.dialect, path=f"$.{_FIELDS_SET}")
        try:
            if self.sdk.validates:
                return _validate(cls, payload)
            return cls.model_construct(**payload)
        except Exception as exc:  # whatever the SDK raises
            what, path = _first_error(exc, payload)
            message = f"{cls.__qualname__} does not take it: {what}"
            raise EncodeError(message, dialect=self.dialect, path=path) from exc

    def _class_of(self, payload: Object) -> type[Any] | None:
        word = self._word(payload)
        if self.sdk.tag is None:
            return self.classes.get(word) or self.classes[None]
        if isinstance(word, str) and word in self.classes:
            return self.classes[word]
        return None if self.passes(payload) else self.other

    def _error(self, payload: Object) -> str | None:
        """Return what the SDK would say as it raises; None if it would not."""
        for key, value in payload.items():
            if value and any(fnmatchcase(key, pattern) for pattern in self.sdk.raises):
                return str(value.get("message", value) if is_object(value) else value)
        return None


def builder_of(target: str | type[Any]) -> Builder:
    """Return what builds the objects of a dialect's SDK, which is imported, or of one class.

    Raises:
        OnechunkError: The dialect has no SDK, or it is not installed, or nobody knows the class.
        UnknownDialectError: No adapter has the name.
    """
    if isinstance(target, type):
        return _builder_of_class(target)
    if not _is_text(target):
        message = f"the target must be the name of a dialect or a class, not {target!r}"
        raise OnechunkError(message)
    adapter = get_adapter(target)
    sdk = adapter.sdk
    if sdk is None:
        message = "no SDK is known that has objects of this dialect"
        raise OnechunkError(message, dialect=adapter.name)
    if sdk.builds is None:
        return Builder(adapter.name, sdk, {})
    try:
        found = _import(sdk.builds)
        classes: dict[str | None, type[Any]] = {
            key: _import(name) for key, name in sdk.keyed.items()
        }
    except (ImportError, AttributeError) as exc:
        message = f"{sdk.builds} cannot be imported; is the package {sdk.package} installed? {exc}"
        raise OnechunkError(message, dialect=adapter.name) from exc
    if sdk.tag is None:
        return Builder(adapter.name, sdk, {**classes, None: found})
    events = _by_word(found, sdk.tag)
    other = None if sdk.validates else next(iter(events.values()))
    return Builder(adapter.name, sdk, events, other=other)


def _builder_of_class(cls: Any) -> Builder:
    known = recognise(cls)
    sdk = None if known is None else known.adapter.sdk
    if known is None or sdk is None or base_of(cls, sdk.classes) is None:
        message = f"{cls.__module__}.{cls.__qualname__} is no class of a chunk that is known"
        raise OnechunkError(message)
    classes: Mapping[str | None, type[Any]] = (
        {None: cls} if sdk.tag is None else _by_word(cls, sdk.tag)
    )
    return Builder(known.adapter.name, sdk, classes, cls)


@lru_cache(maxsize=64)
def _import(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def _by_word(union: Any, tag: str) -> Mapping[str | None, type[Any]]:
    return {
        word: each
        for each in _members(union)
        for word in get_args(each.model_fields[tag].annotation)
    }


def _members(union: Any) -> Iterator[type[Any]]:
    """Yield the classes of a union, which may be annotated."""
    if isinstance(union, type):
        yield union
    for each in get_args(union):
        yield from _members(each)


def _validate(cls: type[Any], payload: Object) -> Any:
    """Let *cls* check the payload; keys that it does not let pass are left out, as by the SDK."""
    try:
        return cls.model_validate(payload)
    except ValueError as exc:
        extra = [each["loc"] for each in _errors(exc) if each["type"] == _EXTRA]
        if not extra:
            raise
    for loc in extra:
        holder: Any = payload
        for step in loc[:-1]:
            holder = holder[step]
        del holder[loc[-1]]
    return cls.model_validate(payload)


def _errors(exc: Exception) -> list[dict[str, Any]]:
    """Return what pydantic says of a value; nothing if it was not pydantic that raised."""
    found: Any = exc
    return [*found.errors()] if hasattr(exc, "errors") else []


def _first_error(exc: Exception, payload: Object) -> tuple[object, str | None]:
    """Return what is wrong, and where if the SDK says so."""
    found = _errors(exc)
    if not found:
        return exc, None
    path = "$"
    place: Any = payload
    for step in found[0]["loc"]:
        if is_object(place):
            path += f".{step}"
            place = place.get(step)
        elif is_list(place) and isinstance(step, int):
            path += f"[{step}]"
            place = place[step]
        else:
            break  # the names of classes in a union, which are no steps
    return found[0]["msg"], path


def _adapt(value: Any, place: str, sdk: Sdk) -> None:
    """Rename keys and decode bytes in *value*, which stands under the key *place*."""
    if is_list(value):
        for each in value:
            _adapt(each, place, sdk)
    elif is_object(value):
        for key, each in [*value.items()]:
            name = f"{place}.{key}"
            if name in sdk.renames:
                value[sdk.renames[name]] = value.pop(key)
            elif name in sdk.bytes and isinstance(each, str):
                value[key] = _decode(each)
            else:
                _adapt(each, key, sdk)


def _decode(text: str) -> Any:
    # Padding beyond what is needed: Python 3.13 refuses it, SDKs and older Pythons do not.
    said = len(text.rstrip("="))
    try:
        return b64decode(text[: said + -said % 4], validate=True)
    except ValueError:
        return text  # it is not what it should be, and stays so


def _is_text(value: object) -> bool:
    return isinstance(value, str)
