"""Mistral's content items and canonical parts."""

from __future__ import annotations

from typing import Any

from onechunk import DERIVED, Citation, Media, Part, Reasoning, Refusal
from onechunk.mapping import Item, Items, Leaf, Object, Rename, Table, group, is_object
from onechunk_adapters._shared import TEXT_ITEM

__all__ = ["make_items"]


def make_items(rename: Rename) -> Items:
    """Return the reader and writer of content lists."""
    return Items(
        {
            "text": TEXT_ITEM,
            "thinking": group(
                "thinking", "thinking", _pieces(rename), signature="signature", rename=rename
            ),
            "reference": Table(Citation, (Leaf("reference_ids", "references", (list,)),)),
            "image_url": _addressed("image_url", "image", rename),
            "document_url": Table(
                Media,
                (Leaf("document_url", "url"), Leaf("document_name", "name")),
                fixed={"kind": "document"},
            ),
            "file": Table(Media, (Leaf("file_id", "id"),), fixed={"kind": "file"}),
            "input_audio": Table(Media, (Leaf("input_audio", "data"),), fixed={"kind": "audio"}),
            "audio_url": _addressed("audio_url", "audio", rename),
        },
        also={Refusal: "text"},
        rename=rename,
    )


def _pieces(rename: Rename) -> Items:
    """Return the reader and writer of what stands inside thinking."""
    return Items(
        {
            "text": Table(Reasoning, (Leaf("text", "text", silent=(), always=True),)),
            "reference": Table(Citation, (Leaf("reference_ids", "references", (list,)),)),
            "tool_reference": Table(Citation, (Leaf("url", "url"), Leaf("title", "title"))),
        },
        rename=rename,
    )


def _addressed(wire: str, kind: Any, rename: Rename) -> Item:
    """Return the item whose media stand at an address: a string, or an object around it."""
    key = rename(wire)

    def read(item: Object) -> list[Part]:
        value = item.get(key)
        media = Media(kind, extra=item)
        if isinstance(value, str):
            media.url = value
            del item[key]
        elif is_object(value) and isinstance(value.get("url"), str):
            media.url = value["url"]
            value["url"] = DERIVED
        return [media]

    def write(media: Media) -> Object:
        item = dict(media.extra) if media.extra.get("type") == wire else {}
        around = item.get(key)
        if is_object(around):
            filled = {k: media.url if v is DERIVED else v for k, v in around.items()}
            item[key] = {k: v for k, v in filled.items() if v is not None or around[k] is None}
        elif media.url is not None:
            item[key] = media.url
        return item

    return Item(Media, read, write, _no_join, fits=lambda part: part.kind == kind and part.url)


def _no_join(_: Object, part: Any) -> None:
    message = f"{part!r} goes on in an item that has no room for it"
    raise TypeError(message)
