"""Edits of everything that can be edited."""

from typing import Any

import attrs

from onechunk import Frame

__all__ = ["spoil"]


def spoil(value: Any) -> None:
    """Change what *value* holds at every level: dicts, lists, and the fields of attrs values."""
    if isinstance(value, Frame):
        return  # frozen, with nothing in it that is not
    if attrs.has(value.__class__):
        for attribute in attrs.fields(value.__class__):
            spoil(getattr(value, attribute.name))
            setattr(value, attribute.name, "spoilt")
    elif hasattr(value, "items"):
        for each in value.values():
            spoil(each)
        value["spoilt"] = True
    elif hasattr(value, "append"):
        for each in value:
            spoil(each)
        value.append("spoilt")
