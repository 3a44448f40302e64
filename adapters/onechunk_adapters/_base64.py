"""What readers take for base64."""

from __future__ import annotations

import binascii

__all__ = ["is_base64"]


def is_base64(text: str) -> bool:
    """Say whether readers, the strict ones too, will decode *text*.

    It has the standard alphabet and just the padding that it needs (RFC 4648, section 4): more of
    it some Pythons take and some do not.
    """
    said = len(text.rstrip("="))
    try:
        binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return False
    return len(text) == said + -said % 4
