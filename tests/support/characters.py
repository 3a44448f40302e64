"""Text as its readers see it."""

__all__ = ["characters"]


def characters(text: str) -> bytes:
    """Return what *text* says: halves of a character that meet are one character."""
    return text.encode("utf-16", "surrogatepass")
