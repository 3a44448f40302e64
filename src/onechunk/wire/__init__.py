"""Base of the classes that mirror what vendors send, and their cattrs hooks."""

from onechunk.wire._base import Wire, rare, wire
from onechunk.wire._hooks import Hooks

__all__ = ["Hooks", "Wire", "rare", "wire"]
