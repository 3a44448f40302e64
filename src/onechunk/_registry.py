"""Finding adapters through the entry-point group `onechunk.adapters`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from onechunk._adapter import Adapter
from onechunk._errors import AdapterError, UnknownDialectError

__all__ = ["GROUP", "SPLIT", "WHOLE", "get_adapter", "load_adapters"]

GROUP: Final = "onechunk.adapters"
"""An entry point of this group names an `Adapter` value; its own name is the dialect's."""

WHOLE: Final = ".whole"
"""Behind a name: the body of an answer that came whole."""

SPLIT: Final = ".split"
"""Behind a name: chunks of a message that was split, whose residue is no single frame's."""

PROFILES: Final = "onechunk.profiles"
"""An entry point of this group names the adapter that has the profile of its own name.

It only saves time: profiles that have none are found by importing every adapter.
"""


class _Adapters(Mapping[str, Adapter]):
    """Adapters by name of dialect or profile; a room is imported when it is first asked for."""

    def __init__(self, points: tuple[EntryPoint, ...], hints: tuple[EntryPoint, ...] = ()) -> None:
        self._points = _by_name(points)
        self._hints = {name: hint.value for name, hint in _by_name(hints).items()}
        self._loaded: dict[str, Adapter] = {}
        self._profiles: dict[str, Adapter] | None = None

    def __getitem__(self, name: str) -> Adapter:
        if name in self._points:
            if name not in self._loaded:
                self._loaded[name] = _load(self._points[name])
            return self._loaded[name]
        return self._hinted(name) or self._all_profiles()[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._points
        yield from self._all_profiles()

    def __len__(self) -> int:
        return len(self._points) + len(self._all_profiles())

    def _hinted(self, name: str) -> Adapter | None:
        """Return a profile whose adapter its entry point names; None if it names none."""
        value = self._hints.get(name)
        owner = next((point for point in self._points.values() if point.value == value), None)
        if owner is None:
            return None
        return next((each for each in self[owner.name].profiles if each.name == name), None)

    def _all_profiles(self) -> dict[str, Adapter]:
        if self._profiles is None:
            found: dict[str, Adapter] = {}
            for name in self._points:
                for profile in self[name].profiles:
                    if profile.name in self._points:
                        message = (
                            f"{name} has a profile with the name of the dialect {profile.name!r}"
                        )
                        raise AdapterError(message, dialect=profile.name)
                    taken = found.get(profile.name)
                    if taken is not None:
                        message = f"{taken.dialect} and {name} both have a profile {profile.name!r}"
                        raise AdapterError(message, dialect=profile.name)
                    found[profile.name] = profile
            self._profiles = found
        return self._profiles


def _by_name(points: tuple[EntryPoint, ...]) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in sorted(points, key=lambda point: point.name):
        other = found.setdefault(point.name, point)
        if other is not point and other.value != point.value:
            message = (
                f"two adapters are named {point.name!r}: {_describe(other)} and {_describe(point)}"
            )
            raise AdapterError(message, dialect=point.name)
    return found


def _load(point: EntryPoint) -> Adapter:
    try:
        adapter = point.load()
    except Exception as exc:  # whatever a third party's module raises when imported
        message = f"the adapter of {_describe(point)} cannot be imported: {exc}"
        raise AdapterError(message, dialect=point.name) from exc
    if not isinstance(adapter, Adapter):
        message = f"the entry point of {_describe(point)} names no Adapter but {adapter!r}"
        raise AdapterError(message, dialect=point.name)
    if adapter.name != point.name:
        message = f"the adapter of {_describe(point)} calls itself {adapter.name!r}"
        raise AdapterError(message, dialect=point.name)
    return adapter


def _describe(point: EntryPoint) -> str:
    owner = point.dist.name if point.dist is not None else "an unknown distribution"
    return f"{owner} ({point.value})"


@cache
def load_adapters() -> Mapping[str, Adapter]:
    """Return all installed adapters by the name of their dialect, and of every profile.

    Rooms are imported when they are first asked for. The entry points are read once a process.

    Raises:
        AdapterError: Two distributions offer one name. Looking a name up, or iterating, also
            raises it where an adapter is broken.
    """
    return _Adapters(tuple(entry_points(group=GROUP)), tuple(entry_points(group=PROFILES)))


def _base_of(name: object, suffix: str) -> str | None:
    """Return what stands before *suffix* in *name*; None if it does not end so."""
    if isinstance(name, str) and name.endswith(suffix):
        return name.removesuffix(suffix)
    return None


def get_adapter(name: str) -> Adapter:
    """Return the adapter of a dialect or profile, or of its whole bodies where `.whole` follows.

    Raises:
        UnknownDialectError: No installed adapter has the name; the message lists what there is.
        AdapterError: The adapter is broken.
    """
    adapters = load_adapters()
    base = _base_of(name, SPLIT)
    if base is not None:
        return get_adapter(base)
    base = _base_of(name, WHOLE)
    if base is not None:
        whole = get_adapter(base).whole
        if whole is None:
            message = f"{base} has no bodies that come whole"
            raise UnknownDialectError(message)
        return whole
    try:
        return adapters[name]
    except (KeyError, TypeError):
        known = ", ".join(sorted(adapters))
        message = f"unknown dialect {name!r}; installed are: {known}"
        raise UnknownDialectError(message) from None
