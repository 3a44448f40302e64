"""The table language in which an adapter says how its wire maps to the canonical chunk."""

from onechunk._marks import is_list, is_object
from onechunk.mapping._elsewhere import UsageElsewhere
from onechunk.mapping._error_row import error_rows
from onechunk.mapping._finish_row import finish_row
from onechunk.mapping._group import group
from onechunk.mapping._items import Item, Items
from onechunk.mapping._logprobs import TOKEN, finite, logprobs_row
from onechunk.mapping._reader import Rename, make_reader
from onechunk.mapping._rows import (
    Calls,
    Const,
    Content,
    Copy,
    Each,
    Fault,
    Here,
    Into,
    Leaf,
    Object,
    PartVia,
    Row,
    Says,
    Table,
    Tagged,
    Via,
    expected,
)
from onechunk.mapping._usage import carry_usage, usage_row
from onechunk.mapping._writer import Manner, make_writer

__all__ = [
    "TOKEN",
    "Calls",
    "Const",
    "Content",
    "Copy",
    "Each",
    "Fault",
    "Here",
    "Into",
    "Item",
    "Items",
    "Leaf",
    "Manner",
    "Object",
    "PartVia",
    "Rename",
    "Row",
    "Says",
    "Table",
    "Tagged",
    "UsageElsewhere",
    "Via",
    "carry_usage",
    "error_rows",
    "expected",
    "finish_row",
    "finite",
    "group",
    "is_list",
    "is_object",
    "logprobs_row",
    "make_reader",
    "make_writer",
    "usage_row",
]
